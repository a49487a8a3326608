"""Figures 4 to 6, 13 and 14, and Table 2 by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.exhibits import Table
from analytics.figure_business import (
    intensity_figure,
    intensity_table,
    researchers_figure,
    revenue_figure,
    staff_figure,
    value_figure,
)
from tests.analytics.companies import Companies


@pytest.fixture
def companies() -> Companies:
    made = Companies(["甲", "乙", "丙", "丁"], listed=("甲", "乙", "丙"))
    for company, staff, researchers in (
        ("甲", 1999, 400),
        ("乙", 2000, 1500),
        ("丙", 90_000, None),
        ("丁", 5, 1),
    ):
        made.says(company, "staff", str(staff), staff, "2021-12-31")
        if researchers:
            made.says(company, "rd_staff", str(researchers), researchers, "2021-12-31")
    made.says("甲", "revenue", "50亿元", 5e9, "2021-12-31", "CNY")
    made.says("甲", "research_spend", "6亿元", 6e8, "2021-12-31", "CNY")
    made.says("乙", "revenue", "1亿美元", 1e8, "2021-12-31", "USD")
    made.says("乙", "research_expense", "20", 2e7, "2021-12-31", "USD")
    made.says("丙", "research_share", "31.5%", 31.5, "2020-12-31")
    made.says("丁", "research_share", "99%", 99, "2020-12-31")
    return made


def counts(table: Table) -> list[int]:
    return [int(one) for one in table.frame["count"]]


def test_only_the_listed_count_and_edges_belong_above(companies: Companies) -> None:
    figure = staff_figure(companies.basis())
    assert figure.table.frame["group"].tolist() == ["<2000", "2000-4000", "4000-6000", ">=6000"]
    assert counts(figure.table) == [1, 1, 0, 1]


def test_revenue_is_in_yuan(companies: Companies) -> None:
    assert counts(revenue_figure(companies.basis()).table) == [1, 1, 0]  # 645 million and 5,000 million


def test_no_market_value_is_a_gap(companies: Companies) -> None:
    table = value_figure(companies.basis()).table
    assert [table.value(row, "count") for row in range(5)] == [None] * 5
    assert "0 家" in table.notes[0].zh


def test_intensity_is_stated_or_computed(companies: Companies) -> None:
    table = intensity_table(companies.basis())
    assert table.frame["name"].tolist() == ["丙", "乙", "甲"]
    assert table.frame["intensity"].tolist() == pytest.approx([31.5, 20, 12])
    assert len(table.behind(0, "intensity")) == 1  # stated
    assert len(table.behind(1, "intensity")) == 2  # spend and revenue
    assert counts(intensity_figure(companies.basis()).table) == [0, 0, 0, 1, 0, 1, 0, 1]


def test_a_share_is_of_the_newest_year_that_has_both_numbers(companies: Companies) -> None:
    companies.says("甲", "revenue", "80亿元", 8e9, "2022-12-31", "CNY")
    companies.says("乙", "research_expense", "1", 1e6, "2020-12-31", "USD")
    before = intensity_table(companies.basis(2020, 2021)).frame["intensity"].tolist()
    assert before == pytest.approx([31.5, 20, 12])
    after = intensity_table(companies.basis(2021, 2022)).frame
    assert after["name"].tolist() == ["丙", "乙", "甲"]
    assert after["intensity"].tolist() == pytest.approx([31.5, 20, 12])


def test_researchers(companies: Companies) -> None:
    figure = researchers_figure(companies.basis())
    assert counts(figure.table) == [0, 0, 1, 0, 0, 1]
    assert "平均 47.51%" in figure.table.notes[1].zh


def test_a_ranking_has_as_many_rows_as_asked(companies: Companies) -> None:
    table = intensity_table(replace(companies.basis(), top=2))
    assert table.frame["rank"].tolist() == [1, 2]
    companies.listed = ()
    assert any("A gap" in note.en for note in intensity_table(companies.basis()).notes)
