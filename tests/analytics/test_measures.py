"""Table 3's row: by hand, and its relations between columns."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.communities import CommunitySearch
from analytics.measures import TABLE_COLUMNS, degrees, measure, measure_table
from analytics.networks import build, build_years
from tests.analytics.graph_samples import Edges, edge_lists, network, peer
from tests.analytics.test_networks import MIXED, NODES


def test_a_row_by_hand() -> None:
    # 2016: a→b and b→a (technology), z→a twice (technology and investment).
    row = measure(build(MIXED, NODES, 2016))
    assert (row.year, row.sample_nodes, row.relation_nodes, row.nodes) == (2016, 2, 1, 3)
    assert (row.edges, row.pairs, row.reachable_pairs) == (4, 3, 4)
    assert row.average_degree == row.average_weighted_degree == 4 / 3
    assert (row.diameter, row.average_path_length) == (2, 5 / 4)
    assert row.average_clustering == 0


def test_the_printed_table_counts_a_pair_once() -> None:
    pair = measure(build(MIXED, NODES, 2016, parallel="pair"))
    assert (pair.edges, pair.average_degree, pair.average_weighted_degree) == (3, 1.0, 1.0)
    merged = measure(build(MIXED, NODES, 2016, parallel="merge"))
    assert (merged.edges, merged.average_degree, merged.average_weighted_degree) == (3, 1.0, 4 / 3)


def test_the_table_has_a_row_a_year_and_an_empty_year_is_zero() -> None:
    table = measure_table(build_years(MIXED, NODES, [2013, 2014]).values())
    assert list(table.columns) == list(TABLE_COLUMNS)
    assert table["year"].tolist() == [2013, 2014]
    assert table.iloc[0, 1:].tolist() == [0] * 10


def test_the_sample_is_unknown_where_nobody_names_it() -> None:
    plain = network((2, [(0, 1)]))
    row = measure(type(plain)(None, plain.nodes[["entity"]], plain.edges))
    assert row.sample_nodes is row.relation_nodes is None


@settings(deadline=None)
@given(edge_lists())
def test_agrees_with_igraph(edges: Edges) -> None:
    row = measure(network(edges))
    graph = peer(edges)
    assert row.edges == sum(a != b for a, b in edges[1])
    assert row.average_degree == row.edges / edges[0]
    assert row.pairs == graph.ecount()
    assert row.diameter == graph.diameter(directed=True)
    if row.pairs:
        assert row.average_path_length == pytest.approx(graph.average_path_length(directed=True))


@settings(deadline=None)
@given(edge_lists())
def test_undirected_agrees_with_igraph(edges: Edges) -> None:
    once = (edges[0], sorted({(min(pair), max(pair)) for pair in edges[1]}))
    row = measure(network(once, directed=False))
    graph = peer(once).as_undirected()
    assert row.edges == row.pairs == graph.ecount()
    assert row.average_degree == pytest.approx(np.mean(graph.degree()))
    assert row.diameter == graph.diameter()
    assert row.reachable_pairs == sum(size * (size - 1) for size in graph.connected_components().sizes())


@pytest.mark.parametrize("directed", [True, False])
@settings(deadline=None, max_examples=100)
@given(edges=edge_lists(most=14), data=st.data())
def test_every_column_equals_a_slow_count(edges: Edges, directed: bool, data: st.DataObject) -> None:
    """All of Table 3 from its definitions, on graphs with loops, parallel and mutual edges and isolated nodes."""
    count, pairs = edges
    weight = data.draw(st.lists(st.integers(1, 4), min_size=len(pairs), max_size=len(pairs)))
    sample = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    drawn = network(edges, directed=directed, weights=[float(one) for one in weight])
    drawn = replace(drawn, year=2021, nodes=drawn.nodes.assign(sample=sample))
    partition = CommunitySearch(drawn).partition().member.tolist()
    expected = slow_row(edges, weight, directed, partition)
    row = asdict(measure(drawn))
    assert (row["year"], row["nodes"], row["sample_nodes"]) == (2021, count, sum(sample))
    assert row["relation_nodes"] == count - sum(sample)
    for column, value in expected.items():
        assert row[column] == pytest.approx(value), column
    assert {*expected, "year", "nodes", "sample_nodes", "relation_nodes"} >= set(TABLE_COLUMNS)


def slow_row(edges: Edges, weight: list[int], directed: bool, partition: list[int]) -> dict[str, float]:
    """The columns by their definitions, with sets and loops alone."""
    count = edges[0]
    kept = [(a, b, one) for (a, b), one in zip(edges[1], weight, strict=True) if a != b]
    arcs = {(a, b) for a, b, _ in kept} | (set() if directed else {(b, a) for a, b, _ in kept})
    far = [length for start in range(count) for length in slow_distances(arcs, start)]
    near = [{b for a, b in arcs if a == node} | {a for a, b in arcs if b == node} for node in range(count)]
    local = [
        sum(a in one and b in one for a, b in arcs) / (len(one) * (len(one) - 1)) if len(one) > 1 else 0.0
        for one in near
    ]
    counted = local if directed else [value for value, one in zip(local, near, strict=True) if len(one) > 1]
    heaviest: dict[frozenset[int], int] = {}
    for a, b, one in kept:
        heaviest[frozenset((a, b))] = max(one, heaviest.get(frozenset((a, b)), 0))
    whole = sum(heaviest.values())
    modularity = 0.0
    for community in set(partition) if whole else ():
        members = {node for node, one in enumerate(partition) if one == community}
        inside = sum(one for pair, one in heaviest.items() if pair <= members)
        ends = sum(one * len(pair & members) for pair, one in heaviest.items())
        modularity += inside / whole - (ends / (2 * whole)) ** 2
    ends_each = 1 if directed else 2
    return {
        "edges": len(kept),
        "average_degree": ends_each * len(kept) / count,
        "average_weighted_degree": ends_each * sum(one for _, _, one in kept) / count,
        "diameter": max(far, default=0),
        "average_path_length": sum(far) / len(far) if far else 0.0,
        "average_clustering": sum(counted) / len(counted) if counted else 0.0,
        "modularity": modularity,
        "pairs": len(arcs) if directed else len(arcs) // 2,
        "reachable_pairs": len(far),
    }


def slow_distances(arcs: set[tuple[int, int]], start: int) -> list[int]:
    """Distances to all others that a path leads to."""
    found = {start: 0}
    edge = {start}
    while edge:
        edge = {b for a, b in arcs if a in edge} - found.keys()
        found |= dict.fromkeys(edge, max(found.values()) + 1)
    return [length for node, length in found.items() if node != start]


def test_weights_move_the_weighted_degree_alone() -> None:
    row = measure(
        network(
            (
                3,
                [(0, 1), (1, 2)],
            ),
            weights=[2.0, 5.0],
        )
    )
    assert (row.average_degree, row.average_weighted_degree) == (2 / 3, 7 / 3)


@settings(deadline=None)
@given(edge_lists())
def test_degrees_count_ends(edges: Edges) -> None:
    found = pd.Series(degrees(network(edges)))
    assert found.sum() == 2 * sum(a != b for a, b in edges[1])
