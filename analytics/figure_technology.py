"""Figures 27 to 59: technology relations by technology category and application area, by year: all of them, and
one by one.

A relation here is an ordered pair of nodes with a technology relation by the end of the year. One with several
categories counts once for each: shares are of all (relation, category) pairs and add up to 100.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Figure, Table, Words
from analytics.ranking import values_of
from analytics.simple_graph import Ints
from pipelines.taxonomy import Taxonomy, taxonomy

CATEGORIES_TITLE: Final = Words("技术类别", "Technology categories")
AREAS_TITLE: Final = Words("应用领域", "Application areas")

_TECHNOLOGY: Final = ("technology",)
_YEAR: Final = Column("year", Words("年份", "Year"), "key")
_PAIR: Final = ["source", "target"]
_PERCENT: Final = Words("%", "%")


def categories_figure(basis: Basis) -> Figure:
    """Figure 27."""
    return _shares(basis, "figure_27", CATEGORIES_TITLE, "technologies", "technology_categories")


def areas_figure(basis: Basis) -> Figure:
    """Figure 40."""
    return _shares(basis, "figure_40", AREAS_TITLE, "applications", "application_areas")


@dataclass(frozen=True, eq=False)
class _Labelled:
    """The technology relations with their categories. frame: by year, relations with one and without, and the share
    of each category (percent); counts: by year, the relations of each category; strange: words that are none."""

    terms: Taxonomy
    rows: pd.DataFrame
    labelled: pd.DataFrame
    frame: pd.DataFrame
    counts: pd.DataFrame
    strange: list[str]

    def facts(self, year: int, column: str) -> Ints:
        """The facts behind a cell."""
        if column == "unlabelled":
            every = self.rows[self.rows["year"] <= year]
            known = self.labelled.loc[self.labelled["year"] <= year, _PAIR].drop_duplicates()
            left = every.merge(known, on=_PAIR, how="left", indicator=True)
            return fact_ids(left[left["_merge"] == "left_only"])
        chosen = self.labelled[self.labelled["year"] <= year]
        return fact_ids(chosen[chosen["label"] == column] if column in self.terms else chosen)

    def notes(self) -> list[Words]:
        if not self.strange:
            return []
        shown = "、".join(self.strange[:10]) + ("…" if len(self.strange) > 10 else "")
        return [
            Words(
                f"来源中有 {len(self.strange)} 个词不属于本分类，未计入：{shown}。",
                f"{len(self.strange)} words of the sources are no categories of this list and left out: {shown}.",
            )
        ]


def _labels(basis: Basis, field: str, listed: str) -> _Labelled:
    return basis.once(f"labels of {listed}", lambda it: _make_labels(it, field, listed))


def _make_labels(basis: Basis, field: str, listed: str) -> _Labelled:
    terms = taxonomy(listed)
    rows = basis.until(basis.last, _TECHNOLOGY).assign(year=lambda frame: frame["date"].dt.year)
    labels = [detail.get(field) or [] for detail in rows["detail"]]
    labelled = rows.assign(label=pd.Series(labels, index=rows.index, dtype=object)).explode("label")
    labelled = labelled[labelled["label"].notna()]
    codes = {name: term.code for name in labelled["label"].unique() if (term := terms.find(str(name)))}
    strange = sorted(str(name) for name in set(labelled["label"]) - codes.keys())
    labelled = labelled.assign(label=labelled["label"].map(codes)).dropna(subset="label")

    shares: list[dict[str, float]] = []
    counts: list[dict[str, int]] = []
    for year in basis.years:
        pairs = labelled.loc[labelled["year"] <= year, [*_PAIR, "label"]].drop_duplicates()
        every = len(rows.loc[rows["year"] <= year, _PAIR].drop_duplicates())
        with_label = len(pairs[_PAIR].drop_duplicates())
        found = values_of(pairs["label"].value_counts())
        shares.append(
            {"year": year, "relations": with_label, "unlabelled": every - with_label}
            | _percent(found, terms.codes)
        )
        counts.append({"year": year} | {code: found.get(code, 0) for code in terms.codes})
    return _Labelled(
        terms,
        rows,
        labelled,
        pd.DataFrame(shares, columns=["year", "relations", "unlabelled", *terms.codes]),
        pd.DataFrame(counts, columns=["year", *terms.codes]),
        strange,
    )


def term_figure(basis: Basis, identity: str, title: Words, listed: str, code: str) -> Figure:
    """Figures 28 to 39 and 41 to 59: one category's share of the technology relations, by year, as Figure 27 or 40
    has it."""
    found = _labels(basis, _FIELDS[listed], listed)
    frame = pd.DataFrame(
        {
            "year": found.frame["year"],
            "relations": found.counts[code],
            "share": found.frame[code].astype(float),
        }
    )
    if found.frame["relations"].eq(0).all():
        frame = frame.astype({"relations": "Int64"})
        frame["relations"] = pd.NA

    def behind(row: int, _column: str) -> Ints:
        return found.facts(int(frame["year"].iloc[row]), code)

    columns = (
        _YEAR,
        Column("relations", Words("关系数", "Relations"), "count"),
        Column("share", title, "share", _PERCENT, 2),
    )
    notes = (
        Words(
            "占比以（关系，类别）对计，累积至各年末。",
            "Shares are of (relation, category) pairs, cumulative to the end of each year.",
        ),
        *basis.reading_notes(_TECHNOLOGY),
    )
    table = Table(identity, title, columns, ("year",), "share", frame, behind, notes)
    return Figure(
        table,
        "line",
        x="year",
        series=("share",),
        x_title=Words("年份", "Year"),
        y_title=Words("占比 (%)", "Share (%)"),
    )


#: Taxonomy → where a cooperation has its words.
_FIELDS: Final[Mapping[str, str]] = {
    "technology_categories": "technologies",
    "application_areas": "applications",
}
#: The printed report draws these one by one, in this order: figures 28 to 39, and 41 to 59.
_DRAWN: Final[Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "technology_categories": (28, (
        "大数据和云计算", "5G", "物联网", "智能芯片", "自动驾驶", "计算机视觉", "虚拟/增强现实", "生物识别",
        "智能机器人", "语音识别", "自然语言处理", "区块链",
    )),
    "application_areas": (41, (
        "企业智能管理", "智慧城市", "智能营销与新零售", "智能制造", "智能网联汽车", "智能金融", "智能医疗",
        "智能硬件",
        "新媒体和数字内容", "智能教育", "智能政务", "智能交通", "智能家居", "智能物流", "网络安全", "智能能源",
        "智慧文旅", "智能安防", "智能农业",
    )),
}  # fmt: skip


def term_figures() -> dict[str, tuple[Words, Callable[[Basis], Figure]]]:
    """Id → title and how it is computed, of the figures of one category each."""
    found: dict[str, tuple[Words, Callable[[Basis], Figure]]] = {}
    for listed, (first, names) in _DRAWN.items():
        for number, name in enumerate(names, first):
            term = taxonomy(listed)[name]
            identity, title = f"figure_{number}", Words(term.zh, term.en or term.zh)
            found[identity] = (
                title,
                partial(term_figure, identity=identity, title=title, listed=listed, code=term.code),
            )
    return found


def _shares(basis: Basis, identity: str, title: Words, field: str, listed: str) -> Figure:
    found = _labels(basis, field, listed)
    terms, frame = found.terms, found.frame

    def behind(row: int, column: str) -> Ints:
        return found.facts(int(frame["year"].iloc[row]), column)

    columns = (
        _YEAR,
        Column("relations", Words("有类别的关系", "Relations with one"), "count"),
        Column("unlabelled", Words("无类别的关系", "Relations without"), "count"),
        *(Column(term.code, Words(term.zh, term.en or term.zh), "share", _PERCENT, 2) for term in terms),
    )
    notes = [
        Words(
            "占比以（关系，类别）对计：有几个类别的关系在每个类别各计一次，各类合计100%；累积至各年末。",
            "Shares are of (relation, category) pairs: a relation with several categories counts once for each, "
            "and all add up to 100 %; cumulative to the end of each year.",
        )
    ]
    notes += found.notes()
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
