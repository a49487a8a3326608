"""A firewall's page in place of the page is no answer: the page is asked for again, and in the end is unreachable.

What the page said before stays, as after a status 503.
"""

from __future__ import annotations

import asyncio

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response

from crawlers.firewall import wall_of

#: Seconds before the page is asked for again, doubled each time; a firewall that sees haste stays up.
PAUSE = "VALUENET_WALL_PAUSE"
#: In a request's meta: it belongs to a page in the browser, and is no page itself.
PART = "part_of_page"


class FirewallPage(Exception):
    """A firewall answered in place of the page."""


class FirewallMiddleware:
    """Looks at each good answer; in a replay nothing is asked again, and the parser sees what is there."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._again = crawler.settings.getbool("RETRY_ENABLED")
        self._pause = crawler.settings.getfloat(PAUSE, 0.0)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FirewallMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status != 200 or "replay" in response.flags:
            return response
        if request.meta.get(PART):  # of the page in the browser as a whole it is told
            return response
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        wall = wall_of(response.body, kind)
        if wall is None:
            return response
        spider = self._crawler.spider
        assert spider is not None
        again = get_retry_request(request, spider=spider, reason="firewall") if self._again else None
        if again is None:
            raise FirewallPage(f"{wall} in place of {request.url}")
        await asyncio.sleep(self._pause * 2 ** request.meta.get("retry_times", 0))
        return again
