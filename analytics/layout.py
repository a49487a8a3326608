"""Where the nodes of a network are drawn: hubs by forces, leaves in a sunflower around their hub.

A node with one neighbour says nothing about where its neighbour belongs, so that only the others are laid out; that
makes large networks quick and their leaves legible. The same network has the same places, on one machine.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from analytics.forces import GOLDEN, force_places, sunflower
from analytics.networks import Network

Places = NDArray[np.float64]

#: Leaves cover so much of the room that the others take.
_LEAF_ROOM: Final = 0.4
#: Radius of the node with the most edges, as it is drawn; others have areas by their degrees. Nodes from the second
#: one on are kept apart; smaller ones may lie before them.
_LARGEST: Final = 0.055
_APART: Final = 0.006
_PUSHES: Final = 100
#: Up to so many leaves, they lie near to their hub.
_FEW: Final = 400


def layout(network: Network) -> Places:
    """Places of the nodes, shape (n, 2), around the middle of the largest component, whose farthest lies at 1.

    Smaller components lie around it, the larger ones nearer.
    """
    n = len(network.nodes)
    if not n:
        return np.zeros((0, 2))
    ends = network.edges[["source", "target"]].to_numpy(dtype=np.int64)
    ends = ends[ends[:, 0] != ends[:, 1]]
    pairs = np.unique(np.sort(ends, axis=1), axis=0)
    matrix = scipy.sparse.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
    matrix = matrix + matrix.T
    count, part = connected_components(matrix, directed=False)
    sizes = np.bincount(part, minlength=count)
    order = np.argsort(-sizes, kind="stable")
    places = np.zeros((n, 2))
    inside = np.flatnonzero(part == order[0])
    places[inside] = _component(matrix, inside)
    _around(places, part, sizes, order[1:])
    return places


def _component(matrix: scipy.sparse.csr_matrix, nodes: NDArray[np.int64]) -> Places:
    """Places of one component, whose farthest node lies at 1."""
    inner = matrix[nodes][:, nodes].tocsr()
    degrees = np.diff(inner.indptr)
    hubs = np.flatnonzero(degrees > 1)
    if len(hubs) < 2:  # a star, or a pair
        hubs = np.array([int(np.argmax(degrees))])
    places = np.zeros((len(nodes), 2))
    radii = _LARGEST * np.sqrt(degrees / max(int(degrees.max()), 1))
    places[hubs] = _spread(force_places(inner[hubs][:, hubs], degrees[hubs] + 1.0), radii[hubs])
    leaf = np.ones(len(nodes), dtype=bool)
    leaf[hubs] = False
    leaves = np.flatnonzero(leaf)
    if len(leaves):
        hub = inner.indices[inner.indptr[leaves]]
        spacing = np.sqrt(_LEAF_ROOM / len(leaves))
        if len(leaves) < _FEW:
            spacing = min(spacing, 0.03)
        turned = hub * GOLDEN  # or all that are alone with their hub would lie on one side
        # they begin where the disc of their hub ends
        places[leaves] = (
            places[hub] + sunflower(_rank_within(hub) + (radii[hub] / spacing) ** 2, turned) * spacing
        )
    places -= places.mean(axis=0)
    return places / max(float(np.hypot(*places.T).max()), 1e-9)


def _spread(places: Places, radii: NDArray[np.float64]) -> Places:
    """The same with the farthest at 1, and the larger ones pushed apart until they lie side by side, or nearly."""
    places = places - np.median(places, axis=0)
    places /= max(float(np.hypot(*places.T).max()), 1e-9)
    large = np.flatnonzero(radii >= _APART)
    if len(large) < 2:
        return places
    found, wide = places[large], radii[large]
    for _ in range(_PUSHES):
        pairs = cKDTree(found).query_pairs(2 * float(wide.max()) * 1.1, output_type="ndarray")
        first, second = pairs[:, 0], pairs[:, 1]
        apart = found[second] - found[first]
        away = np.maximum(np.hypot(apart[:, 0], apart[:, 1]), 1e-9)
        lacking = np.maximum(1.08 * (wide[first] + wide[second]) - away, 0)
        if not lacking.any():
            break
        # the smaller of two gives way
        share = wide[second] / (wide[first] + wide[second])
        push = apart * (0.6 * lacking / away)[:, None]
        for axis in (0, 1):
            found[:, axis] += np.bincount(second, push[:, axis] * (1 - share), len(found))
            found[:, axis] -= np.bincount(first, push[:, axis] * share, len(found))
    places[large] = found
    return places


def _around(
    places: Places, part: NDArray[np.int32], sizes: NDArray[np.int64], order: NDArray[np.int64]
) -> None:
    """Set the nodes of the smaller components, each in a sunflower of its own, on rings from 1.08 outwards."""
    by_part = np.argsort(part, kind="stable")
    begins = np.searchsorted(part[by_part], np.arange(len(sizes) + 1))
    widths = _GRAIN * (np.sqrt(sizes[order]) + 1)
    radius, at = 1.08, 0
    while at < len(order):
        room = np.searchsorted(np.cumsum(2 * widths[at:]), 2 * np.pi * radius, side="right")
        ring = slice(at, at + max(int(room), 1))
        share = np.cumsum(2 * widths[ring]) - widths[ring]
        angles = 2 * np.pi * share / (2 * widths[ring].sum())
        for one, angle in zip(order[ring].tolist(), angles.tolist(), strict=True):
            nodes = by_part[begins[one] : begins[one + 1]]
            centre = np.array([np.cos(angle), np.sin(angle)]) * radius
            places[nodes] = centre + sunflower(np.arange(len(nodes))) * _GRAIN * 0.8
        radius += 2 * float(widths[at])
        at = ring.stop


#: Between two nodes of a small component.
_GRAIN: Final = 0.012


def _rank_within(groups: NDArray[np.int32]) -> NDArray[np.int64]:
    """0, 1, 2 … for the members of each group, in their order."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))
    return ranks
