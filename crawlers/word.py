"""The rows of the tables in a Word file (.docx), read straight from its XML.

Bounded: a file is an archive that strangers made, so sizes are checked before and while unpacking, no entity is
resolved, and no more rows and columns are read than a list can have. Merged cells are given their value in every
place that they cover. (python-docx walks a table cell by cell through XPath: seconds a list, where this takes
milliseconds.)
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from lxml import etree

from crawlers.trees import xml_tree
from pipelines.errors import InputError

FILE_LIMIT: Final = 30_000_000
XML_LIMIT: Final = 100_000_000
ENTRIES_MOST: Final = 2_000
ROWS_MOST: Final = 100_000
COLUMNS_MOST: Final = 64

_PART: Final = "word/document.xml"
#: Elements whose text is not the document's words: the second rendering of a drawing, and deleted text.
_UNSAID: Final = frozenset({"Fallback", "del", "moveFrom", "instrText"})
_BREAKS: Final = frozenset({"br", "cr", "tab", "p"})


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: `table` and `row` count from 1; `before` are the paragraphs since the table before."""

    table: int
    row: int
    cells: tuple[str, ...]
    before: tuple[str, ...]


def read_rows(data: bytes) -> Iterator[TableRow]:
    """All rows of all tables of the document's body, in order.

    Raises InputError for what is no Word file, is broken, or larger than the limits.
    """
    body = _body(data)
    before: list[str] = []
    tables = said = 0
    for block in _unwrapped(body):
        name = _name(block)
        if name == "p":
            if text := _text(block):
                before.append(text)
        elif name == "tbl":
            tables += 1
            for row in _table(block, tables, tuple(before)):
                # a cell merged over many rows says its words in each of them
                said += sum(map(len, row.cells))
                if said > XML_LIMIT:
                    raise InputError(
                        f"tables of more than {XML_LIMIT:,} characters, merged cells in each place"
                    )
                yield row
            before = []


def _table(table: etree._Element, number: int, before: tuple[str, ...]) -> Iterator[TableRow]:
    above: list[str] = []
    rows = (child for child in _unwrapped(table) if _name(child) == "tr")
    for index, row in enumerate(rows, start=1):
        if index > ROWS_MOST:
            raise InputError(f"table {number} has more than {ROWS_MOST:,} rows")
        cells: list[str] = [""] * _number(row, "trPr", "gridBefore")
        for cell in _unwrapped(row):
            if _name(cell) != "tc":
                continue
            text, column = _text(cell), len(cells)
            if _continues(cell) and column < len(above):
                text = above[column]
            cells.extend([text] * max(1, _number(cell, "tcPr", "gridSpan")))
            if len(cells) > COLUMNS_MOST:
                raise InputError(f"table {number}, row {index} has more than {COLUMNS_MOST} columns")
        above = cells
        yield TableRow(number, index, tuple(cells), before)


def _unwrapped(parent: etree._Element) -> Iterator[etree._Element]:
    """The children of an element, through content controls, insertions and custom XML."""
    for child in parent:
        if _name(child) in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from _unwrapped(child)
        else:
            yield child


def _name(element: etree._Element) -> str:
    """The local name; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    """The words below an element; paragraphs, breaks and tabs become line breaks."""
    out: list[str] = []
    _gather(element, out)
    return "".join(out).strip()


def _gather(element: etree._Element, out: list[str]) -> None:
    # The parser allows 256 levels, so this recursion is bounded.
    for child in element:
        name = _name(child)
        if name == "t":
            out.append(child.text or "")
        elif name not in _UNSAID:
            _gather(child, out)
            if name in _BREAKS:
                out.append("\n")


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if _name(child) == name), None)


def _value(element: etree._Element) -> str:
    """The attribute `val`, in whatever namespace the file uses."""
    return next((str(value) for key, value in element.attrib.items() if str(key).endswith("}val")), "")


def _number(element: etree._Element, properties: str, name: str) -> int:
    """A small whole number among the properties; 0 where there is none or it is nonsense."""
    found = _child(element, properties)
    found = None if found is None else _child(found, name)
    written = "" if found is None else _value(found)
    plain = written.isascii() and written.isdecimal() and len(written) < 6
    return min(int(written), COLUMNS_MOST + 1) if plain else 0


def _continues(cell: etree._Element) -> bool:
    """Whether the cell belongs to the one above (a vertical merge that does not start here)."""
    properties = _child(cell, "tcPr")
    merge = None if properties is None else _child(properties, "vMerge")
    return merge is not None and _value(merge) != "restart"


def _body(data: bytes) -> etree._Element:
    if len(data) > FILE_LIMIT:
        raise InputError(f"{len(data):,} bytes are more than the {FILE_LIMIT:,} that are read")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if len(archive.infolist()) > ENTRIES_MOST:
                raise InputError(f"an archive of more than {ENTRIES_MOST:,} parts is no Word list")
            if archive.getinfo(_PART).file_size > XML_LIMIT:
                raise InputError(f"unpacks to more than {XML_LIMIT:,} bytes")
            with archive.open(_PART) as part:
                # The size that the archive states may be a lie.
                xml = part.read(XML_LIMIT + 1)
        if len(xml) > XML_LIMIT:
            raise InputError(f"unpacks to more than {XML_LIMIT:,} bytes")
    except KeyError as error:
        raise InputError(f"an archive without {_PART} is no Word file") from error
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError,
        UnicodeDecodeError,
    ) as error:  # fmt: skip
        raise InputError(f"no readable Word file: {error}") from error
    try:
        root = xml_tree(xml)
    except InputError as error:
        raise InputError(f"the XML of the Word file is broken: {error.message}") from error
    body = _child(root, "body")
    if body is None:
        raise InputError("the Word file has no body")
    return body
