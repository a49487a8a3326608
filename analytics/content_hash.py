"""What a store says, as one number: the same content has the same hash, in any database and any order of rows.

Invariants: no number that a database gave out enters it, nor where bytes lie in an archive, nor when a run was;
rows are compared as sets. What is derived for speed, waits for a person, or is running text does not count.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Column, Connection, Engine, Table, select

from pipelines.store import schema

#: Read at once.
_ROWS: Final = 5000

#: Tables that count, with the columns that do not.
_LEFT_OUT: Final[Mapping[Table, frozenset[str]]] = {
    schema.source: frozenset({"declared_at"}),
    schema.snapshot: frozenset({"archive", "offset"}),
    schema.page: frozenset({"run_id", "etag", "last_modified", "leads"}),
    schema.mention: frozenset(),
    schema.mention_identifier: frozenset(),
    schema.fact: frozenset(),
    schema.fact_mention: frozenset(),
    schema.evidence: frozenset({"id", "run_id"}),
    schema.judgement: frozenset({"id", "undoes"}),
    schema.entity: frozenset({"born"}),
    schema.mention_entity: frozenset(),
    schema.entity_relation: frozenset({"judgement_id"}),
    schema.sample_edition: frozenset(),
    schema.sample_member: frozenset(),
    schema.sample_left: frozenset(),
    schema.sample_override: frozenset({"id", "undoes"}),
}
#: Logs whose rows name earlier ones: these are named by their own digest in place of their number.
_LOGS: Final = (schema.judgement, schema.sample_override)


@dataclass(frozen=True, slots=True)
class ContentHash:
    """sha256 (hexadecimal) of the whole, and for each table its rows and their own sha256."""

    sha256: str
    tables: Mapping[str, tuple[int, str]]


def content_hash(engine: Engine) -> ContentHash:
    """The hash of all that the store says. Reads every row once."""
    tables = {}
    with engine.connect() as connection:
        for table, left_out in _LEFT_OUT.items():
            columns = sorted((one for one in table.c if one.name not in left_out), key=lambda one: one.name)
            digests = (
                _log_digests(connection, table, columns)
                if table in _LOGS
                else _digests(connection, table, columns)
            )
            head = json.dumps([table.name, [one.name for one in columns]])
            tables[table.name] = (
                len(digests) // 32,
                hashlib.sha256(head.encode() + _sorted(digests)).hexdigest(),
            )
    whole = json.dumps(tables, sort_keys=True)
    return ContentHash(hashlib.sha256(whole.encode()).hexdigest(), tables)


def row_digest(values: list[Any]) -> bytes:
    """The sha256 of a row's values. Moments count in UTC, whole numbers alike whether kept as 1 or as 1.0."""
    text = json.dumps(
        [_plain(one) for one in values], ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _plain(value: Any) -> Any:
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="milliseconds")
        case dt.date():
            return value.isoformat()
        case bool() | None | str():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value


def _digests(connection: Connection, table: Table, columns: list[Column[Any]]) -> bytearray:
    found = bytearray()
    rows = connection.execution_options(yield_per=_ROWS).execute(select(*columns))
    for row in rows:
        found += row_digest(list(row))
    return found


def _log_digests(connection: Connection, table: Table, columns: list[Column[Any]]) -> bytearray:
    """A row that undoes another names it by that one's digest. A log only names rows that are older."""
    found, known = bytearray(), dict[int, str]()
    rows = connection.execution_options(yield_per=_ROWS).execute(
        select(table.c.id, table.c.undoes, *columns).order_by(table.c.id)
    )
    for row in rows:
        number, undoes, *values = row
        digest = row_digest([*values, known.get(undoes, "") if undoes is not None else None])
        known[number] = digest.hex()
        found += digest
    return found


def _sorted(digests: bytearray) -> bytes:
    return bytes(np.sort(np.frombuffer(bytes(digests), dtype="S32")).tobytes()) if digests else b""
