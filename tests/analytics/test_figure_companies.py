"""Figures 1 to 3 and 10 to 12 by hand."""

from __future__ import annotations

import pytest

from analytics.basis import Basis
from analytics.charts import is_empty, render
from analytics.checks import check
from analytics.exhibits import Figure
from analytics.figure_companies import (
    areas_figure,
    core_figure,
    founded_figure,
    layers_figure,
    provinces_figure,
)
from tests.analytics.companies import Companies


@pytest.fixture
def companies() -> Companies:
    made = Companies(["甲", "乙", "丙", "丁", "戊"], layer={"甲": "基础层", "乙": "应用层", "丙": "应用层"})
    for company, year in (
        ("甲", "1988"),
        ("乙", "2015-03-01"),
        ("丙", "2015"),
        ("丁", "2030"),
        ("戊", "不详"),
    ):
        made.says(company, "founded", year)
    for company, province in (
        ("甲", "北京市"),
        ("乙", "广东"),
        ("丙", "广东省"),
        ("丁", "青海"),
        ("戊", "火星"),
    ):
        made.says(company, "province", province)
    return made


def shares(figure: Figure) -> dict[str, float]:
    frame = figure.table.frame
    return {str(name): share for name, share in zip(frame["label"], frame["share"], strict=True) if share}


def test_years_of_founding(companies: Companies) -> None:
    figure = founded_figure(companies.basis())
    assert shares(figure) == pytest.approx({"2000年前": 100 / 3, "2015": 200 / 3})
    # what is in the future, or no year at all, is left out and told
    assert "计：3 家；全部样本企业 5 家" in figure.table.notes[0].zh
    assert figure.table.behind(16, "count").tolist() == [2, 3]


def test_areas_are_whole_provinces(companies: Companies) -> None:
    found = shares(areas_figure(companies.basis()))
    assert found == pytest.approx({"京津冀": 25, "珠三角": 50, "其他": 25})


def test_provinces_by_size(companies: Companies) -> None:
    companies.says("乙", "city", "深圳市")
    figure = provinces_figure(companies.basis())
    assert list(shares(figure)) == ["广东", "北京", "青海"]
    assert "深圳市 100.00%" in figure.table.notes[-1].zh


def test_layers(companies: Companies) -> None:
    companies.says("甲", "layer", "基础层")
    figure = layers_figure(companies.basis())
    assert shares(figure) == pytest.approx({"基础层": 100 / 3, "应用层": 200 / 3})
    # a layer that no source states rests on whatever is known of the company
    assert len(figure.table.behind(2, "share")) == 4


def test_nothing_known_is_a_gap(companies: Companies) -> None:
    figure = core_figure(companies.basis())
    assert is_empty(figure)
    assert render(figure, ".png").startswith(b"\x89PNG")


def test_the_newest_value_of_the_last_year_counts(companies: Companies) -> None:
    companies.says("甲", "province", "上海", day="2020-01-01")
    companies.says("甲", "province", "海南", day="2022-01-01")
    basis: Basis = companies.basis()
    assert "上海" in shares(provinces_figure(basis))
    assert {"海南", "北京"}.isdisjoint(shares(provinces_figure(basis)))


def test_all_hold_what_figures_must(companies: Companies) -> None:
    for make in (founded_figure, areas_figure, provinces_figure, layers_figure):
        assert [one.found for one in check(make(companies.basis()).table) if not one.ok] == []
