"""One value a company and attribute."""

from __future__ import annotations

import math

import pandas as pd

from analytics.company_attributes import numbers, provinces, stated, years
from tests.analytics.companies import Companies


def test_the_newest_by_the_last_year_counts_and_undated_ones_are_oldest() -> None:
    made = Companies(["甲", "乙"])
    made.says("甲", "city", "undated")
    made.says("甲", "city", "old", day="2015-01-01")
    newest = made.says("甲", "city", "new", day="2020-01-01")
    made.says("甲", "city", "late", day="2022-01-01")
    only = made.says("乙", "city", "undated")
    rows = stated(made.basis(), "city")
    assert rows[["entity", "value", "fact"]].to_numpy().tolist() == [
        ["乙", "undated", only],
        ["甲", "new", newest],
    ]


def test_of_two_for_one_day_the_first_fact_counts_but_the_companys_own_goes_before_a_units() -> None:
    made = Companies(["甲"])
    unit = made.says("甲", "city", "of a unit")
    own = made.says("甲", "city", "its own")
    made.says("甲", "city", "its own, later")
    made.roles[unit - 1]["own"] = "甲的事业部"
    assert stated(made.basis(), "city")["fact"].tolist() == [own]


def test_numbers_may_stand_in_the_words() -> None:
    made = Companies(["甲", "乙", "丙"])
    made.says("甲", "staff", "1200")
    made.says("乙", "staff", "about 50", 50)
    made.says("丙", "staff", "many")
    assert numbers(made.basis(), "staff")["number"].tolist() == [50, 1200]


def test_provinces_have_codes() -> None:
    made = Companies(["甲", "乙"])
    made.says("甲", "province", "广东省")
    made.says("乙", "province", "Atlantis")
    found = provinces(made.basis()).set_index("entity")["code"]
    assert found["甲"] == "44"
    assert pd.isna(found["乙"])


def test_years() -> None:
    found = years(pd.DataFrame({"value": ["2015", " 1999-03", "20155", "15", "成立于2015"]})).tolist()
    assert found[:2] == [2015, 1999]
    assert all(math.isnan(one) for one in found[2:])
    assert years(pd.DataFrame({"value": []})).tolist() == []
