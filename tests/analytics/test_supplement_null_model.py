"""Supplement 2 of the small world."""

from __future__ import annotations

from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.cells import cell_of
from analytics.measures import measure
from analytics.null_model import DRAWS, Structure
from analytics.supplement_null_model import _MEASURES, null_model_supplement


def test_every_measure_of_every_year_stands_beside_chance(world_store: Engine, world_basis: Basis) -> None:
    shown = null_model_supplement(world_store, world_basis)
    assert len(shown.frame) == len(world_basis.years) * len(_MEASURES)
    assert list(_MEASURES) == list(Structure.__dataclass_fields__)
    own = measure(world_basis.network(2021))
    cell = cell_of(shown, "supplement_2/2021/modularity/observed")
    assert cell.value == own.modularity
    assert len(cell.facts)
    assert cell_of(shown, "supplement_2/2021/diameter/observed").value == own.diameter
    assert any(str(DRAWS) in note.en for note in shown.notes)
    again = null_model_supplement(world_store, world_basis)
    assert shown.frame.equals(again.frame)


def test_a_year_without_edges_is_a_gap(world_store: Engine, world_basis: Basis) -> None:
    shown = null_model_supplement(world_store, world_basis.with_years([2000]))
    assert shown.value(0, "observed") is None
    assert shown.value(0, "ratio") is None
    assert len(shown.behind(0, "ratio")) == 0
