"""Exact distances of a directed graph: how many ordered pairs lie how far apart.

A breadth-first search from every node at once, 64 searches to a machine word: a row of bits per node says
which searches have just arrived there, and one step is an OR over each node's predecessors.

Three facts make the value network small. A vertex cover (here nearly the sample nodes) touches every edge, so
any node outside it has neighbours inside it alone. Nodes outside the cover with the same predecessors arrive
alike: they share a row; with the same successors they leave alike: they share a search, a column. And a node
with one successor is always one step behind it: it needs no search of its own.

Invariant: the counts are exact for every directed graph; cover and classes change the work, never the result.
Where the cover is large, the method turns into the plain bit-parallel search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.bit_rows import Predecessors, Words, columns_set
from analytics.simple_graph import Ints, SimpleGraph

#: Machine words searched in one go: rows of this many words stay in the cache.
_WORDS: Final = 16


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


def distances(graph: SimpleGraph) -> Distances:
    """The exact histogram of directed distances; an undirected graph is one with both directions in."""
    quotient = _quotient(graph)
    pairs = np.zeros(2, dtype=np.int64)
    for first in range(0, quotient.columns, 64 * _WORDS):
        found = _search(quotient, first, min(quotient.columns, first + 64 * _WORDS))
        if len(found) > len(pairs):
            found, pairs = pairs, found
        pairs[: len(found)] += found
    pairs[0] = 0
    return Distances(np.trim_zeros(pairs, "b") if pairs.any() else pairs[:1])


@dataclass(frozen=True, slots=True)
class _Quotient:
    """The graph folded by its cover. Rows and columns 0..cover-1 are the cover nodes themselves.

    row_weight, column_weight: nodes of each class. followers: nodes outside the cover whose one successor is
    this column's node (0 for classes). edges: predecessors among rows, one step.
    entry_row, entry_column: a class's column arrives at that row after its first step; sorted by column.
    self_row, self_column, self_late: nodes outside the cover that both lead and are led to, by column; a path
    from such a node back to itself is no pair. `self_late` is 1 for a follower, else 0.
    """

    cover: int
    row_weight: Ints
    column_weight: Ints
    followers: Ints
    edges: Predecessors
    entry_row: Ints
    entry_column: Ints
    self_row: Ints
    self_column: Ints
    self_late: Ints

    @property
    def columns(self) -> int:
        return len(self.column_weight)

    def surplus(self, found: NDArray[np.uint8]) -> int:
        """What the counts of rows that stand for more than one node lack; such rows lead their kind."""
        heavy = slice(self.cover, self.cover + int(np.count_nonzero(self.row_weight[self.cover :] > 1)))
        return int((self.row_weight[heavy] - 1) @ found[heavy].sum(axis=1, dtype=np.int64))


def _quotient(graph: SimpleGraph) -> _Quotient:
    nodes, source, target = graph.nodes, graph.source, graph.target
    cover = vertex_cover(graph)
    leaving = ~cover[source]
    follower = ~cover & (graph.out_degree() == 1)
    behind = follower[source]
    # Cover nodes in falling number of followers: then few words hold them all.
    followed = np.bincount(target[behind], minlength=nodes)
    inside = np.flatnonzero(cover)
    inside = inside[np.argsort(-followed[inside], kind="stable")]
    place = np.full(nodes, -1, dtype=np.int64)
    place[inside] = np.arange(len(inside))

    reaching = ~cover[target]
    row = np.where(cover, place, _classes(nodes, target[reaching], source[reaching], len(inside)))
    own = leaving & ~behind
    column = np.where(cover, place, _classes(nodes, source[own], target[own], len(inside)))
    row_weight = np.bincount(row[row >= 0], minlength=len(inside))
    column_weight = np.bincount(column[column >= 0], minlength=len(inside))
    followers = np.zeros(len(column_weight), dtype=np.int64)
    followers[: len(inside)] = followed[inside]

    led = row[source] >= 0
    entry = np.unique(column[source[own]] * max(nodes, 1) + row[target[own]])
    search = column.copy()
    search[source[behind]] = place[target[behind]]
    both = np.flatnonzero(~cover & (row >= 0) & (search >= 0))
    both = both[np.argsort(search[both], kind="stable")]
    return _Quotient(
        cover=len(inside),
        row_weight=row_weight,
        column_weight=column_weight,
        followers=followers,
        edges=Predecessors(len(row_weight), row[source[led]], row[target[led]]),
        entry_row=entry % max(nodes, 1),
        entry_column=entry // max(nodes, 1),
        self_row=row[both],
        self_column=search[both],
        self_late=follower[both].astype(np.int64),
    )


def vertex_cover(graph: SimpleGraph) -> NDArray[np.bool_]:
    """A small set of nodes that touches every edge (a mask): in rounds, neighbours of leaves and local maxima.

    A leaf's neighbour is never a worse choice than the leaf. Otherwise a node goes in that has more open edges
    than any of its neighbours (ties by position). Every round closes at least one edge.
    """
    cover = np.zeros(graph.nodes, dtype=np.bool_)
    low = np.minimum(graph.source, graph.target)
    high = np.maximum(graph.source, graph.target)
    while len(low):
        degree = np.bincount(low, minlength=graph.nodes) + np.bincount(high, minlength=graph.nodes)
        leaf_low, leaf_high = degree[low] == 1, degree[high] == 1
        if (leaf_low | leaf_high).any():
            # Of two leaves that have but each other, one is enough.
            cover[high[leaf_low]] = True
            cover[low[leaf_high & ~leaf_low]] = True
        else:
            key = degree * graph.nodes + np.arange(graph.nodes)
            beaten = np.where(key[low] < key[high], low, high)
            best = degree > 0
            best[beaten] = False
            cover |= best
        still = ~(cover[low] | cover[high])
        low, high = low[still], high[still]
    return cover


def _classes(nodes: int, owner: Ints, neighbour: Ints, first: int) -> Ints:
    """A class number from `first` on for every owner, -1 for other nodes; equal neighbour sets, equal classes.

    Numbers rise as classes get smaller, so that heavy rows and columns lie together. Sets of more than four
    are rarely equal, so such a node is a class of its own: more work, same result.
    """
    order = np.lexsort((neighbour, owner))
    neighbour = neighbour[order]
    count = np.bincount(owner, minlength=nodes)
    start = np.cumsum(count) - count
    label = np.full(nodes, -1, dtype=np.int64)
    used = 0
    for size in range(1, 5):
        who = np.flatnonzero(count == size)
        same = np.zeros(len(who), dtype=np.int64)
        for step in range(size):
            same = np.unique(same * nodes + neighbour[start[who] + step], return_inverse=True)[1]
        label[who] = used + same
        used += len(who)
    alone = np.flatnonzero(count > 4)
    label[alone] = used + np.arange(len(alone))
    owners = np.flatnonzero(label >= 0)
    _, same, weight = np.unique(label[owners], return_inverse=True, return_counts=True)
    rank = np.empty(len(weight), dtype=np.int64)
    rank[np.argsort(-weight, kind="stable")] = np.arange(len(weight))
    label[owners] = first + rank[same]
    return label


def _search(quotient: _Quotient, first: int, last: int) -> Ints:
    """The histogram over the columns first..last-1, weighted by the nodes that rows and columns stand for."""
    rows, words = len(quotient.row_weight), (last - first + 63) // 64
    alike = _weight_planes(quotient.column_weight[first:last] - 1, words)
    behind = _weight_planes(quotient.followers[first:last], words)
    entry = slice(*np.searchsorted(quotient.entry_column, [first, last]))
    back = slice(*np.searchsorted(quotient.self_column, [first, last]))
    self_row, self_bit = quotient.self_row[back], quotient.self_column[back] - first
    self_late = quotient.self_late[back]
    own = np.arange(min(first, quotient.cover), min(last, quotient.cover))
    arrived = columns_set(rows, words, own, own - first)
    entering = columns_set(rows, words, quotient.entry_row[entry], quotient.entry_column[entry] - first)
    seen = arrived.copy()
    counts, distance = [0, 0], 0
    while True:
        found = np.bitwise_count(arrived)
        bits = int(found.sum())
        if bits == 0 and distance > 0:
            return np.array(counts, dtype=np.int64)
        home = arrived[self_row, self_bit >> 6] >> (self_bit & 63).astype(np.uint64) & np.uint64(1)
        returned = np.bincount(self_late, home, minlength=2).astype(np.int64)
        counts[distance] += bits + quotient.surplus(found) + _heavier(quotient, arrived, alike)
        counts[distance] -= int(returned[0])
        counts[distance + 1] += _heavier(quotient, arrived, behind) - int(returned[1])
        arrived = quotient.edges.step(arrived, bits)
        if distance == 0:
            arrived |= entering
        arrived |= seen
        arrived ^= seen
        seen |= arrived
        distance += 1
        counts.append(0)


def _heavier(quotient: _Quotient, arrived: Words, planes: list[Words]) -> int:
    """Arrivals times the column weights that the planes spell."""
    total = 0
    for power, mask in enumerate(planes):
        if len(mask):
            found = np.bitwise_count(arrived[:, : len(mask)] & mask)
            total += (int(found.sum()) + quotient.surplus(found)) << power
    return total


def _weight_planes(weight: Ints, words: int) -> list[Words]:
    """Weights as binary digits: plane p marks the columns whose weight has 2^p, and ends with its last mark."""
    planes = []
    for power in range(int(weight.max()).bit_length()):
        marked = np.flatnonzero((weight >> power) & 1)
        mask = columns_set(1, words, np.zeros(len(marked), dtype=np.int64), marked)[0]
        planes.append(mask[: int(marked[-1] >> 6) + 1 if len(marked) else 0])
    return planes
