"""When a source is due next: a pure function of its cadence and of how its visits ended.

    complete     a cadence later, at the same hour, in a random minute
    partial      after a quarter of the cadence; a second time in a row, after the cadence
    failed       after 1 h, 2 h, 4 h … up to the cadence
    interrupted  at once: the next visit continues it

A source that was due many times while nothing ran is due once: what was missed is one visit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: Cadence → time between two visits. A source of the cadence `once` is done with its first complete visit.
CADENCES = {"daily": dt.timedelta(days=1), "weekly": dt.timedelta(days=7), "monthly": dt.timedelta(days=30)}
ONCE = "once"
#: How long a source that is visited once waits at most after a failure.
ONCE_WAITS = dt.timedelta(days=7)
FIRST_WAIT = dt.timedelta(hours=1)
SOON = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that is over: outcome complete, partial or failed; interrupted: a person or a stop ended it."""

    outcome: str
    started_at: dt.datetime
    ended_at: dt.datetime
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When the next visit is due (None: never) and how many visits in a row failed."""

    at: dt.datetime | None
    failures: int


def step_of(cadence: str) -> dt.timedelta:
    """The time between two visits; for `once` the longest wait. Raises `KeyError` for an unknown cadence."""
    return ONCE_WAITS if cadence == ONCE else CADENCES[cadence]


def next_due(cadence: str, visit: Visit, before: Visit | None, failures: int, chance: float) -> Due:
    """When the source is due after `visit`. before: the visit before it; failures: in a row, until `visit`;
    chance: a random number from 0 to below 1, which chooses the minute."""
    step = step_of(cadence)
    if visit.interrupted:
        return Due(visit.ended_at + SOON, failures)
    if visit.outcome == "failed":
        wait = min(FIRST_WAIT * 2 ** min(failures, 20), step)
        return Due(visit.ended_at + wait + SOON * chance, failures + 1)
    if visit.outcome == "complete" and cadence == ONCE:
        return Due(None, 0)
    again = before is not None and before.outcome == "partial" and not before.interrupted
    if visit.outcome == "partial" and not again:
        return Due(visit.ended_at + max(step / 4, FIRST_WAIT) + SOON * chance, 0)
    hour = (visit.started_at + step).replace(minute=0, second=0, microsecond=0)
    at = hour + dt.timedelta(seconds=int(chance * 3600))
    # a visit that took longer than the cadence is over before the next begins
    return Due(max(at, visit.ended_at + SOON), 0)
