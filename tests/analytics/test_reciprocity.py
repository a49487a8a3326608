"""Reciprocity against networkx."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings

from analytics.reciprocity import mutual_pairs, reciprocity
from tests.analytics.graph_samples import Edges, edge_lists, simple


@settings(deadline=None)
@given(edge_lists())
def test_equals_networkx(edges: Edges) -> None:
    graph = networkx.DiGraph([pair for pair in edges[1] if pair[0] != pair[1]])
    found = reciprocity(simple(edges))
    if graph.number_of_edges():
        assert found == pytest.approx(networkx.overall_reciprocity(graph))
    else:
        assert found is None


def test_one_of_two_edges_pairs_is_answered() -> None:
    graph = simple((3, [(0, 1), (1, 0), (1, 2), (2, 2)]))
    assert mutual_pairs(graph) == 1
    assert reciprocity(graph) == pytest.approx(2 / 3)
