"""Figures 23, 24 and 25: technology relations that the sample's companies take part in, by direction and year.

A relation here is an ordered pair of nodes with a technology relation by the end of the year.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Figure, Table, Words
from analytics.simple_graph import Ints

FLOWS_TITLE: Final = Words("技术输入和赋能", "Technology input and empowerment")
INPUT_TITLE: Final = Words("技术输入", "Technology input")
EMPOWERMENT_TITLE: Final = Words("技术赋能", "Technology empowerment")

_TECHNOLOGY: Final = ("technology",)
_YEAR: Final = Column("year", Words("年份", "Year"), "key")
_PAIR: Final = ["source", "target"]


def flows_figure(basis: Basis) -> Figure:
    """Figure 23: relations in which a sample company receives (input) and provides (empowerment)."""
    rows = basis.until(basis.last, _TECHNOLOGY)
    sides = {"input": "to_sample", "empowerment": "from_sample"}
    counts: list[dict[str, int]] = []
    for year in basis.years:
        then = rows[rows["date"].dt.year <= year]
        pairs = {name: len(then.loc[then[side], _PAIR].drop_duplicates()) for name, side in sides.items()}
        counts.append({"year": year, **pairs})
    frame = pd.DataFrame(counts, columns=["year", *sides])
    # Where no source tells of technology relations at all, none is a gap and no zero.
    gap: tuple[Words, ...] = ()
    if not (basis.facts.facts["kind"] == "cooperation").any():
        frame[list(sides)] = pd.NA
        gap = (Words("尚无来源提供技术关系，空缺。", "A gap: no source tells of technology relations yet."),)

    def behind(row: int, column: str) -> Ints:
        chosen = basis.until(int(frame["year"].iloc[row]), _TECHNOLOGY)
        return fact_ids(chosen[chosen[sides[column]]] if column in sides else chosen)

    columns = (
        _YEAR,
        Column("input", Words("技术输入", "Input"), "count"),
        Column("empowerment", Words("技术赋能", "Empowerment"), "count"),
    )
    notes = (
        Words(
            "累积至各年末的技术关系数（有序节点对）；供需双方都是样本企业的，既计为输入也计为赋能。",
            "Technology relations (ordered pairs of nodes), cumulative to the end of each year; one between two "
            "sample companies counts as input and as empowerment.",
        ),
        *gap,
        *basis.reading_notes(_TECHNOLOGY),
    )
    table = Table("figure_23", FLOWS_TITLE, columns, ("year",), "input", frame, behind, notes)
    return Figure(
        table,
        "line",
        x="year",
        series=tuple(sides),
        x_title=Words("年份", "Year"),
        y_title=Words("关系数", "Relations"),
    )


def input_figure(basis: Basis) -> Figure:
    """Figure 24: relations in which a sample company receives, by where the provider is."""
    return _by_place(basis, "figure_24", INPUT_TITLE, "to_sample", "source")


def empowerment_figure(basis: Basis) -> Figure:
    """Figure 25: relations in which a sample company provides, by where the recipient is."""
    return _by_place(basis, "figure_25", EMPOWERMENT_TITLE, "from_sample", "target")


def _by_place(basis: Basis, identity: str, title: Words, side: str, other: str) -> Figure:
    rows = basis.until(basis.last, _TECHNOLOGY)
    rows = rows[rows[side]]
    where = basis.domestic(rows[other])
    words = {True: "domestic", False: "foreign", None: "unknown"}
    rows = rows.assign(where=[words[one] for one in where], year=rows["date"].dt.year)
    kinds = ("domestic", "foreign", "unknown")
    counts: list[dict[str, int]] = []
    for year in basis.years:
        pairs = rows.loc[rows["year"] <= year, [*_PAIR, "where"]].drop_duplicates()
        found = pairs["where"].value_counts()
        counts.append({"year": year, "all": len(pairs)} | {kind: int(found.get(kind, 0)) for kind in kinds})
    frame = pd.DataFrame(counts, columns=["year", "all", *kinds])
    gap: tuple[Words, ...] = ()
    if not (basis.facts.facts["kind"] == "cooperation").any():
        frame[["all", *kinds]] = pd.NA
        gap = (Words("尚无来源提供技术关系，空缺。", "A gap: no source tells of technology relations yet."),)

    def behind(row: int, column: str) -> Ints:
        chosen = rows[rows["year"] <= int(frame["year"].iloc[row])]
        return fact_ids(chosen[chosen["where"] == column] if column in kinds else chosen)

    columns = (
        _YEAR,
        Column("all", Words("合计", "All"), "count"),
        Column("domestic", Words("国内", "Domestic"), "count"),
        Column("foreign", Words("国外", "Foreign"), "count"),
        Column("unknown", Words("国别不明", "Country not known"), "count"),
    )
    notes = (
        Words(
            "累积至各年末的技术关系数（有序节点对），按对方所在国别分；港澳台计为国内。",
            "Technology relations (ordered pairs of nodes), cumulative to the end of each year, by the country of "
            "the other side; Hong Kong, Macao and Taiwan count as domestic.",
        ),
        *gap,
        *basis.reading_notes(_TECHNOLOGY),
    )
    table = Table(identity, title, columns, ("year",), "all", frame, behind, notes)
    return Figure(
        table,
        "line",
        x="year",
        series=("all", "domestic", "foreign"),
        x_title=Words("年份", "Year"),
        y_title=Words("关系数", "Relations"),
    )
