"""Clustering coefficients: how far a node's neighbours know each other.

Triangles are found once each: edges point from the node of lower degree to that of higher degree, so that even
a hub has few edges of its own, and each edge asks which nodes both its ends point to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.simple_graph import Ints, SimpleGraph

Floats = NDArray[np.float64]

#: Pairs of edges that are looked at in one go; bounds the memory.
_PATHS: Final = 1 << 17


def clustering_coefficients(graph: SimpleGraph) -> Floats:
    """For each node: directed edges among its neighbours / k(k-1), with k distinct neighbours; 0 where k < 2.

    Gephi 0.9.2 `ClusteringCoefficient`, directed; a mutual neighbour counts once in k, a mutual edge between
    two neighbours counts twice above. For a graph with both directions of every edge this is the usual
    undirected coefficient.
    """
    low, high, edges = _pairs(graph)
    k = np.bincount(low, minlength=graph.nodes) + np.bincount(high, minlength=graph.nodes)
    among = np.zeros(graph.nodes)
    for corner, opposite in _triangles(graph.nodes, low, high, edges, k):
        among += np.bincount(corner, opposite, minlength=graph.nodes)
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


def _pairs(graph: SimpleGraph) -> tuple[Ints, Ints, Ints]:
    """Joined pairs (low, high) by position, and by how many directed edges (1 or 2)."""
    code = np.minimum(graph.source, graph.target) * graph.nodes + np.maximum(graph.source, graph.target)
    pair, edges = np.unique(code, return_counts=True)
    return pair // max(graph.nodes, 1), pair % max(graph.nodes, 1), edges


def _triangles(nodes: int, low: Ints, high: Ints, edges: Ints, k: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Corners of triangles, and for each corner the number of directed edges between the two others."""
    by_degree = np.lexsort((np.arange(nodes), k))
    rank = np.empty(nodes, dtype=np.int64)
    rank[by_degree] = np.arange(nodes)
    tail, head = np.minimum(rank[low], rank[high]), np.maximum(rank[low], rank[high])
    code = tail * nodes + head
    order = np.argsort(code)
    tail, head, edges, code = tail[order], head[order], edges[order], code[order]
    count = np.bincount(tail, minlength=nodes)
    start = np.cumsum(count) - count
    # A triangle is an edge tail → head, and a w that both lead to: look from the end with fewer edges. A triangle's
    # lowest corner has two edges or more: most nodes of a value network have not.
    near = np.where(count[tail] <= count[head], tail, head)
    other = tail + head - near
    paths = np.where(count[tail] > 1, count[near], 0)
    bound = np.cumsum(paths)
    first = 0
    while first < len(tail):
        done = int(bound[first - 1]) if first else 0
        last = max(int(np.searchsorted(bound, done + _PATHS, side="right")), first + 1)
        chosen = np.arange(first, last)
        of = np.repeat(chosen, paths[chosen])
        within = np.arange(len(of)) - np.repeat(bound[chosen] - paths[chosen] - done, paths[chosen])
        onward = start[near[of]] + within
        wanted = other[of] * nodes + head[onward]
        closing = np.searchsorted(code, wanted)
        closing[closing == len(code)] = 0
        found = code[closing] == wanted
        of, onward, closing = of[found], onward[found], closing[found]
        for corner, opposite in ((near[of], closing), (other[of], onward), (head[onward], of)):
            yield by_degree[corner], edges[opposite]
        first = last
