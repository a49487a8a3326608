"""Pairs of names scored by themselves, by the hundred thousand.

What is kept of a pair without a chance is its score alone, for it may still be a rival; so memory grows with the
plausible pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.features import FEATURES, Ready
from entity_resolution.matching.model import HOPELESS, Scorer
from entity_resolution.matching.name import Name

#: Pairs compared at once; bounds the memory to some 200 MB beside what is kept.
AT_ONCE: Final = 250_000

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Compared:
    """raw: the score of every pair in log odds; at: the positions of those that have a chance, rising; features:
    the rows of these, of shape (len(at), columns)."""

    raw: Doubles
    at: Places
    features: Floats

    @classmethod
    def joined(cls, parts: Sequence[Compared]) -> Compared:
        """Several, of lists of pairs that stand one after the other."""
        none = cls(np.zeros(0), np.zeros(0, np.intp), np.zeros((0, len(FEATURES)), np.float32))
        parts = parts or [none]
        starts = np.cumsum([0, *(len(one.raw) for one in parts[:-1])])
        return cls(
            np.concatenate([one.raw for one in parts]),
            np.concatenate([one.at + start for one, start in zip(parts, starts.tolist(), strict=True)]),
            np.concatenate([one.features for one in parts]),
        )


def compare(names: Sequence[Name], pairs: Pairs, scorer: Scorer) -> Compared:
    """Pairs among the names (positions in them), each by itself. Names that are in no pair cost nothing."""
    used = np.zeros(len(names), dtype=bool)
    used[pairs.left] = used[pairs.right] = True
    number = np.cumsum(used) - 1
    ready = Ready([names[at] for at in np.flatnonzero(used).tolist()])
    parts = []
    for start in range(0, len(pairs), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        features = ready.matrix(number[pairs.left[some]], number[pairs.right[some]])
        raw = scorer.raw(features)
        at = np.flatnonzero(raw > HOPELESS)
        parts.append(Compared(raw, at, features[at]))
    return Compared.joined(parts)
