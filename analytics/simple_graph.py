"""A graph as arrays: what every measure works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SimpleGraph:
    """A directed graph without self-loops or parallel edges, on the nodes 0..nodes-1.

    `source` and `target` are sorted by (source, target). Made by `of`, which does the cleaning.
    """

    nodes: int
    source: Ints
    target: Ints

    @classmethod
    def of(cls, nodes: int, source: ArrayLike, target: ArrayLike) -> SimpleGraph:
        """The simple graph of any edge arrays; raises ValueError for a position that is no node."""
        start = np.asarray(source, dtype=np.int64)
        end = np.asarray(target, dtype=np.int64)
        if start.shape != end.shape or start.ndim != 1:
            raise ValueError(f"sources {start.shape} and targets {end.shape} are not two lists of one length")
        if len(start) and (min(start.min(), end.min()) < 0 or max(start.max(), end.max()) >= nodes):
            raise ValueError(f"an edge leaves the {nodes} nodes")
        code = np.unique((start * nodes + end)[start != end])
        return cls(nodes, code // max(nodes, 1), code % max(nodes, 1))

    @property
    def edges(self) -> int:
        return len(self.source)

    def out_degree(self) -> Ints:
        """Successors of each node, shape (nodes,)."""
        return np.bincount(self.source, minlength=self.nodes)

    def in_degree(self) -> Ints:
        """Predecessors of each node, shape (nodes,)."""
        return np.bincount(self.target, minlength=self.nodes)

    def both_ways(self) -> SimpleGraph:
        """The undirected view: every edge in both directions, a mutual pair once."""
        return SimpleGraph.of(
            self.nodes,
            np.concatenate([self.source, self.target]),
            np.concatenate([self.target, self.source]),
        )
