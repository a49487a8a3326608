"""Supplement 4 of the small world."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.supplement_communities import _main, communities_supplement, community_tracks


def test_communities_are_named_counted_and_traced(world_store: Engine, world_basis: Basis) -> None:
    shown = communities_supplement(world_store, world_basis)
    frame = shown.frame
    assert frame["nodes"].sum() == len(world_basis.network(2021).nodes)
    assert frame["share"].sum() == pytest.approx(100)
    assert frame["sample_nodes"].sum() == 4
    row = frame[frame["community_en"] == "Huawei, Intel"].iloc[0]
    assert (row["layer"], row["technology"], row["technology_en"]) == ("基础层", "智能芯片", "AI chips")
    # Nobody names a province.
    assert all(shown.value(at, "province") is None for at in range(len(frame)))
    assert set(frame["since"]) <= {str(year) for year in world_basis.years}
    assert frame["since"].min() < "2021"


def test_behind_a_community_are_the_relations_inside(world_store: Engine, world_basis: Basis) -> None:
    shown = communities_supplement(world_store, world_basis)
    found = [set(shown.behind(row, "nodes").tolist()) for row in range(len(shown.frame))]
    assert all(found)
    track = community_tracks(world_basis)[2021]
    network = world_basis.network(2021)
    inside = track[network.edges["source"]] == track[network.edges["target"]]
    assert len(set().union(*found)) >= inside.sum() - network.edges.loc[inside].duplicated(["source"]).sum()


def test_one_row_where_one_is_wanted_and_none_without_edges(world_store: Engine, world_basis: Basis) -> None:
    few = type(world_basis)(world_basis.facts, world_basis.edition, world_basis.years, top=1)
    assert len(communities_supplement(world_store, few).frame) == 1
    assert communities_supplement(world_store, world_basis.with_years([2000])).frame.empty


def test_a_main_word_is_common_enough() -> None:
    assert _main(["b", "a", "b", "a"]) == "a"
    assert _main(["a", "b", "c", "d"]) is None
    assert _main([]) is None
