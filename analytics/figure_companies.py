"""Figures 1, 2, 3, 10, 11 and 12: the sample's companies by founding year, place, layer and core technology."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analytics.basis import Basis
from analytics.company_attributes import province_words, provinces, stated, years
from analytics.distribution import by_size, distribution
from analytics.exhibits import Figure, Words
from pipelines.taxonomy import taxonomy

FOUNDED_TITLE: Final = Words("创建时间", "Year of founding")
AREA_TITLE: Final = Words("都市圈", "Metropolitan areas")
PROVINCE_TITLE: Final = Words("省市自治区", "Provinces")
LAYER_TITLE: Final = Words("技术层次", "Layers")
CORE_TITLE: Final = Words("核心技术", "Core technologies")
CORE_BELOW_TITLE: Final = Words(
    "核心技术（基础层和技术层）", "Core technologies of foundation and technology layer"
)

#: Founded before it: one group.
_FIRST_YEAR: Final = 2000
_AREAS: Final = {
    "京津冀": "Beijing–Tianjin–Hebei",
    "长三角": "Yangtze delta",
    "珠三角": "Pearl River delta",
    "川渝": "Sichuan–Chongqing",
}
_OTHER: Final = Words("其他", "Others")


def founded_figure(basis: Basis) -> Figure:
    """Figure 1."""
    rows = stated(basis, "founded")
    rows["year"] = years(rows)
    rows = rows[rows["year"].notna() & (rows["year"] <= basis.last)]
    early = f"<{_FIRST_YEAR}"
    rows = rows.assign(group=[early if year < _FIRST_YEAR else f"{year:.0f}" for year in rows["year"]])
    groups = {early: Words(f"{_FIRST_YEAR}年前", f"before {_FIRST_YEAR}")} | {
        str(year): Words(str(year), str(year)) for year in range(_FIRST_YEAR, basis.last + 1)
    }
    return distribution(basis, "figure_1", FOUNDED_TITLE, Words("创建年份", "Founded"), groups, rows)


def areas_figure(basis: Basis) -> Figure:
    """Figure 2: a province counts to its metropolitan area as a whole."""
    rows = provinces(basis).dropna(subset="code")
    terms = taxonomy("provinces")
    rows = rows.assign(group=[terms[code].attributes.get("area", "other") for code in rows["code"]])
    groups = {zh: Words(zh, en) for zh, en in _AREAS.items()} | {"other": _OTHER}
    return distribution(
        basis, "figure_2", AREA_TITLE, Words("都市圈", "Area"), groups, rows, chart="ranked"
    )  # fmt: skip


def provinces_figure(basis: Basis) -> Figure:
    """Figure 3: the provinces that have a company, the largest first; the five first cities are in a note."""
    rows = provinces(basis).dropna(subset="code")
    rows = rows.assign(group=rows["code"])
    groups = {code: province_words(code) for code in by_size(rows)}
    return distribution(
        basis,
        "figure_3",
        PROVINCE_TITLE,
        Words("省市自治区", "Province"),
        groups,
        rows,
        chart="ranked",
        notes=_cities(basis),
    )


def _cities(basis: Basis) -> tuple[Words, ...]:
    rows = stated(basis, "city")
    terms = taxonomy("cities")
    found = [terms.find(str(value)) for value in rows["value"]]
    counts = pd.Series([term.code for term in found if term]).value_counts(sort=False)
    if counts.empty:
        return ()
    leading = counts.sort_index().sort_values(ascending=False, kind="stable")[:5]
    whole = int(counts.sum())
    zh = "、".join(f"{terms[str(code)].zh} {count * 100 / whole:.2f}%" for code, count in leading.items())
    en = ", ".join(f"{terms[str(code)].en} {count * 100 / whole:.2f} %" for code, count in leading.items())
    return (
        Words(f"城市前五：{zh}（{whole} 家有城市）。", f"First five cities: {en} (of {whole} with a city)."),
    )


def layers_figure(basis: Basis) -> Figure:
    """Figure 10."""
    terms = taxonomy("layers")
    groups = {term.code: Words(term.zh, term.en) for term in terms}
    return distribution(
        basis,
        "figure_10",
        LAYER_TITLE,
        Words("技术层次", "Layer"),
        groups,
        _of_sample(basis, "layer"),
        chart="ranked",
    )


def core_figure(basis: Basis) -> Figure:
    """Figure 11."""
    return _core(basis, "figure_11", CORE_TITLE, _of_sample(basis, "core_technology"))


def core_below_figure(basis: Basis) -> Figure:
    """Figure 12: the application layer is left out."""
    layers = taxonomy("layers").codes
    below = basis.nodes.loc[basis.nodes["layer"].isin(layers[:2]), "entity"]
    rows = _of_sample(basis, "core_technology")
    return _core(basis, "figure_12", CORE_BELOW_TITLE, rows[rows["entity"].isin(below)])


def _core(basis: Basis, identity: str, title: Words, rows: pd.DataFrame) -> Figure:
    terms = taxonomy("company_core_technologies")
    groups = {code: Words(terms[code].zh, terms[code].en or terms[code].zh) for code in by_size(rows)}
    return distribution(
        basis, identity, title, Words("核心技术", "Core technology"), groups, rows, chart="ranked"
    )


def _of_sample(basis: Basis, column: str) -> pd.DataFrame:
    """entity, group, fact: what the sample says of its members, with the facts that state the attribute of them."""
    terms = taxonomy("layers" if column == "layer" else "company_core_technologies")
    members = basis.nodes.loc[basis.nodes["sample"], ["entity", column]]
    found = [terms.find(str(value)) if isinstance(value, str) else None for value in members[column]]
    groups = pd.Series([term.code if term else pd.NA for term in found], index=members.index, dtype=object)
    members = members.assign(group=groups).dropna(subset="group")
    every, stands = basis.facts.attributes, basis.facts.roles
    told = every.loc[every["attribute"].isin((column, "industry_tag")), ["entity", "fact"]]
    # a person may have said it: then what there is of the company at all stands behind it
    rest = stands.loc[~stands["entity"].isin(told["entity"]), ["entity", "fact"]]
    rows = members.merge(pd.concat([told, rest]), on="entity")
    return rows[["entity", "group", "fact"]]
