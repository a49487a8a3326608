"""How alike two names are, as a probability of one bearer: by the model, or without it by their letters.

Invariant: without the model nothing is ever accepted; likeness of letters only puts candidates in an order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler

from entity_resolution.matching.barring import barred
from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.features import matrix
from entity_resolution.matching.linking import numbered
from entity_resolution.matching.model import Scorer
from entity_resolution.matching.name import Name
from entity_resolution.names import fold
from pipelines.errors import InputError

Doubles = NDArray[np.float64]


class Likeness(Protocol):
    """Scores pairs of names. From `accept` on a pair is decided without a person, if nothing bars it."""

    @property
    def accept(self) -> float:
        """The threshold; above 1 where nothing is accepted."""
        ...

    def score(self, left: Sequence[Name], right: Sequence[Name], pairs: Pairs) -> Doubles:
        """A probability for each pair (`right` names entities by their ids), in the order of the pairs."""
        ...

    def bars(self, one: Name, other: Name) -> bool:
        """Whether a person is asked about the two, whatever their score."""
        ...


@dataclass(frozen=True, slots=True)
class OfLetters:
    """Jaro-Winkler similarity of the folded names, of no probability at all."""

    accept: float = math.inf

    def score(self, left: Sequence[Name], right: Sequence[Name], pairs: Pairs) -> Doubles:
        """See `Likeness`."""
        ours, theirs = [fold(one.name) for one in left], [fold(one.name) for one in right]
        found = [
            JaroWinkler.normalized_similarity(ours[at], theirs[to])
            for at, to in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        ]
        return np.asarray(found, dtype=np.float64)

    def bars(self, one: Name, other: Name) -> bool:
        """See `Likeness`."""
        return True


@dataclass(frozen=True, slots=True)
class OfModel:
    """The model's probability that the pair is one, beside the query's other candidates."""

    scorer: Scorer

    @property
    def accept(self) -> float:
        """See `Likeness`."""
        return self.scorer.linking.accept

    def score(self, left: Sequence[Name], right: Sequence[Name], pairs: Pairs) -> Doubles:
        """See `Likeness`."""
        if not len(pairs):
            return np.zeros(0)
        features = matrix(left, right, pairs)
        owners = numbered([one.id for one in right])
        return self.scorer.link(features, self.scorer.raw(features), pairs.left, owners[pairs.right])

    def bars(self, one: Name, other: Name) -> bool:
        """See `Likeness`."""
        return bool(barred(one, other))


@cache
def likeness() -> Likeness:
    """By the model that ships with the program; by letters where there is none."""
    try:
        return OfModel(Scorer.load())
    except InputError:
        return OfLetters()
