"""Runs: opened, closed with an outcome, and what a complete run ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, case, insert, select, update

from pipelines.store import schema
from pipelines.store.bulk import TAKE, chunks, upsert
from pipelines.store.lapsing import believe
from pipelines.store.left_open import close_left_open
from pipelines.store.scopes import met_in_scope
from pipelines.store.session import writing
from pipelines.store.turns import hold_run, let_run_go
from pipelines.store.types import now

VERSION = version("valuenet")


#: A crawl that broke off is continued: what it had read by then is not asked for again within this time.
CONTINUED = dt.timedelta(hours=24)
#: How the note of a run begins that a person stopped.
INTERRUPTED = "stopped by Ctrl-C"


def declare(engine: Engine, source: Mapping[str, Any]) -> None:
    """Write what a source says of itself (the columns of `source`, without `declared_at`)."""
    with writing(engine) as connection:
        _declare(connection, source)


def broken_off(engine: Engine, source: str, scope: str) -> tuple[int, ...]:
    """The runs that a crawl of the same scope continues: the newest ones, newest first, that were broken off
    (killed, stopped, or refused by the store) less than a day ago."""
    run = schema.run
    query = (
        select(run.c.id, run.c.outcome, run.c.started_at, run.c.note)
        .where(run.c.source == source, run.c.kind == "crawl", run.c.scope == scope)
        .order_by(run.c.id.desc())
        .limit(20)
    )
    found = []
    with engine.connect() as connection:
        for row in connection.execute(query):
            broken = row.outcome == "failed" or row.note.startswith(INTERRUPTED)
            if not broken or row.started_at < now() - CONTINUED:
                break
            found.append(row.id)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Usual:
    """What complete runs of a source gave of late: medians."""

    pages: int
    facts: int


def usual_counts(engine: Engine, source: str, scope: str, *, before: int) -> Usual | None:
    """What the last complete crawls of the same scope gave (up to five); None where there was none."""
    run = schema.run
    query = (
        select(run.c.snapshots, run.c.facts_new + run.c.facts_changed + run.c.facts_unchanged)
        .where(
            run.c.source == source, run.c.scope == scope, run.c.kind == "crawl",
            run.c.outcome == "complete", run.c.id < before,
        )
        .order_by(run.c.id.desc())
        .limit(5)
    )  # fmt: skip
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    if not rows:
        return None
    return Usual(int(median(row[0] for row in rows)), int(median(row[1] for row in rows)))


def open_run(
    engine: Engine, source: Mapping[str, Any], kind: str, scope: str = "", *, continues: int | None = None
) -> int:
    """Declare the source (as columns of `source`, without `declared_at`) and open a run; returns its id.

    kind: crawl, replay or import. scope: what was asked for, in words. An import gets a lease of its own run, which
    `turn_of_run` renews; the others hold the turn of their source before. Runs that dead processes left open, of
    whatever source, are closed.
    """
    with writing(engine) as connection:
        _declare(connection, source)
        close_left_open(connection)
        done = connection.execute(
            insert(schema.run).values(
                source=source["name"],
                kind=kind,
                started_at=now(),
                outcome="running",
                version=VERSION,
                scope=scope,
                continues=continues,
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        if kind == "import":
            hold_run(connection, str(source["name"]), int(key[0]))
    return int(key[0])


def _declare(connection: Connection, source: Mapping[str, Any]) -> None:
    row = {**source, "declared_at": now()}
    upsert(
        connection,
        schema.source,
        [row],
        conflict=["name"],
        update=dict.fromkeys((name for name in row if name != "name"), TAKE),
    )


def close_run(
    engine: Engine,
    run_id: int,
    outcome: str,
    note: str = "",
    *,
    alarm: str = "",
    gone: Iterable[int] = (),
    silent: Mapping[int, str] | None = None,
    believed: bool = True,
) -> int:
    """Close a run as complete, partial or failed. A complete run ends what the pages said that it found `gone`; a
    complete crawl of a source that lists all it says ends what its pages said that the run could have met, and did
    not, too. Returns the number of places ended.

    silent: pages that no longer say all that they said, with the parser that read them (`StoreWriter.silent`). A
    complete run ends that; a partial one, where it is `believed` nevertheless, for pages that lead to no others.
    """
    ended = 0
    page, run = schema.page, schema.run
    with writing(engine) as connection:
        row = connection.execute(
            select(run.c.source, run.c.kind, run.c.scope, schema.source.c.lists_all)
            .join(schema.source, schema.source.c.name == run.c.source)
            .where(run.c.id == run_id)
        ).one()
        moment = now()
        is_complete = outcome == "complete"
        if is_complete or (outcome == "partial" and believed):
            ended += believe(connection, silent or {}, run_id, leading=is_complete)
        if is_complete:
            for ids in chunks(gone):
                ended += _end_pages(connection, page.c.id.in_(ids), moment)
        if is_complete and row.kind == "crawl" and row.lists_all:
            missed = and_(page.c.source == row.source, page.c.run_id != run_id, met_in_scope(page, row.scope))
            ended += _end_pages(connection, missed, moment)
        connection.execute(
            update(run)
            .where(run.c.id == run_id)
            .values(
                ended_at=_not_before(run.c.started_at, moment),
                outcome=outcome,
                note=note,
                alarm=alarm,
                facts_ended=run.c.facts_ended + ended,
            )
        )
        let_run_go(connection, run_id)
    return ended


def _not_before(earlier: ColumnElement[Any], moment: dt.datetime) -> ColumnElement[Any]:
    """The moment; where the clock was set back meanwhile, that of the column: no span ends before it was seen."""
    return case((earlier > moment, earlier), else_=bindparam(None, moment, type_=earlier.type))


def _end_pages(connection: Connection, which: ColumnElement[bool], moment: dt.datetime) -> int:
    """End some pages, what they said, and what was wrong with them; returns the number of places ended."""
    page, ended = schema.page, {}
    for table in (schema.evidence, schema.rejected):
        ended[table] = connection.execute(
            update(table)
            .where(table.c.page_id.in_(select(page.c.id).where(which)), table.c.ended_at.is_(None))
            .values(ended_at=_not_before(table.c.last_seen, moment))
        ).rowcount
    gone = _not_before(page.c.last_seen, moment)
    connection.execute(update(page).where(which, page.c.gone_at.is_(None)).values(gone_at=gone))
    return ended[schema.evidence]
