"""Whose turn it is: a source, or a part of it, has one visitor at a time, in whatever process on whatever machine.

A visitor holds a lease that it renews while it works. One that dies lets go by itself when the lease ends. The
database decides who comes first, in one transaction, so that two schedulers cannot both win. A source that is
visited in parts (its sites) has a visitor for each; nobody visits the whole meanwhile.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import StoreError
from pipelines.store import schema
from pipelines.store.bulk import upsert
from pipelines.store.session import writing
from pipelines.store.types import now

#: How long a lease lasts without a sign of life, and how often it is renewed.
LEASE = dt.timedelta(minutes=3)
RENEWED = 45.0
#: How the part begins that an import holds; no scope begins so.
_RUN = "run "


class Taken(StoreError):
    """Somebody else is visiting the source."""


def this_visitor() -> str:
    """Who this process is, for others to see: host, process, and when that process began."""
    return f"{socket.gethostname()} process {os.getpid()} begun {_begun(os.getpid())}"


def is_dead(visitor: str) -> bool:
    """Whether a visitor is surely gone: a process of this machine that is no more, or another one by now."""
    host, _, rest = visitor.partition(" process ")
    number, _, begun = rest.partition(" begun ")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    return _begun(int(number)) != begun


def _begun(process: int) -> str:
    """When a process began, in the system's own count; empty where there is none."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("utf-8")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _alive(process)
    # the name before may hold anything, brackets too; then 19 fields on stands the start (proc(5), field 22)
    return stat.rpartition(")")[2].split()[19]


def _alive(process: int) -> str:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "some time"


@contextmanager
def turn(
    engine: Engine, source: str, holder: str | None = None, *, part: str = ""
) -> Iterator[threading.Event]:
    """Hold the source, or a part of it, for the time of the block; its row in `source` must be there.

    part: the scope of the run that visits it; empty for the whole. Raises `Taken` where another visitor holds it.
    Renews the lease from a thread of its own, and gives an event that is set when somebody else has it by now: a
    process that slept longer than the lease must write no more.
    """
    name = holder or this_visitor()
    take(engine, source, name, part=part)
    with _renewed(engine, source, name, part) as lost:
        yield lost


@contextmanager
def turn_of_run(engine: Engine, source: str, run: int) -> Iterator[None]:
    """Renew the lease that an import got with its run (`hold_run`), for the time of the block."""
    with _renewed(engine, source, this_visitor(), of_run(run)):
        yield


@contextmanager
def _renewed(engine: Engine, source: str, name: str, part: str) -> Iterator[threading.Event]:
    done, lost = threading.Event(), threading.Event()

    def renew() -> None:
        while not done.wait(RENEWED):
            with suppress(
                SQLAlchemyError
            ):  # the store is away: the next try, or the run's own writing, tells
                if not extend(engine, source, name, part=part):
                    lost.set()

    thread = threading.Thread(target=renew, name=f"lease of {source}", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join()
        let_go(engine, source, name, part=part)


def take(engine: Engine, source: str, holder: str, *, part: str = "") -> None:
    """Take the lease, or raise `Taken`. Runs that a dead visitor left open are closed as failed."""
    agenda, parts = schema.agenda, schema.part_turn
    with writing(engine) as connection:
        moment = store_time(connection)
        upsert(connection, agenda, [{"source": source}], conflict=["source"])
        # whoever takes any part of a source passes here one after the other
        whole = connection.execute(select(agenda).where(agenda.c.source == source).with_for_update()).one()
        if whole.holder is not None and whole.held_until >= moment and not is_dead(whole.holder):
            raise _taken(source, whole)
        rows = connection.execute(select(parts).where(parts.c.source == source)).all()
        for row in rows:
            if row.part.startswith(_RUN):  # files are handed in whoever visits
                continue
            over = row.held_until < moment or is_dead(row.holder)
            if not over and part in ("", row.part):
                raise _taken(f"{source} {row.part}", row)
            if over or row.part == part:
                connection.execute(delete(parts).where(parts.c.source == source, parts.c.part == row.part))
        held = {"holder": holder, "held_since": moment, "held_until": moment + LEASE}
        if part:
            connection.execute(insert(parts).values(source=source, part=part, **held))
        else:
            connection.execute(update(agenda).where(agenda.c.source == source).values(held))
        _close_orphans(connection, source, moment, part)


def _taken(what: str, row: Any) -> Taken:
    return Taken(
        f"{what} is being visited by {row.holder} since {row.held_since:%Y-%m-%d %H:%M}; wait for it, or, if "
        f"that process is dead, until {row.held_until:%H:%M:%S} UTC, when it is free again"
    )


def extend(engine: Engine, source: str, holder: str, *, part: str = "") -> bool:
    """A sign of life; whether the lease is still the holder's."""
    table, own = _lease(source, holder, part)
    with writing(engine) as connection:
        done = connection.execute(update(table).where(own).values(held_until=store_time(connection) + LEASE))
    return done.rowcount > 0


def let_go(engine: Engine, source: str, holder: str, *, part: str = "") -> None:
    """Give the lease back; one that somebody else holds by now stays theirs."""
    table, own = _lease(source, holder, part)
    with writing(engine) as connection:
        if part:
            connection.execute(delete(table).where(own))
        else:
            connection.execute(update(table).where(own).values(holder=None, held_until=None, held_since=None))


def of_run(run: int) -> str:
    """The part as which a run stands that holds nothing but itself: an import."""
    return f"{_RUN}{run}"


def hold_run(connection: Connection, source: str, run: int) -> None:
    """Give a run a lease of this process, in the transaction that opens it."""
    moment = store_time(connection)
    held = {"holder": this_visitor(), "held_since": moment, "held_until": moment + LEASE}
    connection.execute(insert(schema.part_turn).values(source=source, part=of_run(run), **held))


def let_run_go(connection: Connection, run: int) -> None:
    """End the lease of a run, in the transaction that closes it."""
    connection.execute(delete(schema.part_turn).where(schema.part_turn.c.part == of_run(run)))


def _lease(source: str, holder: str, part: str) -> tuple[Table, ColumnElement[bool]]:
    table = schema.part_turn if part else schema.agenda
    own = and_(table.c.source == source, table.c.holder == holder)
    return (table, and_(own, table.c.part == part)) if part else (table, own)


def store_time(connection: Connection) -> dt.datetime:
    """The store's own clock where it has one: visitors on several machines need not agree on the time."""
    if connection.dialect.name != "postgresql":
        return now()
    moment: dt.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(dt.UTC)


def _close_orphans(connection: Connection, source: str, moment: dt.datetime, part: str) -> None:
    run = schema.run
    which = [run.c.source == source, run.c.outcome == "running", run.c.kind != "import"]
    if part:  # other parts have visitors of their own
        which.append(run.c.scope == part)
    connection.execute(
        update(run).where(*which).values(outcome="failed", ended_at=moment, note="the process died")
    )
