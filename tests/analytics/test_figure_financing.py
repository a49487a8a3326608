"""Figures 7 to 9 by hand."""

from __future__ import annotations

import pytest

from analytics.figure_financing import mean_figure, raised, size_figure, total_figure
from tests.analytics.companies import Companies


@pytest.fixture
def companies() -> Companies:
    made = Companies(["甲", "乙", "丙"])
    for company, province in (("甲", "北京市"), ("乙", "北京"), ("丙", "浙江省")):
        made.says(company, "province", province)
    made.raised("甲", 5e7, 5e7, "CNY", "2015-01-01")
    made.raised("甲", 1e9, 3e9, "CNY", "2018-01-01")
    made.raised("乙", 4e7, 4e7, "CNY", "2019-01-01")
    made.raised("丙", 1e8, 1e8, "CNY", None)
    made.raised("丙", None, None, None, "2019-05-01")
    made.raised("丙", 9e9, 9e9, "CNY", "2022-05-01")
    return made


def test_sums_of_a_company_are_added(companies: Companies) -> None:
    rounds = raised(companies.basis())
    assert rounds.groupby("entity")["yi"].sum().to_dict() == pytest.approx({"甲": 20.5, "乙": 0.4, "丙": 1.0})


def test_sizes(companies: Companies) -> None:
    table = size_figure(companies.basis()).table
    assert table.frame["count"].tolist() == [1, 1, 1]
    assert len(table.behind(2, "share")) == 2
    # the round without a sum, and the one after the last year
    assert "另有 2 次" in table.notes[-1].zh


def test_provinces_by_sum_and_by_mean(companies: Companies) -> None:
    total, mean = total_figure(companies.basis()).table, mean_figure(companies.basis()).table
    assert total.frame["label"].tolist() == mean.frame["label"].tolist() == ["北京", "浙江"]
    assert total.frame["total"].tolist() == pytest.approx([20.9, 1.0])
    assert mean.frame["mean"].tolist() == pytest.approx([10.45, 1.0])
    assert len(total.behind(0, "total")) == 3
