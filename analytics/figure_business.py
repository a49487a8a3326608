"""Figures 4, 5, 6, 13 and 14, and Table 2: staff, revenue, market value and research of the listed companies."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.company_attributes import numbers, yearly_numbers
from analytics.distribution import binned, distribution
from analytics.exchange import rate
from analytics.exhibits import Column, Figure, Table, Words
from analytics.simple_graph import Ints

STAFF_TITLE: Final = Words("员工规模", "Staff")
REVENUE_TITLE: Final = Words("营业总收入", "Revenue")
VALUE_TITLE: Final = Words("市值", "Market capitalisation")
INTENSITY_TITLE: Final = Words("研发强度", "R&D intensity")
RESEARCHERS_TITLE: Final = Words("研发人员占比", "Share of R&D staff")
TABLE_TITLE: Final = Words("研发强度前二十", "Highest R&D intensity")

_LISTED: Final = Words("上市样本企业", "listed sample companies")
_YI: Final = Words("亿元", "(100m yuan)")
_PERSONS: Final = Words("人", "")
_PERCENT: Final = Words("%", "%")


def staff_figure(basis: Basis) -> Figure:
    """Figure 4."""
    rows = _listed(basis, numbers(basis, "staff"))
    groups, found = binned(rows, (2000, 4000, 6000), _PERSONS)
    return distribution(
        basis, "figure_4", STAFF_TITLE, Words("员工数", "Staff"), groups, found, of=_LISTED
    )  # fmt: skip


def revenue_figure(basis: Basis) -> Figure:
    """Figure 5."""
    groups, found = binned(_in_yi(_listed(basis, numbers(basis, "revenue"))), (40, 80), _YI)
    return distribution(
        basis, "figure_5", REVENUE_TITLE, Words("营业总收入", "Revenue"), groups, found, of=_LISTED
    )  # fmt: skip


def value_figure(basis: Basis) -> Figure:
    """Figure 6."""
    groups, found = binned(_in_yi(_listed(basis, numbers(basis, "market_value"))), (100, 200, 300, 400), _YI)
    return distribution(basis, "figure_6", VALUE_TITLE, Words("市值", "Value"), groups, found, of=_LISTED)


def intensity_figure(basis: Basis) -> Figure:
    """Figure 13."""
    rows = intensity(basis)
    groups, found = binned(rows, (2, 5, 10, 15, 20, 25, 30), _PERCENT)
    notes = (*_mean(rows), _intensity_note())
    heading = Words("研发强度", "R&D intensity")
    return distribution(
        basis, "figure_13", INTENSITY_TITLE, heading, groups, _each_fact(found), of=_LISTED, notes=notes
    )


def researchers_figure(basis: Basis) -> Figure:
    """Figure 14."""
    rows = _ratio(basis, "rd_staff", "staff")
    groups, found = binned(rows, (10, 20, 30, 40, 50), _PERCENT)
    heading = Words("研发人员占比", "R&D staff")
    return distribution(
        basis,
        "figure_14",
        RESEARCHERS_TITLE,
        heading,
        groups,
        _each_fact(found),
        of=_LISTED,
        notes=_mean(rows),
    )


def intensity_table(basis: Basis) -> Table:
    """Table 2: the `top` listed sample companies by research spend in percent of revenue."""
    rows = intensity(basis)
    ordered = rows.sort_values(["number", "entity"], ascending=[False, True])
    chosen = ordered.head(basis.top).reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "rank": chosen["number"].rank(method="min", ascending=False).astype(int),
            "place": np.arange(1, len(chosen) + 1),
            **basis.names(chosen["entity"]),
            "intensity": chosen["number"],
            "year": chosen["date"].dt.year.astype("Int64"),
        }
    )

    def behind(row: int, _column: str) -> Ints:
        return np.array(sorted(set(chosen["facts"].iloc[row])), dtype=np.int64)

    columns = (
        Column("place", Words("序", "Row"), "key", shown=False),
        Column("rank", Words("排名", "Rank"), "count"),
        Column("name", Words("企业", "Company"), "entity", english="name_en"),
        Column("intensity", INTENSITY_TITLE, "share", _PERCENT, 2),
        Column("year", Words("年份", "Year"), "text"),
    )
    gap = () if len(rows) else (Words("尚无来源提供，空缺。", "A gap: no source tells of it yet."),)
    return Table(
        "table_2", TABLE_TITLE, columns, ("place",), "intensity", frame, behind, (_intensity_note(), *gap)
    )


def intensity(basis: Basis) -> pd.DataFrame:
    """entity, number (percent), date, facts of the listed sample companies: the share as stated, or else research
    spend (or, where that is not stated, the expense) by revenue of one year."""
    given = _listed(basis, numbers(basis, "research_share"))
    given["facts"] = [[one] for one in given["fact"]]
    parts = [given]
    for attribute in ("research_spend", "research_expense"):
        parts.append(_ratio(basis, attribute, "revenue"))
    rows = pd.concat([part[["entity", "number", "date", "facts"]] for part in parts], ignore_index=True)
    rows["date"] = pd.to_datetime(rows["date"])
    return rows.drop_duplicates("entity").reset_index(drop=True)


def _ratio(basis: Basis, part: str, whole: str) -> pd.DataFrame:
    """Percent that `part` is of `whole`, of the newest day for which both are stated in one unit."""
    one, other = (_listed(basis, yearly_numbers(basis, name)) for name in (part, whole))
    # Undated numbers go with undated ones.
    both = one.merge(other, on=["entity", "date"], suffixes=("", "_whole"))
    same_unit = both["unit"].fillna("") == both["unit_whole"].fillna("")
    both = both[same_unit & (both["number_whole"] > 0)].drop_duplicates("entity")
    both = both.assign(number=both["number"] * 100 / both["number_whole"])
    both["facts"] = [list(pair) for pair in zip(both["fact"], both["fact_whole"], strict=True)]
    return both[["entity", "number", "date", "facts"]].reset_index(drop=True)


def _listed(basis: Basis, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["entity"].isin(basis.facts.listed)].reset_index(drop=True)


def _in_yi(rows: pd.DataFrame) -> pd.DataFrame:
    """Numbers of money (`unit`: a currency) in 100 million yuan; those in an unknown currency are left out."""
    years = rows["date"].dt.year
    found = [
        rate(str(unit) if isinstance(unit, str) and unit else "CNY", None if year != year else int(year))
        for unit, year in zip(rows["unit"], years, strict=True)
    ]
    rows = rows.assign(number=rows["number"] * pd.array(found, dtype="Float64") / 1e8)
    return rows[rows["number"].notna()].assign(number=lambda frame: frame["number"].astype(float))


def _each_fact(rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each fact of `facts`, as `fact`."""
    return rows.explode("facts").rename(columns={"facts": "fact"})


def _mean(rows: pd.DataFrame) -> tuple[Words, ...]:
    if rows.empty:
        return ()
    mean = float(rows["number"].mean())
    return (Words(f"平均 {mean:.2f}%。", f"Mean {mean:.2f} %."),)


def _intensity_note() -> Words:
    return Words(
        "研发强度：研发投入占营业收入的比例；未披露研发投入的，以研发费用计。",
        "R&D intensity: research spend in percent of revenue; where no spend is stated, the expense stands for it.",
    )
