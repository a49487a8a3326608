"""Pages that nothing leads to any more are asked for once again, to learn whether they are gone.

A source whose complete list we hold says by silence that something ended. Others do not: an article that left the
sitemap may still be there. So, when a run has read all that it was led to, it asks for the pages that the last
complete run met and this one did not. What the host then calls gone has ended; the rest has been seen.
"""

from __future__ import annotations

import asyncio
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, NotConfigured
from scrapy.http import Request

from crawlers.context import RunContext, context_of
from crawlers.middlewares.conditional import KNOWN
from pipelines.store.pages import missed_pages

#: As many are asked for in one run; the others in the next.
MOST = 5_000


class MissedPages:
    """An extension: acts once, when the spider first has nothing left to do."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._context = crawler, context_of(crawler)
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> MissedPages:
        context = context_of(crawler)
        declared = context.declaration
        if context.known is None or context.limit is not None or declared.lists_all or declared.bulk:
            raise NotConfigured
        made = cls(crawler)
        crawler.signals.connect(made.idle, signal=signals.spider_idle)
        return made

    def idle(self, spider: Any) -> None:
        if self._task is None and _is_sound(self._context):
            self._task = asyncio.get_running_loop().create_task(self._ask(spider))
            self._task.add_done_callback(self._wake)
        if self._task is not None and not self._task.done():
            raise DontCloseSpider

    def _wake(self, _task: asyncio.Task[None]) -> None:
        """Scrapy looks for work every five seconds; now it need not wait for that."""
        slot = getattr(self._crawler.engine, "_slot", None)
        if slot is not None:
            slot.nextcall.schedule()

    async def _ask(self, spider: Any) -> None:
        context, engine = self._context, self._crawler.engine
        await context.flush()
        missed = missed_pages(context.engine, context.declaration.name, context.writer.run_id, MOST)
        if engine is None or not missed or not _is_sound(context):
            return
        known = context.known(missed) if context.known is not None else {}
        for url in missed:
            engine.crawl(
                Request(url, callback=spider.parse, errback=spider.unanswered, meta={KNOWN: known.get(url)})
            )


def _is_sound(context: RunContext) -> bool:
    """Whether the run so far was led everywhere; otherwise it is no wonder that it misses pages."""
    return context.failure is None and not context.unreachable and not context.unread
