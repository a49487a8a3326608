"""Companies by group."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analytics.distribution import binned, distribution
from analytics.exhibits import Words
from tests.analytics.companies import Companies

TITLE = Words("分布", "Distribution")
GROUPS = {"a": Words("甲类", "A"), "b": Words("乙类", "B")}


def rows(*said: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(said, columns=["entity", "group", "fact"])


def companies() -> Companies:
    made = Companies(["甲", "乙", "丙"])
    made.says("甲", "city", "x")
    return made


def test_a_company_counts_once_for_a_group_and_all_its_facts_stand_behind() -> None:
    said = rows(("甲", "a", 1), ("甲", "a", 2), ("乙", "b", 3), ("丙", "strange", 4))
    table = distribution(companies().basis(), "figure_1", TITLE, TITLE, GROUPS, said).table
    assert table.frame["count"].tolist() == [1, 1]
    assert table.frame["share"].tolist() == [50, 50]
    assert table.behind(0, "count").tolist() == [1, 2]
    assert "计：2 家；全部样本企业 3 家" in table.notes[0].zh


def test_nothing_known_is_a_gap_and_no_zero() -> None:
    table = distribution(companies().basis(), "figure_1", TITLE, TITLE, GROUPS, rows()).table
    assert [table.value(row, "count") for row in (0, 1)] == [None, None]
    assert [table.value(row, "share") for row in (0, 1)] == [None, None]


@given(st.lists(st.floats(-10, 100), min_size=1, max_size=30))
def test_every_number_is_in_the_group_that_holds_it(values: list[float]) -> None:
    frame = pd.DataFrame({"entity": range(len(values)), "number": values, "fact": range(len(values))})
    groups, found = binned(frame, (0, 10, 50), Words("人", ""))
    assert list(groups) == ["<0", "0-10", "10-50", ">=50"]
    for number, group in zip(found["number"], found["group"], strict=True):
        low, high = {"<0": (-99, 0), "0-10": (0, 10), "10-50": (10, 50), ">=50": (50, 999)}[group]
        assert low <= number < high


def test_labels_have_their_unit() -> None:
    groups, _ = binned(pd.DataFrame({"entity": ["甲"], "number": [1.0], "fact": [1]}), (5,), Words("%", "%"))
    assert groups[">=5"] == Words("≥5%", "≥5 %")
    assert groups["<5"].zh == "<5%"
