"""What became new, different or gone in a span of record time, out of the spans of evidence.

Invariants kept here:
- a change is the same, under the same id, in whatever window it is asked for;
- memory holds a batch of changes, however many there are;
- only evidence that began or ended in the window is looked at, and the spans of the questions that it answers.
"""

from __future__ import annotations

import datetime as dt
import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from pipelines.store import schema
from pipelines.store.bulk import chunks
from pipelines.store.left_open import left_open
from pipelines.store.said import Place, Stated, places, statements
from pipelines.store.timeline import Happening, Span, happenings
from pipelines.store.types import content_id, now
from pipelines.store.whose import mentions_of

#: The kinds of facts.
FACT_KINDS = (
    "name", "attribute", "link", "product", "financing", "education", "employment", "patent", "cooperation",
    "policy",
)  # fmt: skip
#: Ends of spans that are looked at together.
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the order of changes: all that moment's changes up to `row` lie before it."""

    moment: dt.datetime
    row: int = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes: after `since`, before `until`; of a source, of a kind of fact, about an entity (id, name)."""

    since: Position
    until: dt.datetime
    source: str | None = None
    kind: str | None = None
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change. id: for good, 16 hexadecimal digits. change: new, changed, back (an answer that was given
    before) or gone. statement: what is said now, or what no longer is; replaced: what was said instead until then;
    beside: what else the source still answers. evidence: where the statement came or went, `places` in all."""

    id: str
    change: str
    position: Position
    source: str
    statement: Stated
    replaced: tuple[tuple[Stated, Place], ...]
    beside: tuple[Stated, ...]
    evidence: tuple[Place, ...]
    places: int

    @property
    def at(self) -> dt.datetime:
        """When the source was found to say so."""
        return self.position.moment


def settled(connection: Connection) -> dt.datetime:
    """The moment until which nothing is being written any more: now, or when the oldest visit under way began."""
    run, moment = schema.run, now()
    # a replay reads what was fetched before: it writes nothing of today
    under_way = select(run.c.id, run.c.started_at).where(run.c.outcome == "running", run.c.kind != "replay")
    dead = {one.id for one in left_open(connection, moment)}
    oldest: dt.datetime = min(
        [moment, *(row.started_at for row in connection.execute(under_way) if row.id not in dead)]
    )
    return oldest


def changes(connection: Connection, asked: Asked) -> Iterator[Change]:
    """The changes asked for, oldest first. Raises `UsageError` for an entity that nobody is, or several are."""
    wanted = _wanted(connection, asked)
    ends = heapq.merge(*(_ends(connection, asked, wanted, is_end) for is_end in (False, True)))
    visits = _Visits(connection)
    while batch := list(islice(ends, BATCH)):
        yield from _told(connection, _happened(connection, batch, wanted, visits))


_End = tuple[
    dt.datetime, int
]  # the moment, and twice the row of evidence, plus one where it is the span's end


def _wanted(connection: Connection, asked: Asked) -> list[ColumnElement[bool]]:
    fact, roles = schema.fact, schema.fact_mention
    wanted: list[ColumnElement[bool]] = []
    if asked.source:
        wanted.append(fact.c.source == asked.source)
    if asked.kind:
        wanted.append(fact.c.kind == asked.kind)
    if asked.entity:
        meant = mentions_of(connection, asked.entity)
        wanted.append(fact.c.id.in_(select(roles.c.fact_id).where(roles.c.mention_id.in_(meant))))
    return wanted


def _ends(
    connection: Connection, asked: Asked, wanted: list[ColumnElement[bool]], is_end: bool
) -> Iterator[_End]:
    """The beginnings, or the ends, of spans in the window, by moment and row."""
    evidence, fact = schema.evidence, schema.fact
    column = evidence.c.ended_at if is_end else evidence.c.first_seen
    moment, row = asked.since.moment, (asked.since.row - is_end) // 2
    while True:
        query = (
            select(column, evidence.c.id)
            .where(
                column >= moment,
                column < asked.until,
                or_(column > moment, evidence.c.id > row),
            )
            .order_by(column, evidence.c.id)
            .limit(BATCH)
        )
        if asked.entity:  # few facts out of many: the database begins with them
            chosen = select(fact.c.id).where(*wanted)
            query = query.where(evidence.c.fact_id.in_(chosen))
        found = connection.execute(query).all()
        for one in found:
            yield one[0], 2 * one[1] + is_end
        if len(found) < BATCH:
            return
        moment, row = found[-1]


