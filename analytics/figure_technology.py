"""Figures 23, 27 and 40: technology relations by direction, technology category and application area, by year.

A relation here is an ordered pair of nodes with a technology relation by the end of the year. One with several
categories counts once for each: shares are of all (relation, category) pairs and add up to 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Figure, Table, Words
from analytics.ranking import values_of
from analytics.simple_graph import Ints
from pipelines.taxonomy import taxonomy

FLOWS_TITLE: Final = Words("技术输入和赋能", "Technology input and empowerment")
CATEGORIES_TITLE: Final = Words("技术类别", "Technology categories")
AREAS_TITLE: Final = Words("应用领域", "Application areas")

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


def categories_figure(basis: Basis) -> Figure:
    """Figure 27."""
    return _shares(basis, "figure_27", CATEGORIES_TITLE, "technologies", "technology_categories")


def areas_figure(basis: Basis) -> Figure:
    """Figure 40."""
    return _shares(basis, "figure_40", AREAS_TITLE, "applications", "application_areas")


def _shares(basis: Basis, identity: str, title: Words, field: str, listed: str) -> Figure:
    terms = taxonomy(listed)
    rows = basis.until(basis.last, _TECHNOLOGY).assign(year=lambda frame: frame["date"].dt.year)
    labels = [detail.get(field) or [] for detail in rows["detail"]]
    labelled = rows.assign(label=pd.Series(labels, index=rows.index, dtype=object)).explode("label")
    labelled = labelled[labelled["label"].notna()]
    codes = {name: term.code for name in labelled["label"].unique() if (term := terms.find(str(name)))}
    strange = sorted(str(name) for name in set(labelled["label"]) - codes.keys())
    labelled = labelled.assign(label=labelled["label"].map(codes)).dropna(subset="label")

    counts: list[dict[str, float]] = []
    for year in basis.years:
        pairs = labelled.loc[labelled["year"] <= year, [*_PAIR, "label"]].drop_duplicates()
        every = len(rows.loc[rows["year"] <= year, _PAIR].drop_duplicates())
        with_label = len(pairs[_PAIR].drop_duplicates())
        counts.append(
            {"year": year, "relations": with_label, "unlabelled": every - with_label}
            | _percent(values_of(pairs["label"].value_counts()), terms.codes)
        )
    frame = pd.DataFrame(counts, columns=["year", "relations", "unlabelled", *terms.codes])

    def behind(row: int, column: str) -> Ints:
        year = int(frame["year"].iloc[row])
        if column == "unlabelled":
            every = rows[rows["year"] <= year]
            known = labelled.loc[labelled["year"] <= year, _PAIR].drop_duplicates()
            left = every.merge(known, on=_PAIR, how="left", indicator=True)
            return fact_ids(left[left["_merge"] == "left_only"])
        chosen = labelled[labelled["year"] <= year]
        return fact_ids(chosen[chosen["label"] == column] if column in terms else chosen)

    percent = Words("%", "%")
    columns = (
        _YEAR,
        Column("relations", Words("有类别的关系", "Relations with one"), "count"),
        Column("unlabelled", Words("无类别的关系", "Relations without"), "count"),
        *(Column(term.code, Words(term.zh, term.en or term.zh), "share", percent, 2) for term in terms),
    )
    notes = [
        Words(
            "占比以（关系，类别）对计：有几个类别的关系在每个类别各计一次，各类合计100%；累积至各年末。",
            "Shares are of (relation, category) pairs: a relation with several categories counts once for each, "
            "and all add up to 100 %; cumulative to the end of each year.",
        )
    ]
    if strange:
        shown = "、".join(strange[:10]) + ("…" if len(strange) > 10 else "")
        notes.append(
            Words(
                f"来源中有 {len(strange)} 个词不属于本分类，未计入：{shown}。",
                f"{len(strange)} words of the sources are no categories of this list and are left out: {shown}.",
            )
        )
    table = Table(
        identity,
        title,
        columns,
        ("year",),
        "relations",
        frame,
        behind,
        (*notes, *basis.reading_notes(_TECHNOLOGY)),
        upright=True,
        whole=True,
    )
    return Figure(
        table,
        "stacked",
        x="year",
        series=terms.codes,
        x_title=Words("年份", "Year"),
        y_title=Words("占技术关系 (%)", "Share of technology relations (%)"),
    )


def _percent(counts: Mapping[str, int], codes: tuple[str, ...]) -> dict[str, float]:
    """Shares of a year; not known where there is nothing to share."""
    total = sum(counts.values())
    return {code: counts.get(code, 0) * 100 / total if total else np.nan for code in codes}
