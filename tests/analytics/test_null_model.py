"""Random networks keep what they must, and lose what they should."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.networks import DIMENSIONS, Network
from analytics.null_model import Beside, beside_chance, random_network, structure
from tests.analytics.graph_samples import Edges, edge_lists, network
from tests.benchmarks.graphs import Shape, value_network


def two_sided(edges: Edges, data: st.DataObject, *, directed: bool = True) -> Network:
    """With a sample, and a dimension for each edge."""
    drawn = network(edges, directed=directed)
    count = len(drawn.edges)
    dimension = data.draw(st.lists(st.sampled_from(DIMENSIONS), min_size=count, max_size=count))
    sample = data.draw(st.lists(st.booleans(), min_size=edges[0], max_size=edges[0]))
    return replace(
        drawn, nodes=drawn.nodes.assign(sample=sample), edges=drawn.edges.assign(dimension=dimension)
    )


def ends(one: Network) -> Counter[tuple[str, int, int, bool]]:
    """How many edges of each dimension leave (0) or reach (1) each node, by the kind of the other end."""
    sample = one.nodes["sample"].tolist()
    found: Counter[tuple[str, int, int, bool]] = Counter()
    columns = (one.edges[name].tolist() for name in ("source", "target", "dimension"))
    for source, target, dimension in set(zip(*columns, strict=True)):
        if source != target:
            found[dimension, source, 0 if one.directed else 2, sample[target]] += 1
            found[dimension, target, 1 if one.directed else 2, sample[source]] += 1
    return found


@pytest.mark.parametrize("directed", [True, False])
@settings(deadline=None, max_examples=60)
@given(edge_lists(most=12), st.integers(0, 99), st.data())
def test_degrees_dimensions_and_kinds_stay(
    directed: bool, edges: Edges, seed: int, data: st.DataObject
) -> None:
    if not directed:
        edges = (edges[0], [(min(pair), max(pair)) for pair in edges[1]])
    own = two_sided(edges, data, directed=directed)
    drawn = random_network(own, seed)
    assert ends(drawn) == ends(own)
    assert not (drawn.edges["source"] == drawn.edges["target"]).any()
    assert not drawn.edges.duplicated(["source", "target", "dimension"]).any()
    pd.testing.assert_frame_equal(random_network(own, seed).edges, drawn.edges)


def made(seed: int = 0) -> Network:
    drawn = value_network(Shape(sample=80, relation=1200, edges=2600, hub=200), seed=seed, communities=6)
    nodes = pd.DataFrame({"entity": [f"{one:05d}" for one in range(drawn.nodes)], "sample": drawn.sample})
    return Network(None, nodes, pd.DataFrame({"source": drawn.source, "target": drawn.target, "weight": 1.0}))


def test_what_is_by_lot_lies_within_chance_and_communities_do_not() -> None:
    own = made()
    before = own.edges.copy()
    found = beside_chance(own, draws=6)
    pd.testing.assert_frame_equal(own.edges, before)
    modularity = found["modularity"]
    assert modularity.z is not None
    assert modularity.z > 5
    assert modularity.ratio is not None
    assert modularity.ratio > 1
    by_lot = beside_chance(random_network(own, 7), draws=12)
    # A network by lot is no further from others by lot than they are from each other; 5 deviations leave room.
    for name in ("average_path_length", "average_clustering", "modularity", "reciprocity"):
        z = by_lot[name].z
        assert z is not None
        assert abs(z) < 5, name


def test_most_edges_move() -> None:
    own = made()
    kept = pd.merge(own.edges, random_network(own, 1).edges, on=["source", "target"])
    assert len(kept) < 0.2 * len(own.edges)


def test_without_edges_there_is_nothing_to_compare() -> None:
    empty = network((3, []))
    assert all(math.isnan(one) for one in asdict(structure(empty)).values())
    found = beside_chance(empty, draws=2)["modularity"]
    assert math.isnan(found.observed)
    assert found.z is None
    assert len(random_network(empty, 1).edges) == 0


def test_ratio_and_deviations_by_hand() -> None:
    assert Beside(3.0, 2.0, 0.5, 8).ratio == 1.5
    assert Beside(3.0, 2.0, 0.5, 8).z == 2.0
    assert Beside(3.0, 0.0, 0.0, 8).ratio is None
    assert Beside(3.0, 2.0, 0.0, 8).z is None
    assert np.isclose(Beside(1.0, 4.0, 1.0, 2).z or 0, -3)
    with pytest.raises(ValueError, match="1 draws"):
        beside_chance(made(), draws=1)
