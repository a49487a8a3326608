"""A worker: takes visits from the queue, makes several at a time in one process, until it is told to stop.

Invariants kept here:
- a worker that is killed loses nothing: what its visits had read is in the store, and others go on with them;
- one that is told to stop closes its runs and gives its visits back;
- a database that is away is waited for: visits under way end, keep nothing that is another's, and are made again.
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
from sqlalchemy.exc import SQLAlchemyError

from crawlers.registry import spider_of
from crawlers.running import CONTACT, Plan, Visitor, run_process, scope_of
from crawlers.summary import Summary
from crawlers.workers.hosts import LOOK, Away, HostTurns, host_turns
from crawlers.workers.jobs import DEAD, QUEUE, Stopped, VisitQueue
from crawlers.workers.parts import Part
from pipelines.errors import SourceError, StoreError, UsageError
from pipelines.store.runs import INTERRUPTED
from pipelines.store.turns import Taken, let_go, this_visitor

_log = logging.getLogger(__name__)

#: After a failure of the queue the first wait, and the longest. Seconds.
WAITS = (1.0, 30.0)


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
        self._hosts: HostTurns | None = None
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
                    except (ConnectorException, psycopg.Error, Away) as error:
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
        """Work for as long as the database is there. Raises `Away` where it went."""
        async with host_turns(self._engine, self._orders.dead) as hosts:
            self._hosts = hosts
            self._running = working = asyncio.create_task(
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
            # what the queue takes us to be doing may be wrong by then: we begin anew, under a new number
            hosts.lost.add_done_callback(lambda _: working.cancel())
            try:
                await working
            except asyncio.CancelledError:
                if hosts.lost.done():
                    await hosts.lost
                if not self._stopping:
                    raise

    async def _is_done(self) -> bool:
        """Whether nothing is left that could be done: not by others, nor later."""
        return not any(one.state in ("todo", "doing") for one in await self._queue.waiting())

    async def _rescue(self) -> None:
        while True:
            pause = self._orders.dead / 3
            try:
                await self._queue.rescue(self._orders.dead)
            except (ConnectorException, psycopg.Error):  # that the queue is away, the worker itself tells
                pause = self._orders.dead  # nobody could give a sign of life meanwhile
            await asyncio.sleep(pause)

    async def _make(self, part: Part) -> None:
        """One visit. Raises what tells the queue that it has to be made again."""
        hosts = self._hosts
        if self._stopping or hosts is None or hosts.lost.done():
            raise Stopped
        cut: Exception | None = None
        try:
            await self._visit(part, hosts)
        except Exception as error:
            if await hosts.is_there():
                raise
            cut = error
        if not await hosts.is_there():  # until it is, the queue cannot be told how the visit ended
            _log.warning("%s %s: the database is away", part.source, part.arguments.get("site", ""))
            await self._let_go(part)
        if cut is not None:
            raise Stopped from cut

    async def _visit(self, part: Part, hosts: HostTurns) -> None:
        assert self._visitor is not None
        spider = spider_of(part.source)
        plan = self._plan(part)
        try:
            async with hosts.turn(part.lock):
                done = await self._visitor.visit(
                    spider, plan, is_part=part.is_part, advance=self._advance, until=hosts.lost
                )
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

    def _plan(self, part: Part) -> Plan:
        return Plan(web=self._orders.web, arguments={part.source: part.arguments}, polite=self._orders.polite)

    async def _let_go(self, part: Part) -> None:
        """Give the part's turn in the store back, as soon as the store is there again."""
        scope = scope_of(self._plan(part), part.source) if part.is_part else ""
        while not self._stopping:
            try:
                await asyncio.to_thread(let_go, self._engine, part.source, this_visitor(), part=scope)
            except SQLAlchemyError:
                await asyncio.sleep(LOOK)
            else:
                return
