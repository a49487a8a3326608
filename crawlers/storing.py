"""The item pipeline: pages become readings, readings are committed in batches, the archive flushed first.

A batch is committed when it is large or old; while two batches wait, the crawl waits too (bounded memory).
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawlers.context import context_of
from crawlers.middlewares.snapshots import snapshot_of
from crawlers.spider import Page
from pipelines.store.turns import Taken
from pipelines.store.writing import Reading

#: Facts in a batch, and seconds that a reading waits at most.
BATCH_FACTS = 1000
BATCH_SECONDS = 0.5
WAITING_BATCHES = 2


class StorePipeline:
    """Takes `Page` items; one thread writes."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._context = crawler, context_of(crawler)
        self._buffer: list[Reading] = []
        self._facts = 0
        self._since = time.monotonic()
        self._pending: set[asyncio.Future[None]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._context.flush = self.flush

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(crawler)

    async def process_item(self, item: Page) -> Page:
        if self._context.failure is not None:
            raise DropItem("the store refuses")
        if not item.unchanged and not item.lists_on:
            self._context.unread.append(item.url)
        reading = self._reading(item)
        self._buffer.append(reading)
        self._facts += len(reading.facts) + len(reading.rejected)
        if self._facts >= BATCH_FACTS or time.monotonic() - self._since >= BATCH_SECONDS:
            self._send()
            while len(self._pending) > WAITING_BATCHES:
                await asyncio.wait(self._pending, return_when=asyncio.FIRST_COMPLETED)
        return item

    def _reading(self, page: Page) -> Reading:
        reference, at = snapshot_of(page.response)
        if page.unchanged:
            return Reading(page.url, at, reference, unchanged=True)
        done = self._context.ingest.run(page.records, at)
        return Reading(
            url=page.url,
            seen_at=at,
            snapshot=reference,
            facts=done.facts,
            documents=done.documents,
            rejected=[*page.rejected, *done.rejected],
            records=len(page.records),
            complete=page.whole and not page.gone,
            gone=page.gone,
            leads=page.leads,
            parser=self._context.parser if page.lists_on and not page.gone else "",
            etag=_header(page, "ETag"),
            last_modified=_header(page, "Last-Modified"),
        )

    def _send(self) -> None:
        batch, self._buffer = self._buffer, []
        self._facts, self._since = 0, time.monotonic()
        if not batch:
            return
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._write, batch)
        self._pending.add(future)
        future.add_done_callback(self._done)

    def _write(self, batch: list[Reading]) -> None:
        if self._context.failure is not None:  # what comes after a lost batch is not written either
            return
        if self._context.lost.is_set():
            raise Taken("another visitor took over, since this one gave no sign of life for too long")
        self._context.archive.flush(durable=True)
        self._context.writer.write(batch)
        self._context.advance(len(batch))

    def _done(self, future: asyncio.Future[None]) -> None:
        self._pending.discard(future)
        if not future.cancelled() and (error := future.exception()) is not None:
            self._context.fail(self._crawler, error)

    async def flush(self) -> None:
        """Have all that was taken so far written."""
        self._send()
        while self._pending:
            await asyncio.wait(self._pending)

    async def close_spider(self) -> None:
        await self.flush()
        self._thread.shutdown()
        try:
            self._context.archive.close()
        except OSError as error:
            self._context.failure = self._context.failure or error


def _header(page: Page, name: str) -> str | None:
    value = page.response.headers.get(name)
    return value.decode("latin-1")[:500] if value else None
