"""Centrality against networkx and igraph, brought to Gephi's conventions."""

from __future__ import annotations

from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import given, settings

from analytics.centrality import (
    CENTRALITY_COLUMNS,
    betweenness,
    centrality,
    estimated_betweenness,
    reach,
    write_centrality,
)
from analytics.simple_graph import SimpleGraph
from tests.analytics.graph_samples import Edges, edge_lists, network, simple
from tests.benchmarks.graphs import Shape, value_network


@pytest.mark.parametrize("directed", [True, False])
@settings(deadline=None, max_examples=100)
@given(edges=edge_lists(most=14))
def test_equals_networkx(edges: Edges, directed: bool) -> None:
    pairs = [pair for pair in edges[1] if pair[0] != pair[1]]
    graph = (networkx.DiGraph if directed else networkx.Graph)(pairs)
    graph.add_nodes_from(range(edges[0]))
    once = sorted(graph.edges()) if directed else sorted({(min(pair), max(pair)) for pair in pairs})
    found = centrality(network((edges[0], once), directed=directed))
    between = networkx.betweenness_centrality(graph, normalized=False)
    assert found["degree"].tolist() == [graph.degree(node) for node in range(edges[0])]
    assert found["betweenness"].tolist() == pytest.approx([between[node] for node in range(edges[0])])
    for node in range(edges[0]):
        lengths = [
            length for length in networkx.single_source_shortest_path_length(graph, node).values() if length
        ]
        row = found.iloc[node]
        assert row["closeness"] == pytest.approx(len(lengths) / sum(lengths) if lengths else 0)
        mean = np.mean([1 / length for length in lengths]) if lengths else 0
        assert row["harmonic_closeness"] == pytest.approx(mean)
        assert row["eccentricity"] == max(lengths, default=0)


def test_in_and_out_are_not_confused() -> None:
    found = centrality(network((3, [(0, 1), (0, 2), (0, 0)])))
    assert found["out_degree"].tolist() == [2, 0, 0]
    assert found["in_degree"].tolist() == [0, 1, 1]
    assert found["closeness"].tolist() == [1, 0, 0]
    undirected = centrality(network((3, [(0, 1), (0, 2)]), directed=False))
    assert undirected["in_degree"].tolist() == undirected["degree"].tolist() == [2, 1, 1]
    assert undirected["betweenness"].tolist() == [1, 0, 0]


def test_more_goals_than_one_search_holds() -> None:
    graph = simple((2500, [(place, place + 1) for place in range(2499)]))
    found = reach(graph)
    assert found.reachable.tolist() == found.farthest.tolist() == list(range(2499, -1, -1))
    assert found.total.tolist() == [far * (far + 1) // 2 for far in found.farthest]


def test_pivots_come_near_and_all_nodes_come_exactly() -> None:
    drawn = value_network(Shape(sample=40, relation=500, edges=900, hub=80))
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    exact = betweenness(graph)
    value, error = estimated_betweenness(graph, drawn.nodes)
    assert value == pytest.approx(exact)
    assert error.max() == 0
    value, error = estimated_betweenness(graph, 128)
    top = np.argsort(-exact)[:20]
    assert (np.abs(value - exact)[top] < 4 * error[top]).all()
    with pytest.raises(ValueError, match="5 pivots"):
        estimated_betweenness(graph, 5)


def test_the_file_has_the_columns_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_centrality(network((3, [(0, 1), (1, 2)])), path)
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].split(",") == list(CENTRALITY_COLUMNS)
    assert lines[2] == "0001,1,1,2,1.0,1.0,1.0,1"
    write_centrality(network((40, [(0, 1), (1, 2)])), path, pivots=32)
    assert path.read_text("utf-8").splitlines()[0].endswith(",betweenness_error")