def _happened(
    connection: Connection, batch: list[_End], wanted: list[ColumnElement[bool]], visits: _Visits
) -> list[tuple[str, Happening]]:
    """What the ends of this batch make happen, with the source, in their order."""
    told: dict[_End, tuple[str, Happening]] = {}
    sources: dict[int, str] = {}
    spans: dict[int, list[Span]] = defaultdict(list)
    slots = _slots(connection, batch, wanted)
    for some in chunks(slots):
        for row in connection.execute(_spans(some)):
            sources[row.slot] = row.source
            spans[row.slot].append(Span(row.id, row.fact_id, row.first_seen, row.ended_at))
    for slot, own in spans.items():
        for one in happenings(own, visits.of(sources[slot])):
            told[one.moment, 2 * one.row + one.ends] = (sources[slot], one)
    return [told[end] for end in batch if end in told]


def _slots(connection: Connection, batch: list[_End], wanted: list[ColumnElement[bool]]) -> set[int]:
    """The questions whose answers these ends may change. An end changes nothing where another span of the fact
    covers it; most ends of facts that stand on many pages are left out so."""
    evidence, fact, other = schema.evidence, schema.fact, schema.evidence.alias("other")
    same = other.c.fact_id == evidence.c.fact_id
    earlier = or_(
        other.c.first_seen < evidence.c.first_seen,
        and_(other.c.first_seen == evidence.c.first_seen, other.c.id < evidence.c.id),
    )
    later = or_(
        other.c.ended_at.is_(None),
        other.c.ended_at > evidence.c.ended_at,
        and_(other.c.ended_at == evidence.c.ended_at, other.c.id > evidence.c.id),
    )
    on_going = or_(other.c.ended_at.is_(None), other.c.ended_at > evidence.c.first_seen)
    covered = {
        False: exists().where(same, earlier, on_going),
        True: exists().where(same, later, other.c.first_seen <= evidence.c.ended_at),
    }
    found: set[int] = set()
    for is_end, cover in covered.items():
        rows = {key // 2 for _, key in batch if key % 2 == is_end}
        for some in chunks(rows):
            query = (
                select(fact.c.slot)
                .distinct()
                .join(evidence, evidence.c.fact_id == fact.c.id)
                .where(evidence.c.id.in_(some), ~cover, *wanted)
            )
            found.update(connection.execute(query).scalars())
    return found


def _spans(slots: list[int]) -> Select[Any]:
    evidence, fact = schema.evidence, schema.fact
    return (
        select(
            fact.c.slot, fact.c.source, evidence.c.id, evidence.c.fact_id, evidence.c.first_seen,
            evidence.c.ended_at,
        )
        .join(evidence, evidence.c.fact_id == fact.c.id)
        .where(fact.c.slot.in_(slots))
    )  # fmt: skip


def _told(connection: Connection, found: Iterable[tuple[str, Happening]]) -> Iterator[Change]:
    listed = list(found)
    facts = {one.fact for _, one in listed}
    rows = {row for _, one in listed for row in one.rows}
    for _, one in listed:
        facts |= {fact for fact, _ in one.replaced} | set(one.beside)
        rows |= {row for _, row in one.replaced}
    said, where = statements(connection, facts), places(connection, rows)
    for source, one in listed:
        key = content_id("change", one.kind, one.fact, one.moment.isoformat())
        yield Change(
            id=f"{key:016x}",
            change=one.kind,
            position=Position(one.moment, 2 * one.row + one.ends),
            source=source,
            statement=said[one.fact],
            replaced=tuple((said[fact], where[row]) for fact, row in one.replaced),
            beside=tuple(said[fact] for fact in one.beside),
            evidence=tuple(where[row] for row in one.rows),
            places=one.places,
        )


class _Visits:
    """Which visit to a source a moment lies in. A crawl that continues a broken-off one is of the same visit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sources: dict[str, tuple[list[dt.datetime], list[dt.datetime | None], list[int]]] = {}

    def of(self, source: str) -> Any:
        if source not in self._sources:
            self._sources[source] = self._load(source)
        starts, ends, names = self._sources[source]

        def visit(moment: dt.datetime) -> int | None:
            at = bisect_right(starts, moment) - 1
            if at < 0:
                return None
            end = ends[at]
            return names[at] if end is None or moment <= end else None

        return visit

    def _load(self, source: str) -> tuple[list[dt.datetime], list[dt.datetime | None], list[int]]:
        run = schema.run
        rows = self._connection.execute(
            select(run.c.id, run.c.started_at, run.c.ended_at, run.c.continues)
            .where(run.c.source == source, run.c.kind != "replay")  # a replay reads what was fetched before
            .order_by(run.c.started_at, run.c.id)
        ).all()
        names: dict[int, int] = {}
        for row in rows:
            names[row.id] = names.get(row.continues, row.id) if row.continues is not None else row.id
        return [r.started_at for r in rows], [r.ended_at for r in rows], [names[r.id] for r in rows]
