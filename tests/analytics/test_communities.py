"""Communities: the definition of modularity, the mutual-edge trap, seeds."""

from __future__ import annotations

import igraph
import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.communities import CommunitySearch
from tests.analytics.graph_samples import Edges, edge_lists, network, peer
from tests.benchmarks.graphs import Shape, value_network


@settings(deadline=None)
@given(edge_lists())
def test_the_value_is_the_modularity_of_the_partition(edges: Edges) -> None:
    found = CommunitySearch(network(edges)).partition()
    undirected = peer(edges).as_undirected(mode="collapse")
    assert len(found.member) == edges[0]
    if undirected.ecount():
        assert found.modularity == pytest.approx(undirected.modularity(found.member.tolist()))
    else:
        assert found.modularity == 0.0


@settings(deadline=None)
@given(edge_lists(), st.data())
def test_a_pair_weighs_its_heaviest_edge(edges: Edges, data: st.DataObject) -> None:
    weight = data.draw(st.lists(st.integers(1, 5), min_size=len(edges[1]), max_size=len(edges[1])))
    found = CommunitySearch(network(edges, weights=[float(one) for one in weight])).partition()
    graph = networkx.Graph()
    graph.add_nodes_from(range(edges[0]))
    for (a, b), one in zip(edges[1], weight, strict=True):
        if a != b:
            graph.add_edge(a, b, weight=max(one, graph.get_edge_data(a, b, {"weight": 0})["weight"]))
    if graph.number_of_edges():
        sets = [set(np.flatnonzero(found.member == one).tolist()) for one in range(len(found.sizes))]
        assert found.modularity == pytest.approx(networkx.community.modularity(graph, sets))


def test_two_cliques_are_two_communities() -> None:
    cliques = [(a + shift, b + shift) for shift in (0, 5) for a in range(5) for b in range(a)]
    found = CommunitySearch(network((10, [*cliques, (0, 5)]))).partition()
    assert found.sizes.tolist() == [5, 5]
    assert found.modularity == pytest.approx(20 / 21 - 0.5)


def test_the_same_seed_gives_the_same_partition_and_others_are_near() -> None:
    graph = value_network(Shape(sample=100, relation=2000, edges=3500, hub=300))
    edges = (graph.nodes, list(zip(graph.source.tolist(), graph.target.tolist(), strict=True)))
    search = CommunitySearch(network(edges))
    first, again = search.partition(1), search.partition(1)
    assert first.member.tolist() == again.member.tolist()
    spread = search.spread(range(5))
    assert spread.least <= spread.mean <= spread.most
    assert spread.seeds == 5
    assert spread.least < spread.most
    assert spread.deviation < 0.02
    assert (np.diff(first.sizes) <= 0).all()
    peer_value = (
        igraph.Graph(n=edges[0], edges=edges[1], directed=True)
        .as_undirected(mode="collapse")
        .community_multilevel()
        .modularity
    )
    assert first.modularity == pytest.approx(peer_value, abs=0.02)
