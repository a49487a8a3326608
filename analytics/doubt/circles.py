"""Draws of who is who over undecided pairs, each pair by its chance and none against what is known.

Pairs that share an entity, through whatever chain, make a circle and are drawn together. In a small circle every
outcome is looked at: those that contradict themselves or what is known have no chance, the others keep theirs in
proportion. So the draws are independent pairs, given that they agree. In a larger circle each pair is drawn by
itself, and of the joins that contradict the rest some give way, by lot.

Invariants kept here:
- no draw joins what is judged apart, nor two identifiers of one scheme, through whatever chain: the clustering of
  entity resolution itself decides what may be joined;
- a pair that is drawn as two is never joined by a chain of others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.doubt.undecided import Pair, Undecided
from entity_resolution.clustering import Node, cluster
from entity_resolution.log import Judgement, Verdict

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Of a circle with up to so many pairs all outcomes are looked at (2 to this power).
SMALL: Final = 7


@dataclass(frozen=True, slots=True)
class _Circle:
    """Positions of its pairs, its entities, and what keeps them apart."""

    pairs: NDArray[np.intp]
    nodes: tuple[Node, ...]
    apart: tuple[Judgement, ...]


class Circles:
    """Draws outcomes: a flag for each pair of `undecided.pairs`, whether its suggestion holds."""

    def __init__(self, undecided: Undecided) -> None:
        self._pairs = undecided.pairs
        self._chance = np.array([one.chance for one in self._pairs], dtype=np.float64)
        self._large: list[_Circle] = []
        self._small: list[tuple[NDArray[np.intp], Flags, Floats]] = []
        for circle in _circles(undecided):
            if len(circle.pairs) > SMALL:
                self._large.append(circle)
            else:
                self._small.append((circle.pairs, *self._outcomes(circle)))

    def draw(self, random: np.random.Generator) -> Flags:
        """One outcome, (pairs,)."""
        found = np.zeros(len(self._pairs), dtype=bool)
        lots = random.random(len(self._small))
        for (pairs, outcomes, upto), lot in zip(self._small, lots.tolist(), strict=True):
            found[pairs] = outcomes[min(int(np.searchsorted(upto, lot, side="right")), len(upto) - 1)]
        for circle in self._large:
            found[circle.pairs] = self._by_lot(circle, random)
        return found

    def _outcomes(self, circle: _Circle) -> tuple[Flags, Floats]:
        """The outcomes of a small circle that are possible, and their chances added up."""
        chance = self._chance[circle.pairs]
        pairs = [self._pairs[at] for at in circle.pairs]
        possible, weights = [], []
        for outcome in product((False, True), repeat=len(pairs)):
            weight = float(np.prod(np.where(outcome, chance, 1 - chance)))
            if weight and not _refused(circle, pairs, outcome):
                possible.append(outcome)
                weights.append(weight)
        if not possible:  # certain pairs that contradict each other or what is known: nothing is joined
            return np.zeros((1, len(pairs)), dtype=bool), np.ones(1)
        return np.array(possible, dtype=bool), np.cumsum(weights) / sum(weights)

    def _by_lot(self, circle: _Circle, random: np.random.Generator) -> Flags:
        pairs = [self._pairs[at] for at in circle.pairs]
        drawn = random.random(len(pairs)) < self._chance[circle.pairs]
        lots = random.random(len(pairs)).tolist()
        refused = _refused(circle, pairs, drawn.tolist(), lots)
        drawn[[at for at in range(len(pairs)) if at in refused]] = False
        return drawn


def _refused(
    circle: _Circle, pairs: Sequence[Pair], outcome: Sequence[bool], lots: Sequence[float] = ()
) -> Collection[int]:
    """The pairs of an outcome (positions) that cannot be one as they should be; those with higher lots go first."""
    rows = [
        Judgement(
            len(circle.apart) + at,
            one.left,
            one.right,
            _verdict(one, holds),
            "model:",
            lots[at] if lots else 1.0,
        )
        for at, (one, holds) in enumerate(zip(pairs, outcome, strict=True))
    ]
    known = [Judgement(at, row.left, row.right, row.verdict, row.by) for at, row in enumerate(circle.apart)]
    # A row that says *same* of what is judged apart would be outvoted by age alone, and never be refused.
    kept_apart = {frozenset((row.left, row.right)) for row in known}
    against = {
        row.id - len(known)
        for row in rows
        if row.verdict == "same" and frozenset((row.left, row.right)) in kept_apart
    }
    told = [row for row in rows if row.verdict != "unsure" and row.id - len(known) not in against]
    result = cluster(circle.nodes, [*known, *told])
    return against | {refusal.judgement.id - len(known) for refusal in result.refusals}


def _verdict(pair: Pair, holds: bool) -> Verdict:
    """What an outcome says of a pair. A part that is none may still be anything else: nothing is said."""
    if holds:
        return pair.suggestion
    return "different" if pair.suggestion == "same" else "unsure"


def _circles(undecided: Undecided) -> list[_Circle]:
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for pair in undecided.pairs:
        parent[root(pair.left)] = root(pair.right)
    pairs: dict[str, list[int]] = defaultdict(list)
    nodes: dict[str, list[Node]] = defaultdict(list)
    apart: dict[str, list[Judgement]] = defaultdict(list)
    for at, pair in enumerate(undecided.pairs):
        pairs[root(pair.left)].append(at)
    for node in undecided.nodes:
        nodes[root(str(node.key))].append(node)
    for row in undecided.apart:
        if root(str(row.left)) == root(str(row.right)):
            apart[root(str(row.left))].append(row)
    return [
        _Circle(np.array(found, dtype=np.intp), tuple(nodes[one]), tuple(apart[one]))
        for one, found in pairs.items()
    ]
