"""Supplements 12 and 13: how the sample covers the base database, and which attributes its members lack.

Invariant: a company without a value is counted as not known, in the sample and in the base alike, and in no group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.company_attributes import province_words, provinces, stated, years
from analytics.exhibits import Column, Table, Words
from analytics.facts import DOMESTIC
from analytics.simple_graph import Ints
from pipelines.taxonomy import taxonomy

COVERAGE_TITLE: Final = Words("样本对基础库的覆盖", "How the sample covers the base database")
ATTRIBUTES_TITLE: Final = Words("样本企业属性的缺失", "Attributes that sample companies lack")

_PERCENT: Final = Words("%", "%")
#: Upper ends of age in years, both ends included.
_AGES: Final = ((0, 3), (4, 6), (7, 10), (11, 20), (21, None))
_UNKNOWN: Final = Words("不明", "not known")

_ASPECTS: Final[Mapping[str, Words]] = {
    "all": Words("全部", "All"),
    "province": Words("省市自治区", "Province"),
    "layer": Words("技术层次", "Layer"),
    "age": Words("企业年龄", "Age"),
}
#: Attributes asked for of each member, as sources name them.
_ASKED: Final[Mapping[str, Words]] = {
    "founded": Words("创建时间", "Founded"),
    "province": Words("省市自治区", "Province"),
    "city": Words("城市", "City"),
    "layer": Words("技术层次", "Layer"),
    "core_technology": Words("核心技术", "Core technology"),
    "industry_tag": Words("行业标签", "Industry tags"),
    "website": Words("网站", "Website"),
    "status": Words("经营状态", "Status"),
    "staff": Words("员工数", "Staff"),
    "revenue": Words("营业收入", "Revenue"),
    "research_spend": Words("研发投入", "Research spend"),
    "market_value": Words("市值", "Market value"),
}
#: Whether there is any fact of a kind in which the company has a role.
_FACTS: Final[Mapping[str, tuple[str, tuple[str, ...], Words]]] = {
    "financing": ("financing", ("target",), Words("融资", "Financing")),
    "patents": ("patent", ("applicant", "assignee"), Words("专利", "Patents")),
    "cooperation": (
        "cooperation",
        ("provider", "recipient", "party"),
        Words("技术合作", "Technology relations"),
    ),
    "people": ("employment", ("employer",), Words("人员", "People")),
}


def base(basis: Basis) -> frozenset[str]:
    """The companies that the sample is drawn from: all that are not known to be foreign, and the sample itself."""
    nodes = basis.nodes
    country = nodes["country"]
    foreign = country.notna() & (country != "") & ~country.isin(list(DOMESTIC))
    companies = nodes.loc[(nodes["kind"] == "company") & ~foreign, "entity"]
    return frozenset(companies) | basis.sample


def coverage(_engine: Engine, basis: Basis) -> Table:
    """Supplement 12: rows by `aspect` and `group`: companies in base and sample, the share of each whole, and the
    share of the base that is in the sample."""
    every = base(basis)
    aspects: dict[str, tuple[dict[str, Words], pd.DataFrame]] = {
        "all": ({"all": Words("基础库企业", "Companies of the base")}, _all(basis, every)),
        "province": _by_province(basis, every),
        "layer": _by_layer(basis, every),
        "age": _by_age(basis, every),
    }
    rows: list[tuple[str, str, Words, int, int]] = []
    for aspect, (groups, found) in aspects.items():
        inside = found[found["entity"].isin(basis.sample)]
        whole, part = (one.groupby("group")["entity"].nunique() for one in (found, inside))
        rows += [
            (aspect, group, words, int(whole.get(group, 0)), int(part.get(group, 0)))
            for group, words in groups.items()
        ]
        if aspect != "all":
            unknown = len(every) - found["entity"].nunique()
            rows.append(
                (aspect, "unknown", _UNKNOWN, unknown, len(basis.sample) - inside["entity"].nunique())
            )
    frame = pd.DataFrame(
        {
            "aspect": [row[0] for row in rows],
            "group": [row[1] for row in rows],
            "label": [row[2].zh for row in rows],
            "label_en": [row[2].en for row in rows],
            "base": [row[3] for row in rows],
            "sample": [row[4] for row in rows],
            "base_share": [_share(row[3], len(every)) for row in rows],
            "sample_share": [_share(row[4], len(basis.sample)) for row in rows],
            "covered": [_share(row[4], row[3]) for row in rows],
        }
    )

    def behind(row: int, column: str) -> Ints:
        found = aspects[str(frame["aspect"].iloc[row])][1]
        chosen = found[found["group"] == frame["group"].iloc[row]]
        if column in ("sample", "sample_share", "covered"):
            chosen = chosen[chosen["entity"].isin(basis.sample)]
        return np.unique(chosen["fact"].dropna().to_numpy(dtype=np.int64))

    columns = (
        Column("aspect", Words("维度", "Aspect"), "key", shown=False),
        Column("group", Words("项", "Key"), "key", shown=False),
        Column("label", Words("类别", "Group"), "text", english="label_en"),
        Column("base", Words("基础库企业", "Base"), "count"),
        Column("sample", Words("样本企业", "Sample"), "count"),
        Column("base_share", Words("占基础库", "Share of the base"), "share", _PERCENT, 2),
        Column("sample_share", Words("占样本", "Share of the sample"), "share", _PERCENT, 2),
        Column("covered", Words("样本覆盖率", "Part of the base in the sample"), "share", _PERCENT, 2),
    )
    notes = (
        Words(
            f"基础库：库中企业，已知为境外者除外。年龄按创建年份至{basis.last}年末计；截至{basis.last}年末。",
            f"The base: companies of the store that are not known to be foreign. Age is counted from the year of "
            f"founding to the end of {basis.last}.",
        ),
    )
    return Table(
        "supplement_12", COVERAGE_TITLE, columns, ("aspect", "group"), "covered", frame, behind, notes,
        blocks=_ASPECTS,
    )  # fmt: skip


def attributes(_engine: Engine, basis: Basis) -> Table:
    """Supplement 13: rows by `attribute`: how many companies of the sample and of the base have a value."""
    every = base(basis)
    found: dict[str, tuple[Words, pd.DataFrame]] = {
        name: (words, stated(basis, name, every)) for name, words in _ASKED.items()
    }
    for name, (kind, roles, words) in _FACTS.items():
        found[name] = words, _standing(basis, kind, roles, every)
    inside = {
        name: rows.loc[rows["entity"].isin(basis.sample), "entity"].nunique()
        for name, (_, rows) in found.items()
    }
    whole, members = len(every), len(basis.sample)
    frame = pd.DataFrame(
        {
            "attribute": list(found),
            "label": [words.zh for words, _ in found.values()],
            "label_en": [words.en for words, _ in found.values()],
            "sample_known": list(inside.values()),
            "sample_missing": [members - one for one in inside.values()],
            "sample_share": [_share(one, members) for one in inside.values()],
            "base_known": [rows["entity"].nunique() for _, rows in found.values()],
            "base_share": [_share(rows["entity"].nunique(), whole) for _, rows in found.values()],
        }
    )

    def behind(row: int, column: str) -> Ints:
        rows = found[str(frame["attribute"].iloc[row])][1]
        if not column.startswith("base"):
            rows = rows[rows["entity"].isin(basis.sample)]
        return np.unique(rows["fact"].to_numpy(dtype=np.int64))

    columns = (
        Column("attribute", Words("项", "Key"), "key", shown=False),
        Column("label", Words("属性", "Attribute"), "text", english="label_en"),
        Column("sample_known", Words("样本：已知", "Sample: known"), "count"),
        Column("sample_missing", Words("样本：缺失", "Sample: missing"), "count"),
        Column("sample_share", Words("样本已知占比", "Sample: share known"), "share", _PERCENT, 2),
        Column("base_known", Words("基础库：已知", "Base: known"), "count"),
        Column("base_share", Words("基础库已知占比", "Base: share known"), "share", _PERCENT, 2),
    )
    notes = (
        Words(
            f"样本企业 {members} 家，基础库企业 {whole} 家；截至{basis.last}年末。缺失不等于没有：没有来源提及。",
            f"The sample has {members} companies, the base {whole}; by the end of {basis.last}. Missing means that "
            f"no source tells of it, not that there is none.",
        ),
    )
    return Table(
        "supplement_13", ATTRIBUTES_TITLE, columns, ("attribute",), "sample_share", frame, behind, notes
    )


def _share(part: int, whole: int) -> float:
    return part * 100 / whole if whole else np.nan


def _all(basis: Basis, every: frozenset[str]) -> pd.DataFrame:
    """entity, group, fact: each company with the facts that name it; NA where none does."""
    naming = basis.facts.roles.loc[basis.facts.roles["kind"] == "name", ["entity", "fact"]]
    # nullable before the merge: a company that no fact names would make floats of all ids, which hold 53 bits
    naming = naming.astype({"fact": "Int64"})
    found = pd.DataFrame({"entity": sorted(every)}).merge(naming, on="entity", how="left")
    return found.assign(group="all")


def _by_province(basis: Basis, every: frozenset[str]) -> tuple[dict[str, Words], pd.DataFrame]:
    found = provinces(basis, every).dropna(subset="code").rename(columns={"code": "group"})
    return _listed(found, province_words), found


def _by_layer(basis: Basis, every: frozenset[str]) -> tuple[dict[str, Words], pd.DataFrame]:
    terms = taxonomy("layers")
    rows = stated(basis, "layer", every)
    # of its members the sample itself says the layer, as everywhere in the report
    members = basis.nodes.loc[basis.nodes["sample"]].set_index("entity")["layer"].to_dict()
    values = [members.get(one, value) for one, value in zip(rows["entity"], rows["value"], strict=True)]
    groups = [terms.find(str(value)) for value in values]
    codes = pd.Series([term.code if term else pd.NA for term in groups], index=rows.index, dtype=object)
    rows = rows.assign(group=codes).dropna(subset="group")
    return {term.code: Words(term.zh, term.en) for term in terms}, rows


def _by_age(basis: Basis, every: frozenset[str]) -> tuple[dict[str, Words], pd.DataFrame]:
    rows = stated(basis, "founded", every)
    rows = rows.assign(age=basis.last - years(rows))
    rows = rows[rows["age"] >= 0]
    names = {low: f"{low}-{high}" if high else f"{low}+" for low, high in _AGES}
    lows = np.array(list(names))
    place = np.searchsorted(lows, rows["age"].to_numpy(float), side="right") - 1
    rows = rows.assign(group=[names[int(lows[one])] for one in place])
    groups = {
        name: Words(f"{name.replace('+', '年及以上') if '+' in name else name + '年'}", f"{name} years")
        for name in names.values()
    }
    return groups, rows


def _listed(rows: pd.DataFrame, words: Callable[[str], Words]) -> dict[str, Words]:
    """The groups, the most companies of the base first, then by code."""
    counts = rows.groupby("group")["entity"].nunique()
    return {str(one): words(str(one)) for one in sorted(counts.index, key=lambda one: (-counts[one], one))}


def _standing(basis: Basis, kind: str, roles: tuple[str, ...], every: frozenset[str]) -> pd.DataFrame:
    """entity, fact: facts of a kind that hold by the last year, in which a company has one of the roles."""
    facts = basis.facts.facts
    until = facts.loc[(facts["kind"] == kind) & ~(facts["date"].dt.year > basis.last), "fact"]
    stands = basis.facts.roles
    chosen = stands[(stands["kind"] == kind) & stands["role"].isin(roles) & stands["fact"].isin(until)]
    return chosen.loc[chosen["entity"].isin(list(every)), ["entity", "fact"]]
