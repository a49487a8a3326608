"""Tables 4 and 5: sample nodes and relation nodes with the highest technology degree, for chosen years."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Table, Words
from analytics.measures import degrees
from analytics.ranking import NAME, PLACE, RANK, joined, ranked
from analytics.simple_graph import Ints

SAMPLE_TITLE: Final = Words("样本节点前二十", "Leading sample nodes")
RELATION_TITLE: Final = Words("关系节点前二十", "Leading relation nodes")

_DEGREE: Final = Column("degree", Words("度", "Degree"), "count")
_COLUMNS: Final = (
    Column("year", Words("年份", "Year"), "key"),
    PLACE,
    RANK,
    NAME,
    _DEGREE,
)
_TECHNOLOGY: Final = ("technology",)


def sample_nodes_table(basis: Basis) -> Table:
    """Table 4."""
    return _table(basis, "table_4", SAMPLE_TITLE, sample=True)


def relation_nodes_table(basis: Basis) -> Table:
    """Table 5."""
    return _table(basis, "table_5", RELATION_TITLE, sample=False)


def _table(basis: Basis, identity: str, title: Words, *, sample: bool) -> Table:
    years = basis.ranking_years
    parts = {}
    for year in years:
        network = basis.network(year, _TECHNOLOGY)
        wanted = network.nodes["sample"].to_numpy() == sample
        entities = network.nodes.loc[wanted, "entity"]
        degree = degrees(network)[wanted]
        parts[str(year)] = ranked(basis, dict(zip(entities, degree.tolist(), strict=True)))
    frame, cut = joined(parts, "year")
    frame = frame.rename(columns={"value": "degree"}).astype({"year": np.int64})

    def behind(row: int, _column: str) -> Ints:
        rows = basis.until(int(frame["year"].iloc[row]), _TECHNOLOGY)
        entity = frame["entity"].iloc[row]
        return fact_ids(rows[(rows["source"] == entity) | (rows["target"] == entity)])

    notes = (
        Words(
            "度：技术关系网络（累积至该年末）中的入度与出度之和，互为供需的一对计二；并列者名次相同。",
            "Degree: in-degree plus out-degree in the network of technology relations, cumulative to the end of "
            "the year; a pair that gives both ways counts two. Equal degrees share a rank.",
        ),
        *cut,
        *basis.reading_notes(_TECHNOLOGY),
    )
    blocks = {str(year): Words(f"{year}年", str(year)) for year in years}
    return Table(identity, title, _COLUMNS, ("year", "place"), "degree", frame, behind, notes, blocks)
