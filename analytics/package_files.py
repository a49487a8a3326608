"""A data package's files on the disk: CSV for people and spreadsheets, Parquet for programs, both of the same rows.

Invariant: the same rows give the same bytes; no file says when it was written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.csv_files import write_csv
from analytics.exhibits import Column, Table, Words
from analytics.package_schema import Content, Field, FieldType

#: Read at once when a file is summed.
_BLOCK: Final = 1 << 20


def write_content(folder: Path, content: Content, rows: Sequence[Sequence[Any]]) -> list[Path]:
    """Write the rows as `FOLDER/NAME.csv` and `.parquet` below `folder`; the two paths."""
    place = folder / content.folder
    place.mkdir(parents=True, exist_ok=True)
    names = [one.name for one in content.fields]
    rows = [tuple(None if _unknown(value) else value for value in row) for row in rows]
    as_csv, as_parquet = place / f"{content.name}.csv", place / f"{content.name}.parquet"
    write_csv(as_csv, names, ([_in_csv(value) for value in row] for row in rows))
    columns = [[row[at] for row in rows] for at in range(len(names))]
    schema = content.arrow()
    arrays = [pa.array(values, type=one.type) for values, one in zip(columns, schema, strict=True)]
    pq.write_table(
        pa.Table.from_arrays(arrays, schema=schema), as_parquet, compression="zstd", store_schema=False
    )
    return [as_csv, as_parquet]


def content_of(table: Table, folder: str) -> tuple[Content, list[tuple[Any, ...]]]:
    """A table of the report as a file: its fields and rows, with the English words and the entities' ids."""
    fields: list[Field] = []
    names: list[str] = []
    rows = table.rows()
    for column in table.columns:
        values = [row[column.name] for row in rows]
        fields.append(Field(column.name, _type(column, values), column.words, column.unit))
        names.append(column.name)
        if column.english:
            words = Words(f"{column.words.zh}（英文）", f"{column.words.en}, in English")
            fields.append(Field(column.english, "string", words))
            names.append(column.english)
    if rows and "entity" in rows[0] and "entity" not in names:
        fields.append(Field("entity", "string", Words("主体编号", "the entity's id")))
        names.append("entity")
    types = {field.name: field.type for field in fields}
    made = [tuple(_as(row[name], types[name]) for name in names) for row in rows]
    return Content(table.id, table.title, tuple(fields), table.keys, folder), made


def sha256_of(path: Path) -> str:
    """The sha256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def manifest(folder: Path, files: Iterable[Path]) -> str:
    """Lines as `sha256sum --check` takes them, by path."""
    paths = sorted(path.relative_to(folder).as_posix() for path in files)
    return "".join(f"{sha256_of(folder / path)}  {path}\n" for path in paths)


def _unknown(value: Any) -> bool:
    """Frames have several words for it; not-a-number differs from itself."""
    return value is None or value is pd.NA or bool(value != value)


def _in_csv(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value


def _type(column: Column, values: Sequence[Any]) -> FieldType:
    known = [value for value in values if value is not None]
    if column.kind == "count" or (known and all(type(value) is int for value in known)):
        return "integer" if all(float(value).is_integer() for value in known) else "number"
    if column.numeric or (known and all(isinstance(value, float | int) for value in known)):
        return "number"
    return "string"


def _as(value: Any, kind: FieldType) -> Any:
    if value is None:
        return None
    return {"integer": int, "number": float}.get(kind, str)(value)
