"""Cores: the k-core is what is left once nodes with fewer than k neighbours among those left are taken away."""

from __future__ import annotations

from dataclasses import dataclass

import igraph
import numpy as np

from analytics.simple_graph import Ints, SimpleGraph


@dataclass(frozen=True, slots=True)
class Cores:
    """number: of each node, the largest k whose core it is in, shape (nodes,); directions do not count."""

    number: Ints

    @property
    def degeneracy(self) -> int:
        """The largest k with a core; 0 for a graph without edges."""
        return int(self.number.max(initial=0))

    @property
    def sizes(self) -> Ints:
        """Nodes of the k-core at position k, from 0 to the degeneracy; falling."""
        return np.bincount(self.number)[::-1].cumsum()[::-1]

    @property
    def innermost(self) -> Ints:
        """Positions of the nodes of the innermost core."""
        return np.flatnonzero(self.number == self.degeneracy)


def cores(graph: SimpleGraph) -> Cores:
    """The cores of the undirected view, where a mutual pair is one edge (Seidman 1983; found in linear time by
    Batagelj and Zaversnik 2003, in igraph)."""
    low, high = np.minimum(graph.source, graph.target), np.maximum(graph.source, graph.target)
    pairs = np.unique(low * graph.nodes + high)
    # igraph takes a list of pairs several times faster than an array.
    first, second = np.divmod(pairs, max(graph.nodes, 1))
    ends = list(zip(first.tolist(), second.tolist(), strict=True))
    found = igraph.Graph(n=graph.nodes, edges=ends, directed=False).coreness()
    return Cores(np.array(found, dtype=np.int64))
