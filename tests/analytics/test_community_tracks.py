"""Communities keep their number from year to year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.community_tracks import tracks
from analytics.networks import Network
from tests.analytics.graph_samples import Edges, edge_lists, network


def cliques(*groups: str, bridge: str = "") -> Network:
    """A clique for each group of letters, and an edge between the two letters of a bridge."""
    letters = sorted(set("".join(groups)))
    at = {letter: place for place, letter in enumerate(letters)}
    pairs = [(at[a], at[b]) for group in groups for a in group for b in group if a < b]
    if bridge:
        pairs.append((at[bridge[0]], at[bridge[1]]))
    edges = pd.DataFrame(pairs, columns=["source", "target"], dtype=np.int64).assign(weight=1.0)
    return Network(None, pd.DataFrame({"entity": letters}), edges)


def by_name(one: Network, track: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[str, int]:
    return dict(zip(one.nodes["entity"], track.tolist(), strict=True))


def test_a_community_that_grows_small_keeps_its_number_and_a_new_one_gets_another() -> None:
    years = [
        cliques("abcde", "wxyz", bridge="aw"),
        cliques("abcde", "wxyzuvst", bridge="aw"),
        cliques("abcde", "wxyzuvst", "klmnop", bridge="aw"),
    ]
    first, second, third = (by_name(one, track) for one, track in zip(years, tracks(years), strict=True))
    assert (first["a"], first["w"]) == (0, 1)
    assert (second["a"], second["w"], second["s"]) == (0, 1, 1)
    assert (third["a"], third["w"], third["k"]) == (0, 1, 2)


def test_a_community_that_falls_apart_goes_on_in_the_part_most_like_it() -> None:
    whole, apart = cliques("abcdefgh"), cliques("abcde", "fgh")
    _, after = tracks([whole, apart])
    found = by_name(apart, after)
    assert found["a"] == 0
    assert found["f"] == 1


@settings(deadline=None, max_examples=50)
@given(st.lists(edge_lists(most=12), max_size=3))
def test_tracks_are_the_communities_renamed(years: list[Edges]) -> None:
    networks = [network(one) for one in years]
    used: set[int] = set()
    for one, track in zip(networks, tracks(networks), strict=True):
        assert len(track) == len(one.nodes)
        new = sorted(set(track.tolist()) - used)
        assert new == list(range(len(used), len(used) + len(new)))
        used |= set(new)
    if networks:
        assert [one.tolist() for one in tracks([networks[0], networks[0]])] == [
            tracks(networks[:1])[0].tolist()
        ] * 2


def test_a_year_without_nodes_ends_all() -> None:
    one = cliques("abc")
    empty = replace(one, nodes=one.nodes.iloc[:0], edges=one.edges.iloc[:0])
    assert [found.tolist() for found in tracks([one, empty, one])] == [[0, 0, 0], [], [1, 1, 1]]
