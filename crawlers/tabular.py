"""Rows out of CSV and Excel files, whatever their encoding; bounded, and with the line of each row."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from charset_normalizer import from_bytes

from pipelines.errors import InputError

#: Larger files are handed in parts.
FILE_LIMIT = 500 * 1024 * 1024
CELL_LIMIT = 100_000
#: A line of more characters than this is no row: a quote or a line's end is missing.
LINE_LIMIT = 4_000_000
COLUMNS_MOST = 2_000
#: A row of more lines than this has lost its closing quote.
ROW_LINES = 50
#: A book is read into memory in part: one that unpacks to more, as damaged or harmful ones do, is refused.
EXCEL_UNPACKED_LIMIT = 200 * 1024 * 1024
#: Elements and attributes in a part that is no sheet: shared words, styles. Some hundred bytes each in memory.
EXCEL_MARKS_MOST = 6_000_000
#: Excel's own limit; a file that claims more would have us count empty rows for hours.
EXCEL_ROWS = 1_048_576
#: All that openpyxl and the XML parsers below it are known to raise on files that are damaged or made to harm.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    SyntaxError,  # both XML parsers' errors
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,  # encrypted, or packed in a way that is not supported
)

csv.field_size_limit(CELL_LIMIT)
#: Bytes that are decoded at once; bytes that a guess looks at.
_PIECE = 1 << 20
_LOOKED_AT = 400_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `line` as an editor counts lines (in Excel: the row's number), cells by column name.

    `fault` says why the row does not fit the header, if it does not.
    """

    line: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's header and its rows, read one by one."""

    where: str
    header: tuple[str, ...]
    rows: Iterator[Row]


def read_sheet(path: Path, data: bytes) -> Sheet:
    """The rows of a CSV or Excel file (`data` are its bytes).

    Raises `InputError` for an unknown kind of file, bytes of no known encoding, or no header.
    """
    if len(data) > FILE_LIMIT:
        raise InputError(f"larger than {FILE_LIMIT} bytes", where=path.name, hint="Hand it in in parts.")
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _excel(path, data)
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return _csv(path, data)
    raise InputError("neither CSV nor Excel (.csv, .tsv, .xlsx)", where=path.name)


