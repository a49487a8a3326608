"""A stand-in for the live web on this machine: the sample web, or a test's.

Every URL is asked for at `BASE/<scheme>/<host>/<path>`, under its own name for all else: robots.txt, rates,
snapshots and evidence speak of the original URL.
"""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Request, Response

from crawlers.middlewares.bulk import BulkDownload
from crawlers.middlewares.keys import KeyedDownload

STAND_IN = "VALUENET_STAND_IN"


def stand_in_url(base: str, url: str) -> str:
    """Where `url` is found on the stand-in at `base`."""
    scheme, _, rest = url.partition("://")
    return f"{base.rstrip('/')}/{scheme}/{rest}"


class _StandIn(BaseDownloadHandler):
    """Downloads from the stand-in, and answers in the name of the original URL."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._base: str = crawler.settings[STAND_IN]
        self._http = BulkDownload(crawler)

    async def download_request(self, request: Request) -> Response:
        response = await self._http.download_request(
            request.replace(url=stand_in_url(self._base, request.url))
        )
        return response.replace(url=request.url)

    async def close(self) -> None:
        await self._http.close()


class StandInHandler(KeyedDownload, _StandIn):
    """The same, with the source's keys."""
