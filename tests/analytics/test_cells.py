"""Paths of cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.cells import any_table, cell_of, exhibit, find
from analytics.exhibits import table_of
from analytics.figures import FIGURES
from analytics.supplements import SUPPLEMENTS
from analytics.tables import TABLES, table
from pipelines.errors import UsageError
from tests.analytics.made_supplement import MADE


@pytest.mark.parametrize(
    ("path", "value", "facts"),
    [
        ("table_3/2018/edges", 2, 1),
        ("table_7/institutional/1", 2, 3),
        ("table_4/2021/1/degree", 2, 3),
        ("table_4/2021/1/name", "华为", 3),
        ("figure_23/2019/input", 1, 1),
        ("figure_27/2021/5G", 20.0, 2),
        ("figure_27/2021/虚拟/增强现实", 0.0, 0),
        ("table_1/governments", None, 0),
        (" table_6/education_domestic/1/ ", 2, 4),
    ],
)
def test_a_path_means_a_cell(
    world_store: Engine, world_basis: Basis, path: str, value: object, facts: int
) -> None:
    cell = find(world_store, world_basis, path)
    assert cell.value == value
    assert len(cell.facts) == facts


def test_every_path_leads_to_its_own_cell(world_store: Engine, world_basis: Basis) -> None:
    for identity in [*TABLES, *FIGURES]:
        shown = table_of(exhibit(world_store, world_basis, identity))
        for path, row, column in shown.paths():
            cell = cell_of(shown, path)
            assert cell.path in (path, f"{path}/{column}")
            assert cell.value == shown.value(row, column)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("table_3/2021/edgs", "table_3/2021/edges"),
        ("table_3/1999/edges", "table_3/2019/edges"),
        ("tabel_3/2021/edges", "table_3"),
        ("table_3", "table_3/2018"),
        ("", "for example: table_1"),
    ],
)
def test_an_unknown_cell_names_near_ones(
    world_store: Engine, world_basis: Basis, path: str, near: str
) -> None:
    with pytest.raises(UsageError) as caught:
        find(world_store, world_basis, path)
    assert near in str(caught.value)


@given(st.text(max_size=400))
def test_no_other_words_are_a_cell(world_basis: Basis, path: str) -> None:
    shown = table(world_basis, "table_3")
    known = {one for one, _, _ in shown.paths()}
    if path not in known:
        with pytest.raises(UsageError):
            cell_of(shown, path)


def test_supplements_are_tables_with_cells(
    world_store: Engine, world_basis: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one, entry in MADE.items():
        monkeypatch.setitem(SUPPLEMENTS, one, entry)
    for wanted in ("s99", "S99", "supplement_99", "doubt in edges", "边数的疑问"):
        assert any_table(world_store, world_basis, wanted).id == "supplement_99"
    assert any_table(world_store, world_basis, "3").id == "table_3"
    with pytest.raises(UsageError, match="no table; there are: 1 "):
        any_table(world_store, world_basis, "99")
    with pytest.raises(UsageError, match="no table"):
        any_table(world_store, world_basis, "s98")
    cell = find(world_store, world_basis, "supplement_99/2021")
    assert (cell.value, len(cell.facts)) == (3, 3)
    with pytest.raises(UsageError, match="supplement_99"):
        find(world_store, world_basis, "suplement_99/2021")
