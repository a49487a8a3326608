"""Prints the report into PDF through a Chromium that is installed.

Printed twice: on which page a heading stands is known when it has been printed once, and its number is then written
into the table of contents, where its place was kept free.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it ships no types

from analytics.exhibits import Language
from analytics.report.writing import write_text
from pipelines.browsers import BROWSERS, find_browser, sandbox_flags
from pipelines.errors import UsageError, ValuenetError

_SECONDS: Final = 300
_HEADING: Final = re.compile(r'<h[23](?: id="([^"<>]+)")?>')
_PLACE: Final = re.compile(r'(<span class="page" data-page="([^"<>]+)">)</span>')


def print_pdf(folder: Path, language: Language) -> Path:
    """Print the whole report of a language with its contents, outline and page numbers; the PDF file lies beside
    the first page.

    Raises UsageError where there is no browser or no page, ValuenetError where the browser gives no file.
    """
    browser = find_browser()
    if browser is None:
        raise UsageError(f"a PDF needs a Chromium; none of these is installed: {', '.join(BROWSERS)}")
    page = (folder if language == "zh" else folder / language) / "whole.html"
    if not page.is_file():
        raise UsageError(f"there is no page {page}")
    out = page.with_name(f"report_{language}.pdf")
    part, numbered = out.with_name(out.name + ".part"), page.with_name("whole.numbered.html")
    try:
        _print(browser, page, part)
        text = page.read_text(encoding="utf-8")
        write_text(numbered, with_page_numbers(text, pages_of(part, headings(text))))
        _print(browser, numbered, part)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
        numbered.unlink(missing_ok=True)
    return out


def headings(text: str) -> list[str]:
    """The ids of the page's headings below the title, in order; empty for one without an id."""
    return [found[1] or "" for found in _HEADING.finditer(text)]


def pages_of(pdf: Path, wanted: list[str]) -> dict[str, int]:
    """Each heading's page (from 1), by the outline of the PDF; nothing where the outline has other headings."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found: list[int] = []
        for entry in document.get_toc():
            place = entry.get_dest()
            index = place.get_index() if place else None
            if entry.level > 0 and index is not None:  # the first level is the title
                found.append(index + 1)
    finally:
        document.close()
    return dict(zip(wanted, found, strict=True)) if len(found) == len(wanted) else {}


def with_page_numbers(text: str, numbers: Mapping[str, int]) -> str:
    """The page with the numbers in its contents; a heading without one keeps its empty place."""
    return _PLACE.sub(lambda found: f"{found[1]}{numbers.get(found[2], '')}</span>", text)


def _print(browser: str, page: Path, out: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--disable-gpu", "--disable-background-networking", "--no-pdf-header-footer",
            "--generate-pdf-document-outline", f"--user-data-dir={profile}", *sandbox_flags(),
            f"--print-to-pdf={out.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  # fixed words and our own paths
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ValuenetError(f"{browser} could not print {page}: {error}") from error
    if done.returncode or not out.is_file():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValuenetError(f"{browser} could not print {page}: {said[-1] if said else done.returncode}")
