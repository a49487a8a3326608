"""One visitor a host, kept by the database itself.

The queue gives out one visit of a lock at a time; but a worker that only slept, or was cut off, is taken for dead,
and then its host would meet two. So a worker holds the hosts of its visits in the database as well, on one
connection for all of them: they are free when that connection ends, whatever becomes of the worker.

Invariant kept here: a worker whose connection broke knows so before the database gives its hosts to another. Of a
silent network both sides despair by themselves, the worker after a third of `dead`, the server after all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import LiteralString

import psycopg
from sqlalchemy import Engine

from crawlers.workers.connecting import conninfo, patience
from pipelines.store.turns import Taken

#: Apart from whatever else of this database takes locks by number.
_OURS = 7_300
_TAKE = "SELECT pg_try_advisory_lock(hashtextextended(%s, %s))"
_LET_GO = "SELECT pg_advisory_unlock(hashtextextended(%s, %s))"
_LOOK = "SELECT hashtextextended(%s, %s)"
#: Between two looks whether the connection is still there. Seconds.
LOOK = 1.0


class Away(Exception):
    """The database is away, or was: what the worker held there is free."""


class HostTurns:
    """The hosts that a worker visits now. `lost` ends, with `Away`, when it holds none of them any more."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection
        self._held: set[str] = set()  # the database would give one connection the same lock twice
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost.add_done_callback(lambda lost: lost.cancelled() or lost.exception())  # who wants it, asks

    @asynccontextmanager
    async def turn(self, lock: str) -> AsyncIterator[None]:
        """Hold the hosts of `lock` for the block's time. Raises `Taken` while another visitor does, `Away`."""
        if lock in self._held:
            raise Taken(f"{lock} has a visitor already")
        self._held.add(lock)
        try:
            if not await self._asked(_TAKE, lock):
                raise Taken(f"{lock} has a visitor already")
            try:
                yield
            finally:
                with suppress(Away):  # then it is free already
                    await self._asked(_LET_GO, lock)
        finally:
            self._held.discard(lock)

    async def is_there(self) -> bool:
        """Whether the database answers; if not, all turns are lost."""
        with suppress(Away):
            await self._asked(_LOOK, "")
            return True
        return False

    async def _asked(self, query: LiteralString, lock: str) -> bool:
        if not self.lost.done():
            try:
                row = await (await self._connection.execute(query, (lock, _OURS))).fetchone()
                return row is not None and bool(row[0])
            except psycopg.Error as error:
                if not self.lost.done():
                    self.lost.set_exception(Away(str(error).strip() or type(error).__name__))
        await self.lost
        raise AssertionError("it ends with an error only")

    async def _watch(self) -> None:
        while await self.is_there():
            await asyncio.sleep(LOOK)


@asynccontextmanager
async def host_turns(engine: Engine, dead: float) -> AsyncIterator[HostTurns]:
    """Turns of a worker that is taken for dead after `dead` seconds of silence. Raises `Away`."""
    try:
        connection = await psycopg.AsyncConnection.connect(
            conninfo(engine), autocommit=True, **patience(dead / 3, of_server=dead)
        )
    except psycopg.Error as error:
        raise Away(str(error)) from error
    turns = HostTurns(connection)
    watching = asyncio.create_task(turns._watch())
    try:
        yield turns
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await connection.close()
