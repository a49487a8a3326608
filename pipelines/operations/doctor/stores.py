"""The store: schema, clocks, runs and leases of the dead, what is due, what waits, and whether it is whole."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from pipelines.operations.doctor.finding import Finding, Findings, Level
from pipelines.operations.stages import unread_documents, waiting_pairs, waiting_readings
from pipelines.store import schema
from pipelines.store.left_open import left_open
from pipelines.store.turns import is_dead
from pipelines.store.types import now

#: A source that is due for longer than this was forgotten.
OVERDUE: Final = dt.timedelta(days=1)
#: Clocks that differ by more are wrong.
APART: Final = dt.timedelta(seconds=30)


def clocks(connection: Connection) -> Findings:
    """This machine's clock against the server's, and against what the store has seen."""
    moment = now()
    if connection.dialect.name == "postgresql":
        apart = abs(connection.execute(text("SELECT clock_timestamp()")).scalar_one() - moment)
        if apart > APART:
            words = f"this machine's clock and the server's differ by {apart.total_seconds():.0f} s"
            yield Finding("error", "clock", words, "let both machines keep time by NTP")
    newest = connection.execute(select(func.max(schema.run.c.started_at))).scalar()
    if newest is not None and newest > moment + APART:
        words = f"the newest run began in the future ({newest:%Y-%m-%d %H:%M} UTC)"
        yield Finding("error", "clock", words, "set the clock; one of the machines was ahead")


def runs(connection: Connection) -> Findings:
    """Open runs that nobody works on, leases of the dead, alarms, and sources that failed."""
    run, moment = schema.run, now()
    for one in left_open(connection):
        what = (
            f"run {one.id} of {one.source} ({one.kind}, begun {one.started_at:%Y-%m-%d %H:%M}) was left open"
        )
        yield Finding(
            "warning", "runs", what, f"{_MEND[one.kind].format(one.source)}; the next run closes it"
        )
    for table, name in ((schema.agenda, "source"), (schema.part_turn, "part")):
        for row in connection.execute(select(table).where(table.c.holder.is_not(None))):
            if row.held_until < moment or is_dead(row.holder):
                what = f"{getattr(row, name)} is held by {row.holder}, which is gone"
                yield Finding("note", "leases", what, "nothing: the next visit takes it over")
    newest = select(func.max(run.c.id)).where(run.c.kind == "crawl").group_by(run.c.source)
    for one in connection.execute(select(run).where(run.c.id.in_(newest)).order_by(run.c.source)):
        if one.alarm:
            yield Finding(
                "warning",
                "alarms",
                f"{one.source}: {one.alarm}",
                f"look: valuenet status --source {one.source}",
            )
        if one.outcome == "failed":
            what = f"the last visit of {one.source} failed: {one.note or 'no reason is noted'}"
            yield Finding("warning", "runs", what, f"valuenet crawl {one.source}")


#: How what a dead process left undone is done: by the run's kind.
_MEND: Final = {
    "crawl": "valuenet crawl {} goes on with it",
    "replay": "valuenet replay {} --apply",
    "import": "hand the files in again",
}


def agenda(connection: Connection) -> Findings:
    """Sources that are due and were not visited."""
    table, moment = schema.agenda, now()
    late = connection.execute(
        select(table)
        .where(table.c.due_at < moment - OVERDUE, table.c.paused.is_(False), table.c.holder.is_(None))
        .order_by(table.c.due_at)
    ).all()
    for row in late:
        what = f"{row.source} is due since {row.due_at:%Y-%m-%d %H:%M} UTC"
        yield Finding("warning", "schedule", what, "does the schedule run? valuenet schedule list")


def waiting(connection: Connection) -> Findings:
    """What people and the readers have before them."""
    for count, what, mend in (
        (waiting_pairs(connection), "pairs of names wait for a person", "valuenet review"),
        (waiting_readings(connection), "readings wait for a person", "valuenet readings"),
        (unread_documents(connection), "documents are unread", "valuenet read"),
        (_unresolved(connection), "names belong to nobody yet", "valuenet resolve"),
    ):
        if count:
            yield Finding("note", "queues", f"{count} {what}", mend)


def _unresolved(connection: Connection) -> int:
    known = select(schema.mention_entity.c.mention_id)
    return _count(connection, schema.mention, schema.mention.c.id.not_in(known))


def whole(engine: Engine, connection: Connection, *, full: bool = False) -> Findings:
    """Rows that contradict what the tables promise. With `full` the database's own check of its pages, too."""
    fact, evidence, page, entity = schema.fact, schema.evidence, schema.page, schema.entity
    head = aliased(entity)
    questions: list[tuple[Level, Table, ColumnElement[bool], str, str]] = [
        ("error", fact, ~exists().where(evidence.c.fact_id == fact.c.id), "facts have no evidence", _WRITTEN),
        (
            "error", fact, ~exists().where(schema.fact_mention.c.fact_id == fact.c.id),
            "facts speak of nobody", _WRITTEN,
        ),
        (
            "error", evidence,
            or_(evidence.c.last_seen < evidence.c.first_seen, evidence.c.ended_at < evidence.c.first_seen),
            "places of facts end before they begin", "report it; was a clock set back?",
        ),
        (
            "warning", evidence,
            and_(
                evidence.c.ended_at.is_(None),
                exists().where(page.c.id == evidence.c.page_id, page.c.gone_at.is_not(None)),
            ),
            "places of facts are open on pages that are gone", "visit the source: valuenet crawl SOURCE --full",
        ),
        (
            "error", entity, exists().where(head.c.id == entity.c.redirect_to, head.c.redirect_to.is_not(None)),
            "entities lead to one that leads on", "valuenet resolve",
        ),
    ]  # fmt: skip
    is_whole = True
    for level, table, wrong, what, mend in questions:
        if count := _count(connection, table, wrong):
            is_whole = False
            yield Finding(level, "integrity", f"{count} {what}", mend)
    if engine.dialect.name == "sqlite":  # PostgreSQL keeps its foreign keys itself, whoever writes
        orphans = connection.exec_driver_sql("SELECT count(*) FROM pragma_foreign_key_check").scalar_one()
        if orphans:
            is_whole = False
            what = f"{orphans} rows name a row that is not there"
            yield Finding(
                "error", "integrity", what, "restore a backup; was the store written by another program?"
            )
        said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() if full else "ok"
        if said != "ok":
            is_whole = False
            yield Finding(
                "error", "integrity", f"the database file is damaged: {said}", "valuenet restore FILE --force"
            )
    if is_whole:
        yield Finding("ok", "integrity", "every fact has its evidence, every row what it names")


_WRITTEN: Final = (
    "report it: no command leaves that; restore a backup, or read again: valuenet replay SOURCE --apply"
)


def _count(connection: Connection, table: Table, wrong: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(wrong)).scalar_one())
