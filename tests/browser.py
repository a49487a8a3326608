"""A real Chromium for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from pipelines.browsers import find_browser, sandbox_flags
from tests.conftest import unavailable


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own; skips, or fails where a browser is required, without either."""
    path = find_browser()
    flags = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        *sandbox_flags(),
    ]
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=flags)
        except Error as error:
            unavailable("browser", f"no Chromium could be started: {str(error).splitlines()[0]}")
            raise AssertionError from error
        try:
            yield browser
        finally:
            browser.close()
