"""Figures on labelled names."""

from __future__ import annotations

import math

import pytest

from entity_resolution.matching.evaluation import evaluate_grouping, evaluate_linking
from entity_resolution.matching.gold import Alias, read_gold
from tests.entity_resolution.matching.made import made_gold
from tests.shared import shared


def test_figures_of_a_small_set() -> None:
    rows = [
        Alias("E1", "北京航空航天大学", "北航", "subsequence", None, False),
        Alias("E2", "深圳市云天励飞技术股份有限公司", "云天励飞", "substring", None, False),
        Alias("E3", "某某牛奶有限公司", "没有这样的", "disjoint", None, False),
    ]
    lines = {line.difficulty: line for line in evaluate_linking(rows)}
    assert list(lines) == ["disjoint", "subsequence", "substring", "sharing characters", "all"]
    assert (lines["all"].names, lines["sharing characters"].top1) == (3, 1)
    assert lines["disjoint"].top1 == 0
    grouped = evaluate_grouping(rows)
    assert grouped.names == 6
    assert grouped.b3_f1 > 0.6


def test_a_bearer_by_another_row_is_right() -> None:
    rows = [
        Alias("E1", "北京甲云科技有限公司", "甲云", "substring", None, True),
        Alias("E2", "某某牛奶有限公司", "甲云", "disjoint", None, True),
    ]
    every = evaluate_linking(rows)[-1]
    assert (every.top1, every.top1_strict) == (1, 0.5)


def test_lone_organisations_lose_their_partner() -> None:
    rows = made_gold(60)
    whole, lone = evaluate_grouping(rows), evaluate_grouping(rows, lone=True)
    assert lone.names < whole.names
    assert all(line.names for line in evaluate_linking(rows, lone=True))


def test_an_empty_part_has_no_figures() -> None:
    rows = [row for row in made_gold(30) if row.part == "train"]
    assert math.isnan(evaluate_linking(rows, part="test")[-1].top1)


def test_real_names_reach_what_is_published() -> None:
    """A sample of the testing part: the floor lies somewhat under the published figures."""
    rows = read_gold([shared("names", "alias_gold_dev.csv")])
    rows = [row for row in rows if row.part == "test"]
    lines = {line.difficulty: line for line in evaluate_linking(rows)}
    assert lines["sharing characters"].top1 > 0.9
    assert lines["substring"].top1 == pytest.approx(0.98, abs=0.02)
    assert lines["all"].precision > 0.985
