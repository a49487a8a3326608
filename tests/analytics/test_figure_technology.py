"""Figures 27 to 59 by hand."""

from __future__ import annotations

import pytest

from analytics.basis import Basis
from analytics.figure_technology import areas_figure, categories_figure, term_figures


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


def test_one_category_by_itself_is_as_among_all(world_basis: Basis) -> None:
    every = {"technology": categories_figure(world_basis).table, "area": areas_figure(world_basis).table}
    found = term_figures()
    assert list(found) == [f"figure_{number}" for number in [*range(28, 40), *range(41, 60)]]
    for title, make in found.values():
        table = make(world_basis).table
        whole = every["technology"] if title.zh in every["technology"].frame else every["area"]
        assert table.frame["share"].tolist() == pytest.approx(whole.frame[title.zh].tolist(), nan_ok=True)
        assert table.behind(3, "share").tolist() == whole.behind(3, title.zh).tolist()


def test_relations_of_one_category_are_counted(world_basis: Basis) -> None:
    _, make = term_figures()["figure_28"]
    assert make(world_basis).table.frame["relations"].tolist() == [0, 0, 1, 2]
