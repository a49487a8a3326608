"""Supplement 2: each measure of the network beside its values in random networks with the same degrees."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.exhibits import Column, Table, Words
from analytics.networks import Network
from analytics.null_model import DRAWS, Beside, beside_chance
from analytics.simple_graph import Ints
from analytics.working import LARGE, each_network

TITLE: Final = Words("与随机网络的比较", "The network beside random ones")
#: Of large networks fewer are drawn: each takes about a second, and their values lie close together.
DRAWS_OF_LARGE: Final = 3

#: Measure → its words; the fields of `analytics.null_model.Structure`.
_MEASURES: Final = {
    "average_path_length": Words("平均路径长度", "Average path length"),
    "diameter": Words("网络直径", "Diameter"),
    "reachable_share": Words("可达的有序对占比", "Share of ordered pairs with a path"),
    "average_clustering": Words("平均聚类系数", "Average clustering"),
    "modularity": Words("模块化", "Modularity"),
    "reciprocity": Words("互惠边占比", "Share of answered edges"),
    "degeneracy": Words("最内核的 k", "k of the innermost core"),
    "core_nodes": Words("最内核节点", "Nodes of the innermost core"),
}

_COLUMNS: Final = (
    Column("year", Words("年份", "Year"), "key"),
    Column("measure", Words("项", "Key"), "key", shown=False),
    Column("label", Words("指标", "Measure"), "text", english="label_en"),
    Column("observed", Words("实际网络", "This network"), "number", decimals=4),
    Column("mean", Words("随机网络均值", "Random, mean"), "number", decimals=4),
    Column("deviation", Words("随机网络标准差", "Random, deviation"), "number", decimals=4),
    Column("ratio", Words("实际与随机之比", "Ratio"), "number", decimals=2),
    Column("z", Words("相差的标准差数", "Deviations apart"), "number", decimals=1),
    Column("draws", Words("随机网络数", "Random networks"), "count"),
)


def null_model_supplement(_engine: Engine, basis: Basis) -> Table:
    """Rows by year and measure; a year without edges has none to compare."""
    rows: list[dict[str, Any]] = []
    networks = [basis.network(year) for year in basis.years]
    for year, (draws, found) in zip(basis.years, each_network(networks, _beside), strict=True):
        for measure, words in _MEASURES.items():
            row = {"year": year, "measure": measure, "label": words.zh, "label_en": words.en, "draws": draws}
            rows.append(row | (_numbers(found[measure]) if found else {}))
    frame = pd.DataFrame(rows, columns=[*(one.name for one in _COLUMNS), "label_en"])
    numbers = [one.name for one in _COLUMNS if one.kind == "number"]
    frame[numbers] = frame[numbers].astype(float)

    def behind(row: int, _column: str) -> Ints:
        return basis.facts_until(int(frame["year"].iloc[row]))

    notes = (
        Words(
            f"随机网络：{DRAWS} 个（边数达 {LARGE:,} 的年份 {DRAWS_OF_LARGE} 个），"
            "保持每个节点在每个维度、每类对端（样本或关系节点）上的入边数和出边数，"
            "其余随机；"
            "无自环，同一维度同一有序对只有一条边，关系节点之间没有边。抽取的种子固定。",
            f"Random networks: {DRAWS} ({DRAWS_OF_LARGE} in years of {LARGE:,} edges or more), "
            "in which each node keeps its number of edges in and out, by "
            "dimension and by the "
            "kind of the other end (sample or relation node), and all else is by lot: no loops, one edge "
            "for an ordered "
            "pair and dimension, none between relation nodes. The seeds are fixed.",
        ),
        Words(
            "接近随机网络的指标由度数决定，不说明组织的选择；只有明显偏离者才是度数之外的结构。",
            "A measure near that of random networks follows from the degrees and says nothing of what "
            "organisations "
            "choose; only what is far from them is structure beyond degrees.",
        ),
        *basis.reading_notes(),
    )
    blocks = {str(year): Words(f"{year}年", str(year)) for year in basis.years}
    return Table("supplement_2", TITLE, _COLUMNS, ("year", "measure"), "ratio", frame, behind, notes, blocks)


def _beside(network: Network) -> tuple[int, dict[str, Beside] | None]:
    """How many networks were drawn, and what they say."""
    draws = DRAWS if len(network.edges) < LARGE else DRAWS_OF_LARGE
    return draws, beside_chance(network, draws=draws) if len(network.edges) else None


def _numbers(found: Beside) -> dict[str, float | None]:
    return {
        "observed": found.observed,
        "mean": found.mean,
        "deviation": found.deviation,
        "ratio": found.ratio,
        "z": found.z,
    }
