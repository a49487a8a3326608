"""Plain tables of names, handed in and handed out: CSV, UTF-8 or GB18030, bounded, with the line of every fault."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from entity_resolution.matching.name import Name
from pipelines.errors import InputError
from pipelines.records import NAME_LIMIT
from pipelines.spreadsheets import harmless_cell

FILE_LIMIT = 500 * 1024 * 1024
#: Columns of a table of names: the first two are needed.
NEEDED, FURTHER = ("id", "name"), ("kind", "country", "place")


def read_names(path: Path) -> list[Name]:
    """The names of a table with columns id, name and perhaps kind, country, place.

    Raises InputError, with the line, for a missing column, an empty cell of id or name, or a name that is too long.
    """
    return [
        Name(row["id"], row["name"], row["kind"] or None, row["country"] or None, row["place"] or None)
        for row in read_rows(path, NEEDED, FURTHER)
    ]


def read_rows(path: Path, needed: Sequence[str], further: Sequence[str]) -> list[dict[str, str]]:
    """The rows by column: the needed ones are never empty; further ones are empty where they are missing."""
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise InputError(f"larger than {FILE_LIMIT} bytes", where=str(path), hint="Hand it in in parts.")
        text = _decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path)) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        header = [cell.strip() for cell in next(reader, [])]
        for column in needed:
            if header.count(column) != 1:
                raise InputError(
                    "no such column", where=str(path), field=column, hint=f"Needed: {', '.join(needed)}."
                )
        for cells in reader:
            if not cells:
                continue
            where = f"{path}:{reader.line_num}"
            if len(cells) != len(header):
                raise InputError(f"{len(cells)} cells under {len(header)} columns", where=where)
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            for column in needed:
                if not row[column]:
                    raise InputError("empty", where=where, field=column)
            for column, cell in row.items():
                if len(cell) > NAME_LIMIT:
                    raise InputError(f"longer than {NAME_LIMIT} characters", where=where, field=column)
            rows.append({column: row.get(column, "") for column in (*needed, *further)})
    except csv.Error as error:
        raise InputError(f"no CSV: {error}", where=f"{path}:{reader.line_num}") from error
    return rows


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a table, beside the place first and then into it. Cells that a spreadsheet would compute get a '."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows([_cell(cell) for cell in row] for row in rows)
        beside.replace(path)
    except OSError as error:
        raise InputError(error.strerror or "cannot be written", where=str(path)) from error


def _decoded(data: bytes, where: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("neither UTF-8 nor GB18030", where=where)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else harmless_cell(str(value))
