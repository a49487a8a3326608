"""Centrality of each node, in the conventions of Gephi 0.9.2 (`Degree`, `GraphDistance`; docs/measures.md).

All distances are unweighted and follow directions. Betweenness is exact where that is affordable; with pivots it is
estimated from some start nodes, with its error beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import igraph
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.bit_rows import Predecessors, columns_set
from analytics.csv_files import write_csv
from analytics.networks import Network
from analytics.simple_graph import Ints, SimpleGraph

Floats = NDArray[np.float64]

CENTRALITY_COLUMNS: Final = (
    "node",
    "in_degree",
    "out_degree",
    "degree",
    "betweenness",
    "closeness",
    "harmonic_closeness",
    "eccentricity",
)

#: Machine words searched in one go.
_WORDS: Final = 16
#: Pivots are drawn in so many groups; the error comes from how the groups differ.
_GROUPS: Final = 16
_SEED: Final = 20_220_331
#: Start nodes times edges: igraph takes 20 to 45 ns for each, so that this is about a minute of CPU at most.
_EXACT_MOST: Final = 1_300_000_000
#: Start nodes of an estimate where nobody names their number.
PIVOTS: Final = 2048


@dataclass(frozen=True, slots=True)
class Reach:
    """What each node reaches along directions, itself left out; all of shape (nodes,).

    reachable: how many nodes. total: sum of their distances. inverse: sum of 1 / distance. farthest: the largest
    distance, 0 where nothing is reachable.
    """

    reachable: Ints
    total: Ints
    inverse: Floats
    farthest: Ints


def reach(graph: SimpleGraph) -> Reach:
    """Exact, by searching backwards from 64 nodes to a machine word."""
    nodes = graph.nodes
    reachable, total, farthest = (np.zeros(nodes, dtype=np.int64) for _ in range(3))
    inverse = np.zeros(nodes)
    backwards = Predecessors(nodes, graph.target, graph.source)
    goals = np.flatnonzero(graph.in_degree())
    for first in range(0, len(goals), 64 * _WORDS):
        row = goals[first : first + 64 * _WORDS]
        arrived = columns_set(nodes, (len(row) + 63) // 64, row, np.arange(len(row)))
        seen, bits, distance = arrived.copy(), len(row), 0
        while bits:
            distance += 1
            arrived = backwards.step(arrived, bits)
            arrived |= seen
            arrived ^= seen
            seen |= arrived
            found = np.bitwise_count(arrived).sum(axis=1, dtype=np.int64)
            bits = int(found.sum())
            reachable += found
            total += distance * found
            inverse += found / distance
            farthest[found > 0] = np.maximum(farthest[found > 0], distance)
    return Reach(reachable, total, inverse, farthest)


def betweenness(graph: SimpleGraph) -> Floats:
    """Exact, over ordered pairs, not normalised."""
    return np.array(_igraph(graph).betweenness(directed=True), dtype=np.float64)


def exact_is_affordable(graph: SimpleGraph) -> bool:
    """Whether exact betweenness takes a minute at most, or no more start nodes than an estimate has; by counts
    alone, so that the same network is always treated alike."""
    starts = int(np.count_nonzero(graph.out_degree()))
    return starts <= PIVOTS or starts * graph.edges <= _EXACT_MOST


def estimated_betweenness(graph: SimpleGraph, pivots: int, *, seed: int = _SEED) -> tuple[Floats, Floats]:
    """Betweenness from paths that start at `pivots` nodes drawn by lot, and its standard error, per node.

    Drawn are nodes that an edge leaves: no path starts at another. At least two pivots for each of the 16 groups
    that the error is taken from; ValueError for fewer, or for more than there are such nodes.
    """
    starts = np.flatnonzero(graph.out_degree())
    if not 2 * _GROUPS <= pivots <= len(starts):
        raise ValueError(
            f"{pivots} pivots; it takes {2 * _GROUPS} or more, and at most {len(starts)} nodes have a successor"
        )
    drawn = np.random.default_rng(seed).choice(starts, pivots, replace=False)
    whole = _igraph(graph)
    value = np.stack(
        [
            np.array(whole.betweenness(directed=True, sources=group.tolist())) * (len(starts) / len(group))
            for group in np.array_split(drawn, _GROUPS)
        ]
    )
    share = np.array([len(group) for group in np.array_split(drawn, _GROUPS)]) / pivots
    # Drawn without replacement: the error vanishes as the pivots become all nodes.
    left = 1 - pivots / len(starts)
    error = np.sqrt(value.var(axis=0, ddof=1) / _GROUPS * left)
    return share @ value, error


def centrality(network: Network, *, pivots: int | None = None) -> pd.DataFrame:
    """One row a node, in order of ids: `CENTRALITY_COLUMNS`; with `pivots` also `betweenness_error`.

    Degrees count the edges of the network: parallel dimensions each; a loop, if it has any, once in, once out and
    so twice in `degree`. closeness: reachable nodes / sum of distances to them; harmonic_closeness: mean of
    1 / distance over the reachable nodes; eccentricity: largest distance; all three 0 where nothing is reachable.
    betweenness: not normalised, over distinct pairs; undirected, each pair once.
    Undirected networks have no directions: in, out and degree are all the same.
    """
    graph = network.graph()
    edges = network.edges
    nodes = len(network.nodes)
    out = np.bincount(edges["source"], minlength=nodes)
    into = np.bincount(edges["target"], minlength=nodes)
    degree = out + into
    if not network.directed:
        out = into = degree
    found = reach(graph)
    some = found.reachable > 0
    zero = np.zeros(nodes)
    frame = pd.DataFrame(
        {
            "node": network.nodes["entity"],
            "in_degree": into,
            "out_degree": out,
            "degree": degree,
            "betweenness": zero,
            "closeness": np.divide(found.reachable, found.total, out=zero.copy(), where=some),
            "harmonic_closeness": np.divide(found.inverse, found.reachable, out=zero.copy(), where=some),
            "eccentricity": found.farthest,
        },
        columns=list(CENTRALITY_COLUMNS),
    )
    twice = 1 if network.directed else 2
    if pivots is None:
        return frame.assign(betweenness=betweenness(graph) / twice)
    value, error = estimated_betweenness(graph, pivots)
    return frame.assign(betweenness=value / twice, betweenness_error=error / twice)


def write_centrality(network: Network, path: Path, *, pivots: int | None = None) -> None:
    """`centrality` as a CSV file."""
    frame = centrality(network, pivots=pivots)
    write_csv(path, list(frame.columns), frame.itertuples(index=False, name=None))


def _igraph(graph: SimpleGraph) -> igraph.Graph:
    return igraph.Graph(n=graph.nodes, edges=np.stack([graph.source, graph.target], axis=1), directed=True)
