"""The measures of a network: a row of Table 3.

The printed table came from Gephi 0.9.2; every measure names the definition it keeps to. Edges and degrees count
one edge of weight 1 for each ordered pair and dimension, as networks keep them (`parallel="keep"`); distances and
clustering look at distinct pairs, whose number is `pairs`. Both average degrees of the printed table are equal in
all years. So they are here, and with one edge a pair (`"pair"`); with `"merge"` the weighted one is larger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd

from analytics.clustering import average_clustering
from analytics.communities import SEED, CommunitySearch
from analytics.distances import distances
from analytics.networks import Network
from analytics.simple_graph import Ints

#: The columns of Table 3, in its order.
TABLE_COLUMNS: Final = (
    "year",
    "sample_nodes",
    "relation_nodes",
    "nodes",
    "edges",
    "average_degree",
    "average_weighted_degree",
    "diameter",
    "modularity",
    "average_clustering",
    "average_path_length",
)


@dataclass(frozen=True, slots=True)
class Measures:
    """A row of Table 3, exact, and two counts behind it.

    average_degree: directed (Σ in + Σ out) / 2N = E / N, undirected 2E / N; the weighted one likewise (Gephi
    0.9.2 `Degree`, `WeightedDegree`). diameter, average_path_length: unweighted, along directions, over ordered
    pairs with a path (`GraphDistance`). modularity: of the partition with the fixed seed (`Modularity`).
    average_clustering: `ClusteringCoefficient`, on distinct pairs. A network without edges has 0 everywhere.
    sample_nodes and relation_nodes are None where nobody says which nodes are the sample.
    pairs: distinct ordered pairs (unordered if undirected) that an edge joins. reachable_pairs: ordered pairs
    with a path.
    """

    year: int | None
    sample_nodes: int | None
    relation_nodes: int | None
    nodes: int
    edges: int
    average_degree: float
    average_weighted_degree: float
    diameter: int
    modularity: float
    average_clustering: float
    average_path_length: float
    pairs: int
    reachable_pairs: int


def measure(network: Network, *, seed: int = SEED) -> Measures:
    """All measures of one network; loops never count."""
    edges = network.edges[network.edges["source"] != network.edges["target"]]
    graph = network.graph()
    nodes = len(network.nodes)
    sample = int(network.nodes["sample"].sum()) if "sample" in network.nodes.columns else None
    ends = 1 if network.directed else 2
    found = distances(graph)
    return Measures(
        year=network.year,
        sample_nodes=sample,
        relation_nodes=None if sample is None else nodes - sample,
        nodes=nodes,
        edges=len(edges),
        average_degree=len(edges) * ends / max(nodes, 1),
        average_weighted_degree=float(edges["weight"].sum()) * ends / max(nodes, 1),
        diameter=found.diameter,
        modularity=CommunitySearch(network).partition(seed).modularity,
        average_clustering=average_clustering(graph, undirected=not network.directed),
        average_path_length=found.average_path_length,
        pairs=graph.edges if network.directed else graph.edges // 2,
        reachable_pairs=found.reachable,
    )


def measure_table(networks: Iterable[Network], *, seed: int = SEED) -> pd.DataFrame:
    """Table 3: one row a network, the columns of `TABLE_COLUMNS`."""
    rows = [asdict(measure(network, seed=seed)) for network in networks]
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS))


def degrees(network: Network) -> Ints:
    """Edges at each node, in and out, shape (nodes,); parallel edges count, loops do not."""
    edges = network.edges[network.edges["source"] != network.edges["target"]]
    ends = np.concatenate([edges["source"].to_numpy(), edges["target"].to_numpy()])
    return np.bincount(ends, minlength=len(network.nodes))
