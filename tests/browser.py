"""A real Chromium for tests of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

from analytics.report.pdf import BROWSERS
from tests.conftest import unavailable


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own; skips, or fails where a browser is required, without either."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    flags = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
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
