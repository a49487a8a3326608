"""Communities and modularity, by Louvain's method.

Gephi 0.9.2 `Modularity`: on the undirected view, weights on, resolution 1, a mutual pair is one edge. The method
depends on the order of its start: every number here names its seed, and `spread` says how much hangs on it.
Other methods (Leiden, label propagation) differ by more than a year's step and belong in no common series.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import igraph
import numpy as np

from analytics.networks import Network
from analytics.simple_graph import Ints

#: The seed of the printed partition.
SEED: Final = 20_220_331
#: How many seeds the mean and spread are over.
SEEDS: Final = 10


@contextmanager
def igraph_lots(seed: int) -> Iterator[None]:
    """Within it igraph draws the lots of `seed`. It has one generator, and gets its usual one back."""
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311  # no secret hangs on it
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


@dataclass(frozen=True, slots=True)
class Communities:
    """A partition: `member[i]` is the community of the node at position i, the largest community being 0.

    `modularity` is in [-0.5, 1), and 0 for a network without edges.
    """

    modularity: float
    member: Ints

    @property
    def sizes(self) -> Ints:
        """Nodes of each community, falling."""
        return np.bincount(self.member)


@dataclass(frozen=True, slots=True)
class Spread:
    """Modularity over several seeds: mean, standard deviation (of the sample), least and most."""

    mean: float
    deviation: float
    least: float
    most: float
    seeds: int


class CommunitySearch:
    """The undirected view of a network, ready to be partitioned under several seeds."""

    def __init__(self, network: Network) -> None:
        """Parallel edges and mutual pairs become one edge with the largest of their weights."""
        edges = network.edges
        source, target = edges["source"].to_numpy(), edges["target"].to_numpy()
        weight = edges["weight"].to_numpy(dtype=np.float64)
        apart = source != target
        source, target, weight = source[apart], target[apart], weight[apart]
        self._nodes = len(network.nodes)
        code = np.minimum(source, target) * self._nodes + np.maximum(source, target)
        order = np.lexsort((-weight, code))
        pair, first = np.unique(code[order], return_index=True)
        kept = weight[order][first]
        self._weights = None if len(kept) == 0 or (kept == kept[0]).all() else kept.tolist()
        ends = np.divmod(pair, max(self._nodes, 1))
        # igraph takes a list of pairs several times faster than an array.
        self._graph = igraph.Graph(
            n=self._nodes, edges=list(zip(ends[0].tolist(), ends[1].tolist(), strict=True))
        )

    def partition(self, seed: int = SEED) -> Communities:
        """The best level of one run; the same seed gives the same partition."""
        if not self._graph.ecount():
            return Communities(0.0, np.arange(self._nodes))
        with igraph_lots(seed):
            found = self._graph.community_multilevel(weights=self._weights)
        _, member, size = np.unique(found.membership, return_inverse=True, return_counts=True)
        rank = np.empty(len(size), dtype=np.int64)
        rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
        return Communities(float(found.modularity), rank[member])

    def spread(self, seeds: Sequence[int] = range(SEED, SEED + SEEDS)) -> Spread:
        """Modularity under each of at least two seeds."""
        value = np.array([self.partition(seed).modularity for seed in seeds])
        return Spread(
            float(value.mean()), float(value.std(ddof=1)), float(value.min()), float(value.max()), len(value)
        )
