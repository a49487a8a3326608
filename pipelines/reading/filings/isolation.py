"""Runs the reader of PDFs in a process of its own, watched page by page.

A page that takes too long, or brings the process down, is given up with its reason; the others are read by a new
process. A file can cost at most `SECONDS`, `MEMORY` and `STARTS` processes.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

FILE_LIMIT: Final = 64_000_000
PAGES_MOST: Final = 600
#: Pages whose tables are rebuilt.
LAYOUTS_MOST: Final = 120
#: Bytes that the process may take; a page of print takes a tenth of it, unpacked bombs all of it.
MEMORY: Final = 1_500_000_000
#: Bytes that the process may say.
SAID_MOST: Final = 64_000_000
#: Seconds for one page, and for the file.
PAGE_SECONDS: Final = 20.0
SECONDS: Final = 120.0
STARTS: Final = 4
#: What a process may take, besides, to start.
START_SECONDS: Final = 10.0

_SCRIPT: Final = Path(__file__).with_name("extracting.py")
Stage = Literal["text", "layout"]
_CELL = tuple[int, float, float, str]


class _Block(BaseModel):
    """A table's rows or a line's cells; each cell is its column (from 1), left, right (points) and words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    top: float
    table: list[list[_CELL]] | None = None
    line: list[_CELL] | None = None


_BLOCKS: Final = TypeAdapter(list[_Block])


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell; `left` and `right` in points."""

    column: int
    left: float
    right: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line outside of tables; wide gaps divide it into cells."""

    cells: tuple[Cell, ...]

    @property
    def words(self) -> str:
        return " ".join(cell.words for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table; `number` counts those of the page from 1."""

    number: int
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(slots=True)
class Pages:
    """What could be read: `texts` by page (from 1), `layouts` of the pages that have a wanted word, top to bottom.

    `failed` are pages given up, with the reason; `refused` says why there is nothing at all.
    """

    count: int = 0
    texts: dict[int, str] = field(default_factory=dict)
    layouts: dict[int, tuple[Line | Table, ...]] = field(default_factory=dict)
    failed: dict[tuple[Stage, int], str] = field(default_factory=dict)
    refused: str = ""


def read_pages(
    body: bytes,
    wanted: str,
    goes_on: str = "",
    *,
    page_seconds: float = PAGE_SECONDS,
    seconds: float = SECONDS,
) -> Pages:
    """The words of all pages of a PDF, and the layout of those whose words match the regular expression `wanted`
    (asked of the words without white space), or match `goes_on` on one of the two pages after. Never raises for
    what the file holds."""
    pages = Pages()
    if len(body) > FILE_LIMIT:
        pages.refused = f"{len(body):,} bytes are more than the {FILE_LIMIT:,} that are read"
        return pages
    ends = time.monotonic() + seconds
    with tempfile.TemporaryFile() as file:
        file.write(body)
        for _ in range(STARTS):
            file.seek(0)
            stopped = _one_run(file.fileno(), (wanted, goes_on), pages, page_seconds, ends)
            if stopped is None:
                return pages
            where, why = stopped
            if where is None or time.monotonic() >= ends:
                break
            pages.failed[where] = why
    if not pages.texts:
        pages.refused = pages.refused or why
    else:
        pages.failed[where or ("layout", 0)] = f"{why}; what comes after was not read"
    return pages


def _one_run(
    file: int, words: tuple[str, str], pages: Pages, page_seconds: float, ends: float
) -> tuple[tuple[Stage, int] | None, str] | None:
    """Fill `pages` from one process. None when it came to its end; else where it stopped, and why."""
    asked = {
        "wanted": words[0],
        "goes_on": words[1],
        "pages_most": PAGES_MOST,
        "layouts_most": LAYOUTS_MOST,
        "memory": MEMORY,
        "seconds": int(SECONDS),
        "skip": [*pages.failed, *(("layout", one) for one in pages.layouts)],
    }
    # -I: nothing of the user's or of this folder is imported; the environment holds no keys.
    process = subprocess.Popen(  # noqa: S603 - our own file
        [sys.executable, "-I", str(_SCRIPT), json.dumps(asked)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    where: tuple[Stage, int] | None = None
    try:
        for message in _said(process, page_seconds, ends):
            if message.get("end") or "refused" in message:
                pages.refused = str(message.get("refused", ""))[:300]
                return None
            if begun := message.get("begin"):
                where = (begun[0], int(begun[1]))
            _take(message, pages)
    except (TimeoutError, ValueError, TypeError, KeyError, IndexError) as error:
        return where, str(error) or type(error).__name__
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    return where, "the reader broke down (too much memory, or a fault)"


def _take(message: dict[str, Any], pages: Pages) -> None:
    """Keep one message. Raises ValueError, TypeError or KeyError for what no reader of ours says."""
    if "pages" in message:
        pages.count = int(message["pages"])
    elif "text" in message:
        pages.texts[int(message["text"])] = str(message["words"])
    elif "layout" in message:
        try:
            pages.layouts[int(message["layout"])] = tuple(_blocks(message["blocks"]))
        except ValidationError as error:
            raise ValueError("no layout") from error
    elif "failed" in message:
        stage, number = message["failed"]
        pages.failed[stage, int(number)] = str(message["why"])[:300]


def _blocks(said: Any) -> Iterator[Line | Table]:
    number = 0
    for block in _BLOCKS.validate_python(said):
        if block.table is not None:
            number += 1
            yield Table(number, tuple(tuple(Cell(*cell) for cell in row) for row in block.table))
        elif block.line:
            yield Line(tuple(Cell(*cell) for cell in block.line))


def _said(process: subprocess.Popen[bytes], page_seconds: float, ends: float) -> Iterator[dict[str, Any]]:
    """The objects that a process says. Raises TimeoutError for one that is silent, ValueError for what is none."""
    assert process.stdout is not None, "it was opened with a pipe"
    rest, total = b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        begun = time.monotonic() + START_SECONDS
        while True:
            left = min(begun + page_seconds, ends) - time.monotonic()
            if left <= 0 or not selector.select(left):
                whole = time.monotonic() >= ends
                raise TimeoutError("the file took too long" if whole else "the page took too long")
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk:
                return
            total += len(chunk)
            if total > SAID_MOST:
                raise ValueError("more words than a filing has")
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                message = json.loads(line)
                if not isinstance(message, dict):
                    raise ValueError("no object")
                begun = time.monotonic()
                yield message