def charset_of(data: bytes, where: str) -> str:
    """What decodes `data`: UTF-8, UTF-16 with its mark, or GB18030. Raises `InputError` with the bad byte's line.

    GB18030 takes almost any bytes, so it is believed only where what comes out looks like Chinese text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        at = _undecodable(data, "utf-16")
        if at is None:
            return "utf-16"
        line = data[:at].decode("utf-16", "replace").count("\n") + 1
        raise InputError("marked as UTF-16 and is not", where=f"{where}:{line}")
    fault = _undecodable(data, "utf-8-sig")
    if fault is None:
        return "utf-8-sig"
    text = data[:_LOOKED_AT].decode("gb18030", "ignore") if _undecodable(data, "gb18030") is None else ""
    # bytes of UTF-8 with one bad place also pass as GB18030, as rare characters: then the place is named instead
    guess = from_bytes(data[:200_000]).best() if text else None
    if text and guess is not None and guess.encoding in ("gb18030", "gbk", "gb2312", "cp936", "hz", "big5"):
        return "gb18030"
    if text and _common(text):
        return "gb18030"
    line = data.count(b"\n", 0, fault) + 1
    raise InputError(
        f"byte {data[fault]:#04x} is no text in UTF-8, nor is the file GB18030",
        where=f"{where}:{line}",
        hint="Save the file as UTF-8.",
    )


def _undecodable(data: bytes, charset: str) -> int | None:
    """Where the first byte stands that is none of the charset's; None where all are. In pieces: the text of a large
    file is not held as a whole."""
    decoder = codecs.getincrementaldecoder(charset)()
    for start in range(0, len(data), _PIECE):
        waiting = len(decoder.getstate()[0])  # a sign that began in the piece before
        try:
            decoder.decode(data[start : start + _PIECE], start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            return max(0, start - waiting + error.start)
    return None


def _common(text: str) -> bool:
    """Whether most of the non-ASCII characters are everyday Chinese (the two-byte part of GB2312)."""
    others = [char for char in text[:200_000] if ord(char) > 127]
    common = sum(1 for char in others if len(char.encode("gb2312", "ignore")) == 2)
    return not others or common / len(others) > 0.97


def _csv(path: Path, data: bytes) -> Sheet:
    charset = charset_of(data, path.name)
    with io.TextIOWrapper(io.BytesIO(data[:LINE_LIMIT]), charset, "replace", newline="") as file:
        first = file.readline(LINE_LIMIT)
    separator = max((",", "\t", ";"), key=first.count)
    # piece by piece: the whole as text would take several times the file
    stream = io.TextIOWrapper(io.BytesIO(data), charset, newline="")
    reader = csv.reader(_lines(stream), delimiter=separator, strict=False)
    try:
        header = _header(next(reader, []), path.name)
    except csv.Error as error:
        raise InputError(f"no CSV: {error}", where=f"{path.name}:1") from error

    def rows() -> Iterator[Row]:
        line = reader.line_num + 1
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Row(line, {}, f"no CSV row: {error}")
                line = reader.line_num + 1
                continue
            if cells is None:
                return
            if reader.line_num - line > ROW_LINES:
                yield Row(
                    line, {}, f"the row runs over {reader.line_num - line} lines: a quote is not closed"
                )
            else:
                yield from _row(line, header, cells)
            line = reader.line_num + 1

    return Sheet(path.name, header, rows())


def _lines(stream: io.TextIOWrapper) -> Iterator[str]:
    """The lines of a file; of one that is too long a beginning, on which the reader of CSV stops with an error."""
    while line := stream.readline(LINE_LIMIT):
        more = line
        while len(more) == LINE_LIMIT and not more.endswith("\n"):
            more = stream.readline(LINE_LIMIT)
        # without a separator, which no cell may be
        yield line if more is line else "x" * (CELL_LIMIT + 1) + "\n"


def _excel(path: Path, data: bytes) -> Sheet:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            # what a part says of its size holds: reading stops there
            listed = parts.infolist()
            size = sum(info.file_size for info in listed)
            for info in listed:
                if size <= EXCEL_UNPACKED_LIMIT and not info.filename.startswith("xl/worksheets/"):
                    _check_part(parts, info, path.name)
            if size > EXCEL_UNPACKED_LIMIT:
                raise InputError(
                    f"unpacks to {size:,} bytes; at most {EXCEL_UNPACKED_LIMIT:,} are read",
                    where=path.name,
                    hint="Save its first sheet as CSV.",
                )
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what many programs write there is too small, and rows would be left out
        lines = sheet.iter_rows(values_only=True)
        first = next(lines, ())
    except DAMAGED as error:
        raise _damaged(error, path.name) from error
    header = _header([_text(cell) for cell in first], path.name)

    def rows() -> Iterator[Row]:
        number = 1
        while True:
            number += 1
            try:
                cells = next(lines, None)
            except DAMAGED as error:
                raise _damaged(error, f"{path.name}:{number}") from error
            if cells is None:
                return
            if number > EXCEL_ROWS:
                raise InputError("more rows than an Excel file can have", where=f"{path.name}:{number}")
            yield from _row(number, header, [_text(cell) for cell in cells])

    return Sheet(path.name, header, rows())


def _check_part(parts: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> None:
    """Raise `InputError` for a part with more mark-up than a book has: such parts are read into trees, whole."""
    count = 0
    with parts.open(info) as part:
        while piece := part.read(_PIECE):
            count += piece.count(b"<") + piece.count(b"=")
            if count > EXCEL_MARKS_MOST:
                raise InputError(
                    f"{info.filename} has more than {EXCEL_MARKS_MOST:,} elements and attributes",
                    where=where,
                    hint="Save its first sheet as CSV.",
                )


def _damaged(error: Exception, where: str) -> InputError:
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return InputError(
        f"a broken Excel file ({said[:200]})", where=where, hint="Open it in Excel and save it again."
    )


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat()).removesuffix("T00:00:00")
    return str(cell)[:CELL_LIMIT]


def _header(cells: list[str], where: str) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    while names and not names[-1]:
        names = names[:-1]
    if not names or not all(names):
        raise InputError("the first row must name every column", where=f"{where}:1")
    if len(names) > COLUMNS_MOST:
        raise InputError(f"{len(names):,} columns; at most {COLUMNS_MOST:,} are read", where=f"{where}:1")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InputError("the column is named twice", where=f"{where}:1", field=", ".join(sorted(twice)))
    return names


def _row(line: int, header: tuple[str, ...], cells: list[str]) -> Iterator[Row]:
    values = [cell.strip() for cell in cells]
    if not any(values):  # an empty line
        return
    while len(values) > len(header) and not values[-1]:
        values.pop()
    fault = ""
    if len(values) > len(header):
        fault = f"the row has {len(values)} cells, the header {len(header)}"
    values += [""] * (len(header) - len(values))
    yield Row(line, dict(zip(header, values, strict=False)), fault)
