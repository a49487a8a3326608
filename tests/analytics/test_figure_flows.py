"""Figures 23, 24 and 25 by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from analytics.basis import Basis
from analytics.charts import is_empty
from analytics.checks import check
from analytics.exhibits import Figure
from analytics.figure_flows import empowerment_figure, flows_figure, input_figure


def test_input_and_empowerment_are_cumulative(world_basis: Basis) -> None:
    frame = flows_figure(world_basis).table.frame
    assert frame["input"].tolist() == [0, 1, 1, 3]
    assert frame["empowerment"].tolist() == [0, 0, 1, 4]


@pytest.mark.parametrize(
    ("make", "column"), [(flows_figure, "input"), (input_figure, "all"), (empowerment_figure, "foreign")]
)
def test_without_a_source_of_relations_there_is_a_gap_and_no_zero(
    world_basis: Basis, make: Callable[[Basis], Figure], column: str
) -> None:
    facts = world_basis.facts
    silent = replace(
        facts,
        facts=facts.facts[facts.facts["kind"] != "cooperation"],
        roles=facts.roles[facts.roles["kind"] != "cooperation"],
    )
    found = make(replace(world_basis, facts=silent, _networks={}))
    assert [found.table.value(row, column) for row in range(4)] == [None] * 4
    assert any("A gap" in note.en for note in found.table.notes)
    assert is_empty(found)
    assert [one.found for one in check(found.table) if not one.ok] == []


def test_the_other_side_is_domestic_or_foreign(world_basis: Basis) -> None:
    frame = input_figure(world_basis).table.frame
    assert frame["all"].tolist() == flows_figure(world_basis).table.frame["input"].tolist()
    assert frame["foreign"].tolist() == [0, 1, 1, 1]
    assert (frame["domestic"] + frame["foreign"] + frame["unknown"]).tolist() == frame["all"].tolist()
    given = empowerment_figure(world_basis).table
    assert given.frame["foreign"].tolist() == [0, 0, 0, 0]
    assert len(input_figure(world_basis).table.behind(3, "foreign")) == 1
