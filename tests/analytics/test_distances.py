"""Distances against igraph's histogram, and the folding against itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.distances import distances, sampled_distances
from analytics.folding import vertex_cover
from analytics.simple_graph import SimpleGraph
from tests.analytics.graph_samples import Edges, edge_lists, peer, simple
from tests.benchmarks.graphs import Shape, value_network


def histogram(edges: Edges) -> list[int]:
    return [0, *(int(count) for _, _, count in peer(edges).path_length_hist(directed=True).bins())]


@settings(deadline=None, max_examples=300)
@given(edge_lists())
def test_equals_the_plain_search(edges: Edges) -> None:
    assert distances(simple(edges)).pairs.tolist() == histogram(edges)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 1000))
def test_equals_the_plain_search_on_value_networks(seed: int) -> None:
    graph = value_network(Shape(sample=60, relation=900, edges=1800, hub=150), seed=seed)
    edges = (graph.nodes, list(zip(graph.source.tolist(), graph.target.tolist(), strict=True)))
    assert distances(simple(edges)).pairs.tolist() == histogram(edges)


def test_more_columns_than_one_search_holds() -> None:
    rng = np.random.default_rng(5)
    edges = (1500, [(int(a), int(b)) for a, b in rng.integers(0, 1500, (4000, 2))])
    assert distances(simple(edges)).pairs.tolist() == histogram(edges)


def test_a_small_graph_by_hand() -> None:
    # A→B, B→C, B→D: distances 1, 1, 1, 2, 2.
    found = distances(simple((4, [(0, 1), (1, 2), (1, 3)])))
    assert found.average_path_length == pytest.approx(1.4)
    assert (found.diameter, found.reachable) == (2, 5)


def test_direction_counts_and_a_way_back_to_oneself_does_not() -> None:
    assert distances(simple((3, [(0, 1), (2, 1)]))).pairs.tolist() == [0, 2]
    assert distances(simple((3, [(0, 1), (1, 0)]))).pairs.tolist() == [0, 2]
    assert distances(simple((3, [(0, 1), (1, 2), (2, 0)]))).pairs.tolist() == [0, 3, 3]


def test_twins_with_the_same_neighbours_count_one_by_one() -> None:
    # Ten alike nodes between two hubs: each is one step from a hub and two from its twins' side.
    edges = [(0, 2 + place) for place in range(10)] + [(2 + place, 1) for place in range(10)]
    assert distances(simple((12, edges))).pairs.tolist() == [0, 20, 1]
    back = [*edges, (1, 0)]
    assert distances(simple((12, back))).pairs.tolist() == histogram((12, back))


def test_a_long_path_is_exact() -> None:
    length = 3000
    found = distances(simple((length, [(place, place + 1) for place in range(length - 1)])))
    assert found.pairs.tolist() == [0, *range(length - 1, 0, -1)]


def test_nothing_to_reach() -> None:
    for edges in ((0, []), (5, []), (2, [(1, 1)])):
        found = distances(simple(edges))
        assert (found.pairs.tolist(), found.diameter, found.average_path_length) == ([0], 0, 0.0)


@settings(deadline=None)
@given(edge_lists())
def test_a_cover_touches_every_edge(edges: Edges) -> None:
    graph = simple(edges)
    cover = vertex_cover(graph)
    assert (cover[graph.source] | cover[graph.target]).all()


def test_the_cover_of_a_value_network_is_no_larger_than_its_sample() -> None:
    graph = value_network(Shape(sample=100, relation=2000, edges=4000, hub=300))
    cover = vertex_cover(SimpleGraph.of(graph.nodes, graph.source, graph.target))
    assert cover.sum() <= 100


def test_an_edge_outside_the_nodes_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves the 2 nodes"):
        SimpleGraph.of(2, [0], [2])
    with pytest.raises(ValueError, match="two lists of one length"):
        SimpleGraph.of(2, [0], [1, 0])


@settings(deadline=None, max_examples=40)
@given(edge_lists(), st.integers(0, 100))
def test_all_nodes_as_a_sample_give_the_exact_mean(edges: Edges, seed: int) -> None:
    # 512 nodes: the drawn graph, and as many copies of a path as fit beside it.
    nodes = edges[0]
    paths = [(place, place + 1) for place in range(nodes, 511) if place % 5]
    graph = simple((512, [*edges[1], *paths]))
    exact = distances(graph)
    found = sampled_distances(graph, sources=512, seed=seed)
    assert found.average_path_length == pytest.approx(exact.average_path_length)
    assert found.diameter_least == exact.diameter
    assert found.half_width == pytest.approx(0, abs=1e-9)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    drawn = value_network(Shape(sample=150, relation=3000, edges=6000, hub=500))
    graph = SimpleGraph.of(drawn.nodes, drawn.source, drawn.target)
    exact = distances(graph)
    found = [sampled_distances(graph, sources=512, seed=seed) for seed in range(40)]
    hits = sum(abs(one.average_path_length - exact.average_path_length) <= one.half_width for one in found)
    # With 95 %, fewer than 33 of 40 would come by chance once in a thousand.
    assert hits >= 33
    assert all(one.half_width < 0.5 for one in found)
    assert max(one.diameter_least for one in found) <= exact.diameter
    with pytest.raises(ValueError, match="64 start nodes"):
        sampled_distances(graph, sources=64)
