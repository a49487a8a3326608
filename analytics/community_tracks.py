"""Communities over the years: which community of a year is that of the year before.

Invariant: in one year two communities never share a track, and a track is found again only in a year right after
one that had it; so a community keeps its number, and with it its name and colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from analytics.communities import CommunitySearch
from analytics.networks import Network
from analytics.simple_graph import Ints

#: Two communities are one where they share so much of what either has (Jaccard), among nodes that both years know.
LIKE: Final = 0.3


def tracks(networks: Sequence[Network]) -> list[Ints]:
    """For each network, in rising order of years, the track of each node, shape (nodes,).

    Tracks are numbered from 0, in the order of the first year that has them, larger communities first. Communities
    are those of the fixed seed; nodes are the same where their `entity` is.
    """
    found: list[Ints] = []
    before: dict[str, int] = {}
    used = 0
    for network in networks:
        member = CommunitySearch(network).partition().member
        entity = network.nodes["entity"].tolist()
        again = _matched(before, entity, member)
        numbers = np.empty(int(member.max(initial=-1)) + 1, dtype=np.int64)
        for community in range(len(numbers)):
            if community in again:
                numbers[community] = again[community]
            else:
                numbers[community], used = used, used + 1
        track = numbers[member]
        before = dict(zip(entity, track.tolist(), strict=True))
        found.append(track)
    return found


def _matched(before: Mapping[str, int], entity: Sequence[str], member: Ints) -> dict[int, int]:
    """Community of now → track of before, the pairs that are most alike first."""
    earlier = np.array([before.get(one, -1) for one in entity], dtype=np.int64)
    known = earlier >= 0
    pairs = pd.DataFrame({"track": earlier[known], "community": member[known]})
    if pairs.empty:
        return {}
    shared = pairs.value_counts().rename("shared").reset_index()
    tracks_size, now_size = pairs["track"].value_counts(), pairs["community"].value_counts()
    either = shared["track"].map(tracks_size) + shared["community"].map(now_size) - shared["shared"]
    shared["like"] = shared["shared"] / either
    shared = shared[shared["like"] >= LIKE].sort_values(
        ["like", "shared", "track", "community"], ascending=[False, False, True, True]
    )
    found: dict[int, int] = {}
    for track, community in zip(shared["track"].tolist(), shared["community"].tolist(), strict=True):
        if community not in found and track not in found.values():
            found[community] = track
    return found
