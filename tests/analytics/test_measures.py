"""Table 3's row: by hand, and its relations between columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

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
