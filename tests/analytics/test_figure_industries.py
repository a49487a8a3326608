"""Figures 60 to 64 by hand."""

from __future__ import annotations

import pytest

from analytics.basis import Basis
from analytics.checks import check
from analytics.figure_industries import (
    manufacturing_figure,
    secondary_figure,
    sectors_figure,
    tertiary_figure,
    three_figure,
)
from analytics.industries import industries


def test_relations_within_the_sample_are_the_core(world_basis: Basis) -> None:
    table = sectors_figure(world_basis).table
    last = table.frame.iloc[-1]
    within = {("阿里巴巴", "百度"), ("百度", "阿里巴巴")}
    whole = 5  # besides these, Intel to Huawei, Huawei to Tencent, iFLYTEK to Tencent
    assert last["relations"] == whole
    assert last["core"] == pytest.approx(len(within) * 100 / whole)
    assert last["core"] + last["integration"] == pytest.approx(100)
    assert len(table.behind(3, "core")) == len(within)


def test_partners_are_told_by_name(world_basis: Basis) -> None:
    entities = world_basis.nodes.set_index("name")["entity"]
    found = industries(world_basis, [entities["英特尔"], entities["腾讯"], entities["无名学院"]])
    assert found["section"].tolist()[:2] == ["C", "I"]
    assert found["sector"].tolist()[:2] == ["secondary", "tertiary"]
    assert found["basis"].tolist()[:2] == ["told", "told"]


def test_three_industries_add_up(world_basis: Basis) -> None:
    table = three_figure(world_basis).table
    last = table.frame.iloc[-1]
    assert last[["primary", "secondary", "tertiary"]].sum() == pytest.approx(100)
    assert last["secondary"] == pytest.approx(100 / 3)
    assert secondary_figure(world_basis).table.frame["C"].iloc[-1] == pytest.approx(100)
    assert manufacturing_figure(world_basis).series == ("39",)
    assert tertiary_figure(world_basis).table.frame["I"].iloc[-1] == pytest.approx(100)


def test_a_year_without_relations_has_no_shares(world_basis: Basis) -> None:
    table = three_figure(world_basis).table
    assert table.value(0, "secondary") is None


def test_all_hold_what_figures_must(world_basis: Basis) -> None:
    for make in (sectors_figure, three_figure, secondary_figure, manufacturing_figure, tertiary_figure):
        assert [one.found for one in check(make(world_basis).table) if not one.ok] == []
