"""Centrality against networkx and igraph, brought to Gephi's conventions."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.centrality import (
    CENTRALITY_COLUMNS,
    betweenness,
    centrality,
    estimated_betweenness,
    exact_is_affordable,
    reach,
    write_centrality,
)
from analytics.edge_files import read_network
from analytics.simple_graph import SimpleGraph
from tests.analytics.graph_samples import Edges, edge_lists, network, simple
from tests.benchmarks.graphs import Shape, value_network
from tests.shared import shared


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


def test_in_and_out_are_not_confused_and_a_loop_is_both() -> None:
    found = centrality(network((3, [(0, 1), (0, 2), (0, 0)])))
    assert found["out_degree"].tolist() == [3, 0, 0]
    assert found["in_degree"].tolist() == [1, 1, 1]
    assert found["degree"].tolist() == [4, 1, 1]
    assert found["closeness"].tolist() == [1, 0, 0]
    undirected = centrality(network((3, [(0, 1), (0, 2)]), directed=False))
    assert undirected["in_degree"].tolist() == undirected["degree"].tolist() == [2, 1, 1]
    assert undirected["betweenness"].tolist() == [1, 0, 0]


@pytest.mark.parametrize("directed", [True, False])
@settings(deadline=None, max_examples=60)
@given(edges=edge_lists(most=12), data=st.data())
def test_equals_the_loops_of_gephi_on_a_file(edges: Edges, directed: bool, data: st.DataObject) -> None:
    """From the file on: parallel rows, loops, mutual edges, and nodes without edges, listed in any order."""
    listed = data.draw(st.permutations(range(edges[0])))
    with TemporaryDirectory() as folder:
        rows, nodes = Path(folder, "edges.csv"), Path(folder, "nodes.csv")
        lines = [f"{a},{b},{1 + a}\n" for a, b in edges[1]]
        rows.write_text("".join(["Source,Target,Weight\n", *lines]), encoding="utf-8")
        nodes.write_text("".join(["Id\n", *(f"{node}\n" for node in listed)]), encoding="utf-8")
        found = centrality(read_network(rows, nodes, undirected=not directed, loops=True))
    expected = gephi(edges, directed)
    assert set(found["node"]) == {str(node) for node in range(edges[0])}
    for row in found.to_dict("records"):
        for column, value in expected[int(row["node"])].items():
            assert row[column] == pytest.approx(value), (row["node"], column)


@pytest.mark.parametrize("directed", [True, False])
def test_a_real_list_with_loops_equals_the_loops_of_gephi(directed: bool) -> None:
    path = shared("tables", "coinvestment_edges.csv")
    found = centrality(read_network(path, undirected=not directed, loops=True))
    place = {node: at for at, node in enumerate(found["node"])}
    with path.open(encoding="utf-8", newline="") as lines:
        pairs = [(place[row["Source"]], place[row["Target"]]) for row in csv.DictReader(lines)]
    expected = pd.DataFrame(gephi((len(place), pairs), directed))
    for column in expected:
        assert found[column].tolist() == pytest.approx(expected[column].tolist()), column


def gephi(edges: Edges, directed: bool) -> list[dict[str, float]]:
    """Gephi 0.9.2's statistics, node by node and as literally as its classes state them (`Degree`, `GraphDistance`
    over graphstore 0.5.9): parallel rows were joined on import; the edges of a node are walked one by one, a mutual pair
    once where directions are off; a loop is walked, and reaches nobody."""
    nodes = edges[0]
    kept = list(dict.fromkeys(edges[1] if directed else [(min(pair), max(pair)) for pair in edges[1]]))
    walks: list[list[int]] = [[] for _ in range(nodes)]
    into, out = [0] * nodes, [0] * nodes
    for source, target in kept:
        out[source] += 1
        into[target] += 1
        walks[source].append(target)
        if not directed and source != target:
            walks[target].append(source)
    rows = [{"degree": float(into[node] + out[node]), "betweenness": 0.0} for node in range(nodes)]
    for start in range(nodes):
        far, paths = [-1] * nodes, [0.0] * nodes
        before: list[list[int]] = [[] for _ in range(nodes)]
        far[start], paths[start] = 0, 1.0
        waiting, done = [start], []
        while waiting:
            node = waiting.pop(0)
            done.append(node)
            for near in walks[node]:
                if far[near] < 0:
                    waiting.append(near)
                    far[near] = far[node] + 1
                if far[near] == far[node] + 1:
                    paths[near] += paths[node]
                    before[near].append(node)
        reached = [one for one in far if one > 0]
        rows[start]["eccentricity"] = max(reached, default=0)
        rows[start]["closeness"] = len(reached) / sum(reached) if reached else 0.0
        rows[start]["harmonic_closeness"] = sum(1 / one for one in reached) / len(reached) if reached else 0.0
        owed = [0.0] * nodes
        for node in reversed(done):
            for one in before[node]:
                owed[one] += paths[one] / paths[node] * (1 + owed[node])
            if node != start:
                rows[node]["betweenness"] += owed[node]
    for node, row in enumerate(rows):
        if directed:
            row |= {"in_degree": into[node], "out_degree": out[node]}
        else:
            row["betweenness"] /= 2
    return rows


def test_more_goals_than_one_search_holds() -> None:
    graph = simple((2500, [(place, place + 1) for place in range(2499)]))
    found = reach(graph)
    assert found.reachable.tolist() == found.farthest.tolist() == list(range(2499, -1, -1))
    assert found.total.tolist() == [far * (far + 1) // 2 for far in found.farthest]


def test_pivots_come_near_and_all_nodes_come_exactly() -> None:
    drawn = value_network(Shape(sample=40, relation=500, edges=900, hub=80))
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    exact = betweenness(graph)
    assert exact_is_affordable(graph)
    value, error = estimated_betweenness(graph, int((graph.out_degree() > 0).sum()))
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
    write_centrality(network((40, [(node, node + 1) for node in range(39)])), path, pivots=32)
    assert path.read_text("utf-8").splitlines()[0].endswith(",betweenness_error")


def test_what_is_affordable_hangs_on_starts_and_edges() -> None:
    rng = np.random.default_rng(0)
    few, many = SimpleGraph.of(600_000, rng.integers(0, 2000, 600_000), np.arange(600_000)), 30_000
    assert exact_is_affordable(few)
    assert not exact_is_affordable(SimpleGraph.of(many, *rng.integers(0, many, (2, 60_000))))
