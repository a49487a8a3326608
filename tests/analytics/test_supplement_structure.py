"""Supplement 1 of the small world."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import Engine

from analytics import supplement_structure
from analytics.basis import Basis, fact_ids
from analytics.networks import Network
from analytics.supplement_structure import structure_supplement
from tests.benchmarks.graphs import Shape, value_network


def test_the_last_year_by_hand(world_store: Engine, world_basis: Basis) -> None:
    shown = structure_supplement(world_store, world_basis)
    row = {column.name: shown.value(3, column.name) for column in shown.columns}
    # 15 ordered pairs of 13 nodes; Baidu and Alibaba, and Huawei and Intel, answer each other.
    assert row["reciprocity"] == pytest.approx(100 * 4 / 15)
    assert (row["degeneracy"], row["core_nodes"], row["core_sample"]) == (2, 6, 3)
    # 16 edges have 32 ends; one node is a tenth of 13, and the largest has 6 of them.
    assert row["top_share"] == pytest.approx(100 * 6 / 32)
    assert row["verdict"] == "难分优劣"
    assert row["central_error"] == 0
    assert shown.behind(3, "gini").tolist() == fact_ids(world_basis.until(2021)).tolist()


def test_few_start_nodes_come_near_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = value_network(Shape(sample=40, relation=500, edges=1000, hub=80))
    nodes = pd.DataFrame({"entity": [f"{one:04d}" for one in range(drawn.nodes)], "sample": drawn.sample})
    network = Network(
        2021, nodes, pd.DataFrame({"source": drawn.source, "target": drawn.target, "weight": 1.0})
    )
    monkeypatch.setattr(supplement_structure, "_PIVOTS", 1000)
    exact = supplement_structure._central(network)
    monkeypatch.setattr(supplement_structure, "_PIVOTS", 128)
    found = supplement_structure._central(network)
    assert exact["central_error"] == 0
    assert 0 < found["central_error"] < 20
    assert abs(found["central_share"] - exact["central_share"]) < 3 * found["central_error"]


def test_a_year_without_edges_is_a_gap(world_store: Engine, world_basis: Basis) -> None:
    shown = structure_supplement(world_store, world_basis.with_years([2000, 2021]))
    values = [shown.value(0, column.name) for column in shown.columns if column.name != "year"]
    assert values == [None] * len(values)
    assert shown.value(1, "efficiency") is not None
