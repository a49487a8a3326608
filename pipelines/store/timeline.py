"""What happened to one question of a source: which answers came, changed, came back, went.

An answer (a fact) is said while a span of record time of it is open, at whatever page. Visits are compared as
wholes, before and after: within one visit a fact may leave a page before it is met at another, and that is no
change.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field

NEW, CHANGED, BACK, GONE = "new", "changed", "back", "gone"
KINDS = (NEW, CHANGED, BACK, GONE)
#: Moments that no run of this store covers (an archive from elsewhere was read) are of one visit if so near.
NEAR = dt.timedelta(hours=1)
#: Of the places of one change, so many are named.
ROWS_MOST = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A row of evidence: `fact` was said at one place from `first_seen` to before `ended_at` (None: still)."""

    row: int
    fact: int
    first_seen: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """One change of the answers to one question.

    fact: the answer that is given now; for `gone` the one that no longer is. (row, ends): the row of evidence,
    and which end of it, that makes the change; moment: of that end. rows: the places where the fact came or went,
    at most `ROWS_MOST`, out of `places`. replaced: the answers that it came instead of, each with the row that
    ended last. beside: other answers to the same question that are still given.
    """

    kind: str
    moment: dt.datetime
    row: int
    ends: bool
    fact: int
    rows: tuple[int, ...]
    places: int
    replaced: tuple[tuple[int, int], ...] = ()
    beside: tuple[int, ...] = ()


@dataclass(slots=True)
class _Step:
    """All that began and ended in one visit: (moment, row) by fact."""

    began: dict[int, list[tuple[dt.datetime, int]]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[int, list[tuple[dt.datetime, int]]] = field(default_factory=lambda: defaultdict(list))


def happenings(
    spans: Iterable[Span], visit_of: Callable[[dt.datetime], Hashable | None]
) -> Iterator[Happening]:
    """The changes in the order of visits, out of all spans of one question in any order.

    visit_of: a name for the visit that a moment lies in, None where no visit is known.
    """
    open_spans: Counter[int] = Counter()
    last_said: dict[int, int] = {}  # what was said when anything last was, with the row that ended last
    ever: set[int] = set()
    for step in _steps(spans, visit_of):
        before = {fact for fact, count in open_spans.items() if count}
        for fact, ends in step.began.items():
            open_spans[fact] += len(ends)
        for fact, ends in step.ended.items():
            open_spans[fact] -= len(ends)
        after = {fact for fact, count in open_spans.items() if count}
        appeared, vanished = sorted(after - before), sorted(before - after)
        if vanished:
            last_said = {fact: max(step.ended[fact])[1] for fact in vanished}
        replaced = tuple((fact, last_said[fact]) for fact in vanished)
        if not replaced and not before:
            replaced = tuple(one for one in last_said.items() if one[0] not in after)
        for fact in appeared:
            kind = BACK if fact in ever else CHANGED if ever else NEW
            yield _made(kind, fact, step.began[fact], False, replaced, after - {fact})
        if vanished and not after:
            for fact in vanished:
                yield _made(GONE, fact, step.ended[fact], True)
        elif vanished and not appeared:
            # one of several answers was taken back: the others are the answer now
            rest = min(after)
            ends = [one for fact in vanished for one in step.ended[fact]]
            yield _made(CHANGED, rest, ends, True, replaced, after - {rest})
        ever |= after


def _made(
    kind: str,
    fact: int,
    ends: list[tuple[dt.datetime, int]],
    is_end: bool,
    replaced: tuple[tuple[int, int], ...] = (),
    beside: set[int] | frozenset[int] = frozenset(),
) -> Happening:
    """A change made by the first of the places where it came, or by the last of those where it went."""
    moment, row = max(ends) if is_end else min(ends)
    rows = [row, *(other for _, other in sorted(ends) if other != row)]
    return Happening(
        kind, moment, row, is_end, fact, tuple(rows[:ROWS_MOST]), len(rows), replaced, tuple(sorted(beside))
    )


def _steps(spans: Iterable[Span], visit_of: Callable[[dt.datetime], Hashable | None]) -> Iterator[_Step]:
    moments: list[tuple[dt.datetime, bool, Span]] = []
    for span in spans:
        moments.append((span.first_seen, False, span))
        if span.ended_at is not None:
            moments.append((span.ended_at, True, span))
    moments.sort(key=lambda one: (one[0], one[1], one[2].row))
    step, visit, began = _Step(), None, None
    for moment, is_end, span in moments:
        here = visit_of(moment)
        if began is not None and (here != visit or (here is None and moment - began > NEAR)):
            yield step
            step, began = _Step(), None
        if began is None:
            visit, began = here, moment
        (step.ended if is_end else step.began)[span.fact].append((moment, span.row))
    if began is not None:
        yield step
