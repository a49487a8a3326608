"""robots.txt, obeyed by every request, also those that wait while it is fetched.

Scrapy 2.14 to 2.19 hands the parsed file only to the first of the requests that wait for it; the others pass as
allowed. Here they share one fetch. A `Crawl-delay` slower than our own rate is kept, too.
"""

from __future__ import annotations

import asyncio
import math

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Request
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

#: A host that asks for longer pauses than this is visited at this pace, and the run says so.
LONGEST_DELAY = 60.0


class SharedRobotsTxtMiddleware(RobotsTxtMiddleware):
    """One fetch of robots.txt per host, whose result every waiting request gets."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._fetches: dict[str, asyncio.Task[RobotParser | None]] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        host = urlparse_cached(request).netloc
        if host not in self._fetches:
            self._fetches[host] = asyncio.create_task(super().robot_parser(request))
        parser = await asyncio.shield(self._fetches[host])
        if parser is not None:
            self._slow_down(request, parser)
        return parser

    def _slow_down(self, request: Request, parser: RobotParser) -> None:
        # Protego, Scrapy's parser, knows the delay; Scrapy's interface to it does not.
        known = getattr(parser, "rp", None)
        asked = known.crawl_delay(self._robotstxt_useragent or self._default_useragent) if known else None
        if asked is None or not math.isfinite(float(asked)):
            return
        engine = self.crawler.engine
        assert engine is not None
        key = engine.downloader.get_slot_key(request)
        slot = engine.downloader.slots.get(key)
        delay = min(float(asked), LONGEST_DELAY)
        if delay > self.crawler.settings.getfloat(
            "DOWNLOAD_DELAY"
        ):  # or the throttle would go below it again
            request.meta["autothrottle_dont_adjust_delay"] = True
        if slot is not None and slot.delay < delay:
            slot.delay = delay
            assert self.crawler.stats is not None
            self.crawler.stats.max_value("politeness/crawl_delay", delay)
