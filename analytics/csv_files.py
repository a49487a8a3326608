"""CSV files that spreadsheets open without running anything, and that are the same for the same input.

UTF-8 without a byte order mark (Gephi takes the mark for a part of the first header), lines end with a line feed.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO

from pipelines.spreadsheets import harmless_cell


def cell(value: object) -> str:
    """The value as a cell: empty for None and not-a-number; text that a spreadsheet would run starts with an
    apostrophe, numbers are left alone."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(float(value))
    text = str(value).replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if _is_number(text) else harmless_cell(text)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table; the file appears whole or not at all."""

    def fill(file: IO[str]) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cell(name) for name in header])
        writer.writerows([cell(value) for value in row] for row in rows)

    write_whole(path, fill)


def write_whole(path: Path, fill: Callable[[IO[str]], None]) -> None:
    """Let `fill` write UTF-8 text; the file takes its name only when it is complete."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)  # perhaps a link
    try:
        with part.open("x", encoding="utf-8", errors="replace", newline="") as file:
            fill(file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and text == text.strip()
    except ValueError:
        return False
