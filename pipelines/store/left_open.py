"""Runs that were left open: nobody works on them any more.

A crawl and a replay hold the turn of their source, or of a part of it; an import holds a lease of its own run. A
run is left open when what it should hold is held by nobody, or by a process that is gone, or has run out. What a
killed process had committed by then stays.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipelines.store import schema
from pipelines.store.turns import LEASE, is_dead, let_run_go, of_run, store_time

#: How the run of a dead process ends.
DIED = "the process died"
#: Earlier programs opened imports that held nothing: one that is open for longer was left behind.
WITHOUT_LEASE = dt.timedelta(days=1)


def left_open(connection: Connection, moment: dt.datetime | None = None) -> list[Row[Any]]:
    """The runs that are open and that nobody works on at a moment (now), oldest first; nothing is changed."""
    run = schema.run
    rows = connection.execute(select(run).where(run.c.outcome == "running").order_by(run.c.id)).all()
    if not rows:
        return []
    moment = moment or store_time(connection)
    leases = _leases(connection, moment)
    return [row for row in rows if not _is_worked_on(row, leases, moment)]


def close_left_open(connection: Connection) -> int:
    """Close them as failed, within the caller's transaction; how many there were."""
    rows = left_open(connection)
    run = schema.run
    for row in rows:
        moment = max(store_time(connection), row.started_at)  # the clock may have been set back meanwhile
        connection.execute(
            update(run)
            .where(run.c.id == row.id, run.c.outcome == "running")
            .values(outcome="failed", ended_at=moment, note=DIED)
        )
        let_run_go(connection, row.id)
    return len(rows)


def _leases(connection: Connection, moment: dt.datetime) -> dict[tuple[str, str], bool]:
    """(source, part) that somebody is noted to hold, "" for the whole → whether by one who may be alive."""
    found = {}
    agenda, parts = schema.agenda, schema.part_turn
    for row in connection.execute(select(agenda).where(agenda.c.holder.is_not(None))):
        found[(row.source, "")] = row.held_until >= moment and not is_dead(row.holder)
    for row in connection.execute(select(parts)):
        found[(row.source, row.part)] = row.held_until >= moment and not is_dead(row.holder)
    return found


def _is_worked_on(row: Row[Any], leases: dict[tuple[str, str], bool], moment: dt.datetime) -> bool:
    if row.kind == "import":
        own = leases.get((row.source, of_run(row.id)))
        return bool(row.started_at >= moment - WITHOUT_LEASE) if own is None else own
    held = [leases[key] for key in ((row.source, ""), (row.source, row.scope)) if key in leases]
    # a run that is being opened, or closed by another, may hold nothing for a moment
    return any(held) if held else bool(row.started_at >= moment - LEASE)
