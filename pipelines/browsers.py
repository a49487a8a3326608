"""Finds the Chromium of this machine: for pages that need one, and for printing."""

from __future__ import annotations

import os
import shutil
from typing import Final

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Names a browser that is to be taken before all others.
CHOSEN: Final = "VALUENET_BROWSER"


def find_browser() -> str | None:
    """The path of a Chromium: the one that VALUENET_BROWSER names, or the first of `BROWSERS`; None without any."""
    names = (os.environ.get(CHOSEN, "").strip(), *BROWSERS)
    return next((found for name in names if name and (found := shutil.which(name))), None)


def sandbox_flags() -> list[str]:
    """The browser's own sandbox stays on, except for root, for whom it refuses to start with it."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
