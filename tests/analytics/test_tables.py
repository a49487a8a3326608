"""Each table of the small world against counts by hand, and that every cell's facts bear it out."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.exhibits import Table
from analytics.tables import TABLES, table
from analytics.trace import trace
from pipelines.errors import UsageError
from tests.analytics.world import entity_id


def rows(shown: Table, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(shown.value(row, column) for column in columns) for row in range(len(shown.frame))]


@pytest.mark.parametrize("identity", list(TABLES))
def test_every_table_is_found_and_has_titles_columns_and_notes(world_basis: Basis, identity: str) -> None:
    shown = table(world_basis, identity)
    assert shown.id == identity
    assert shown.title == TABLES[identity][0]
    assert len(shown.frame) > 0 or any("A gap" in note.en for note in shown.notes)
    assert shown.notes
    assert {column.name for column in shown.columns} <= set(shown.frame.columns)


@pytest.mark.parametrize("identity", list(TABLES))
def test_every_number_but_a_gap_has_facts_of_the_store(
    world_basis: Basis, world_store: Engine, identity: str
) -> None:
    shown = table(world_basis, identity)
    for row in range(len(shown.frame)):
        value = shown.value(row, shown.main)
        facts = shown.behind(row, shown.main)
        assert (len(facts) > 0) == bool(value), shown.row_path(row)
        traced = trace(world_store, facts)
        assert [one.fact for one in sorted(traced, key=lambda one: one.fact)] == facts.tolist()
        assert all(one.evidence for one in traced)


def test_an_unknown_table_is_refused(world_basis: Basis) -> None:
    with pytest.raises(UsageError, match="'9' names no table"):
        table(world_basis, "9")


def test_names_are_chinese_with_english_beside(world_basis: Basis) -> None:
    found = rows(table(world_basis, "4"), "name", "name_en")
    assert ("华为", "Huawei") in found
    assert entity_id("华为公司") == entity_id("华为")
