"""The industry of a partner: stated before told."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics.industries import COLUMNS, industries
from tests.analytics.companies import Companies


def found(made: Companies, *names: str) -> dict[str, list[Any]]:
    frame = industries(made.basis(), names)
    assert frame.columns.tolist() == COLUMNS
    return {str(name): list(row) for name, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)}


def test_what_is_stated_goes_before_what_the_name_tells() -> None:
    made = Companies(["示例银行", "示例大学", "示例某某"])
    made.says("示例银行", "industry", "C")
    made.says("示例大学", "city", "x")
    rows = found(made, "示例银行", "示例大学", "示例某某")
    assert rows["示例银行"][1:] == ["C", "secondary", "stated"]
    assert pd.isna(rows["示例银行"][0])
    assert rows["示例大学"][1:] == ["P", "tertiary", "told"]
    assert all(pd.isna(one) for one in rows["示例某某"])


def test_the_newest_statement_counts() -> None:
    made = Companies(["示例"])
    made.says("示例", "industry", "J", day="2020-01-01")
    made.says("示例", "industry", "36", day="2021-01-01")
    assert found(made, "示例", "示例") == {"示例": ["36", "C", "secondary", "stated"]}
