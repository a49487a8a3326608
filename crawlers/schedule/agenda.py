"""The agenda in the store: who is due when, and who may begin. Any number of schedulers share it.

Invariants kept here:
- a due visit is claimed by one scheduler: the database decides, in one statement;
- what ended is counted once, whoever sees it, and also where the scheduler that began it is dead;
- a claim that leads to no visit ends by itself.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select, update

from crawlers.declaration import Declaration
from crawlers.running import source_row
from crawlers.schedule.due import Visit, next_due
from pipelines.store import schema
from pipelines.store.bulk import upsert
from pipelines.store.runs import INTERRUPTED, close_run, declare, open_run
from pipelines.store.session import writing
from pipelines.store.turns import is_dead, let_go
from pipelines.store.types import now

#: A claim holds so long: by then the visit has begun and holds the source, or its scheduler is dead.
CLAIM = dt.timedelta(minutes=5)
#: Of a source's past, so many visits count for what is due.
LOOKED_BACK = 20

_CHANCE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Entry:
    """A source on the agenda. due_at: None for one that is done for good. holder: who visits it now. last_*: of its
    newest visit; last_run: its id, 0 where there was none; counted: the newest that `due_at` takes into account."""

    source: str
    cadence: str
    due_at: dt.datetime | None
    failures: int = 0
    paused: bool = False
    holder: str | None = None
    held_until: dt.datetime | None = None
    counted: int = 0
    last_run: int = 0
    last_started: dt.datetime | None = None
    last_outcome: str = ""
    alarm: str = ""

    @property
    def is_due(self) -> bool:
        """Whether a visit may begin now."""
        return self.due_at is not None and self.due_at <= now() and not self.paused and self.holder is None

    @property
    def has_news(self) -> bool:
        """Whether a visit may be over that `due_at` does not take into account."""
        is_over = self.last_run > self.counted and self.last_outcome != "running"
        return is_over or (self.due_at is None and not self.counted)


def prepare(engine: Engine, declarations: Iterable[Declaration]) -> None:
    """Put sources on the agenda that are not there yet; one that was never visited is due at once."""
    for one in declarations:
        declare(engine, source_row(one))
        with writing(engine) as connection:
            row = {"source": one.name, "due_at": now()}
            # a row without a date may be of a visit by hand: `count_visits` dates it
            upsert(connection, schema.agenda, [row], conflict=["source"])


def entries(engine: Engine, declarations: Iterable[Declaration]) -> list[Entry]:
    """The agenda of these sources, as it is."""
    agenda, run = schema.agenda, schema.run
    with engine.connect() as connection:
        noted = {row.source: row for row in connection.execute(select(agenda))}
        newest = select(func.max(run.c.id)).where(run.c.kind == "crawl").group_by(run.c.source)
        last = {row.source: row for row in connection.execute(select(run).where(run.c.id.in_(newest)))}
    return [_entry(one, noted.get(one.name), last.get(one.name)) for one in declarations]


def _entry(one: Declaration, row: Any, last: Any) -> Entry:
    visited: dict[str, Any] = {}
    if last is not None:
        visited = {
            "last_run": last.id, "last_started": last.started_at, "last_outcome": last.outcome, "alarm": last.alarm,
        }  # fmt: skip
    if row is None:
        return Entry(one.name, one.cadence, now(), **visited)
    held = row.held_until is not None and row.held_until >= now() and not is_dead(row.holder or "")
    return Entry(
        one.name, one.cadence, row.due_at, row.failures, row.paused, row.holder if held else None,
        row.held_until if held else None, row.counted or 0, **visited,
    )  # fmt: skip


def count_visits(engine: Engine, declaration: Declaration) -> None:
    """Date the source's next visit by those that ended since it was dated last, whoever made them. Visits that were
    asked for only in part (`--limit`) do not count."""
    agenda = schema.agenda
    with writing(engine) as connection:
        row = connection.execute(select(agenda).where(agenda.c.source == declaration.name)).one_or_none()
        if row is None:
            return
        failures, due_at, before, newest = row.failures, row.due_at, None, row.counted
        for key, visit in ended_visits(connection, declaration.name):
            if key > (row.counted or 0):
                due = next_due(declaration.cadence, visit, before, failures, _CHANCE.random())
                failures, due_at, newest = due.failures, due.at, key
            before = visit
        if newest == row.counted:
            if newest is None and due_at is None:  # visited in part only: the first full visit is due
                connection.execute(
                    update(agenda).where(agenda.c.source == declaration.name).values(due_at=now())
                )
            return
        as_it_was = agenda.c.counted.is_(None) if row.counted is None else agenda.c.counted == row.counted
        connection.execute(
            update(agenda)
            .where(agenda.c.source == declaration.name, as_it_was)
            .values(failures=failures, due_at=due_at, counted=newest)
        )


def ended_visits(connection: Connection, source: str, scope: str | None = None) -> list[tuple[int, Visit]]:
    """The last visits that are over, oldest first, with the ids of their runs; with a scope, those of it alone."""
    run = schema.run
    asked = run.c.scope.not_like("%limit=%") if scope is None else run.c.scope == scope
    rows = connection.execute(
        select(run.c.id, run.c.outcome, run.c.started_at, run.c.ended_at, run.c.note)
        .where(
            run.c.source == source, run.c.kind == "crawl", run.c.outcome != "running", asked,
        )
        .order_by(run.c.id.desc())
        .limit(LOOKED_BACK)
    ).all()  # fmt: skip
    return [
        (
            row.id,
            Visit(
                row.outcome, row.started_at, row.ended_at or row.started_at, row.note.startswith(INTERRUPTED)
            ),
        )
        for row in reversed(rows)
    ]


def claim(engine: Engine, entry: Entry) -> bool:
    """Take the due visit of this entry for this scheduler; False where another one was faster."""
    agenda, moment = schema.agenda, now()
    free = or_(agenda.c.holder.is_(None), agenda.c.held_until < moment)
    with writing(engine) as connection:
        held = connection.execute(select(agenda.c.holder).where(agenda.c.source == entry.source)).scalar()
        if held is not None and is_dead(held):
            free = or_(free, agenda.c.holder == held)
        done = connection.execute(
            update(agenda)
            .where(
                and_(agenda.c.source == entry.source, agenda.c.due_at == entry.due_at, free),
                agenda.c.paused.is_(False),
            )
            .values(due_at=moment + CLAIM)
        )
    return done.rowcount == 1


def pause(engine: Engine, source: str, paused: bool) -> None:
    """Leave the source alone until it is resumed; or resume it. A visit under way goes on."""
    with writing(engine) as connection:
        connection.execute(
            update(schema.agenda).where(schema.agenda.c.source == source).values(paused=paused)
        )


def note_death(engine: Engine, declaration: Declaration, last_run: int, why: str) -> None:
    """A process of ours, which was to visit the source, failed and is no more: its open run ends as failed, and one
    that opened none is kept as a failed run all the same. last_run: the newest run of the source before it."""
    run, agenda = schema.run, schema.agenda
    with engine.connect() as connection:
        row = connection.execute(select(agenda).where(agenda.c.source == declaration.name)).one()
        others = row.holder is not None and row.held_until >= now() and not is_dead(row.holder)
        own = connection.execute(
            select(run.c.id, run.c.outcome)
            .where(run.c.source == declaration.name, run.c.kind == "crawl", run.c.id > last_run)
            .order_by(run.c.id)
        ).all()
    if others:  # somebody else is visiting: nothing failed
        return
    if not own:
        close_run(engine, open_run(engine, source_row(declaration), "crawl"), "failed", why)
    for one in own:
        if one.outcome == "running":
            close_run(engine, one.id, "failed", why)
    if row.holder is not None:
        let_go(engine, declaration.name, row.holder)
