"""Distances of a directed graph: how many ordered pairs lie how far apart.

A breadth-first search from every node at once, 64 searches to a machine word: a row of bits per node says
which searches have just arrived there, and one step is an OR over each node's predecessors. `analytics.folding`
makes the rows and columns few.

Invariant: `distances` is exact for every directed graph; folding changes the work, never the result. Where the
cover is large, the method turns into the plain bit-parallel search.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import t as student

from analytics.bit_rows import Words, columns_set
from analytics.folding import Columns, Fold, all_columns, fold, some_columns
from analytics.simple_graph import Ints, SimpleGraph

#: Machine words searched in one go: rows of this many words stay in the cache.
_WORDS: Final = 16
#: Fewer groups of 64 start nodes than this give no interval worth stating.
_GROUPS_LEAST: Final = 8


@dataclass(frozen=True, slots=True)
class Distances:
    """`pairs[d]` is the number of ordered pairs (s, t), s ≠ t, at distance d along edge directions.

    `pairs[0]` is always 0. Pairs without a path are not counted.
    """

    pairs: Ints

    @property
    def reachable(self) -> int:
        """Number of ordered pairs with a path."""
        return int(self.pairs.sum())

    @property
    def diameter(self) -> int:
        """Largest finite distance; 0 where nothing is reachable (Gephi 0.9.2 `GraphDistance`)."""
        return len(self.pairs) - 1

    @property
    def average_path_length(self) -> float:
        """Σ distances / reachable ordered pairs (Gephi 0.9.2 `GraphDistance`); 0 where nothing is reachable.

        Gephi's own pair counter stops at 2³¹−1; this one does not.
        """
        if not self.reachable:
            return 0.0
        return int(self.pairs @ np.arange(len(self.pairs))) / self.reachable


@dataclass(frozen=True, slots=True)
class SampledDistances:
    """Distances from some start nodes drawn by lot.

    average_path_length lies within `half_width` of the true one with `confidence`. diameter_least is a lower
    bound of the diameter, no estimate of it. sources: how many start nodes.
    """

    average_path_length: float
    half_width: float
    diameter_least: int
    sources: int
    confidence: float


def distances(graph: SimpleGraph) -> Distances:
    """The exact histogram of directed distances; an undirected graph is one with both directions in."""
    rows = fold(graph)
    columns = all_columns(graph, rows)
    pairs = np.zeros(2, dtype=np.int64)
    for first in range(0, len(columns), 64 * _WORDS):
        found = _search(rows, columns, first, min(len(columns), first + 64 * _WORDS))
        if len(found) > len(pairs):
            found, pairs = pairs, found
        pairs[: len(found)] += found
    pairs[0] = 0
    return Distances(np.trim_zeros(pairs, "b") if pairs.any() else pairs[:1])


def sampled_distances(
    graph: SimpleGraph, *, sources: int = 1024, seed: int = 20_220_331, confidence: float = 0.95
) -> SampledDistances:
    """Distances from `sources` start nodes, for graphs too large to search from all.

    The start nodes come in groups of 64; the mean is Σ distances / Σ reached pairs over all of them, and its
    interval comes from how the groups differ (ratio of two group sums, Student's t). ValueError for fewer than
    eight groups, or more start nodes than there are nodes: then the exact search is the right one.
    """
    groups = sources // 64
    if groups < _GROUPS_LEAST or sources > graph.nodes:
        raise ValueError(
            f"{sources} start nodes; it takes {64 * _GROUPS_LEAST} or more, at most {graph.nodes} nodes"
        )
    chosen = np.random.default_rng(seed).choice(graph.nodes, 64 * groups, replace=False)
    rows = fold(graph)
    columns = some_columns(graph, rows, chosen)
    reached, total, farthest = np.zeros(groups), np.zeros(groups), 0
    for group in range(groups):
        pairs = _search(rows, columns, 64 * group, 64 * (group + 1))
        pairs[0] = 0
        reached[group], total[group] = pairs.sum(), pairs @ np.arange(len(pairs))
        farthest = max(farthest, int(np.flatnonzero(pairs).max(initial=0)))
    if not reached.any():
        return SampledDistances(0.0, 0.0, 0, 64 * groups, confidence)
    mean = total.sum() / reached.sum()
    off = total - mean * reached
    left = 1 - 64 * groups / graph.nodes
    error = math.sqrt(left * float(off @ off) / (groups - 1) / groups) / reached.mean()
    half_width = float(student.ppf((1 + confidence) / 2, groups - 1)) * error
    return SampledDistances(float(mean), float(half_width), farthest, 64 * groups, confidence)


def _search(rows: Fold, columns: Columns, first: int, last: int) -> Ints:
    """The histogram over the columns first..last-1, weighted by the nodes that rows and columns stand for.

    Its first entry counts nodes at distance 0 from themselves.
    """
    words, height = (last - first + 63) // 64, len(rows.weight)
    alike = _weight_planes(columns.weight[first:last] - 1, words)
    behind = _weight_planes(columns.followers[first:last], words)
    home = columns.home.within(first, last)
    follower_home = columns.follower_home.within(first, last)
    arrived = columns.start.matrix(height, first, last)
    seen = arrived.copy()
    counts, distance = [0, 0], 0
    while True:
        found = np.bitwise_count(arrived)
        bits = int(found.sum())
        if bits == 0 and distance > 0:
            return np.array(counts, dtype=np.int64)
        counts[distance] += bits + rows.surplus(found) + _heavier(rows, arrived, alike)
        counts[distance] -= _bits_set(arrived, *home)
        counts[distance + 1] += _heavier(rows, arrived, behind) - _bits_set(arrived, *follower_home)
        arrived = rows.edges.step(arrived, bits)
        if distance == 0:
            arrived |= columns.entry.matrix(height, first, last)
        arrived |= seen
        arrived ^= seen
        seen |= arrived
        distance += 1
        counts.append(0)


def _bits_set(matrix: Words, row: Ints, column: Ints) -> int:
    """How many of the places hold a bit."""
    bit = matrix[row, column >> 6] >> (column & 63).astype(np.uint64)
    return int((bit & np.uint64(1)).sum())


def _heavier(rows: Fold, arrived: Words, planes: list[Words]) -> int:
    """Arrivals times the column weights that the planes spell."""
    total = 0
    for power, mask in enumerate(planes):
        if len(mask):
            found = np.bitwise_count(arrived[:, : len(mask)] & mask)
            total += (int(found.sum()) + rows.surplus(found)) << power
    return total


def _weight_planes(weight: Ints, words: int) -> list[Words]:
    """Weights as binary digits: plane p marks the columns whose weight has 2^p, and ends with its last mark."""
    planes = []
    for power in range(int(weight.max()).bit_length()):
        marked = np.flatnonzero((weight >> power) & 1)
        mask = columns_set(1, words, np.zeros(len(marked), dtype=np.int64), marked)[0]
        planes.append(mask[: int(marked[-1] >> 6) + 1 if len(marked) else 0])
    return planes
