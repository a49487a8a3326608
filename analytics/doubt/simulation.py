"""Rankings and shares over many draws of what nobody knows for sure.

Two things are drawn: who is who, over the pairs that wait for a decision, and whether a fact was read rightly, each
by its chance. The first is drawn by itself, too, so that a reader sees which doubt is whose.

Invariant: the same store, view and number of draws give the same numbers.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.doubt.circles import Circles
from analytics.doubt.counting import Counter, Counts, Ranking
from analytics.doubt.ground import Floats, Ground, Ints

#: Draws where nobody asks for another number.
DRAWS: Final = 200
#: Of 90 %: the lots below and above which 5 % lie.
LOW: Final = 0.05
HIGH: Final = 0.95
_SEED: Final = 20211231


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What the draws gave for some heads of a ranking. ranks, values: (draws, heads); a head whose value is 0
    stands behind all that have one. entered: other heads → in how many draws they were among the first."""

    ranks: Ints
    values: Ints
    entered: Mapping[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """base: the counts without any draw. rankings: by ranking; shares: by list, (draws, codes), percent, NaN where
    there is nothing to share. who: identities alone were drawn. draws: how many, 0 where nothing is in doubt."""

    base: Counts
    rankings: Mapping[Ranking, Drawn]
    shares: Mapping[str, Floats]
    draws: int


def simulate(
    ground: Ground,
    counter: Counter,
    circles: Circles,
    rows: Mapping[Ranking, list[int]],
    *,
    top: int,
    readings: bool,
    draws: int = DRAWS,
) -> Simulation:
    """Draw so many states and look where the heads of `rows` (ranking → positions) stand in each.

    readings: facts are drawn as well as identities. Where nothing is in doubt there is one draw, the base itself.
    """
    random = np.random.default_rng((_SEED, int(readings)))
    doubtful = np.flatnonzero(ground.sure < 1) if readings else np.zeros(0, dtype=np.intp)
    is_open = bool(ground.undecided.pairs) or len(doubtful) > 0
    ranks: dict[Ranking, list[Ints]] = {one: [] for one in rows}
    values: dict[Ranking, list[Ints]] = {one: [] for one in rows}
    entered: dict[Ranking, Tally[int]] = {one: Tally() for one in rows}
    shares: dict[str, list[Floats]] = {one: [] for one in counter.counts.shares}
    for _ in range(draws if is_open else 1):
        there = np.ones(len(ground.facts), dtype=bool)
        there[doubtful] = random.random(len(doubtful)) < ground.sure[doubtful]
        state = counter.joined(circles.draw(random), there)
        counts = counter.recounted(state)
        for ranking, heads in rows.items():
            now = state.heads[np.array(heads, dtype=np.int64)]
            value, rank = counts.values[ranking], ranks_of(counts.values[ranking])
            ranks[ranking].append(rank[now])
            values[ranking].append(value[now])
            first = np.flatnonzero((value > 0) & (rank <= top))
            entered[ranking].update(set(first.tolist()) - set(now.tolist()))
        for one, counted in counts.shares.items():
            shares[one].append(percent(counted))
    return Simulation(
        counter.counts,
        {
            one: Drawn(_stacked(ranks[one]), _stacked(values[one]), dict(entered[one]))
            for one in rows
        },
        {one: np.stack(found) for one, found in shares.items()},
        draws if is_open else 0,
    )  # fmt: skip


def ranks_of(values: Ints) -> Ints:
    """The rank of each by falling value; equal values share one, and 0 stands behind all others."""
    counts = np.bincount(values, minlength=1)
    counts[0] = 0
    above = counts.sum() - np.cumsum(counts)
    found: Ints = 1 + above[values]
    return found


def percent(counts: Ints) -> Floats:
    """Shares of their sum; NaN where it is 0."""
    total = counts.sum()
    return counts * 100.0 / total if total else np.full(len(counts), np.nan)


def interval(drawn: NDArray[np.float64] | Ints) -> tuple[Ints | Floats, Ints | Floats, Ints | Floats]:
    """Low, middle and high of the draws (first axis): values that came up, so that ranks stay whole."""
    low, middle, high = np.quantile(drawn, [LOW, 0.5, HIGH], axis=0, method="inverted_cdf")
    return low, middle, high


def _stacked(found: list[Ints]) -> Ints:
    return np.stack(found).astype(np.int64)
