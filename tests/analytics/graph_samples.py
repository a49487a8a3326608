"""Random small graphs for the tests of the measures."""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
from hypothesis import strategies as st

from analytics.networks import Network
from analytics.simple_graph import SimpleGraph

Edges = tuple[int, list[tuple[int, int]]]


@st.composite
def edge_lists(draw: st.DrawFn, most: int = 24) -> Edges:
    """Number of nodes and edges among them: self-loops, parallel and mutual edges, isolated nodes, hubs."""
    nodes = draw(st.integers(1, most))
    hub = st.integers(0, min(nodes - 1, 3))
    end = st.one_of(st.integers(0, nodes - 1), hub)
    return nodes, draw(st.lists(st.tuples(end, end), max_size=3 * nodes))


def simple(edges: Edges) -> SimpleGraph:
    nodes, pairs = edges
    return SimpleGraph.of(nodes, [pair[0] for pair in pairs], [pair[1] for pair in pairs])


def peer(edges: Edges) -> igraph.Graph:
    """The same graph, made simple by igraph itself."""
    graph = igraph.Graph(n=edges[0], edges=edges[1], directed=True)
    graph.simplify()
    return graph


def network(edges: Edges, *, directed: bool = True, weights: list[float] | None = None) -> Network:
    """A network of the edges as they stand, with ids in the order of positions."""
    nodes, pairs = edges
    frame = pd.DataFrame(
        {
            "source": np.array([pair[0] for pair in pairs], dtype=np.int64),
            "target": np.array([pair[1] for pair in pairs], dtype=np.int64),
            "weight": np.ones(len(pairs)) if weights is None else weights,
        }
    )
    names = [f"{place:04d}" for place in range(nodes)]
    return Network(None, pd.DataFrame({"entity": names, "sample": False}), frame, directed=directed)
