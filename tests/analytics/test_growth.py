"""Growth by hand and by its sums; attachment on choices whose exponent is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analytics.growth import attachment, growth
from analytics.networks import Network
from tests.analytics.graph_samples import Edges, edge_lists, network


def named(names: str, pairs: list[str]) -> Network:
    """One node a letter."""
    at = {name: place for place, name in enumerate(names)}
    edges = pd.DataFrame(
        [(at[pair[0]], at[pair[1]]) for pair in pairs], columns=["source", "target"], dtype=np.int64
    )
    return Network(None, pd.DataFrame({"entity": list(names)}), edges.assign(weight=1.0))


def test_by_hand() -> None:
    found = growth(named("abc", ["ab", "bc", "bb"]), named("abdef", ["ab", "ba", "ad", "ef", "ef"]))
    assert (found.new_nodes, found.gone_nodes, found.new_edges, found.gone_edges) == (3, 1, 3, 1)
    assert found.kept == 1 / 2
    assert found.density == 4 / 20
    assert (found.old_old, found.old_new, found.new_new) == (1, 1, 1)


@settings(deadline=None)
@given(edge_lists(), edge_lists())
def test_the_sums_hold(one: Edges, other: Edges) -> None:
    before, after = network(one), network(other)
    found = growth(before, after)
    assert found.old_old + found.old_new + found.new_new == found.new_edges
    assert len(after.nodes) - len(before.nodes) == found.new_nodes - found.gone_nodes
    assert after.graph().edges - before.graph().edges == found.new_edges - found.gone_edges
    assert (found.kept is None) == (before.graph().edges == 0)


def test_order_and_numbers_of_nodes_do_not_matter() -> None:
    after = named("abdef", ["ab", "ba", "ad", "ef"])
    turned = replace(
        after,
        nodes=after.nodes[::-1].reset_index(drop=True),
        edges=after.edges.assign(source=4 - after.edges["source"], target=4 - after.edges["target"]),
    )
    before = named("abc", ["ab", "bc"])
    assert growth(before, after) == growth(before, turned)


@pytest.mark.parametrize("exponent", [0.0, 0.7, 1.0, 1.5])
def test_finds_the_exponent_of_the_choices(exponent: float) -> None:
    rng = np.random.default_rng(1)
    degree = rng.zipf(2.2, 3000).clip(max=500)
    weight = degree**exponent
    found = attachment(degree, rng.choice(3000, 4000, p=weight / weight.sum()))
    assert found is not None
    assert found.ends == 4000
    assert found.exponent == pytest.approx(exponent, abs=4 * found.error)
    assert found.error < 0.1


def test_no_choice_no_exponent() -> None:
    assert attachment(np.array([1, 1, 1]), np.array([0])) is None
    assert attachment(np.array([1, 2, 0]), np.array([2, 2])) is None
    # Only the largest is ever chosen: the exponent has no end.
    assert attachment(np.array([1, 2]), np.array([1, 1])) is None
    assert attachment(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)) is None
