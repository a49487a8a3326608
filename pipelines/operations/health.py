"""How a store is, in numbers: what it holds, how its runs ended, how old each source is, what waits, what is
wrong.

    failing   the store cannot be used, or a source had no complete visit for three times its cadence
    warning   an alarm, a last visit that failed, or a source due for over a day
    ok        none of these
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import Connection, Engine, Table, func, select, text

from pipelines.operations.doctor.stores import OVERDUE
from pipelines.operations.stages import queued_visits, unread_documents, waiting_pairs, waiting_readings
from pipelines.store import schema
from pipelines.store.types import now

#: Cadence → the time between two visits; a source of any other cadence does not grow old.
CADENCES: Final = {
    "daily": dt.timedelta(days=1),
    "weekly": dt.timedelta(days=7),
    "monthly": dt.timedelta(days=30),
}
#: A source is stale after so many cadences without a complete visit.
STALE: Final = 3

#: PostgreSQL counts by reading the whole table. Tables that it takes to have so many rows are not counted: they
#: are told with what its planner reckons, which is a few per cent off after much was written.
ESTIMATED_FROM: Final = 100_000

Status = Literal["ok", "warning", "failing"]


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source that was visited. age: seconds since its last complete visit ended, None where there was none;
    overdue: seconds since it was due, 0 where it is not; failures: visits in a row that failed."""

    source: str
    cadence: str
    outcome: str
    age: float | None
    overdue: float
    failures: int
    paused: bool
    alarm: str


@dataclass(frozen=True, slots=True)
class Health:
    """The whole at one moment. estimated: tables whose rows are reckoned, not counted; runs: (source, outcome) →
    how many; queues: what → how many wait; visits: state → how many in the workers' queue; troubles: in words."""

    at: dt.datetime
    status: Status
    troubles: tuple[str, ...]
    rows: Mapping[str, int] = field(default_factory=dict)
    estimated: tuple[str, ...] = ()
    runs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    sources: tuple[SourceHealth, ...] = ()
    queues: Mapping[str, int] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)


def health(engine: Engine) -> Health:
    """How the store is now. Counts the rows of every table, but for large ones of PostgreSQL."""
    moment = now()
    with engine.connect() as connection:
        reckoned = _reckoned(connection)
        rows = {
            name: reckoned[name] if name in reckoned else _counted(connection, table)
            for name, table in sorted(schema.metadata.tables.items())
        }
        run = schema.run
        grouped = select(run.c.source, run.c.outcome, func.count()).group_by(run.c.source, run.c.outcome)
        runs = {(row[0], row[1]): int(row[2]) for row in connection.execute(grouped)}
        sources = _sources(connection, moment)
        queues = {
            "pairs": waiting_pairs(connection),
            "readings": waiting_readings(connection),
            "documents": unread_documents(connection),
        }
        visits = queued_visits(connection)
    failing, warnings = _troubles(sources, visits)
    status: Status = "failing" if failing else "warning" if warnings else "ok"
    return Health(
        at=moment, status=status, troubles=(*failing, *warnings), rows=rows, estimated=tuple(sorted(reckoned)),
        runs=runs, sources=sources, queues=queues, visits=visits,
    )  # fmt: skip


def _reckoned(connection: Connection) -> dict[str, int]:
    """The store's large tables, with how many rows PostgreSQL takes them to have; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return {}
    query = text(
        "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples >= :least "
        "AND relnamespace = current_schema()::regnamespace"
    )
    found = connection.execute(query, {"least": ESTIMATED_FROM})
    return {name: int(rows) for name, rows in found if name in schema.metadata.tables}


def _counted(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _sources(connection: Connection, moment: dt.datetime) -> tuple[SourceHealth, ...]:
    run, agenda, source = schema.run, schema.agenda, schema.source
    visits = run.c.kind == "crawl"
    whole = (
        select(run.c.source, func.max(run.c.ended_at))
        .where(visits, run.c.outcome == "complete")
        .group_by(run.c.source)
    )
    complete = {row[0]: row[1] for row in connection.execute(whole)}
    newest = select(func.max(run.c.id)).where(visits).group_by(run.c.source)
    query = (
        select(
            run.c.source, run.c.outcome, run.c.alarm, source.c.cadence, agenda.c.due_at, agenda.c.failures,
            agenda.c.paused, agenda.c.holder,
        )
        .join(source, source.c.name == run.c.source)
        .outerjoin(agenda, agenda.c.source == run.c.source)
        .where(run.c.id.in_(newest))
        .order_by(run.c.source)
    )  # fmt: skip
    found = []
    for row in connection.execute(query):
        ended = complete.get(row.source)
        waits = row.due_at is not None and not row.paused and row.holder is None
        found.append(
            SourceHealth(
                source=row.source,
                cadence=row.cadence,
                outcome=row.outcome,
                age=None if ended is None else max((moment - ended).total_seconds(), 0.0),
                overdue=max((moment - row.due_at).total_seconds(), 0.0) if waits else 0.0,
                failures=row.failures or 0,
                paused=bool(row.paused),
                alarm=row.alarm,
            )
        )
    return tuple(found)


def _troubles(sources: tuple[SourceHealth, ...], visits: Mapping[str, int]) -> tuple[list[str], list[str]]:
    failing, warnings = [], []
    for one in sources:
        step = CADENCES.get(one.cadence)
        if (
            step is not None
            and not one.paused
            and one.age is not None
            and one.age > STALE * step.total_seconds()
        ):
            failing.append(
                f"{one.source} had no complete visit for {one.age / 86400:.0f} days ({one.cadence})"
            )
        if one.outcome == "failed":
            warnings.append(f"the last visit of {one.source} failed")
        if one.alarm:
            warnings.append(f"{one.source}: {one.alarm}")
        if one.overdue > OVERDUE.total_seconds():
            warnings.append(f"{one.source} is due for {one.overdue / 86400:.0f} days")
    if visits.get("failed"):
        warnings.append(f"{visits['failed']} visits of the queue failed too often")
    return failing, warnings
