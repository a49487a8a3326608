"""Clustering against a slow count of the definition, and against networkx where the two agree."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
from hypothesis import given, settings

from analytics import clustering
from analytics.clustering import average_clustering, clustering_coefficients
from tests.analytics.graph_samples import Edges, edge_lists, simple


def slow(edges: Edges) -> list[float]:
    nodes, pairs = edges
    arcs = {(a, b) for a, b in pairs if a != b}
    result = []
    for node in range(nodes):
        near = {b for a, b in arcs if a == node} | {a for a, b in arcs if b == node}
        among = sum(a in near and b in near for a, b in arcs)
        result.append(among / (len(near) * (len(near) - 1)) if len(near) > 1 else 0.0)
    return result


@settings(deadline=None, max_examples=200)
@given(edge_lists())
def test_equals_a_slow_count(edges: Edges) -> None:
    assert clustering_coefficients(simple(edges)) == pytest.approx(slow(edges))


@settings(deadline=None)
@given(edge_lists())
def test_many_small_portions_change_nothing(edges: Edges) -> None:
    whole = clustering_coefficients(simple(edges))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "_PATHS", 2)
        assert clustering_coefficients(simple(edges)).tolist() == whole.tolist()


@settings(deadline=None)
@given(edge_lists())
def test_undirected_equals_networkx(edges: Edges) -> None:
    graph = networkx.Graph([pair for pair in edges[1] if pair[0] != pair[1]])
    graph.add_nodes_from(range(edges[0]))
    found = networkx.clustering(graph)
    both = simple(edges).both_ways()
    assert clustering_coefficients(both) == pytest.approx([found[node] for node in range(edges[0])])
    counted = [found[node] for node in graph if graph.degree(node) > 1]
    assert average_clustering(both, undirected=True) == pytest.approx(np.mean(counted) if counted else 0)


def test_a_mutual_neighbour_counts_once() -> None:
    # 0's neighbours are 1 (both ways) and 2; one directed edge between them: 1 of 2.
    assert clustering_coefficients(simple((3, [(0, 1), (1, 0), (0, 2), (1, 2)])))[0] == 0.5
    assert average_clustering(simple((3, [(0, 1), (1, 2), (2, 0)]))) == 0.5


def test_the_directed_mean_is_over_all_nodes() -> None:
    triangle = [(0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)]
    assert average_clustering(simple((6, triangle))) == pytest.approx(0.5)
    assert average_clustering(simple((6, triangle)).both_ways(), undirected=True) == 1.0
    assert average_clustering(simple((0, []))) == 0.0
