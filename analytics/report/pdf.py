"""Prints the report into PDF through a Chromium that is installed."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Final

from analytics.exhibits import Language
from pipelines.browsers import BROWSERS, find_browser, sandbox_flags
from pipelines.errors import UsageError, ValuenetError

_SECONDS: Final = 180


def print_pdf(folder: Path, language: Language) -> Path:
    """Print the report's main page of a language; the PDF file lies beside it.

    Raises UsageError where there is no browser or no page, ValuenetError where the browser gives no file.
    """
    browser = find_browser()
    if browser is None:
        raise UsageError(f"a PDF needs a Chromium; none of these is installed: {', '.join(BROWSERS)}")
    page = folder / "index.html" if language == "zh" else folder / language / "index.html"
    if not page.is_file():
        raise UsageError(f"there is no page {page}")
    out = page.with_name(f"report_{language}.pdf")
    part = out.with_name(out.name + ".part")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--disable-gpu", "--disable-background-networking", "--no-pdf-header-footer",
            f"--user-data-dir={profile}", *sandbox_flags(), f"--print-to-pdf={part.resolve()}",
            page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  # fixed words and our own paths
        except (OSError, subprocess.TimeoutExpired) as error:
            part.unlink(missing_ok=True)
            raise ValuenetError(f"{browser} could not print {page}: {error}") from error
    if done.returncode or not part.is_file():
        part.unlink(missing_ok=True)
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValuenetError(f"{browser} could not print {page}: {said[-1] if said else done.returncode}")
    part.replace(out)
    return out
