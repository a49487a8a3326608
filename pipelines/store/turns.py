"""Whose turn it is: a source has one visitor at a time, in whatever process on whatever machine.

A visitor holds a lease that it renews while it works. One that dies lets go by itself when the lease ends. The
database decides who comes first, in one statement, so that two schedulers cannot both win.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, and_, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import StoreError
from pipelines.store import schema
from pipelines.store.bulk import upsert
from pipelines.store.session import writing
from pipelines.store.types import now

#: How long a lease lasts without a sign of life, and how often it is renewed.
LEASE = dt.timedelta(minutes=3)
RENEWED = 45.0


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
def turn(engine: Engine, source: str, holder: str | None = None) -> Iterator[threading.Event]:
    """Hold the source for the time of the block; its row in `source` must be there.

    Raises `Taken` where another visitor holds it. Renews the lease from a thread of its own, and gives an event
    that is set when somebody else has it by now: a process that slept longer than the lease must write no more.
    """
    name = holder or this_visitor()
    take(engine, source, name)
    done, lost = threading.Event(), threading.Event()

    def renew() -> None:
        while not done.wait(RENEWED):
            with suppress(
                SQLAlchemyError
            ):  # the store is away: the next try, or the run's own writing, tells
                if not extend(engine, source, name):
                    lost.set()

    thread = threading.Thread(target=renew, name=f"lease of {source}", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join()
        let_go(engine, source, name)


def take(engine: Engine, source: str, holder: str) -> None:
    """Take the lease, or raise `Taken`. Runs that a dead visitor left open are closed as failed."""
    agenda = schema.agenda
    with writing(engine) as connection:
        moment = _time(connection)
        upsert(connection, agenda, [{"source": source}], conflict=["source"])
        held = connection.execute(select(agenda.c.holder).where(agenda.c.source == source)).scalar_one()
        free = or_(agenda.c.holder.is_(None), agenda.c.held_until < moment)
        if held is not None and is_dead(held):
            free = or_(free, agenda.c.holder == held)
        won = connection.execute(
            update(agenda)
            .where(and_(agenda.c.source == source, free))
            .values(holder=holder, held_since=moment, held_until=moment + LEASE)
        ).rowcount
        if won:
            _close_orphans(connection, source, moment)
            return
        row = connection.execute(select(agenda).where(agenda.c.source == source)).one()
    raise Taken(
        f"{source} is being visited by {row.holder} since {row.held_since:%Y-%m-%d %H:%M}; wait for it, or, if "
        f"that process is dead, until {row.held_until:%H:%M:%S} UTC, when the source is free again"
    )


def extend(engine: Engine, source: str, holder: str) -> bool:
    """A sign of life; whether the lease is still the holder's."""
    agenda = schema.agenda
    with writing(engine) as connection:
        done = connection.execute(
            update(agenda)
            .where(agenda.c.source == source, agenda.c.holder == holder)
            .values(held_until=_time(connection) + LEASE)
        )
    return done.rowcount > 0


def let_go(engine: Engine, source: str, holder: str) -> None:
    """Give the lease back; one that somebody else holds by now stays theirs."""
    agenda = schema.agenda
    with writing(engine) as connection:
        connection.execute(
            update(agenda)
            .where(agenda.c.source == source, agenda.c.holder == holder)
            .values(holder=None, held_until=None, held_since=None)
        )


def _time(connection: Connection) -> dt.datetime:
    """The store's own clock where it has one: visitors on several machines need not agree on the time."""
    if connection.dialect.name != "postgresql":
        return now()
    moment: dt.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(dt.UTC)


def _close_orphans(connection: Connection, source: str, moment: dt.datetime) -> None:
    run = schema.run
    connection.execute(
        update(run)
        .where(run.c.source == source, run.c.outcome == "running", run.c.kind == "crawl")
        .values(outcome="failed", ended_at=moment, note="the process died")
    )
