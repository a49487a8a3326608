"""Sums in yuan."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.exchange import in_yuan, rate, rates


def test_yuan_are_yuan_in_any_year() -> None:
    assert rate("CNY", 1999) == rate("CNY", None) == 1


def test_a_year_that_is_not_listed_takes_the_nearest() -> None:
    listed = rates()["USD"]
    assert rate("USD", min(listed) - 20) == listed[min(listed)]
    assert rate("USD", max(listed) + 3) == rate("USD", None) == listed[max(listed)]


def test_an_unknown_currency_has_no_rate() -> None:
    assert rate("XXX", 2020) is None


def test_ranges_and_open_ends() -> None:
    rows = pd.DataFrame(
        {
            "number": [None, None, None, 7.0, None, 3.0],
            "low": [1.0, 10.0, None, None, None, None],
            "high": [3.0, None, 40.0, None, None, None],
            "unit": ["CNY", "CNY", "CNY", "CNY", "CNY", "XXX"],
            "date": pd.to_datetime([*["2020-01-01"] * 5, "NaT"]),
        }
    )
    found = in_yuan(rows)
    assert found[:4].tolist() == [2.0, 10.0, 40.0, 7.0]
    assert found[4:].isna().all()


def test_dollars_of_a_year() -> None:
    rows = pd.DataFrame(
        {"number": [2.0, 2.0], "low": [None] * 2, "high": [None] * 2, "unit": ["USD"] * 2}
        | {"date": pd.to_datetime(["2014-05-01", "2021-05-01"])}
    )
    assert in_yuan(rows).tolist() == pytest.approx([2 * rates()["USD"][2014], 2 * rates()["USD"][2021]])
