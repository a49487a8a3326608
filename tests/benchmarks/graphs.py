"""Random directed graphs shaped like a value network, for benches and tests.

Two kinds of nodes: a small sample and many relation nodes that touch sample nodes only. Sample nodes get
rank-size weights (a few hubs), every node a home community and an inclination to be source or sink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a graph is: nodes of both kinds, edges, and the largest hub's weight in the draw.

    A hub's degree is some half of its weight: pairs that are drawn twice count once.
    """

    sample: int
    relation: int
    edges: int
    hub: int

    @property
    def nodes(self) -> int:
        return self.sample + self.relation

    def times(self, factor: int) -> Shape:
        """The same shape, so many times larger; the hub grows likewise."""
        return Shape(*(factor * part for part in (self.sample, self.relation, self.edges, self.hub)))


#: Sizes of the printed networks of 2014 and 2021 (the 2022 edition's Table 3).
SHAPE_2014 = Shape(sample=2194, relation=30974, edges=40513, hub=3800)
SHAPE_2021 = Shape(sample=2200, relation=56600, edges=119044, hub=9000)


@dataclass(frozen=True, slots=True)
class RandomGraph:
    """`source` and `target` are node positions in [0, nodes): distinct pairs, no self-loops; `sample` is a mask."""

    nodes: int
    source: Ints
    target: Ints
    sample: NDArray[np.bool_]


def value_network(
    shape: Shape,
    *,
    seed: int = 0,
    communities: int = 25,
    abroad: float = 0.35,
    within_sample: float = 0.10,
    mutual: float = 0.03,
) -> RandomGraph:
    """A random graph of that shape, the same for the same seed.

    abroad: share of edges whose sample end is drawn from all communities, not from the home one.
    within_sample: share of edges between two sample nodes. mutual: share of edges that answer another edge.
    """
    rng = np.random.default_rng(seed)
    nodes, sample = shape.nodes, shape.sample
    answered = round(mutual * shape.edges)
    wanted = shape.edges - answered
    weight = _rank_size(sample, shape.hub, wanted * (1 + within_sample))
    home = np.concatenate(
        [rng.integers(0, communities, sample), rng.integers(0, communities, shape.relation)]
    )
    draw = _SampleDraw(weight, home[:sample], communities)
    # Heavy-tailed: few relation nodes gather most of what exceeds one relation each.
    popular = np.minimum((rng.pareto(1.1, shape.relation) + 1e-3) ** 1.2, shape.relation / 8)
    popular = np.cumsum(popular / popular.sum())
    pairs = np.empty(0, dtype=np.int64)
    # Every relation node is drawn once, so that none stays without a relation; the rest by popularity.
    other = sample + np.arange(shape.relation)
    while True:
        near = rng.random(other.size) >= abroad
        left = np.where(near, draw.at_home(home[other], rng), draw.anywhere(other.size, rng))
        keep = left != other
        low, high = np.minimum(left, other)[keep], np.maximum(left, other)[keep]
        found = np.unique(np.concatenate([pairs, low * nodes + high]))
        if found.size >= wanted:
            pairs = found if pairs.size == 0 else _first_new(pairs, found, wanted, rng)
            break
        pairs = found
        missing = wanted - pairs.size
        inner = rng.random(missing) < within_sample
        outer = sample + np.minimum(np.searchsorted(popular, rng.random(missing)), shape.relation - 1)
        other = np.where(inner, draw.anywhere(missing, rng), outer)
    low, high = pairs // nodes, pairs % nodes
    leaning = rng.random(nodes)
    forth = leaning[low] * (1 - leaning[high])
    back = leaning[high] * (1 - leaning[low])
    turned = rng.random(low.size) * (forth + back) < back
    source, target = np.where(turned, high, low), np.where(turned, low, high)
    again = rng.choice(source.size, answered, replace=False)
    source, target = np.concatenate([source, target[again]]), np.concatenate([target, source[again]])
    # Shuffled names, so that no peer gains from sorted positions.
    name, order = rng.permutation(nodes), rng.permutation(source.size)
    mask = np.zeros(nodes, dtype=np.bool_)
    mask[name[:sample]] = True
    return RandomGraph(nodes, name[source[order]], name[target[order]], mask)


def mingled(drawn: RandomGraph, copies: int, *, seed: int = 0) -> RandomGraph:
    """So many copies of a graph in one, each edge ending in any of them: a large graph in little time.

    Out degrees are those of the copies, in degrees nearly; communities reach over all copies.
    """
    rng = np.random.default_rng(seed)
    start = np.repeat(np.arange(copies), len(drawn.source)) * drawn.nodes
    end = rng.integers(0, copies, len(start)) * drawn.nodes
    return RandomGraph(
        copies * drawn.nodes,
        np.tile(drawn.source, copies) + start,
        np.tile(drawn.target, copies) + end,
        np.tile(drawn.sample, copies),
    )


def _first_new(pairs: Ints, found: Ints, wanted: int, rng: np.random.Generator) -> Ints:
    """All of `pairs`, and of the others in `found` as many as are wanted, by lot."""
    new = np.setdiff1d(found, pairs, assume_unique=True)
    return np.concatenate([pairs, rng.permutation(new)[: wanted - pairs.size]])


def _rank_size(count: int, largest: float, total: float) -> NDArray[np.float64]:
    """Weights `largest * rank^-a`, at least 1, with `a` found by halving so that they sum to `total`."""
    rank = np.arange(1, count + 1, dtype=np.float64)
    low, high = 0.0, 4.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.maximum(largest * rank**-middle, 1).sum() > total:
            low = middle
        else:
            high = middle
    return np.maximum(largest * rank**-high, 1)


class _SampleDraw:
    """Draws sample nodes by weight, from all or from one community."""

    def __init__(self, weight: NDArray[np.float64], home: Ints, communities: int) -> None:
        self._order = np.argsort(home, kind="stable")
        self._sum = np.concatenate([[0.0], np.cumsum(weight[self._order])])
        self._edge = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=communities))])

    def at_home(self, community: Ints, rng: np.random.Generator) -> Ints:
        low, high = self._sum[self._edge[community]], self._sum[self._edge[community + 1]]
        return self._at(low + rng.random(community.size) * (high - low))

    def anywhere(self, count: int, rng: np.random.Generator) -> Ints:
        return self._at(rng.random(count) * self._sum[-1])

    def _at(self, point: NDArray[np.float64]) -> Ints:
        place = np.searchsorted(self._sum, point, side="right") - 1
        chosen: Ints = self._order[np.minimum(place, self._order.size - 1)]
        return chosen
