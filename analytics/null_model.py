"""The null model: the same degrees, everything else by lot. What a measure has beyond it is structure.

Edges swap their targets again and again (igraph's `rewire`), within their own dimension and kind: from sample
node to sample node, from sample to relation node, from relation to sample node. So every node keeps how many edges
of each dimension and kind leave it and reach it, no edge becomes a loop, no two of one dimension join one ordered
pair, and two relation nodes are never joined.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import igraph
import numpy as np
import pandas as pd

from analytics.clustering import average_clustering
from analytics.communities import SEED, CommunitySearch, igraph_lots
from analytics.cores import cores
from analytics.distances import distances
from analytics.networks import Network
from analytics.reciprocity import reciprocity
from analytics.simple_graph import Ints

#: Random networks behind a mean and its spread.
DRAWS: Final = 8
#: Swaps tried for each edge: with more, no smaller share of the original edges is left.
_SWAPS: Final = 5


@dataclass(frozen=True, slots=True)
class Structure:
    """The measures that are compared, each as its own module defines it; NaN where a network has no edges."""

    average_path_length: float
    diameter: float
    reachable_share: float
    average_clustering: float
    modularity: float
    reciprocity: float
    degeneracy: float
    core_nodes: float


@dataclass(frozen=True, slots=True)
class Beside:
    """A measure beside its values in random networks: their mean and standard deviation (of the sample)."""

    observed: float
    mean: float
    deviation: float
    draws: int

    @property
    def ratio(self) -> float | None:
        """Observed / mean; None where the mean is 0."""
        return self.observed / self.mean if self.mean else None

    @property
    def z(self) -> float | None:
        """(observed - mean) / deviation; None where the random networks are all alike in it."""
        if not self.deviation > 1e-12 * max(abs(self.mean), 1.0):
            return None
        return (self.observed - self.mean) / self.deviation


def structure(network: Network, seed: int = SEED) -> Structure:
    """The measures of one network; `seed` starts the search for communities."""
    graph = network.graph()
    if not graph.edges:
        return Structure(*[math.nan] * 8)
    found, inside, answered = distances(graph), cores(graph), reciprocity(graph)
    return Structure(
        average_path_length=found.average_path_length,
        diameter=found.diameter,
        reachable_share=found.reachable / (graph.nodes * (graph.nodes - 1)),
        average_clustering=average_clustering(graph, undirected=not network.directed),
        modularity=CommunitySearch(network).partition(seed).modularity,
        reciprocity=math.nan if answered is None else answered,
        degeneracy=inside.degeneracy,
        core_nodes=len(inside.innermost),
    )


def random_network(network: Network, seed: int) -> Network:
    """A network with the degrees of `network` and its edges by lot; the same for the same seed.

    The edges have source, target, dimension where there is one, and weight; weights stay with the source's edge.
    Loops and repeated edges are left out. Where nobody says which nodes are the sample, all are of one kind.
    """
    edges = network.edges[network.edges["source"] != network.edges["target"]]
    columns = [one for one in ("source", "target", "dimension", "weight") if one in edges.columns]
    keys = [one for one in columns if one != "weight"]
    edges = edges[columns].drop_duplicates(keys, ignore_index=True)
    sample = _sample(network)
    ends = edges[["source", "target"]].to_numpy(dtype=np.int64, copy=True)
    if not network.directed:
        # Edges between the kinds have their sample end first, and swap as directed ones.
        turned = sample[ends[:, 0]] < sample[ends[:, 1]]
        ends[turned] = ends[turned][:, ::-1]
    kind = 2 * sample[ends[:, 0]] + sample[ends[:, 1]]
    dimension = pd.factorize(edges["dimension"], sort=True)[0] if "dimension" in edges else 0
    group = 4 * dimension + kind
    with igraph_lots(seed):
        for one in np.unique(group):
            chosen = np.flatnonzero(group == one)
            mixed = one % 4 in (1, 2)
            ends[chosen] = _rewired(len(network.nodes), ends[chosen], network.directed or mixed)
    if not network.directed:
        ends.sort(axis=1)
    return replace(network, edges=edges.assign(source=ends[:, 0], target=ends[:, 1]))


def beside_chance(
    network: Network, *, draws: int = DRAWS, seed: int = SEED, observed: Structure | None = None
) -> dict[str, Beside]:
    """Each measure of `Structure` by name, beside so many random networks (two or more; ValueError for fewer)."""
    if draws < 2:
        raise ValueError(f"{draws} draws have no spread; it takes two or more")
    own = observed or structure(network, seed)
    drawn = [structure(random_network(network, seed + 1 + one), seed) for one in range(draws)]
    return {
        name: _beside(getattr(own, name), [getattr(one, name) for one in drawn])
        for name in Structure.__dataclass_fields__
    }


def _beside(own: float, drawn: Sequence[float]) -> Beside:
    values = np.array(drawn, dtype=np.float64)
    return Beside(float(own), float(values.mean()), float(values.std(ddof=1)), len(values))


def _sample(network: Network) -> Ints:
    """1 for sample nodes, 0 for others; all 0 where nobody says."""
    if "sample" not in network.nodes.columns:
        return np.zeros(len(network.nodes), dtype=np.int64)
    return network.nodes["sample"].to_numpy(dtype=np.int64)


def _rewired(nodes: int, ends: Ints, directed: bool) -> Ints:
    """The ends, shape (edges, 2), of one kind of edges after the swaps."""
    pairs = list(map(tuple, ends.tolist()))
    graph = igraph.Graph(n=nodes, edges=pairs, directed=directed)
    graph.rewire(_SWAPS * len(pairs))
    return np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
