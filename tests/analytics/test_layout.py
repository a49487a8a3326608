"""Where nodes are drawn."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.layout import layout
from analytics.networks import Network


def network(nodes: int, edges: list[tuple[int, int]]) -> Network:
    frame = pd.DataFrame(edges, columns=["source", "target"]).astype(np.int64)
    return Network(2021, pd.DataFrame({"entity": [f"e{one:05}" for one in range(nodes)]}), frame)


def test_no_node_no_place() -> None:
    assert layout(network(0, [])).shape == (0, 2)


@given(
    st.integers(2, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), min_size=1, max_size=60)
)
def test_every_node_has_a_place_of_its_own_and_the_same_twice(
    nodes: int, edges: list[tuple[int, int]]
) -> None:
    drawn = network(nodes, [(a % nodes, b % nodes) for a, b in edges])
    places = layout(drawn)
    assert np.isfinite(places).all()
    assert len(np.unique(places.round(12), axis=0)) == nodes
    assert (layout(drawn) == places).all()


def test_leaves_lie_around_their_hub() -> None:
    star = [(0, leaf) for leaf in range(1, 40)]
    other = [(40, leaf) for leaf in range(41, 80)]
    places = layout(network(80, [*star, *other, (0, 40)]))
    own = np.hypot(*(places[1:40] - places[0]).T)
    strange = np.hypot(*(places[1:40] - places[40]).T)
    assert (own < strange).mean() > 0.9


def test_small_components_lie_outside() -> None:
    ring = [(at, (at + 1) % 50) for at in range(50)]
    places = layout(network(56, [*ring, (50, 51), (52, 53), (54, 55)]))
    assert np.hypot(*places[:50].T).max() == pytest.approx(1)
    assert (np.hypot(*places[50:].T) > 1).all()


def test_who_is_linked_lies_nearer_than_who_is_not() -> None:
    lots = random.Random(7)
    edges = [(node, lots.randrange(node)) for node in range(1, 2500)]
    edges += [(lots.randrange(2500), lots.randrange(2500)) for _ in range(4000)]
    places = layout(network(2500, edges))
    assert np.isfinite(places).all()
    linked = np.hypot(*(places[[a for a, _ in edges]] - places[[b for _, b in edges]]).T).mean()
    shuffled = lots.sample(range(2500), 2500)
    strange = np.hypot(*(places - places[shuffled]).T).mean()
    assert linked < 0.8 * strange


def test_large_nodes_lie_side_by_side() -> None:
    lots = np.random.default_rng(4)
    ends = np.sort(lots.integers(0, 40, 400) * lots.integers(0, 2, 400))
    edges = [(int(a), int(b)) for a, b in zip(ends, lots.integers(0, 400, 400), strict=True)]
    drawn = network(400, edges)
    places = layout(drawn)
    degrees = np.bincount(np.array(edges).ravel(), minlength=400)
    largest = np.argsort(-degrees)[:12]
    apart = np.hypot(*(places[largest][:, None] - places[largest][None]).transpose(2, 0, 1))
    radii = 0.042 * np.sqrt(degrees[largest] / degrees.max())
    overlap = (radii[:, None] + radii[None] - apart)[~np.eye(12, dtype=bool)]
    assert overlap.max() < 0.02
