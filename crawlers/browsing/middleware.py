"""Opens the pages of a source in the browser, and hands on what they became.

The page itself is downloaded like any other; only an HTML page with status 200 is opened. What is archived and read
is the document after its scripts ran and the source's steps were done. In a replay that document is read again, and
no browser is started.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final, Literal

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page
from playwright.async_api import TimeoutError as Late
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, NotConfigured
from scrapy.http import Headers, HtmlResponse, Request, Response
from scrapy.utils.defer import maybe_deferred_to_future

from crawlers.browsing.pool import BrowserPool, needed_browser
from crawlers.browsing.steps import STEPS, Step, checked, perform
from crawlers.browsing.traffic import Scripts, Traffic, part_meta
from crawlers.context import context_of
from crawlers.firewall import wall_of
from crawlers.middlewares.walls import PART

#: In a request's meta: False for a page of such a source that needs no browser.
IN_BROWSER: Final = "browser"
#: On a response, and in the archive: the bytes are a document as a browser had it, no host's.
RENDERED: Final = "X-Valuenet-Rendered"
#: Pages open at once, characters of one rendered page, and seconds that it may take beside its waiting in line.
AT_ONCE: Final = 4
LARGEST: Final = 5_000_000
SECONDS: Final = 90.0
#: Seconds without traffic after which a page counts as there; one that never rests is read as it is.
_REST: Final = 5.0
_HOPS: Final = 20


class WithoutEnd(Exception):
    """A page that kept the browser busy for all its time; another try would do no better."""


class PageTooLarge(Exception):
    """A page that grew beyond all bounds in the browser."""


class BrowserMiddleware:
    """Next to the downloader, for sources that declare that they need a browser."""

    def __init__(self, crawler: Crawler, pool: BrowserPool) -> None:
        self._crawler, self._pool, self._scripts = crawler, pool, Scripts()
        declaration = context_of(crawler).declaration
        self._places = asyncio.Semaphore(min(AT_ONCE, max(1, declaration.concurrency)))
        # each part of a page waits in the line of its host
        self._seconds = SECONDS + 20 * crawler.settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BrowserMiddleware:
        context = context_of(crawler)
        if not context.declaration.browser or context.stored is not None:
            raise NotConfigured
        needed_browser()  # or the run ends before it begins
        made = cls(crawler, BrowserPool(crawler.settings["USER_AGENT"]))
        crawler.signals.connect(made.close, signals.spider_closed)
        return made

    async def close(self) -> None:
        await self._pool.close()

    async def process_request(self, request: Request) -> Response | None:
        meta = request.meta
        if meta.get(PART) or meta.get("dont_obey_robotstxt") or meta.get(IN_BROWSER) is False:
            return None
        if request.method != "GET":
            return None
        steps = checked(meta.get(STEPS, ()))
        async with self._places:
            headers = {name: values for name, values in request.headers.items() if name == b"Referer"}
            asked = Request(
                request.url,
                headers=headers,
                dont_filter=True,
                meta={**part_meta(), "dont_retry": True},
            )
            document = await self._download(asked)
            if not _is_page(document):
                return document.replace(request=request)
            return await self._rendered(document, request, steps)

    async def _download(self, request: Request) -> Response:
        """By way of all middlewares. Redirects, and what is to be asked again, come back as requests."""
        engine = self._crawler.engine
        assert engine is not None
        for _ in range(_HOPS):
            found = await maybe_deferred_to_future(engine.downloader.fetch(request))
            if isinstance(found, Response):
                return found
            request = found
        raise DownloadFailedError(f"{request.url} leads on and on")

    async def _rendered(self, document: Response, request: Request, steps: tuple[Step, ...]) -> Response:
        traffic = Traffic(document, self._download, self._scripts)
        async with self._pool.page() as page:
            died: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            page.on("crash", lambda _: _tell(died))
            work = asyncio.ensure_future(_open(page, document.url, traffic, steps))
            either: list[asyncio.Future[Any]] = [work, died]
            try:
                await asyncio.wait(either, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                traffic.closed = True
                if not work.done():
                    work.cancel()
                    await asyncio.wait({work})
            if work.cancelled():
                if died.done():
                    raise BrowserError(f"the page crashed: {document.url}")
                raise WithoutEnd(f"{document.url} comes to no end in {self._seconds:.0f} s")
            html = work.result()
            version = self._pool.version
        return HtmlResponse(
            document.url,
            status=document.status,
            headers=Headers(
                {
                    "Content-Type": "text/html; charset=utf-8",
                    RENDERED: f"Chromium {version}; {traffic.requests} requests, {traffic.refused} refused",
                }
            ),
            body=html.encode("utf-8", "replace"),
            encoding="utf-8",
            request=request,
            flags=["rendered"],
        )


_STATES: Final[tuple[Literal["domcontentloaded", "networkidle"], ...]] = ("domcontentloaded", "networkidle")


async def _open(page: Page, url: str, traffic: Traffic, steps: tuple[Step, ...]) -> str:
    await page.route("**/*", traffic.handle)
    try:
        # a page that tries to lead itself elsewhere never gets further than this
        await page.goto(url, wait_until="commit")
        for state in _STATES:
            with suppress(Late):
                await page.wait_for_load_state(state, timeout=_REST * 1000)
        await perform(page, steps)
    except Late as error:
        raise DownloadFailedError(f"{url} did not open: {str(error)[:200]}") from error
    size: Any = await page.evaluate(
        "document.documentElement ? document.documentElement.outerHTML.length : 0"
    )
    if not isinstance(size, int | float) or size > LARGEST:
        raise PageTooLarge(f"{url} grew to {size} characters in the browser")
    html = await page.content()
    if len(html) > LARGEST:
        raise PageTooLarge(f"{url} grew to {len(html)} characters in the browser")
    return html


def _tell(died: asyncio.Future[None]) -> None:
    if not died.done():
        died.set_result(None)


def _is_page(document: Response) -> bool:
    """Whether a browser makes something of it: a firewall's page is left as it is, to be told from a page."""
    kind = (document.headers.get("Content-Type") or b"").decode("latin-1")
    start = document.body[:2000].lstrip().lower()
    is_html = "html" in kind.lower() or start.startswith((b"<!doctype html", b"<html"))
    return document.status == 200 and is_html and wall_of(document.body, kind) is None
