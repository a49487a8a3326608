"""Cores against networkx."""

from __future__ import annotations

import networkx
from hypothesis import given, settings

from analytics.cores import cores
from tests.analytics.graph_samples import Edges, edge_lists, simple


@settings(deadline=None)
@given(edge_lists())
def test_equals_networkx(edges: Edges) -> None:
    graph = networkx.Graph([pair for pair in edges[1] if pair[0] != pair[1]])
    graph.add_nodes_from(range(edges[0]))
    number = networkx.core_number(graph)
    found = cores(simple(edges))
    assert found.number.tolist() == [number[node] for node in range(edges[0])]
    assert found.degeneracy == max(number.values())
    assert found.sizes.tolist() == [len(networkx.k_core(graph, k)) for k in range(found.degeneracy + 1)]
    assert found.innermost.tolist() == sorted(networkx.k_core(graph))


def test_nothing_has_no_core() -> None:
    found = cores(simple((0, [])))
    assert (found.degeneracy, found.sizes.tolist(), found.innermost.tolist()) == (0, [], [])
