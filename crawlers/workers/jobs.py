"""The queue of visits: Procrastinate's tables, in a schema of their own in the store's database.

Invariants kept here:
- a visit waits in the queue once, however often it is asked for;
- two visits of one lock are never given out at the same time;
- a visit whose worker died, or was stopped, goes back into the queue.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import procrastinate
from procrastinate import exceptions, jobs, retry
from sqlalchemy import Engine, text

from crawlers.workers.connecting import SILENCE, conninfo, patience
from crawlers.workers.parts import Part
from pipelines.errors import UsageError
from pipelines.store.session import writing
from pipelines.store.turns import Taken

_log = logging.getLogger(__name__)

SCHEMA: Final = "valuenet_queue"
QUEUE: Final = "visits"
TASK: Final = "visit"
#: A worker that gave no sign of life for so long is dead. Seconds.
DEAD = 30.0
#: A visit that failed is made again after 1, 2, 4 … minutes, so many times in all; then it has failed.
ATTEMPTS = 6
#: While another visitor holds the part. Seconds.
TAKEN_WAIT = 20
#: A question to the queue waits so long for a connection. Seconds.
WAIT = 20.0

#: Makes one visit.
Make = Callable[[Part], Awaitable[None]]


class Stopped(Exception):
    """The worker was told to stop, or lost the database, in the middle of the visit."""


class _Again(retry.BaseRetryStrategy):
    """A visit that was stopped goes on at once, one that is another's turn a little later, one that failed after
    growing waits."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision | None:
        if isinstance(exception, Stopped):
            return retry.RetryDecision()
        if isinstance(exception, Taken):
            return retry.RetryDecision(retry_in={"seconds": TAKEN_WAIT})
        if job.attempts + 1 >= ATTEMPTS:
            return None
        return retry.RetryDecision(retry_in={"minutes": 2**job.attempts})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A visit in the queue. state: todo, doing or failed; attempts: how often it was begun before."""

    source: str
    site: str
    state: str
    attempts: int
    lock: str


class VisitQueue:
    """The queue of a store."""

    def __init__(self, engine: Engine, make: Make | None = None) -> None:
        if engine.dialect.name != "postgresql":
            raise UsageError(
                "workers share a store in PostgreSQL, and this one is SQLite; "
                "on one machine, valuenet schedule run visits what is due"
            )
        self._engine = engine
        options = {**patience(SILENCE), "options": f"-c search_path={SCHEMA}"}
        connector = procrastinate.PsycopgConnector(
            conninfo=conninfo(engine), kwargs=options, min_size=1, max_size=5, timeout=WAIT
        )
        self.app = procrastinate.App(connector=connector)

        @self.app.task(name=TASK, queue=QUEUE, retry=_Again())
        async def visit(source: str, arguments: dict[str, str], is_part: bool, lock: str) -> None:
            assert make is not None
            await make(Part(source, arguments, is_part, lock))

        self._task = visit

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Use the queue; its tables are made where they are not there yet."""
        self._make_tables()
        async with self.app.open_async():
            yield

    def _make_tables(self) -> None:
        sql = self.app.schema_manager.get_schema()
        with writing(self._engine) as connection:
            # two workers that begin at once: one makes the tables, the other waits here
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": SCHEMA})
            made = connection.execute(
                text("SELECT to_regclass(:name)"), {"name": f"{SCHEMA}.procrastinate_jobs"}
            )
            if made.scalar() is not None:
                return
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
            connection.exec_driver_sql(sql.replace("%", "%%"))

    async def add(self, parts: Iterable[Part]) -> tuple[list[Part], list[Part]]:
        """Ask for visits; which are new in the queue, and which wait there, or are being made, already."""
        new: list[Part] = []
        there: list[Part] = []
        doing = {(one.source, one.site) for one in await self.waiting() if one.state == "doing"}
        for part in parts:
            site = part.arguments.get("site", "")
            if (part.source, site) in doing:
                there.append(part)
                continue
            name = json.dumps([part.source, part.is_part and site], ensure_ascii=False)
            try:
                await self._task.configure(lock=part.lock, queueing_lock=name).defer_async(
                    source=part.source, arguments=dict(part.arguments), is_part=part.is_part, lock=part.lock
                )
            except exceptions.AlreadyEnqueued:
                there.append(part)
            else:
                new.append(part)
        return new, there

    async def waiting(self) -> list[Waiting]:
        """What waits, what is being made, and what failed too often, in the order in which it came."""
        found = await self.app.job_manager.list_jobs_async(queue=QUEUE, task=TASK)
        return [
            Waiting(
                str(job.task_kwargs["source"]),
                _site(job.task_kwargs),
                job.status or "",
                job.attempts,
                job.lock or "",
            )
            for job in found
            if job.status in ("todo", "doing", "failed")
        ]

    async def rescue(self, dead: float = DEAD) -> int:
        """Put visits back into the queue whose workers gave no sign of life for `dead` seconds; how many.
        Should two workers do so at once, the turn in the store still lets one visit a part."""
        found = 0
        for job in await self.app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=dead):
            with suppress(exceptions.ConnectorException):  # another worker was faster
                await self.app.job_manager.retry_job(job)
                _log.warning("the worker of %s died; its visit waits again", job.task_kwargs["source"])
                found += 1
        return found

    async def forget(self) -> int:
        """Take away what failed too often; how many there were."""
        before = len(await self.waiting())
        await self.app.job_manager.delete_old_jobs(nb_hours=0, queue=QUEUE, include_failed=True)
        return before - len(await self.waiting())


def _site(arguments: dict[str, Any]) -> str:
    given = arguments.get("arguments")
    return str(given.get("site", "")) if isinstance(given, dict) else ""
