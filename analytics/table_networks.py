"""Table 3: the measures of the network of each year."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.basis import Basis
from analytics.exhibits import Column, Table, Words
from analytics.measures import measure_table
from analytics.simple_graph import Ints

TITLE: Final = Words("价值网络结构指标", "Measures of the value network")

_COLUMNS: Final = (
    Column("year", Words("年份", "Year"), "key"),
    Column("sample_nodes", Words("样本节点", "Sample nodes"), "count"),
    Column("relation_nodes", Words("关系节点", "Relation nodes"), "count"),
    Column("nodes", Words("节点总数", "Nodes"), "count"),
    Column("edges", Words("边数", "Edges"), "count"),
    Column("average_degree", Words("平均度", "Average degree"), "number", decimals=3),
    Column("average_weighted_degree", Words("平均加权度", "Average weighted degree"), "number", decimals=3),
    Column("diameter", Words("网络直径", "Diameter"), "count"),
    Column("modularity", Words("模块化", "Modularity"), "number", decimals=3),
    Column("average_clustering", Words("平均聚类系数", "Average clustering"), "number", decimals=3),
    Column("average_path_length", Words("平均路径长度", "Average path length"), "number", decimals=3),
)


def networks_table(basis: Basis) -> Table:
    """A row a year; an edge for each ordered pair of nodes and dimension that joins them, weight 1."""
    frame = measure_table(basis.network(year) for year in basis.years)
    # A year without edges has no measures: nothing is known of it, and 0 would say otherwise.
    bare = frame["edges"] == 0
    measured = [column.name for column in _COLUMNS if column.kind == "number" or column.name == "diameter"]
    frame[measured] = frame[measured].astype(float).mask(bare)

    def behind(row: int, _column: str) -> Ints:
        return basis.facts_until(int(frame["year"].iloc[row]))

    notes = [
        Words(
            "网络逐年累积：含截至该年12月31日的全部关系；同一对节点同一方向在每个关系维度各计一条边，权重为一。",
            "Networks are cumulative to 31 December of the year; one edge of weight 1 for one ordered pair "
            "of nodes in each dimension that joins them.",
        ),
        Words(
            "定义与 Gephi 0.9.2 相同；模块化为固定种子的 Louvain 结果。",
            "Definitions are those of Gephi 0.9.2; modularity is Louvain's with a fixed seed.",
        ),
        *basis.reading_notes(),
    ]
    if bare.any():
        years = "、".join(str(year) for year in frame.loc[bare, "year"])
        notes.append(Words(f"{years}：没有边，指标空缺。", f"{years}: no edges, so no measures."))
    return Table(
        "table_3", TITLE, _COLUMNS, ("year",), "edges", frame.astype({"year": np.int64}), behind, tuple(notes)
    )
