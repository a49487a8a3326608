"""A connection that can only read, and not for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from entity_resolution.reconcile.limits import SECONDS_MOST, Refused

#: SQLite asks after so many steps of its machine whether to go on: some thousand times a second.
_STEPS = 20_000


@contextmanager
def reading(engine: Engine, seconds: float = SECONDS_MOST) -> Iterator[Connection]:
    """A transaction that sees one state of the store and changes nothing. Raises `Refused` (503) where the database
    works longer than `seconds`."""
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                with _sqlite(connection, seconds):
                    yield connection
            else:
                connection.execute(text("SET TRANSACTION READ ONLY"))
                connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
                yield connection
    except OperationalError as error:
        said = str(error.orig).splitlines()[0]
        if "interrupted" in said or "statement timeout" in said:
            raise Refused("this takes too long; ask for less at once", status=503) from error
        raise


@contextmanager
def _sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    raw = connection.connection.dbapi_connection
    assert raw is not None
    until = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    connection.exec_driver_sql("PRAGMA query_only=ON")
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)
        connection.exec_driver_sql("PRAGMA query_only=OFF")
