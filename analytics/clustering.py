"""Clustering coefficients: how far a node's neighbours know each other.

Triangles are found once each: pairs point from the node of lower degree to that of higher degree, so that even
a hub has few pairs of its own, and each pair asks which nodes both its ends point to. Leaves are in no triangle
and go first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.simple_graph import Ints, SimpleGraph

Floats = NDArray[np.float64]

#: Pairs of edges that are looked at in one go; bounds the memory.
_PATHS: Final = 1 << 16
#: Spreads the codes of pairs over a table (2^64 / golden ratio).
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)


def clustering_coefficients(graph: SimpleGraph) -> Floats:
    """For each node: directed edges among its neighbours / k(k-1), with k distinct neighbours; 0 where k < 2.

    Gephi 0.9.2 `ClusteringCoefficient`, directed; a mutual neighbour counts once in k, a mutual edge between
    two neighbours counts twice above. For a graph with both directions of every edge this is the usual
    undirected coefficient.
    """
    ends = graph.out_degree() + graph.in_degree()
    pairs = _Pairs.of(graph, ends)
    mutual = pairs.edges == 2
    k = ends - pairs.at_nodes(np.concatenate([pairs.tail[mutual], pairs.head[mutual]]))
    among = np.zeros(graph.nodes)
    for corner, opposite in _triangles(pairs):
        among += np.bincount(corner, opposite, minlength=graph.nodes)
    among = among[pairs.rank]
    possible = k * (k - 1.0)
    return np.divide(among, possible, out=np.zeros(graph.nodes), where=k > 1)


def average_clustering(graph: SimpleGraph, *, undirected: bool = False) -> float:
    """The mean coefficient; 0 for a graph without nodes that count.

    Directed: over all nodes. Undirected, in Gephi 0.9.2: over the nodes with two neighbours or more; the graph
    then has to hold both directions of every edge.
    """
    value = clustering_coefficients(graph)
    if undirected:
        value = value[graph.out_degree() > 1]
    return float(value.mean()) if len(value) else 0.0


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Joined pairs of nodes without leaves, as ranks by degree: tail < head, sorted by (tail, head); edges: by how
    many directed edges (1 or 2); code: tail * nodes + head; rank: of each node."""

    nodes: int
    tail: Ints
    head: Ints
    edges: Ints
    code: Ints
    rank: Ints

    @classmethod
    def of(cls, graph: SimpleGraph, ends: Ints) -> _Pairs:
        rank = np.empty(graph.nodes, dtype=np.int64)
        rank[np.argsort(ends, kind="stable")] = np.arange(graph.nodes)
        within = (ends[graph.source] > 1) & (ends[graph.target] > 1)
        source, target = rank[graph.source[within]], rank[graph.target[within]]
        code = np.sort(np.minimum(source, target) * graph.nodes + np.maximum(source, target))
        first = np.flatnonzero(np.diff(code, prepend=-1))
        edges = np.diff(first, append=len(code))
        code = code[first]
        tail = code // max(graph.nodes, 1)
        return cls(graph.nodes, tail, code - tail * graph.nodes, edges, code, rank)

    def at_nodes(self, ranks: Ints) -> Ints:
        """How often each node's rank comes, by node."""
        return np.bincount(ranks, minlength=self.nodes)[self.rank]


class _Known:
    """Which codes are pairs, and where: tables by a hash turn most others away at once; where two pairs share a
    place, a search finds the one that is not in the table."""

    def __init__(self, code: Ints) -> None:
        self._code = code
        bits = max(len(code), 2).bit_length() + 2
        self._shift = np.uint64(64 - bits)
        place = self._place(code)
        self._taken = np.zeros(1 << bits, dtype=np.bool_)
        self._taken[place] = True
        self._at = np.zeros(1 << bits, dtype=np.int32 if len(code) < 1 << 31 else np.int64)
        self._at[place] = np.arange(len(code))

    def _place(self, code: Ints) -> NDArray[np.uint64]:
        return (code.view(np.uint64) * _SPREAD) >> self._shift

    def find(self, wanted: Ints) -> tuple[Ints, Ints]:
        """Which of the wanted are pairs, and the position of each of these pairs."""
        place = self._place(wanted)
        maybe = np.flatnonzero(self._taken[place])
        wanted = wanted[maybe]
        at = self._at[place[maybe]].astype(np.int64)
        other = np.flatnonzero(self._code[at] != wanted)
        at[other] = np.minimum(np.searchsorted(self._code, wanted[other]), len(self._code) - 1)
        found = self._code[at] == wanted
        return maybe[found], at[found]


def _triangles(pairs: _Pairs) -> Iterator[tuple[Ints, Ints]]:
    """Corners of triangles (ranks), and for each corner the number of directed edges between the two others."""
    tail, head, edges = pairs.tail, pairs.head, pairs.edges
    count = np.bincount(tail, minlength=pairs.nodes)
    start = np.cumsum(count) - count
    # A triangle is a pair tail → head and a higher w that both lead to: look from the end with fewer such w.
    # From the tail these are the pairs behind this one.
    behind = start[tail] + count[tail] - 1 - np.arange(len(tail))
    from_tail = behind <= count[head]
    paths = np.where(behind > 0, np.minimum(behind, count[head]), 0)
    asking = np.flatnonzero(paths)
    from_tail, paths = from_tail[asking], paths[asking]
    begin = np.where(from_tail, asking + 1, start[head[asking]])
    other = np.where(from_tail, head[asking], tail[asking])
    near = tail[asking] + head[asking] - other
    known = _Known(pairs.code)
    bound = np.cumsum(paths)
    first = 0
    while first < len(asking):
        done = int(bound[first - 1]) if first else 0
        last = max(int(np.searchsorted(bound, done + _PATHS, side="right")), first + 1)
        length = paths[first:last]
        of = np.repeat(np.arange(first, last), length)
        onward = np.arange(len(of)) + np.repeat(
            begin[first:last] - (bound[first:last] - length - done), length
        )
        closed, closing = known.find(other[of] * pairs.nodes + head[onward])
        of, onward = of[closed], onward[closed]
        for corner, opposite in ((near[of], closing), (other[of], onward), (head[onward], asking[of])):
            yield corner, edges[opposite]
        first = last
