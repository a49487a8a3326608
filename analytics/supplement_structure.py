"""Supplement 1: the structure of the network of each year, beyond Table 3."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.centrality import betweenness, estimated_betweenness
from analytics.concentration import gini, top_share
from analytics.cores import cores
from analytics.distances import distances
from analytics.exhibits import Column, Table, Words
from analytics.measures import degrees
from analytics.networks import Network
from analytics.power_law import PowerLawFit, fit_power_law
from analytics.reciprocity import reciprocity
from analytics.simple_graph import Ints
from analytics.working import each_network

TITLE: Final = Words("网络结构的进一步指标", "Further measures of the network's structure")

#: Start nodes from which the share of betweenness is estimated; networks with fewer are computed in full.
_PIVOTS: Final = 256
#: So many of the most central nodes.
_CENTRAL: Final = 10
_PERCENT: Final = Words("%", "%")
_VERDICTS: Final = {
    "power law": Words("优于对数正态", "better than lognormal"),
    "other": Words("不如对数正态", "worse than lognormal"),
    "neither": Words("难分优劣", "cannot be told apart"),
    "none": Words("无法拟合", "no fit"),
}

_COLUMNS: Final = (
    Column("year", Words("年份", "Year"), "key"),
    Column("reciprocity", Words("互惠边", "Answered edges"), "share", _PERCENT, 1),
    Column("degeneracy", Words("最内核的 k", "k of the innermost core"), "count"),
    Column("core_nodes", Words("最内核节点", "Nodes of it"), "count"),
    Column("core_sample", Words("其中样本节点", "Sample nodes of it"), "count"),
    Column("top_share", Words("前10%节点的边端", "Links of the top tenth"), "share", _PERCENT, 1),
    Column("gini", Words("度的基尼系数", "Gini of degrees"), "number", decimals=3),
    Column("exponent", Words("幂律指数", "Power-law exponent"), "number", decimals=2),
    Column("exponent_error", Words("标准误", "Its error"), "number", decimals=2),
    Column("tail_from", Words("尾部起点（度）", "Tail from degree"), "count"),
    Column("verdict", Words("幂律与对数正态", "Power law against lognormal"), "text", english="verdict_en"),
    Column("reachable", Words("可达的有序对", "Ordered pairs with a path"), "share", _PERCENT, 1),
    Column("efficiency", Words("全局效率", "Efficiency"), "number", decimals=4),
    Column(
        "central_share", Words("前十节点的中介中心性", "Betweenness of the ten leading"), "share", _PERCENT, 1
    ),
    Column("central_error", Words("标准误", "Its error"), "share", _PERCENT, 1),
)


def structure_supplement(_engine: Engine, basis: Basis) -> Table:
    """A row a year, of the network of Table 3; a year without edges has no measures."""
    rows = each_network([basis.network(year) for year in basis.years], _row)
    frame = pd.DataFrame(rows, columns=[*(one.name for one in _COLUMNS), "verdict_en"])
    counts = [one.name for one in _COLUMNS if one.kind == "count"]
    frame = frame.astype(dict.fromkeys(counts, "Int64")).astype({"year": np.int64})

    def behind(row: int, _column: str) -> Ints:
        return basis.facts_until(int(frame["year"].iloc[row]))

    return Table("supplement_1", TITLE, _COLUMNS, ("year",), "reciprocity", frame, behind, _notes(basis))


def _row(network: Network) -> dict[str, Any]:
    graph, degree = network.graph(), degrees(network)
    row: dict[str, Any] = {"year": network.year}
    answered, unequal = reciprocity(graph), gini(degree)
    if answered is None or unequal is None:
        return row
    inside, found = cores(graph), distances(graph)
    possible = graph.nodes * (graph.nodes - 1)
    inverse = found.pairs[1:] / np.arange(1, len(found.pairs))
    return row | {
        "reciprocity": answered * 100,
        "degeneracy": inside.degeneracy,
        "core_nodes": len(inside.innermost),
        "core_sample": int(network.nodes["sample"].to_numpy()[inside.innermost].sum()),
        "top_share": top_share(degree) * 100,
        "gini": unequal,
        "reachable": found.reachable / possible * 100,
        "efficiency": float(inverse.sum()) / possible,
        **_fitted(fit_power_law(degree)),
        **_central(network),
    }


def _fitted(fit: PowerLawFit | None) -> dict[str, Any]:
    words = _VERDICTS[fit.lognormal.favours if fit else "none"]
    row: dict[str, Any] = {"verdict": words.zh, "verdict_en": words.en}
    if fit:
        row |= {"exponent": fit.exponent, "exponent_error": fit.error, "tail_from": fit.least}
    return row


def _central(network: Network) -> dict[str, float]:
    """Share of all betweenness that the leading nodes hold, and its standard error (0 where it is exact)."""
    graph = network.graph()
    found = distances(graph)
    # All betweenness together is known: a path of length d has d - 1 nodes within.
    whole = int(found.pairs[1:] @ np.arange(len(found.pairs) - 1))
    if not whole:
        return {}
    if np.count_nonzero(graph.out_degree()) <= _PIVOTS:
        value, error = betweenness(graph), np.zeros(graph.nodes)
    else:
        value, error = estimated_betweenness(graph, _PIVOTS)
    leading = np.argsort(-value, kind="stable")[:_CENTRAL]
    # Errors of nodes on the same paths go together: their sum is the careful bound.
    return {
        "central_share": float(value[leading].sum()) / whole * 100,
        "central_error": math.fsum(error[leading].tolist()) / whole * 100,
    }


def _notes(basis: Basis) -> tuple[Words, ...]:
    return (
        Words(
            "互惠边：反向也有边的有向边所占比例。k 核：反复去掉邻居少于 k 个的节点后所余者，不计方向。",
            "Answered edges: directed edges whose opposite is there as well. A k-core is what is left "
            "once nodes with "
            "fewer than k neighbours are taken away again and again, directions aside.",
        ),
        Words(
            "前10%节点的边端与基尼系数表示集中程度，本身不说明幂律；幂律由离散极大似然拟合，"
            "并以似然比与对数正态比较（5% 显著水平）。",
            "The top tenth and the Gini coefficient show concentration, which is no evidence of a power "
            "law by itself; "
            "that is fitted by discrete maximum likelihood and held against a lognormal by a likelihood "
            "ratio (5 %).",
        ),
        Words(
            "全局效率：全部有序对的距离倒数之均值，不可达者计零。",
            "Efficiency: the mean of 1 / distance over all ordered pairs, 0 for those without a path.",
        ),
        Words(
            f"中介中心性由{_PIVOTS}个抽取的起点估计（起点更少的网络为精确值，误差为零）。",
            f"Betweenness is estimated from {_PIVOTS} start nodes drawn by lot (exact, with an error of "
            "0, in networks "
            "with fewer).",
        ),
        *basis.reading_notes(),
    )
