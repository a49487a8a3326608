"""What a page in the browser asks for, answered by the downloader: the same rules as for any request.

Documents, scripts and data are fetched; pictures, fonts, media, styles and sockets are not. robots.txt, rates,
public addresses, sizes and the stand-in are those of the crawl; counts and bytes of one page are bounded here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urldefrag

from playwright.async_api import Error as BrowserError
from playwright.async_api import Request as Asked
from playwright.async_api import Route
from scrapy.http import Request, Response

from crawlers.charset import decode
from crawlers.middlewares.walls import PART

LOADED: Final = frozenset({"document", "script", "xhr", "fetch"})
#: Bounds of one page.
REQUESTS_MOST: Final = 200
BYTES_MOST: Final = 30 * 1024 * 1024
_AT_ONCE: Final = 6
_FORM_MOST: Final = 100_000
#: Headers that a script may need to be answered rightly. Cookies are not sent, nor kept.
_SENT: Final = frozenset(
    {"accept", "accept-language", "content-type", "referer", "origin", "x-requested-with"}
)
_DROPPED: Final = frozenset(
    {
        "content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "alt-svc",
        "link", "refresh", "strict-transport-security", "content-disposition",
    }
)  # fmt: skip
_SCRIPTS_KEPT: Final = 20 * 1024 * 1024

Download = Callable[[Request], Awaitable[Response]]


class Scripts:
    """Scripts of the run by their URL, so that a site gives each of them once; bounded in bytes."""

    def __init__(self) -> None:
        self._kept: dict[str, Response] = {}
        self._bytes = 0

    def get(self, url: str) -> Response | None:
        return self._kept.get(url)

    def keep(self, url: str, response: Response) -> None:
        if response.status == 200 and self._bytes + len(response.body) <= _SCRIPTS_KEPT:
            self._kept[url] = response
            self._bytes += len(response.body)


class Traffic:
    """The requests of one page. `document` is the page's own answer, fetched before the browser opens it."""

    def __init__(self, document: Response, download: Download, scripts: Scripts) -> None:
        self._document: Response | None = document
        self._url = urldefrag(document.url).url
        self._download, self._scripts = download, scripts
        self.requests = 0
        self.refused = 0
        self.bytes = len(document.body)
        self._line = asyncio.Semaphore(_AT_ONCE)
        #: Set when the page is done with: what still waits is not fetched any more.
        self.closed = False

    async def handle(self, route: Route, asked: Asked) -> None:
        """Answer or refuse one request of the page; never raises for what the page does."""
        with suppress(BrowserError):  # the page may be gone by now
            response = await self._answer(asked)
            if response is None and asked.is_navigation_request() and asked.frame.parent_frame is None:
                self.refused += 1
                await route.fulfill(
                    status=204
                )  # the page stays; refused, it would become the browser's own error
            elif response is None:
                self.refused += 1
                await route.abort("blockedbyclient")
            else:
                headers = {
                    name.decode("latin-1"): b", ".join(values).decode("latin-1")
                    for name, values in response.headers.items()
                    if name.decode("latin-1").lower() not in _DROPPED
                }
                await route.fulfill(status=response.status, headers=headers, body=response.body)

    async def _answer(self, asked: Asked) -> Response | None:
        url = urldefrag(asked.url).url
        if self._document is not None and asked.is_navigation_request() and url == self._url:
            document, self._document = self._document, None
            return in_unicode(document)
        if asked.resource_type not in LOADED or not url.startswith(("http://", "https://")):
            return None
        if asked.is_navigation_request() and asked.frame.parent_frame is None:
            return None  # the page may not lead itself elsewhere
        body = asked.post_data_buffer or b""
        if asked.method not in ("GET", "POST") or len(body) > _FORM_MOST or len(url) > 2000:
            return None
        is_script = asked.resource_type == "script" and asked.method == "GET"
        if is_script and (kept := self._scripts.get(url)) is not None:
            return kept
        if self.requests >= REQUESTS_MOST or self.bytes >= BYTES_MOST:
            return None
        self.requests += 1
        async with self._line:
            return None if self.closed else await self._fetched(asked, url, body)

    async def _fetched(self, asked: Asked, url: str, body: bytes) -> Response | None:
        headers = {name: value for name, value in asked.headers.items() if name.lower() in _SENT}
        try:
            made = Request(
                url, method=asked.method, headers=headers, body=body, meta=part_meta(), dont_filter=True
            )
            response = await self._download(made)
        except Exception:  # forbidden, unreachable, too large: for the page it is simply not there
            return None
        self.bytes += len(response.body)
        if self.bytes > BYTES_MOST:
            return None
        if asked.resource_type == "script" and asked.method == "GET":
            self._scripts.keep(url, response)
        return response


def part_meta() -> dict[str, object]:
    """The meta of requests that belong to a page: kept nowhere by themselves, and asked for twice at most."""
    return {PART: True, "private": True, "max_retry_times": 1}


def in_unicode(document: Response) -> Response:
    """An HTML page as UTF-8, by its bytes and not by what it says: the browser would believe it."""
    kind = (document.headers.get("Content-Type") or b"").decode("latin-1")
    text, _ = decode(document.body, kind)
    headers = document.headers.copy()
    headers["Content-Type"] = "text/html; charset=utf-8"
    return Response(
        document.url, status=document.status, headers=headers, body=text.encode("utf-8", "replace")
    )
