"""Many rows at once: insert them, or update what is there already.

SQLite takes an upsert with a list of rows. PostgreSQL takes such lists slowly; there the rows go by COPY into a
temporary table and from it, sorted, into the real one (five times as fast, and writers meet in one order).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

Row = Mapping[str, Any]

#: Below this many rows a plain upsert is faster than a temporary table.
COPY_LEAST = 50

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


def _storable(value: Any) -> Any:
    """The value without NUL, which PostgreSQL holds neither in text nor in JSON; alike on SQLite."""
    if isinstance(value, str):
        return value.replace("\0", "�") if "\0" in value else value
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value


def _set(table: str, column: str, how: str, later: str, earlier: str) -> str:
    if how == TAKE:
        return f'"{column}" = excluded."{column}"'
    function = later if how == LATER else earlier
    return f'"{column}" = {function}({table}."{column}", excluded."{column}")'


def _on_conflict(table: str, conflict: Sequence[str], update: Mapping[str, str], where: str, sql: str) -> str:
    later, earlier = ("greatest", "least") if sql == "postgresql" else ("max", "min")
    target = f"ON CONFLICT ({', '.join(conflict)})" + (f" WHERE {where}" if where else "")
    if not update:
        return f"{target} DO NOTHING"
    return f"{target} DO UPDATE SET " + ", ".join(
        _set(table, column, how, later, earlier) for column, how in update.items()
    )


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
        later, earlier = ("greatest", "least") if is_postgres else ("max", "min")
        changes = {
            column: statement.excluded[column]
            if how == TAKE
            else text(f'{later if how == LATER else earlier}({table.name}."{column}", excluded."{column}")')
            for column, how in update.items()
        }
        statement = statement.on_conflict_do_update(
            index_elements=list(conflict), index_where=condition, set_=changes
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
            f"ORDER BY {', '.join(conflict)} "
            + _on_conflict(table.name, conflict, update, where, "postgresql")
        )
    finally:
        cursor.close()
