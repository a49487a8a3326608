"""robots.txt, obeyed by every request, also those that wait while it is fetched.

Scrapy 2.14 to 2.19 hands the parsed file only to the first of the requests that wait for it; the others pass as
allowed. Here they share one fetch. A `Crawl-delay` slower than our own rate is kept, too.

What the answer's status means is RFC 9309, 2.3.1: none such (4xx) allows everything; a host that fails (5xx, no
answer), or says that we ask too often (429), is left alone for this run, where Scrapy would take it as allowed.
"""

from __future__ import annotations

import asyncio
import math
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawlers.context import SETTING
from crawlers.middlewares.private import NotPublic

#: A host that asks for longer pauses than this is visited at this pace, and the run says so.
LONGEST_DELAY = 60.0
#: As much of the file is read (RFC 9309, 2.5, asks for 500 KiB at least), cut at the end of a line.
LONGEST_FILE = 512 * 1024


class ForbiddenByRobots(IgnoreRequest):
    """robots.txt forbids the page."""


class RobotsUnreachable(Exception):
    """The host's robots.txt could not be had, so nothing of the host may be asked for now."""


class SharedRobotsTxtMiddleware(RobotsTxtMiddleware):
    """One fetch of robots.txt per host, whose result every waiting request gets."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._fetches: dict[str, asyncio.Task[RobotParser | None]] = {}
        self._unreachable: dict[str, str] = {}
        self._private: dict[str, NotPublic] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        host = urlparse_cached(request).netloc
        if host not in self._fetches:
            self._fetches[host] = asyncio.create_task(super().robot_parser(request))
        parser = await asyncio.shield(self._fetches[host])
        if host in self._private:
            raise self._private[host]
        if host in self._unreachable:
            raise RobotsUnreachable(f"robots.txt of {host}: {self._unreachable[host]}")
        if parser is not None:
            self._slow_down(request, parser)
        return parser

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise ForbiddenByRobots(str(error)) from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._unreachable[netloc] = f"status {response.status}"
            self._seen(netloc, response.status, response.body, None)
            self._robots_error(IgnoreRequest("left alone"), netloc)
            return
        body = _bounded(response.body) if response.status == 200 else b""
        await super()._parse_robots(response.replace(body=body), netloc, request)
        parser = self._parsers[netloc]
        self._seen(netloc, response.status, body, self._delay_of(parser))

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, NotPublic) and urlsplit(f"//{netloc}").hostname == exc.host:
            self._private[netloc] = exc  # a page led here: neither a host of ours nor an obstacle
        elif netloc not in self._unreachable:
            self._unreachable[netloc] = type(exc).__name__
            self._seen(netloc, 0, b"", None)
        super()._robots_error(exc, netloc)

    def _seen(self, host: str, status: int, body: bytes, delay: float | None) -> None:
        # status 0: no answer; the run may want to note what it was told
        context = self.crawler.settings.get(SETTING)
        if (note := getattr(context, "robots_seen", None)) is not None:
            note(host, status, body, delay)

    def _delay_of(self, parser: object) -> float | None:
        # Protego, Scrapy's parser, knows the delay; Scrapy's interface to it does not.
        known = getattr(parser, "rp", None)
        asked = known.crawl_delay(self._robotstxt_useragent or self._default_useragent) if known else None
        if asked is None or not math.isfinite(float(asked)):
            return None
        return float(asked)

    def _slow_down(self, request: Request, parser: RobotParser) -> None:
        asked = self._delay_of(parser)
        if asked is None:
            return
        engine = self.crawler.engine
        assert engine is not None
        key = engine.downloader.get_slot_key(request)
        slot = engine.downloader.slots.get(key)
        delay = min(asked, LONGEST_DELAY)
        if delay > self.crawler.settings.getfloat(
            "DOWNLOAD_DELAY"
        ):  # or the throttle would go below it again
            request.meta["autothrottle_dont_adjust_delay"] = True
        if slot is not None and slot.delay < delay:
            slot.delay = delay
            assert self.crawler.stats is not None
            self.crawler.stats.max_value("politeness/crawl_delay", delay)


def _bounded(body: bytes) -> bytes:
    if len(body) <= LONGEST_FILE:
        return body
    return body[: body.rfind(b"\n", 0, LONGEST_FILE) + 1]
