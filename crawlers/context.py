"""What one run of one spider works with; the middlewares and the pipeline find it in the crawler's settings."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from sqlalchemy import Engine
from twisted.python.failure import Failure

from crawlers.declaration import Declaration
from pipelines.ingest import Ingest
from pipelines.store.archive import Archive, Stored
from pipelines.store.pages import Known
from pipelines.store.robots import note_robots
from pipelines.store.writing import StoreWriter

SETTING = "VALUENET_RUN"


async def _nothing_to_flush() -> None:
    """Before the pipeline is there."""


@dataclass(slots=True)
class RunContext:
    """One run. `stored` are the archived responses of a replay; `advance` is told of each page written;
    `unreachable` collects pages that gave no answer, `unread` those whose answer could not be read as a whole,
    `missing` those that an archive lacks, `absent` those that the host says are not there (any more).

    known: what the store knows of pages before they are asked for, by their lasting names; None where everything is
    to be fetched and read anew. continues: broken-off runs whose pages are not asked for again. parser: version of
    what reads here. flush: writes what was read so far (the pipeline sets it). failure: why nothing can be kept any
    more; unbegun: why the source could not say where to begin. lost: set when another
    visitor has the source by now.
    """

    declaration: Declaration
    engine: Engine
    archive: Archive
    writer: StoreWriter
    ingest: Ingest
    stored: list[Stored] | None = None
    limit: int | None = None
    advance: Callable[[int], None] = lambda pages: None
    unreachable: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    missing: dict[str, None] = field(default_factory=dict)
    forbidden: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    known: Callable[[Iterable[str]], Mapping[str, Known]] | None = None
    continues: frozenset[int] = frozenset()
    parser: str = ""
    flush: Callable[[], Awaitable[None]] = _nothing_to_flush
    failure: BaseException | None = None
    unbegun: Exception | None = None
    lost: threading.Event = field(default_factory=threading.Event)
    _archived: frozenset[str] = frozenset()
    _closing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._archived = frozenset(one.url for one in self.stored or ())

    def linked(self, url: str) -> None:
        """A page read out of an archive names another one: noted if the archive lacks it."""
        if url not in self._archived:
            self.missing[url] = None

    def robots_seen(self, host: str, status: int, body: bytes, delay: float | None) -> None:
        """A host's robots.txt was read (status 0: no answer came): noted for the ledger."""
        note_robots(self.engine, self.declaration.name, host, status, body, delay)

    def fail(self, crawler: Crawler, error: BaseException) -> None:
        """What is read can no longer be kept: no host is asked for more, and the run ends as failed."""
        if self.failure is not None:
            return
        self.failure = error
        _drop_waiting(crawler)
        if crawler.engine is not None and crawler.engine.spider is not None:
            close = crawler.engine.close_spider_async(reason="the store refused")
            self._closing = asyncio.get_running_loop().create_task(close)


def _drop_waiting(crawler: Crawler) -> None:
    """Requests that wait for their turn at a host are made no more; Scrapy would make them before it closes."""
    slots = crawler.engine.downloader.slots.values() if crawler.engine is not None else ()
    for slot in slots:
        while slot.queue:
            _, answer = slot.queue.popleft()
            failure = Failure(IgnoreRequest("the run has failed"))  # type: ignore[no-untyped-call] # Twisted
            answer.errback(failure)


def context_of(crawler: Crawler) -> RunContext:
    """The run that this crawler belongs to."""
    context = crawler.settings[SETTING]
    assert isinstance(context, RunContext)
    return context
