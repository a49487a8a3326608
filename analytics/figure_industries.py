"""Figures 60 to 64: with which industries the sample's companies have technology relations, by year.

A relation is an ordered pair of nodes with a technology relation by the end of the year. The companies of the
sample are the core sector; whoever else they work with is the integration sector, parted by GB/T 4754-2017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Figure, Table, Words
from analytics.industries import industries
from analytics.simple_graph import Ints
from pipelines.taxonomy import taxonomy

SECTORS_TITLE: Final = Words("两个产业部门", "Core and integration sector")
THREE_TITLE: Final = Words("三次产业", "Primary, secondary and tertiary industry")
SECONDARY_TITLE: Final = Words("第二产业", "Secondary industry")
MANUFACTURING_TITLE: Final = Words("制造业前五", "Five largest of manufacturing")
TERTIARY_TITLE: Final = Words("第三产业", "Tertiary industry")

_TECHNOLOGY: Final = ("technology",)
_PAIR: Final = ["source", "target"]
_PERCENT: Final = Words("%", "%")
_THREE: Final = {
    "primary": Words("第一产业", "Primary"),
    "secondary": Words("第二产业", "Secondary"),
    "tertiary": Words("第三产业", "Tertiary"),
}
_MANUFACTURING: Final = "C"
#: So many divisions of manufacturing, and sections of the tertiary industry, are drawn by themselves.
_LARGEST: Final = 5


@dataclass(frozen=True, eq=False)
class _Partners:
    """Technology relations of the sample with the other side: `year`, `core` (both are of the sample), and of the
    other side `division`, `section`, `sector`, `basis`."""

    rows: pd.DataFrame


def _partners(basis: Basis) -> pd.DataFrame:
    return basis.once("partners by industry", _make).rows


def _make(basis: Basis) -> _Partners:
    rows = basis.until(basis.last, _TECHNOLOGY).assign(year=lambda frame: frame["date"].dt.year)
    rows["core"] = rows["from_sample"] & rows["to_sample"]
    rows["other"] = rows["target"].where(rows["from_sample"], rows["source"])
    outside = rows.loc[~rows["core"], "other"]
    return _Partners(rows.join(industries(basis, outside), on="other"))


def sectors_figure(basis: Basis) -> Figure:
    """Figure 60."""
    rows = _partners(basis)
    groups = {
        "core": Words("核心产业部门内部", "within the core sector"),
        "integration": Words("核心与融合产业部门", "core with integration sector"),
    }
    rows = rows.assign(group=np.where(rows["core"], "core", "integration"))
    return _by_year(basis, "figure_60", SECTORS_TITLE, rows, groups, whole="")


def three_figure(basis: Basis) -> Figure:
    """Figure 61."""
    rows = _partners(basis)
    rows = rows[~rows["core"]].assign(group=lambda frame: frame["sector"])
    return _by_year(basis, "figure_61", THREE_TITLE, rows, _THREE, whole="融合产业部门")


def secondary_figure(basis: Basis) -> Figure:
    """Figure 62."""
    rows = _partners(basis)
    rows = rows[rows["sector"].eq("secondary").fillna(False)].assign(group=lambda frame: frame["section"])
    terms = taxonomy("industries")
    groups = {
        term.code: Words(term.zh, term.en)
        for term in terms
        if term.parent is None and term.attributes["sector"] == "secondary"
    }
    return _by_year(basis, "figure_62", SECONDARY_TITLE, rows, groups, whole="第二产业")


def manufacturing_figure(basis: Basis) -> Figure:
    """Figure 63: shares are of the relations with manufacturing whose division is known."""
    rows = _partners(basis)
    rows = rows[rows["section"].eq(_MANUFACTURING).fillna(False)].assign(
        group=lambda frame: frame["division"]
    )
    return _by_year(
        basis, "figure_63", MANUFACTURING_TITLE, rows, _named(rows), whole="制造业", most=_LARGEST
    )


def tertiary_figure(basis: Basis) -> Figure:
    """Figure 64."""
    rows = _partners(basis)
    rows = rows[rows["sector"].eq("tertiary").fillna(False)].assign(group=lambda frame: frame["section"])
    return _by_year(basis, "figure_64", TERTIARY_TITLE, rows, _named(rows), whole="第三产业", most=_LARGEST)


def _named(rows: pd.DataFrame) -> dict[str, Words]:
    """The groups of the rows with their names, those with the most relations first, then by code."""
    counts = rows[[*_PAIR, "group"]].drop_duplicates()["group"].value_counts()
    terms = taxonomy("industries")
    order = sorted((str(one) for one in counts.index), key=lambda one: (-counts[one], one))
    return {code: Words(terms[code].zh, terms[code].en) for code in order}


def _by_year(
    basis: Basis,
    identity: str,
    title: Words,
    rows: pd.DataFrame,
    groups: Mapping[str, Words],
    *,
    whole: str,
    most: int | None = None,
) -> Figure:
    """Shares of the relations of each group, by year. most: so many groups are drawn, the first ones; the table has
    all. whole: what the relations with a group are all of, for the note."""
    counts: list[dict[str, float]] = []
    unknown: list[int] = []
    for year in basis.years:
        pairs = rows.loc[rows["year"] <= year, [*_PAIR, "group"]].drop_duplicates()
        sizes = pairs["group"].value_counts()
        every = int(sizes.sum())
        unknown.append(len(pairs) - every)
        share = {code: float(sizes.get(code, 0)) * 100 / every if every else np.nan for code in groups}
        counts.append({"year": year, "relations": every} | share)
    frame = pd.DataFrame(counts, columns=["year", "relations", *groups])
    frame["unknown"] = unknown

    def behind(row: int, column: str) -> Ints:
        chosen = rows[rows["year"] <= int(frame["year"].iloc[row])]
        if column == "unknown":
            return fact_ids(chosen[chosen["group"].isna()])
        chosen = chosen[chosen["group"].notna()]
        return fact_ids(chosen[chosen["group"] == column] if column in groups else chosen)

    columns = (
        Column("year", Words("年份", "Year"), "key"),
        Column("relations", Words("关系数", "Relations"), "count"),
        Column("unknown", Words("行业不明", "Industry not known"), "count"),
        *(Column(code, words, "share", _PERCENT, 2) for code, words in groups.items()),
    )
    table = Table(identity, title, columns, ("year",), "relations", frame, behind, _notes(basis, rows, whole))
    series: Sequence[str] = list(groups)[:most]
    return Figure(
        table,
        "line",
        x="year",
        series=tuple(series),
        x_title=Words("年份", "Year"),
        y_title=Words("占比 (%)", "Share (%)"),
    )


def _notes(basis: Basis, rows: pd.DataFrame, whole: str) -> tuple[Words, ...]:
    notes = [
        Words(
            "核心产业部门为样本企业，其余合作方为融合产业部门；关系为有序节点对，累积至各年末。",
            "The sample's companies are the core sector, all others they work with the integration sector; "
            "relations are ordered pairs of nodes, cumulative to the end of each year.",
        )
    ]
    if whole:
        known = rows[rows["section"].notna()].drop_duplicates("other")
        told = int((known["basis"] == "told").sum())
        notes.append(
            Words(
                "占比以行业已知者计（GB/T 4754-2017）；"
                f"{len(known)} 个合作方中 {told} 个的行业由名称、类别和标签推定。",
                "Shares are of those with a known industry (GB/T 4754-2017); of "
                f"{len(known)} partners {told} have one told by name, kind and tags.",
            )
        )
    return (*notes, *basis.reading_notes(_TECHNOLOGY))
