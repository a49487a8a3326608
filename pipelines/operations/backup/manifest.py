"""What a backup says of itself: which store, which schema, how many rows with which digest, which files.

Rows are told as the database gives them, so that a manifest can be held against a store of any schema, older
ones and newer ones; digests can be compared within one kind of database alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import Connection, Executable, column, func, inspect, select, table, text

from pipelines.errors import InputError

NAME: Final = "manifest.json"
FORMAT: Final = 1
#: Rows fetched at once.
_ROWS: Final = 5000
#: What says which schema a store has; it is no content.
SCHEMA_TABLE: Final = "alembic_version"
#: Filled by `valuenet init` itself.
GIVEN: Final = frozenset({SCHEMA_TABLE, "taxonomy", "taxon"})

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rows(_Part):
    """A table: how many rows, and the sum of their digests (SHA-256, hexadecimal), which no order changes;
    empty where it was not computed."""

    rows: int = Field(ge=0)
    digest: Sha256 | Literal[""] = ""


class Kept(_Part):
    """A file: bytes and SHA-256. path: relative to the archive, or the name in the backup."""

    path: str
    size: int = Field(ge=0)
    sha256: Sha256


class Manifest(_Part):
    """The whole. backend: `sqlite` or `postgresql`; server: its version; schema_revision: None for a store
    without any. copied: whether the archive's files are in the backup, or only listed."""

    format: Literal[1] = FORMAT
    made_at: dt.datetime
    program: str
    backend: Literal["sqlite", "postgresql"]
    server: str
    schema_revision: str | None
    tables: Mapping[str, Rows]
    store: Kept
    copied: bool
    archive: tuple[Kept, ...] = ()


def read_manifest(text_: bytes, where: str) -> Manifest:
    """The manifest of a backup. Raises `InputError` naming the field that is wrong."""
    try:
        return Manifest.model_validate_json(text_)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(one) for one in first["loc"])
        raise InputError(
            str(first["msg"]), where=f"{where}: {NAME}", field=field, hint="Is it a backup of this program?"
        ) from error


def tables_of(connection: Connection) -> list[str]:
    """The tables of the store that is there, whatever its schema, in alphabetical order."""
    return sorted(inspect(connection).get_table_names())


def rows_of(connection: Connection, name: str, *, digest: bool) -> Rows:
    """The rows of one table. With `digest` each row is read, once."""
    own = table(name)
    if not digest:
        return Rows(rows=connection.execute(select(func.count()).select_from(own)).scalar_one())
    columns = sorted(one["name"] for one in inspect(connection).get_columns(name))
    query: Executable = select(*(column(one) for one in columns)).select_from(own)
    count, total = 0, 0
    for row in connection.execution_options(yield_per=_ROWS).execute(query):
        count += 1
        plain = repr([bytes(one) if isinstance(one, memoryview) else one for one in row])
        total += int.from_bytes(hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest())
    return Rows(rows=count, digest=f"{total % 2**256:064x}")


def told_alike(connection: Connection) -> None:
    """Have a server tell the same moments in the same words, wherever it stands."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))


def differences(connection: Connection, manifest: Manifest) -> list[str]:
    """What of the store is not as the manifest says, table by table, in words; empty: all is there."""
    told_alike(connection)
    there, found = set(tables_of(connection)), []
    for name, said in sorted(manifest.tables.items()):
        if name not in there:
            found.append(f"the table {name} is missing")
            continue
        own = rows_of(connection, name, digest=bool(said.digest))
        if own.rows != said.rows:
            found.append(f"{name} has {own.rows} rows, the manifest says {said.rows}")
        elif own.digest != said.digest:
            found.append(f"{name} has other content than the manifest says")
    return found


def held(connection: Connection) -> Mapping[str, Any]:
    """Tables that hold something besides what every new store has, with their rows."""
    counts = {
        name: rows_of(connection, name, digest=False).rows
        for name in tables_of(connection)
        if name not in GIVEN
    }
    return {name: count for name, count in counts.items() if count}
