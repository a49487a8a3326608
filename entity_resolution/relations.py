"""Units and subsidiaries between entities, and the head that each entity rolls up into.

Invariants kept here:
- the relations have no cycle, at whatever time they hold: the judgement that would close one is refused, the
  stronger ones stand;
- of two relations of one pair, unit and subsidiary, that would hold at one time, the stronger alone is kept;
- an entity rolls up into one head: the strongest relation that holds then decides, a unit's before a subsidiary's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from entity_resolution.log import Judgement, by_strength
from pipelines.errors import UsageError

Level = Literal["entity", "group"]
RELATIONS = ("unit of", "subsidiary of")


@dataclass(frozen=True, slots=True)
class Relation:
    """`inner` is a unit or a subsidiary of `outer`, both entity ids; the judgement says so."""

    inner: str
    outer: str
    judgement: Judgement

    @property
    def verdict(self) -> str:
        """`unit of` or `subsidiary of`."""
        return self.judgement.verdict

    def holds(self, at: dt.date | None) -> bool:
        """Whether it holds on that day; an open end holds on, and with no day given the present counts."""
        said = self.judgement
        if at is None:
            return said.valid_to is None
        return (said.valid_from is None or said.valid_from <= at) and (
            said.valid_to is None or at <= said.valid_to
        )


@dataclass(frozen=True, slots=True)
class Cycle:
    """A judgement that was left out; `path` are the entities that it would have closed to a ring, inner first."""

    judgement: Judgement
    path: tuple[str, ...]


def lift(
    judgements: Iterable[Judgement], entity_of: Mapping[Any, str]
) -> tuple[tuple[Relation, ...], tuple[Cycle, ...]]:
    """The relations between entities that deciding judgements about mentions make, the strongest first, one for
    each (inner, outer, verdict); and what had to be left out. Judgements about unknown mentions are left aside."""
    kept: dict[tuple[str, str, str], Relation] = {}
    outers: dict[str, dict[str, None]] = defaultdict(dict)
    cycles = []
    for row in by_strength(row for row in judgements if row.verdict in RELATIONS):
        inner, outer = entity_of.get(row.left), entity_of.get(row.right)
        if inner is None or outer is None or (inner, outer, row.verdict) in kept:
            continue
        other = kept.get((inner, outer, RELATIONS[row.verdict == RELATIONS[0]]))
        if other is not None and _overlap(row, other.judgement):
            continue
        way = _way_up(outer, inner, outers)
        if way is not None:
            cycles.append(Cycle(row, (inner, *way)))
            continue
        kept[inner, outer, row.verdict] = Relation(inner, outer, row)
        outers[inner][outer] = None
    return tuple(kept.values()), tuple(cycles)


def roll_up(
    relations: Iterable[Relation],
    level: Level = "group",
    *,
    subsidiaries: bool = False,
    at: dt.date | None = None,
) -> dict[str, str]:
    """Entity → the head that it counts as; entities that are their own head are left out.

    `level` entity rolls nothing up; group rolls units up, and with `subsidiaries` these as well. `at` is the day
    whose relations count (None: those without an end). `relations` are free of cycles, the strongest first.
    Raises `UsageError` for another level.
    """
    if level not in ("entity", "group"):
        raise UsageError(f"a level is entity or group, not {level!r}")
    if level == "entity":
        return {}
    wanted = RELATIONS if subsidiaries else RELATIONS[:1]
    held = [one for one in relations if one.verdict in wanted and one.holds(at)]
    above: dict[str, str] = {}
    for verdict in wanted:
        for one in held:
            if one.verdict == verdict:
                above.setdefault(one.inner, one.outer)
    heads: dict[str, str] = {}
    for start in above:
        trail, here = [], start
        while here in above and here not in heads:
            trail.append(here)
            here = above[here]
        head = heads.get(here, here)
        heads.update(dict.fromkeys(trail, head))
    return heads


def _overlap(one: Judgement, other: Judgement) -> bool:
    """Whether there is a day on which both hold."""
    return not any(
        first.valid_to and second.valid_from and first.valid_to < second.valid_from
        for first, second in ((one, other), (other, one))
    )


def _way_up(start: str, goal: str, outers: Mapping[str, Mapping[str, None]]) -> list[str] | None:
    """A way from an entity up to another one, or None."""
    came: dict[str, str] = {start: start}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            way = [goal]
            while way[-1] != start:
                way.append(came[way[-1]])
            return way[::-1]
        for there in outers.get(here, ()):
            if there not in came:
                came[there] = here
                waiting.append(there)
    return None
