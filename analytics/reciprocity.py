"""Reciprocity: how often an edge is answered."""

from __future__ import annotations

import numpy as np

from analytics.simple_graph import SimpleGraph


def mutual_pairs(graph: SimpleGraph) -> int:
    """Unordered pairs of nodes that edges join in both directions."""
    forth = graph.source * graph.nodes + graph.target
    back = graph.target * graph.nodes + graph.source
    # Both directions of every such pair are found, each from the other.
    return len(np.intersect1d(forth, back, assume_unique=True)) // 2


def reciprocity(graph: SimpleGraph) -> float | None:
    """Share of the directed edges whose opposite is there as well, in [0, 1]; None for a graph without edges.

    Edges are distinct ordered pairs without loops (igraph's `reciprocity`, networkx's `overall_reciprocity`).
    """
    return 2 * mutual_pairs(graph) / graph.edges if graph.edges else None
