"""Chance that gives the same on every machine: all is made of uniform numbers of one generator, by our own rules.

Libraries change how they draw choices and shuffles; the uniform numbers of PCG64 they do not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Dice:
    """A stream of its own for each purpose: `Dice(7, "names")` owes nothing to `Dice(7, "links")`."""

    def __init__(self, seed: int, *purpose: str | int) -> None:
        words = "|".join(map(str, (seed, *purpose)))
        state = int.from_bytes(hashlib.sha256(words.encode()).digest()[:16], "big")
        self._generator = np.random.Generator(np.random.PCG64(state))

    def uniform(self, count: int) -> Floats:
        """Numbers from 0 up to, not with, 1."""
        return self._generator.random(count)

    def below(self, limit: int, count: int) -> Ints:
        """Whole numbers from 0 up to, not with, `limit`."""
        drawn: Ints = np.minimum((self.uniform(count) * limit).astype(np.int64), max(limit - 1, 0))
        return drawn

    def order(self, count: int) -> Ints:
        """A shuffle of 0..count-1."""
        return np.argsort(self.uniform(count), kind="stable").astype(np.int64)

    def weighted(self, weights: Floats, count: int) -> Ints:
        """Positions, each as often as its weight says; at least one weight must be above 0."""
        total = np.cumsum(weights)
        drawn = self.uniform(count) * total[-1]
        found: Ints = np.minimum(np.searchsorted(total, drawn, side="right"), len(weights) - 1)
        return found

    def quota(self, shares: Sequence[float], count: int) -> Ints:
        """Positions shuffled, each just as often as its share says, to the nearest whole (largest remainder)."""
        exact = np.maximum(np.asarray(shares, dtype=np.float64), 0)
        exact = exact / exact.sum() * count
        each = np.floor(exact).astype(np.int64)
        rest = np.argsort(-(exact - each), kind="stable")[: count - int(each.sum())]
        each[rest] += 1
        return np.repeat(np.arange(len(each)), each)[self.order(count)].astype(np.int64)
