"""Figures 7, 8 and 9: what the sample's companies raised, by size and by province."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.company_attributes import province_words, provinces
from analytics.distribution import binned, distribution
from analytics.exchange import in_yuan
from analytics.exhibits import LANGUAGES, Column, Figure, Table, Words
from analytics.simple_graph import Ints

SIZE_TITLE: Final = Words("融资规模", "Sums raised")
TOTAL_TITLE: Final = Words("地区融资总额", "Sums raised by province")
MEAN_TITLE: Final = Words("地区平均融资规模", "Mean sum raised by province")

_YI: Final = Words("亿元", "(100m yuan)")
_UNIT: Final = Words("亿元", "100m yuan")
_FINANCED: Final = Words("有融资额的样本企业", "sample companies with a sum raised")


def size_figure(basis: Basis) -> Figure:
    """Figure 7."""
    rounds = raised(basis)
    total = rounds.groupby("entity", sort=True)["yi"].sum().rename("number").reset_index()
    groups, found = binned(total, (1, 10), _YI)
    rows = found.merge(rounds[["entity", "fact"]], on="entity")
    heading = Words("融资总额", "Raised in all")
    return distribution(
        basis, "figure_7", SIZE_TITLE, heading, groups, rows, of=_FINANCED, notes=_notes(basis, rounds)
    )


def total_figure(basis: Basis) -> Figure:
    """Figure 8."""
    return _by_province(basis, "figure_8", TOTAL_TITLE, "total")


def mean_figure(basis: Basis) -> Figure:
    """Figure 9: of the companies of the province that raised a known sum."""
    return _by_province(basis, "figure_9", MEAN_TITLE, "mean")


def raised(basis: Basis) -> pd.DataFrame:
    """entity, fact, yi (100 million yuan) of each financing with a known sum by the end of the last year."""
    facts, roles = basis.facts.facts, basis.facts.roles
    targets = roles.loc[(roles["kind"] == "financing") & (roles["role"] == "target"), ["fact", "entity"]]
    rows = facts[facts["kind"] == "financing"].merge(targets[targets["entity"].isin(basis.sample)], on="fact")
    rows = rows[rows["date"].isna() | (rows["date"].dt.year <= basis.last)]
    rows = rows.assign(yi=in_yuan(rows) / 1e8)
    found: pd.DataFrame = rows.loc[rows["yi"].notna(), ["entity", "fact", "yi"]].drop_duplicates()
    return found.reset_index(drop=True)


def _by_province(basis: Basis, identity: str, title: Words, shown: Literal["total", "mean"]) -> Figure:
    places = provinces(basis).dropna(subset="code")[["entity", "code"]]
    rounds = raised(basis)
    rows = rounds.merge(places, on="entity")
    by_code = rows.groupby("code", sort=True)
    found = pd.DataFrame({"companies": by_code["entity"].nunique(), "total": by_code["yi"].sum()})
    found["mean"] = found["total"] / found["companies"]
    found = found.sort_values(shown, ascending=False, kind="stable").reset_index()
    frame = pd.DataFrame(
        {
            "province": found["code"].astype(str),
            "label": [province_words(str(code)).zh for code in found["code"]],
            "label_en": [province_words(str(code)).en for code in found["code"]],
            "companies": found["companies"].astype("Int64"),
            "total": found["total"].astype(float),
            "mean": found["mean"].astype(float),
        }
    )

    def behind(row: int, _column: str) -> Ints:
        return np.unique(
            rows.loc[rows["code"] == frame["province"].iloc[row], "fact"].to_numpy(dtype=np.int64)
        )

    columns = (
        Column("province", Words("项", "Key"), "key", shown=False),
        Column("label", Words("省市自治区", "Province"), "text", english="label_en"),
        Column("companies", Words("企业数", "Companies"), "count"),
        Column("total", Words("融资总额", "Raised in all"), "number", _UNIT, 2),
        Column("mean", Words("平均融资额", "Mean"), "number", _UNIT, 2),
    )
    table = Table(identity, title, columns, ("province",), shown, frame, behind, _notes(basis, rounds))
    return Figure(
        table, "ranked", x="label", series=(shown,), x_title=Words("省市自治区", "Province"),
        y_title=Words(*(table.column(shown).heading(one) for one in LANGUAGES)),
    )  # fmt: skip


def _notes(basis: Basis, rounds: pd.DataFrame) -> tuple[Words, ...]:
    roles = basis.facts.roles
    targets = roles[(roles["kind"] == "financing") & (roles["role"] == "target")]
    every = targets.loc[targets["entity"].isin(basis.sample), "fact"].nunique()
    silent = every - rounds["fact"].nunique()
    return (
        Words(
            "外币按当年平均汇率折算；区间取中值。"
            f"另有 {silent} 次融资未披露金额、币种不明或晚于{basis.last}年，未计入。",
            "Other currencies at the year's mean rate; of a range the middle. Rounds without a sum, in an unknown "
            f"currency or after {basis.last}, which are left out: {silent}.",
        ),
    )
