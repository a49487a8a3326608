"""Growth: what a network has that an earlier one has not, and whom the new edges choose."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from analytics.networks import Network
from analytics.simple_graph import Ints

#: Exponents of attachment are looked for in here.
_EXPONENTS = (-2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Attachment:
    """New ends of edges choose an old node of degree k with a chance that goes with k to the power of `exponent`:
    0 is blind choice, 1 linear preferential attachment. error: its standard error; ends: how many chose."""

    exponent: float
    error: float
    ends: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Of an earlier network to a later one, by distinct ordered pairs of entities without loops.

    new_nodes, gone_nodes, new_edges, gone_edges: in one and not in the other (a cumulative network loses nothing).
    kept: share of the earlier edges that the later network has, None where it had none. density: later edges /
    n(n-1), None for fewer than two nodes. old_old, old_new, new_new: new edges by how many of their ends the
    earlier network knew (both, one, none). attachment: None where no end had a choice.
    """

    new_nodes: int
    gone_nodes: int
    new_edges: int
    gone_edges: int
    kept: float | None
    density: float | None
    old_old: int
    old_new: int
    new_new: int
    attachment: Attachment | None


def growth(before: Network, after: Network) -> Growth:
    """What changed from `before` to `after`; nodes are the same where their `entity` is."""
    entity = sorted({*before.nodes["entity"], *after.nodes["entity"]})
    place = {one: at for at, one in enumerate(entity)}
    old_nodes, old = _pairs(before, place)
    new_nodes, new = _pairs(after, place)
    fresh = np.setdiff1d(new, old, assume_unique=True)
    known = np.zeros(len(entity), dtype=np.bool_)
    known[old_nodes] = True
    ends = np.stack(np.divmod(fresh, max(len(entity), 1)))
    ends_known = known[ends].sum(axis=0)
    shared = len(new) - len(fresh)
    possible = len(new_nodes) * (len(new_nodes) - 1)
    degree = np.bincount(np.concatenate(np.divmod(old, max(len(entity), 1))), minlength=len(entity))
    return Growth(
        new_nodes=int(len(new_nodes) - known[new_nodes].sum()),
        gone_nodes=len(np.setdiff1d(old_nodes, new_nodes, assume_unique=True)),
        new_edges=len(fresh),
        gone_edges=len(old) - shared,
        kept=shared / len(old) if len(old) else None,
        density=len(new) / possible if possible else None,
        old_old=int((ends_known == 2).sum()),
        old_new=int((ends_known == 1).sum()),
        new_new=int((ends_known == 0).sum()),
        attachment=attachment(degree, ends[known[ends]]),
    )


def attachment(degree: Ints, chosen: Ints) -> Attachment | None:
    """The exponent of attachment by maximum likelihood: each of the `chosen` nodes was chosen among all that have a
    degree, with a chance proportional to degree ** exponent.

    Choices of nodes without a degree say nothing and are left out. None where nobody chose, where all degrees are
    equal, or where the exponent leaves -2..4: then no power of the degree describes the choices.
    """
    chosen = chosen[degree[chosen] > 0]
    levels, nodes = np.unique(degree[degree > 0], return_counts=True)
    if not len(chosen) or len(levels) < 2:
        return None
    log = np.log(levels)
    wanted = float(np.log(degree[chosen]).mean())

    def moments(exponent: float) -> tuple[float, float]:
        weight = nodes * np.exp(exponent * (log - log[-1]))
        weight /= weight.sum()
        mean = float(weight @ log)
        return mean, float(weight @ (log - mean) ** 2)

    low, high = (moments(exponent)[0] - wanted for exponent in _EXPONENTS)
    if low >= 0 or high <= 0:
        return None
    exponent = float(brentq(lambda one: moments(one)[0] - wanted, *_EXPONENTS))
    return Attachment(exponent, 1 / math.sqrt(len(chosen) * moments(exponent)[1]), len(chosen))


def _pairs(network: Network, place: dict[str, int]) -> tuple[Ints, Ints]:
    """Nodes, and distinct ordered pairs as source * all + target, both by common places, rising."""
    graph = network.graph()
    common = np.array([place[one] for one in network.nodes["entity"]], dtype=np.int64)
    return np.sort(common), np.sort(common[graph.source] * len(place) + common[graph.target])
