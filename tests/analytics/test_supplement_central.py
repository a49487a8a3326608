"""Supplement 5 of the small world."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.centrality import centrality
from analytics.networks import DIMENSIONS, Network
from analytics.supplement_central import central_supplement
from tests.benchmarks.graphs import Shape, value_network


def test_the_leading_nodes_with_their_facts(world_store: Engine, world_basis: Basis) -> None:
    shown = central_supplement(world_store, world_basis)
    frame = shown.frame
    own = centrality(world_basis.network(2021)).set_index("node")["betweenness"]
    assert frame["betweenness"].tolist() == sorted(own[own > 0], reverse=True)
    assert (frame["name"].iloc[0], frame["role_en"].iloc[0]) == ("华为", "Sample node")
    assert frame["role_en"].tolist()[2] == "Relation node"
    assert frame["betweenness_error"].tolist() == [0.0] * len(frame)
    assert all(len(shown.behind(row, "betweenness")) for row in range(len(frame)))


def test_a_large_network_is_estimated_and_says_so(
    world_store: Engine, world_basis: Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = value_network(Shape(sample=40, relation=500, edges=1000, hub=80))
    nodes = pd.DataFrame({"entity": [f"{one:04d}" for one in range(drawn.nodes)], "sample": drawn.sample})
    large = Network(
        2021, nodes, pd.DataFrame({"source": drawn.source, "target": drawn.target, "weight": 1.0})
    )
    own = world_basis
    basis = Basis(own.facts, own.edition, own.years, _networks={(DIMENSIONS, "keep"): {2021: large}})
    exact = central_supplement(world_store, basis)
    assert any("values are exact" in note.en for note in exact.notes)
    monkeypatch.setattr("analytics.supplement_central.exact_is_affordable", lambda graph: False)
    monkeypatch.setattr("analytics.supplement_central.PIVOTS", 200)
    shown = central_supplement(world_store, basis)
    assert any("Estimated from 200 start nodes" in note.en for note in shown.notes)
    assert shown.frame["betweenness_error"].gt(0).all()
    assert len(set(shown.frame["entity"]) & set(exact.frame["entity"])) > 10


def test_nothing_lies_between_in_a_year_without_edges(world_store: Engine, world_basis: Basis) -> None:
    assert central_supplement(world_store, world_basis.with_years([2000])).frame.empty
