"""Many rows at once: insert them, or update what is there already.

SQLite takes an upsert with a list of rows. PostgreSQL takes such lists slowly; there the rows go by COPY into a
temporary table and from it, sorted, into the real one (five times as fast, and writers meet in one order).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

Row = Mapping[str, Any]

#: Below this many rows a plain upsert is faster than a temporary table.
COPY_LEAST = 50

#: Ids per `IN (...)`: below the number of variables that SQLite and PostgreSQL take.
CHUNK = 5000

#: How a column is updated where the row exists.
TAKE, LATER, EARLIER = "take", "later", "earlier"


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    conflict: Sequence[str],
    update: Mapping[str, str] | None = None,
    where: str = "",
) -> None:
    """Insert `rows` (same columns in each); where `conflict` columns are taken, change the columns in `update`
    (column → TAKE the new value, or the LATER / EARLIER of both); without `update` the old row stays.

    `where` is the condition of the partial unique index that `conflict` means, if it is one.
    """
    if not rows:
        return
    rows = [{name: _storable(value) for name, value in row.items()} for row in rows]
    if connection.dialect.name == "postgresql" and len(rows) >= COPY_LEAST:
        _copy(connection, table, rows, conflict, update or {}, where)
    else:
        _listed(connection, table, rows, conflict, update or {}, where)


def chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    """Ids in sorted lists short enough for one `IN (...)`."""
    ordered = sorted(ids)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def _storable(value: Any) -> Any:
    """The value without NUL, which PostgreSQL holds neither in text nor in JSON; alike on SQLite."""
    if isinstance(value, str):
        return value.replace("\0", "�") if "\0" in value else value
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value


def _changes(table: Table, update: Mapping[str, str], is_postgres: bool) -> dict[str, str]:
    """Column → the SQL of its value where the row exists."""
    functions = {LATER: "greatest", EARLIER: "least"} if is_postgres else {LATER: "max", EARLIER: "min"}
    return {
        column: f'excluded."{column}"'
        if how == TAKE
        else f'{functions[how]}({table.name}."{column}", excluded."{column}")'
        for column, how in update.items()
    }


def _listed(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    conflict: Sequence[str],
    update: Mapping[str, str],
    where: str,
) -> None:
    is_postgres = connection.dialect.name == "postgresql"
    module: Any = postgresql if is_postgres else sqlite
    statement = module.insert(table)
    condition = text(where) if where else None
    if not update:
        statement = statement.on_conflict_do_nothing(index_elements=list(conflict), index_where=condition)
    else:
        statement = statement.on_conflict_do_update(
            index_elements=list(conflict),
            index_where=condition,
            set_={column: text(sql) for column, sql in _changes(table, update, is_postgres).items()},
        )
    connection.execute(statement, [dict(row) for row in rows])


def _copy(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    conflict: Sequence[str],
    update: Mapping[str, str],
    where: str,
) -> None:
    columns = list(rows[0])
    incoming = f"incoming_{table.name}"
    listed = ", ".join(f'"{column}"' for column in columns)
    jsons = {column for column in columns if isinstance(table.c[column].type, JSON | JSONB)}
    changes = ", ".join(f'"{column}" = {sql}' for column, sql in _changes(table, update, True).items())
    cursor = connection.connection.cursor()
    try:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {incoming} (LIKE {table.name}) ON COMMIT DELETE ROWS"
        )
        for column in table.primary_key.columns:
            if column.name not in columns:  # given by the database on the way into the real table
                cursor.execute(f'ALTER TABLE {incoming} ALTER COLUMN "{column.name}" DROP NOT NULL')
        cursor.execute(f"TRUNCATE {incoming}")
        with cursor.copy(f"COPY {incoming} ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(
                    [
                        json.dumps(row[column], ensure_ascii=False, sort_keys=True)
                        if column in jsons and row[column] is not None
                        else row[column]
                        for column in columns
                    ]
                )
        cursor.execute(
            f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {incoming} "  # noqa: S608 - our own names
            f"ORDER BY {', '.join(conflict)} ON CONFLICT ({', '.join(conflict)})"
            + (f" WHERE {where}" if where else "")
            + (f" DO UPDATE SET {changes}" if update else " DO NOTHING")
        )
    finally:
        cursor.close()
