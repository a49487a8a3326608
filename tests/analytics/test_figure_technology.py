"""Figures 23, 27 and 40 by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.basis import Basis
from analytics.charts import is_empty
from analytics.checks import check
from analytics.figure_technology import areas_figure, categories_figure, flows_figure


def test_input_and_empowerment_are_cumulative(world_basis: Basis) -> None:
    frame = flows_figure(world_basis).table.frame
    assert frame["input"].tolist() == [0, 1, 1, 3]
    assert frame["empowerment"].tolist() == [0, 0, 1, 4]


def test_without_a_source_of_relations_there_is_a_gap_and_no_zero(world_basis: Basis) -> None:
    facts = world_basis.facts
    silent = replace(
        facts,
        facts=facts.facts[facts.facts["kind"] != "cooperation"],
        roles=facts.roles[facts.roles["kind"] != "cooperation"],
    )
    found = flows_figure(replace(world_basis, facts=silent, _networks={}))
    assert [found.table.value(row, "input") for row in range(4)] == [None] * 4
    assert any("A gap" in note.en for note in found.table.notes)
    assert is_empty(found)
    assert [one.found for one in check(found.table) if not one.ok] == []


def test_a_relation_with_two_categories_counts_in_each(world_basis: Basis) -> None:
    table = categories_figure(world_basis).table
    last = table.frame.iloc[-1]
    # (relation, category): 智能芯片; 5G and 大数据和云计算 of one pair; 大数据和云计算; 语音识别.
    assert last["大数据和云计算"] == pytest.approx(40)
    assert last[["5G", "智能芯片", "语音识别"]].tolist() == pytest.approx([20, 20, 20])
    assert (last["relations"], last["unlabelled"]) == (4, 1)


def test_a_year_without_categories_has_no_shares(world_basis: Basis) -> None:
    table = categories_figure(world_basis).table
    assert table.value(0, "5G") is None
    assert table.value(1, "5G") == 0


def test_words_that_are_no_category_are_named(world_basis: Basis) -> None:
    assert any("没有这种技术" in note.en for note in categories_figure(world_basis).table.notes)


def test_areas(world_basis: Basis) -> None:
    last = areas_figure(world_basis).table.frame.iloc[-1]
    assert last[["智能制造", "智慧城市", "智能金融"]].tolist() == pytest.approx([500 / 7, 100 / 7, 100 / 7])


def test_the_facts_of_a_category_carry_it(world_basis: Basis) -> None:
    table = categories_figure(world_basis).table
    facts = world_basis.facts.facts.set_index("fact")["detail"]
    for fact in table.behind(3, "5G"):
        assert "5G" in facts[fact]["technologies"]
    assert len(table.behind(3, "5G")) == 2
    assert len(table.behind(3, "unlabelled")) == 1
