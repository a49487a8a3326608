"""Supplement 5: the nodes of the last year's network that most shortest paths pass through."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis, fact_ids
from analytics.centrality import PIVOTS, centrality, exact_is_affordable
from analytics.cores import cores
from analytics.exhibits import Column, Table, Words
from analytics.ranking import NAME
from analytics.simple_graph import Ints

TITLE: Final = Words("中介中心性最高的节点", "Nodes between most others")

_SAMPLE: Final = {True: Words("样本节点", "Sample node"), False: Words("关系节点", "Relation node")}
_COLUMNS: Final = (
    Column("place", Words("序", "No."), "key"),
    NAME,
    Column("role", Words("类别", "Role"), "text", english="role_en"),
    Column("betweenness", Words("中介中心性", "Betweenness"), "number", decimals=1),
    Column("betweenness_error", Words("标准误", "Its error"), "number", decimals=1),
    Column("degree", Words("度", "Degree"), "count"),
    Column("closeness", Words("接近中心性", "Closeness"), "number", decimals=4),
    Column("eccentricity", Words("离心率", "Eccentricity"), "count"),
    Column("core", Words("所在的核", "Core"), "count"),
)


def central_supplement(_engine: Engine, basis: Basis) -> Table:
    """The first `basis.top` nodes by betweenness; nodes between no two others are in no row."""
    network = basis.network(basis.last)
    pivots = None if exact_is_affordable(network.graph()) else PIVOTS
    found = centrality(network, pivots=pivots)
    found = found.assign(core=cores(network.graph()).number, sample=network.nodes["sample"].to_numpy())
    if pivots is None:
        found["betweenness_error"] = 0.0
    leading = found[found["betweenness"] > 0]
    leading = leading.sort_values(["betweenness", "node"], ascending=[False, True]).head(basis.top)
    roles = [_SAMPLE[bool(one)] for one in leading["sample"]]
    names = [one.name for one in _COLUMNS if one.numeric]
    frame = pd.DataFrame(
        {
            "place": np.arange(1, len(leading) + 1),
            **basis.names(leading["node"]),
            "role": [one.zh for one in roles],
            "role_en": [one.en for one in roles],
            **{name: leading[name].to_numpy() for name in names},
        }
    )

    def behind(row: int, _column: str) -> Ints:
        rows = basis.until(basis.last)
        entity = frame["entity"].iloc[row]
        return fact_ids(rows[(rows["source"] == entity) | (rows["target"] == entity)])

    how = (
        Words("精确值。", "The values are exact.")
        if pivots is None
        else Words(
            f"由{pivots}个抽取的起点估计，附标准误；相差小于误差的名次没有意义。",
            f"Estimated from {pivots} start nodes drawn by lot, with the standard error; places that "
            "differ by less than "
            "it mean nothing.",
        )
    )
    notes = (
        Words(
            f"{basis.last}年末网络，沿边的方向，不加权；定义与 Gephi 0.9.2 相同，中介中心性未归一化。"
            f"{how.zh}",
            f"The network at the end of {basis.last}, along directions, unweighted; definitions of Gephi "
            "0.9.2, betweenness "
            f"not normalised. {how.en}",
        ),
        Words(
            "节点之后列出的事实是其自身的关系；中介中心性取决于整个网络。",
            "The facts behind a row are the node's own relations; its betweenness hangs on the whole "
            "network.",
        ),
        *basis.reading_notes(),
    )
    return Table("supplement_5", TITLE, _COLUMNS, ("place",), "betweenness", frame, behind, notes)
