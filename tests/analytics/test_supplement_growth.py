"""Supplement 3 of the small world."""

from __future__ import annotations

from sqlalchemy import Engine

from analytics.basis import Basis, fact_ids
from analytics.supplement_growth import growth_supplement


def test_each_year_against_the_one_before(world_store: Engine, world_basis: Basis) -> None:
    shown = growth_supplement(world_store, world_basis)
    frame = shown.frame
    assert frame["since"].tolist() == ["2017", "2018", "2019", "2020"]
    assert frame["new_nodes"].tolist() == [3, 5, 2, 3]
    assert frame["new_nodes"].cumsum().iloc[-1] == len(world_basis.network(2021).nodes)
    assert (frame["old_old"] + frame["old_new"] + frame["new_new"] == frame["new_pairs"]).all()
    # Before the first relation there was nothing to grow from, and nothing to keep.
    assert shown.value(0, "node_growth") is shown.value(0, "kept") is None
    assert shown.value(3, "kept") == 100


def test_new_pairs_rest_on_new_facts(world_store: Engine, world_basis: Basis) -> None:
    shown = growth_supplement(world_store, world_basis)
    new, before = set(shown.behind(3, "new_pairs")), set(fact_ids(world_basis.until(2020)))
    assert new
    assert new | before == set(shown.behind(3, "density"))


def test_chosen_years_are_held_against_each_other(world_store: Engine, world_basis: Basis) -> None:
    shown = growth_supplement(world_store, world_basis.with_years([2018, 2021]))
    assert shown.frame["since"].tolist() == ["2017", "2018"]
    assert shown.value(1, "new_nodes") == 10
