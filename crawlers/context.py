"""What one run of one spider works with; the middlewares and the pipeline find it in the crawler's settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from scrapy.crawler import Crawler
from sqlalchemy import Engine

from crawlers.declaration import Declaration
from pipelines.ingest import Ingest
from pipelines.store.archive import Archive, Stored
from pipelines.store.writing import StoreWriter

SETTING = "VALUENET_RUN"


@dataclass(slots=True)
class RunContext:
    """One run. `stored` are the archived responses of a replay; `advance` is told of each page written;
    `unreachable` collects pages that gave no answer, `unread` those whose answer could not be read as a whole,
    `missing` those that an archive lacks."""

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
    missing: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    failure: BaseException | None = None
    _archived: frozenset[str] = frozenset()
    _closing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._archived = frozenset(one.url for one in self.stored or ())

    def linked(self, url: str) -> None:
        """A page read out of an archive names another one: noted if the archive lacks it."""
        if url not in self._archived and url not in self.missing:
            self.missing.append(url)

    def fail(self, crawler: Crawler, error: BaseException) -> None:
        """What is read can no longer be kept: no host is asked for more, and the run ends as failed."""
        if self.failure is not None:
            return
        self.failure = error
        if crawler.engine is not None and crawler.engine.spider is not None:
            close = crawler.engine.close_spider_async(reason="the store refused")
            self._closing = asyncio.get_running_loop().create_task(close)


def context_of(crawler: Crawler) -> RunContext:
    """The run that this crawler belongs to."""
    context = crawler.settings[SETTING]
    assert isinstance(context, RunContext)
    return context
