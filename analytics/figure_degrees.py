"""Figure 22: how degrees are distributed, and whether they follow a power law."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.concentration import top_share
from analytics.exhibits import Column, Figure, Table, Words
from analytics.measures import degrees
from analytics.power_law import degree_distribution, fit_power_law
from analytics.simple_graph import Ints

TITLE: Final = Words("度数中心度幂律分布", "Distribution of degrees")

_COLUMNS: Final = (
    Column("degree", Words("度", "Degree"), "key"),
    Column("nodes", Words("节点数", "Nodes"), "count"),
    Column("share", Words("占全部节点", "Share of nodes"), "share", Words("%", "%"), decimals=2),
    Column(
        "at_least",
        Words("度不小于此的节点占比", "Nodes of this degree or more"),
        "share",
        Words("%", "%"),
        decimals=2,
    ),
)


def degrees_figure(basis: Basis) -> Figure:
    """Of the network of the last year, an edge for each ordered pair."""
    network = basis.network(basis.last)
    degree = degrees(network)
    frame = degree_distribution(degree)
    frame = frame.assign(share=frame["share"] * 100, at_least=frame["at_least"] * 100)
    fit = fit_power_law(degree)
    share = f"{top_share(degree) * 100:.1f}"
    notes = [
        Words(
            f"{basis.last}年末网络；度最高的10%节点占有全部边端的 {share}%。集中本身并不说明幂律。",
            f"The network at the end of {basis.last}. The tenth of the nodes with the highest degrees has "
            f"{share} % of all ends of edges; concentration by itself is no evidence of a power law.",
        )
    ]
    line = None
    if fit is None:
        notes.append(Words("度的取值太少，无法拟合。", "Too few different degrees for a fit."))
    else:
        line = (fit.exponent, float(fit.least), float((degree >= fit.least).mean()) * 100)
        verdict = {
            "power law": Words("幂律优于对数正态", "the power law fits better than a lognormal"),
            "other": Words("对数正态优于幂律", "a lognormal fits better than the power law"),
            "neither": Words("幂律与对数正态难分优劣", "power law and lognormal cannot be told apart"),
        }[fit.lognormal.favours]
        number = f"{fit.exponent:.2f} ± {fit.error:.2f}"
        notes.append(
            Words(
                f"离散极大似然拟合：指数 {number}，起点 {fit.least}，尾部 {fit.tail} 个节点；{verdict.zh}。",
                f"Discrete maximum likelihood: exponent {number}, from degree {fit.least}, {fit.tail} nodes in the "
                f"tail; {verdict.en}.",
            )
        )

    of = dict(zip(network.nodes["entity"], degree.tolist(), strict=True))

    @cache
    def ends() -> tuple[pd.DataFrame, Ints, Ints]:
        """The relations behind the network, with the degrees of their two ends."""
        rows = basis.until(basis.last)
        source, target = (rows[name].map(of).to_numpy(dtype=np.int64) for name in ("source", "target"))
        return rows, source, target

    def behind(row: int, _column: str) -> Ints:
        rows, source, target = ends()
        wanted = int(frame["degree"].iloc[row])
        return fact_ids(rows[(source == wanted) | (target == wanted)])

    table = Table(
        "figure_22", TITLE, _COLUMNS, ("degree",), "nodes", frame.astype({"degree": np.int64}), behind,
        (*notes, *basis.reading_notes()),
    )  # fmt: skip
    return Figure(
        table,
        "loglog",
        x="degree",
        series=("at_least",),
        x_title=Words("度", "Degree"),
        y_title=Words("度不小于此的节点占比 (%)", "Nodes of this degree or more (%)"),
        line=line,
    )
