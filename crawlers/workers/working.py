"""A worker: takes visits from the queue, makes several at a time in one process, until it is told to stop.

Invariants kept here:
- a worker that is killed loses nothing: what its visits had read is in the store, and others go on with them;
- one that is told to stop closes its runs and gives its visits back;
- a queue that is away for a while is waited for.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from procrastinate.exceptions import ConnectorException
from scrapy.crawler import AsyncCrawlerProcess
from sqlalchemy import Engine

from crawlers.registry import spider_of
from crawlers.running import CONTACT, Plan, Visitor, run_process
from crawlers.summary import Summary
from crawlers.workers.hosts import host_turn
from crawlers.workers.jobs import DEAD, QUEUE, Stopped, VisitQueue
from crawlers.workers.parts import Part
from pipelines.errors import SourceError, StoreError, UsageError
from pipelines.store.runs import INTERRUPTED
from pipelines.store.turns import Taken

_log = logging.getLogger(__name__)

#: After a failure of the queue the first wait, and the longest. Seconds.
WAITS = (2.0, 120.0)
#: With `once`: between two looks whether all is done, while others still work. Seconds.
LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told. at_once: visits at a time; once: end when the queue is empty; web: a stand-in for the
    live web; polite: keep the rates there, too; archive: where responses are kept, the same folder on every
    machine; dead: seconds without a sign of life after which another worker is taken for dead."""

    archive: Path
    at_once: int = 4
    once: bool = False
    web: str | None = None
    polite: bool = False
    dead: float = DEAD


class Worker:
    """Works on the queue of a store. `told`: each visit's summary as it ends; `advance`: source and pages kept."""

    def __init__(
        self,
        engine: Engine,
        orders: Orders,
        *,
        told: Callable[[Summary], None] = lambda summary: None,
        advance: Callable[[str, int], None] = lambda source, pages: None,
    ) -> None:
        self._contact = os.environ.get(CONTACT, "").strip()
        if orders.web is None and not self._contact:
            raise UsageError(f"the live web is visited with a contact only: set {CONTACT}")
        self._engine, self._orders, self._told, self._advance = engine, orders, told, advance
        self._queue = VisitQueue(engine, self._make)
        self._visitor: Visitor | None = None
        self._stopping = False
        self._running: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Work until told to stop (SIGTERM, Ctrl-C: raises KeyboardInterrupt), or until the queue is empty."""
        if run_process(self._work, stopping=self._stop):
            raise KeyboardInterrupt

    def _stop(self) -> None:
        self._stopping = True
        if self._running is not None:
            self._running.cancel()  # takes no more, and waits for the visits under way

    async def _work(self, process: AsyncCrawlerProcess) -> None:
        self._visitor = Visitor(process, self._engine, self._orders.archive, self._contact)
        async with self._queue.opened():
            rescuer = asyncio.create_task(self._rescue())
            wait = WAITS[0]
            try:
                while not self._stopping:
                    try:
                        await self._round()
                        wait = WAITS[0]
                    except (ConnectorException, psycopg.Error) as error:
                        _log.warning("the queue is away, next try in %.0f s: %s", wait, error)
                        await asyncio.sleep(wait)
                        wait = min(2 * wait, WAITS[1])
                        continue
                    if self._orders.once and await self._is_done():
                        return
                    await asyncio.sleep(LOOK)
            finally:
                rescuer.cancel()
                with suppress(asyncio.CancelledError):
                    await rescuer

    async def _round(self) -> None:
        self._running = asyncio.create_task(
            self._queue.app.run_worker_async(
                queues=[QUEUE],
                concurrency=self._orders.at_once,
                wait=not self._orders.once,
                fetch_job_polling_interval=2.0,
                install_signal_handlers=False,
                update_heartbeat_interval=self._orders.dead / 5,
                stalled_worker_timeout=self._orders.dead,
                delete_jobs="successful",
            )
        )
        try:
            await self._running
        except asyncio.CancelledError:
            if not self._stopping:
                raise

    async def _is_done(self) -> bool:
        """Whether nothing is left that could be done: not by others, nor later."""
        return not any(one.state in ("todo", "doing") for one in await self._queue.waiting())

    async def _rescue(self) -> None:
        while True:
            # that the queue is away, the worker itself tells
            with suppress(ConnectorException, psycopg.Error):
                await self._queue.rescue(self._orders.dead)
            await asyncio.sleep(self._orders.dead / 3)

    async def _make(self, part: Part) -> None:
        """One visit. Raises what tells the queue that it has to be made again."""
        if self._stopping:
            raise Stopped
        assert self._visitor is not None
        spider = spider_of(part.source)
        plan = Plan(web=self._orders.web, arguments={part.source: part.arguments}, polite=self._orders.polite)
        try:
            with host_turn(self._engine, part.lock):
                done = await self._visitor.visit(spider, plan, is_part=part.is_part, advance=self._advance)
                if plan.live or plan.polite:
                    # the host's next visitor begins no sooner than our own next request would have
                    await asyncio.sleep(spider.declaration.delay)
        except Taken:
            raise
        except (SourceError, StoreError) as error:
            _log.warning("%s %s: %s", part.source, part.arguments.get("site", ""), error)
            raise
        self._told(done)
        if INTERRUPTED in done.notes:
            raise Stopped
        if done.outcome == "failed":
            raise SourceError(f"{part.source}: {'; '.join(done.notes)[:500]}")
