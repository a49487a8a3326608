"""A host that says 429 or 503 with `Retry-After` is left alone for that long: this page and all others of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.middlewares.private import OWN_MACHINE

#: Longer than this we do not hold a run open: the host's pages are given up and read in the next run.
LONGEST_WAIT = 120.0


class HostWantsRest(Exception):
    """The host asked to be left alone for longer than a run waits."""


def retry_after(value: str, at: dt.datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header (seconds or an HTTP date; RFC 9110, 10.2.3); None: unreadable."""
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - at).total_seconds())


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, with the host's own word on when. On our own machine only the page itself waits."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler.settings)
        self.crawler = crawler
        self._alone = crawler.settings.getbool(OWN_MACHINE)
        self._rests: dict[str, float] = {}  # host → until when, in the loop's time

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PatientRetryMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        host, loop = urlparse_cached(request).netloc, asyncio.get_running_loop()
        while not self._alone and (wait := self._rests.get(host, 0.0) - loop.time()) > 0:
            if wait > LONGEST_WAIT:
                raise HostWantsRest(f"{host} wants to be left alone for {wait:.0f} seconds")
            await asyncio.sleep(wait)

    async def process_response(  # type: ignore[override] # a middleware may be a coroutine
        self, request: Request, response: Response, spider: Any = None
    ) -> Request | Response:
        answer = super().process_response(request, response)
        header = response.headers.get("Retry-After")
        if header and response.status in (429, 503):
            wait = retry_after(header.decode("latin-1"), dt.datetime.now(dt.UTC))
            if wait is not None:
                self._rest(request, wait)
                if wait > LONGEST_WAIT:
                    return response
                if self._alone and answer is not response:
                    await asyncio.sleep(wait)
        return answer

    def _rest(self, request: Request, wait: float) -> None:
        host = urlparse_cached(request).netloc
        self._rests[host] = max(self._rests.get(host, 0.0), asyncio.get_running_loop().time() + wait)
        if self._alone or wait > LONGEST_WAIT or self.crawler.engine is None:
            return
        # what is queued for the host already passed us: its turn comes a delay after the slot was last seen
        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        if slot is not None:
            slot.lastseen = max(slot.lastseen, time.monotonic() + wait)
