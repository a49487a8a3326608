"""A graph folded for searching: rows that bits arrive at, columns that they start from.

A vertex cover touches every edge, so any node outside it has neighbours inside it alone. Nodes outside the cover
with the same predecessors arrive alike: they share a row. With the same successors they leave alike: they share a
column. A node with one successor is always one step behind it: it needs no column of its own.
In a value network the cover is nearly the sample, so few rows and columns are left.

Invariant: rows 0..cover-1 are the cover nodes; folding loses no pair of nodes and counts none twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.bit_rows import Predecessors, Words, columns_set
from analytics.simple_graph import Ints, SimpleGraph


@dataclass(frozen=True, slots=True)
class Fold:
    """The rows. cover: mask of nodes. place: a cover node's number, -1 for others. row: each node's row, -1 for
    nodes that nothing leads to. weight: nodes of each row, falling from row `size` on. edges: one step."""

    size: int
    cover: NDArray[np.bool_]
    place: Ints
    row: Ints
    weight: Ints
    edges: Predecessors

    def surplus(self, found: NDArray[np.uint8]) -> int:
        """What counts by row, shape (rows, words), lack because rows stand for several nodes."""
        heavy = slice(self.size, self.size + int(np.count_nonzero(self.weight[self.size :] > 1)))
        return int((self.weight[heavy] - 1) @ found[heavy].sum(axis=1, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Bits:
    """Places in a bit matrix, sorted by column."""

    row: Ints
    column: Ints

    @classmethod
    def of(cls, row: Ints, column: Ints) -> _Bits:
        order = np.argsort(column, kind="stable")
        return cls(row[order], column[order])

    def within(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Rows, and columns from `first` on, of the columns first..last-1."""
        part = slice(*np.searchsorted(self.column, [first, last]))
        return self.row[part], self.column[part] - first

    def matrix(self, rows: int, first: int, last: int) -> Words:
        return columns_set(rows, (last - first + 63) // 64, *self.within(first, last))


@dataclass(frozen=True, slots=True)
class Columns:
    """What is searched from. weight: nodes that start with the column; followers: nodes one step behind it.

    start: bits set before the first step. entry: bits that arrive at the first step without having been set.
    home, follower_home: where a column or a follower of it comes back to its own start; that is no pair.
    """

    weight: Ints
    followers: Ints
    start: _Bits
    entry: _Bits
    home: _Bits
    follower_home: _Bits

    def __len__(self) -> int:
        return len(self.weight)


def fold(graph: SimpleGraph) -> Fold:
    """The rows of a graph."""
    nodes, source, target = graph.nodes, graph.source, graph.target
    cover = vertex_cover(graph)
    # Cover nodes in falling number of followers: then few words hold all that have any.
    behind = ~cover[source] & (graph.out_degree() == 1)[source]
    followed = np.bincount(target[behind], minlength=nodes)
    inside = np.flatnonzero(cover)
    inside = inside[np.argsort(-followed[inside], kind="stable")]
    place = np.full(nodes, -1, dtype=np.int64)
    place[inside] = np.arange(len(inside))
    outside = ~cover[target]
    row = np.where(cover, place, _classes(nodes, target[outside], source[outside], len(inside)))
    led = row[source] >= 0
    weight = np.bincount(row[row >= 0], minlength=len(inside))
    edges = Predecessors(len(weight), row[source[led]], row[target[led]])
    return Fold(len(inside), cover, place, row, weight, edges)


def all_columns(graph: SimpleGraph, rows: Fold) -> Columns:
    """Every node of the graph, in columns or as a follower."""
    nodes, source, target = graph.nodes, graph.source, graph.target
    leaving = ~rows.cover[source]
    follower = ~rows.cover & (graph.out_degree() == 1)
    behind, own = follower[source], leaving & ~follower[source]
    column = np.where(rows.cover, rows.place, _classes(nodes, source[own], target[own], rows.size))
    weight = np.bincount(column[column >= 0], minlength=rows.size)
    entry = np.unique(column[source[own]] * nodes + rows.row[target[own]])
    through = (rows.row >= 0) & ~rows.cover
    both = np.flatnonzero(through & (column >= 0))
    late = np.flatnonzero(behind & through[source])
    return Columns(
        weight=weight,
        followers=np.bincount(rows.place[target[behind]], minlength=len(weight)),
        start=_Bits(np.arange(rows.size), np.arange(rows.size)),
        entry=_Bits(entry % max(nodes, 1), entry // max(nodes, 1)),
        home=_Bits.of(rows.row[both], column[both]),
        follower_home=_Bits.of(rows.row[source[late]], rows.place[target[late]]),
    )


def some_columns(graph: SimpleGraph, rows: Fold, chosen: Ints) -> Columns:
    """One column for each of the chosen nodes, in their order; a node may come once."""
    column = np.full(graph.nodes, -1, dtype=np.int64)
    column[chosen] = np.arange(len(chosen))
    inside = chosen[rows.cover[chosen]]
    outside = chosen[~rows.cover[chosen]]
    entering = (column >= 0)[graph.source] & ~rows.cover[graph.source]
    through = outside[rows.row[outside] >= 0]
    none = np.empty(0, dtype=np.int64)
    return Columns(
        weight=np.ones(len(chosen), dtype=np.int64),
        followers=np.zeros(len(chosen), dtype=np.int64),
        start=_Bits.of(rows.place[inside], column[inside]),
        entry=_Bits.of(rows.place[graph.target[entering]], column[graph.source[entering]]),
        home=_Bits.of(rows.row[through], column[through]),
        follower_home=_Bits(none, none),
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
