"""One Chromium, and the contexts in which its pages live.

The browser has no network of its own (a proxy that does not answer, and no names): what a route does not answer
fails. A context serves so many pages and is closed when the last of them is; a browser that died is started anew
for the next page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, Page, Playwright, WebSocketRoute, async_playwright
from playwright.async_api import Error as BrowserError
from scrapy.exceptions import DownloadFailedError

from pipelines.browsers import BROWSERS, find_browser, sandbox_flags
from pipelines.errors import UsageError

#: Pages of one context, and of one browser. Measured by tests/benchmarks/bench_browser.py, see docs/browser.md.
PAGES_PER_CONTEXT: Final = 50
PAGES_PER_BROWSER: Final = 500
#: Seconds that anything may take to close before it is left to die.
_CLOSING: Final = 10.0
_STARTING: Final = 30.0

_FLAGS: Final = (
    # no way out: names lead nowhere, and all else to a port on which nobody listens
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",
)
_log = logging.getLogger(__name__)


class BrowserGone(DownloadFailedError):
    """The browser, or the page in it, died: the page is asked for again, in a new one."""


@dataclass(slots=True, eq=False)
class _Running:
    """A browser; retired, it ends with its last context."""

    browser: Browser
    opened: int = 0
    contexts: int = 0
    retired: bool = False


@dataclass(slots=True, eq=False)
class _Context:
    """A context; retired, it ends with its last page."""

    context: BrowserContext
    running: _Running
    opened: int = 0
    active: int = 0
    retired: bool = False


def needed_browser() -> str:
    """The path of the browser. Raises `UsageError` where there is none."""
    path = find_browser()
    if path is None:
        raise UsageError(
            f"this source needs a Chromium; none of these is installed: {', '.join(BROWSERS)} "
            "(or name one in VALUENET_BROWSER)"
        )
    return path


class BrowserPool:
    """Hands out pages; `close` ends all. Nothing is started before the first page is asked for."""

    def __init__(
        self,
        user_agent: str,
        *,
        pages_per_context: int = PAGES_PER_CONTEXT,
        pages_per_browser: int = PAGES_PER_BROWSER,
    ) -> None:
        self._user_agent = user_agent
        self._per_context, self._per_browser = pages_per_context, pages_per_browser
        self._playwright: Playwright | None = None
        self._running: set[_Running] = set()
        self._current: _Context | None = None
        self._lock = asyncio.Lock()
        self.started = 0
        self.version = ""

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """A new page, closed at the end. Raises `BrowserGone`, and `UsageError` where there is no browser."""
        async with self._lock:
            own = await self._context()
            own.opened, own.active, own.running.opened = (
                own.opened + 1,
                own.active + 1,
                own.running.opened + 1,
            )
            own.running.retired |= own.running.opened >= self._per_browser
            if own.opened >= self._per_context or own.running.retired:
                own.retired, self._current = True, None
        page: Page | None = None
        try:
            page = await asyncio.wait_for(own.context.new_page(), _STARTING)
            page.on("dialog", lambda dialog: _soon(dialog.dismiss()))
            yield page
        except BrowserError as error:
            told = str(error)[:300]
            if _is_death(error):
                raise BrowserGone(f"the browser, or its page, died: {told}") from error
            raise DownloadFailedError(f"in the browser: {told}") from error
        except TimeoutError as error:
            raise BrowserGone("the browser gives no page") from error
        finally:
            own.active -= 1
            await self._leave(own, page)

    async def _leave(self, own: _Context, page: Page | None) -> None:
        # the page before its context, the context before its browser: the other way round leaves renderers behind
        if own.running not in self._running:
            return
        try:
            if page is not None:
                await asyncio.wait_for(page.close(run_before_unload=False), _CLOSING)
            if own.retired and own.active == 0:
                own.running.contexts -= 1
                await asyncio.wait_for(own.context.close(), _CLOSING)
                if own.running.retired and own.running.contexts == 0:
                    await self._end(own.running)
        except (BrowserError, TimeoutError):  # whatever the page did, its browser is not trusted again
            await self._end(own.running)

    async def _context(self) -> _Context:
        if self._current is not None and not self._current.running.browser.is_connected():
            await self._end(self._current.running)
        if self._current is None:
            running = next((one for one in self._running if not one.retired), None) or await self._start()
            try:
                self._current = _Context(await self._new_context(running.browser), running)
            except BrowserError as error:
                await self._end(running)
                raise BrowserGone(f"no context: {str(error)[:200]}") from error
            running.contexts += 1
        return self._current

    async def _start(self) -> _Running:
        path = needed_browser()
        if self._playwright is None:
            self._playwright = await async_playwright().start()
        try:
            browser = await self._playwright.chromium.launch(
                executable_path=path, args=[*_FLAGS, *sandbox_flags()], timeout=_STARTING * 1000
            )
        except BrowserError as error:
            raise BrowserGone(f"{path} does not start: {str(error)[:300]}") from error
        self.started, self.version = self.started + 1, browser.version
        running = _Running(browser)
        self._running.add(running)
        return running

    async def _new_context(self, browser: Browser) -> BrowserContext:
        context = await browser.new_context(
            user_agent=self._user_agent,
            accept_downloads=False,
            service_workers="block",
            locale="zh-CN",
            # lower than a list: one that goes on when it is scrolled must have something to scroll
            viewport={"width": 1280, "height": 800},
        )
        await context.route_web_socket("**/*", _hang_up)
        context.on("page", _refuse_popup)
        return context

    async def _end(self, running: _Running) -> None:
        self._running.discard(running)
        if self._current is not None and self._current.running is running:
            self._current = None
        with suppress(BrowserError, TimeoutError):
            await asyncio.wait_for(running.browser.close(), _CLOSING)

    async def close(self) -> None:
        for running in list(self._running):
            await self._end(running)
        if self._playwright is not None:
            with suppress(BrowserError, TimeoutError):
                await asyncio.wait_for(self._playwright.stop(), _CLOSING)
            self._playwright = None


def _is_death(error: BrowserError) -> bool:
    words = str(error)
    return any(told in words for told in ("crashed", "has been closed", "Connection closed", "disconnected"))


async def _refuse_popup(page: Page) -> None:
    if await page.opener() is not None:
        with suppress(BrowserError):
            await page.close(run_before_unload=False)


def _hang_up(socket: WebSocketRoute) -> None:
    _soon(socket.close())


_tasks: set[asyncio.Future[Any]] = set()


def _soon(work: Any) -> None:
    """Work that nobody waits for, and whose failure (the page is gone) is no one's concern."""
    task = asyncio.ensure_future(work)
    _tasks.add(task)
    task.add_done_callback(_done)


def _done(task: asyncio.Future[Any]) -> None:
    _tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.debug("in the browser: %s", error)
