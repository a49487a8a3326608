"""One visitor a host, kept by the database itself.

The queue gives out one visit of a lock at a time; but a worker that only slept is taken for dead, and then its
host would meet two. So a visit holds its lock in the database as well, on a connection of its own: the lock ends
with the process, whatever becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from pipelines.store.turns import Taken

#: Apart from whatever else of this database takes locks by number.
_OURS = 7_300


@contextmanager
def host_turn(engine: Engine, lock: str) -> Iterator[None]:
    """Hold the hosts of `lock` for the time of the block (PostgreSQL). Raises `Taken` while another does."""
    key = func.hashtextextended(lock, _OURS)
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one():
            raise Taken(f"{lock} has a visitor already")
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # a connection that broke has let go
                connection.execute(select(func.pg_advisory_unlock(key)))
