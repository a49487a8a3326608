"""How long it takes until an event is told of, where only what was told of by now is seen.

Events that are told of late are missing among the newest. The estimate is that of the reverse-time hazard (Lagakos,
Barraj and De Gruttola, Biometrika 75, 1988; Kalbfleisch and Lawless, J. Am. Stat. Assoc. 84, 1989): of all delays,
for each number of days, the part that is just so long among those that are at most so long and could have been seen
even if they had been that long.

Delays are in whole days. What is longer than any delay that could be seen is not known of: all chances are those
given that a delay is at most the longest that was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Draws behind an interval.
DRAWS: Final = 200
#: Days over which events are taken to be spread evenly.
_WEEKS: Final = 28
_LOW: Final = 0.05
_HIGH: Final = 0.95


def told_within(delay: Ints, window: Ints) -> Floats:
    """(longest + 1,): the chance that an event is told of within so many days. delay: days until each was told of;
    window: days from each to the end of watching, no fewer than its delay (else ValueError)."""
    if len(delay) == 0 or len(delay) != len(window) or (delay < 0).any() or (window < delay).any():
        raise ValueError("a delay is 0 or more and lies within its window")
    longest = int(delay.max())
    just = np.bincount(delay, minlength=longest + 1)
    shorter_window = np.cumsum(np.bincount(window.clip(max=longest + 1), minlength=longest + 2))
    # At risk of u days, backwards in time: told of within u, and watched for u or longer.
    at_risk = np.cumsum(just) - np.concatenate([[0], shorter_window[:longest]])
    stays = 1 - just / np.maximum(at_risk, 1)
    later = np.cumprod(stays[::-1])[::-1]
    found: Floats = np.append(later[1:], 1.0)
    return found


def quantile(within: Floats, share: float) -> int:
    """The days within which that share (0 to 1) is told of."""
    return int(np.searchsorted(within, share - 1e-12, side="left"))


@dataclass(frozen=True, slots=True)
class Complete:
    """The share (0 to 1) of a period's events that are told of by now, with the bounds of 90 %."""

    share: float
    low: float
    high: float


def complete(
    delay: Ints, window: Ints, age: Ints, period: tuple[int, int], random: np.random.Generator
) -> Complete | None:
    """How much of a period is known. delay, window: as in `told_within`. age: days from each known event of the
    period to the end of watching; period: the least and the greatest age that an event of it can have. None where
    nothing is known of the period, or some of it is so young that nothing was ever told of as early.

    Events are taken to be spread evenly over every four weeks. The interval is over draws of the events that delays
    are learnt from, and of how many stand behind each known one.
    """
    counts = np.bincount((age - period[0]) // _WEEKS, minlength=(period[1] - period[0]) // _WEEKS + 1)
    known = _parts(told_within(delay, window), period)
    if not len(age) or not known.all():
        return None
    some = counts > 0
    shares = []
    for _ in range(DRAWS):
        again = random.integers(0, len(delay), len(delay))
        chance = np.maximum(_parts(told_within(delay[again], window[again]), period), 1 / (len(delay) + 1))
        missing = int(random.negative_binomial(counts[some], chance[some]).sum())
        shares.append(len(age) / (len(age) + missing))
    low, high = np.quantile(shares, [_LOW, _HIGH])
    share = len(age) / float((counts / known).sum())
    return Complete(share, min(float(low), share), max(float(high), share))


def _parts(within: Floats, period: tuple[int, int]) -> Floats:
    """The chance that an event of each four weeks of the period is told of by now, the youngest first."""
    ages = np.arange(period[0], period[1] + 1)
    chance = within[np.minimum(ages, len(within) - 1)]
    starts = np.arange(0, len(ages), _WEEKS)
    found: Floats = np.add.reduceat(chance, starts) / np.diff(np.append(starts, len(ages)))
    return found
