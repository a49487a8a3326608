"""Figures 15 to 17 by hand."""

from __future__ import annotations

import pytest

from analytics.figure_patents import MANY, count_figure, held, layer_figure, many_figure
from tests.analytics.companies import Companies


@pytest.fixture
def companies() -> Companies:
    made = Companies(["甲", "乙", "丙"], layer={"甲": "基础层", "乙": "应用层"})
    made.says("甲", "province", "安徽")
    for _ in range(MANY):
        made.patent("甲")
    made.patent("甲", "乙", day=None)
    made.patent("乙", day="2023-01-01")
    return made


def test_one_patent_counts_for_each_holder(companies: Companies) -> None:
    assert held(companies.basis()).groupby("entity")["fact"].nunique().to_dict() == {"甲": MANY + 1, "乙": 1}


def test_numbers_of_patents(companies: Companies) -> None:
    table = count_figure(companies.basis()).table
    assert table.frame["count"].tolist() == [1, 0, 1, 0, 0]
    assert len(table.behind(2, "count")) == MANY + 1


def test_those_with_many_by_province(companies: Companies) -> None:
    table = many_figure(companies.basis()).table
    assert table.frame[["label", "count"]].to_numpy().tolist() == [["安徽", 1]]


def test_layers(companies: Companies) -> None:
    frame = layer_figure(companies.basis()).table.frame
    assert frame["patents"].tolist() == [MANY + 1, 0, 1]
    assert frame["share"].tolist() == pytest.approx([100, 0, 100 / (MANY + 1)])
    assert frame["mean"].tolist()[::2] == pytest.approx([MANY + 1, 1])
