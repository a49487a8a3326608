"""Every table and column of the store, and the views for SQL.

Types and keys come from the schema, meanings from it and from `tables.yaml` beside this module.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import CheckConstraint, Column, Table, inspect
from sqlalchemy.sql.sqltypes import LargeBinary, String

from pipelines.store.schema import metadata
from pipelines.store.session import open_store
from pipelines.store.types import Moment
from pipelines.store.views import VIEWS, make_views
from tools.reference.markdown import MADE, code, plain, table

FILE: Final = Path(__file__).with_name("tables.yaml")

_START: Final = """# The store

All tables, as they are on SQLite and on PostgreSQL. A moment is in UTC, to the millisecond. An id marked *of
content* is made of what the row says, so that the same content has the same id in every store. What may be empty is
unknown where it is. `valuenet init` makes the tables; migrations bring older ones to these.

For questions in SQL the [views](#views) are made by `valuenet datasette` ([Datasette](../datasette.md)).

"""


def described() -> dict[str, Any]:
    """What the file says: `groups` (heading → tables), `tables`, `shared`, `views`, `view_columns`."""
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def store_page() -> str:
    """The page. KeyError names a table, view or column that nobody has described."""
    told = described()
    parts = [MADE, _START]
    listed = [name for names in told["groups"].values() for name in names]
    if set(listed) != set(metadata.tables):
        raise KeyError(f"tables.yaml, groups: {sorted(set(listed) ^ set(metadata.tables))}")
    for heading, names in told["groups"].items():
        parts.append(f"## {heading}\n\n")
        parts += (_table(metadata.tables[name], told) for name in names)
    parts.append("## Views\n\nThey hold what sources say today, each entity by itself.\n\n")
    for name, columns in view_columns().items():
        rows = ((code(one), plain(_of_view(name, one, told))) for one in columns)
        parts.append(f"### {name}\n\n{plain(told['views'][name])}\n\n" + table(("column", "means"), rows))
    return "".join(parts).rstrip() + "\n"


def _table(one: Table, told: Mapping[str, Any]) -> str:
    rows = [(_key(column), _type(column, one), plain(meaning(column, told))) for column in one.columns]
    return f"### {one.name}\n\n{plain(told['tables'][one.name]['is'])}\n\n" + table(
        ("column", "type", "means"), rows
    )


def meaning(column: Column[Any], told: Mapping[str, Any]) -> str:
    """What a column is: as `tables.yaml` says of it, else as the schema says, else as columns of its name are."""
    own = told["tables"].get(column.table.name, {}).get("columns", {})
    for found in (own.get(column.name), column.comment, told["shared"].get(column.name)):
        if found:
            return str(found)
    raise KeyError(f"tables.yaml: what is {column.table.name}.{column.name}?")


def _of_view(view: str, column: str, told: Mapping[str, Any]) -> str:
    found = told["view_columns"].get(f"{view}.{column}") or told["view_columns"].get(column)
    if not found:
        raise KeyError(f"tables.yaml, view_columns: what is {view}.{column}?")
    return str(found)


def view_columns() -> dict[str, list[str]]:
    """View → its columns, as a new store has them."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{Path(folder) / 'views.db'}", create=True)
        try:
            with engine.begin() as connection:
                make_views(connection)
            return {name: [one["name"] for one in inspect(engine).get_columns(name)] for name in VIEWS}
        finally:
            engine.dispose()


def _key(column: Column[Any]) -> str:
    return f"**{code(column.name)}**" if column.primary_key else code(column.name)


def _type(column: Column[Any], one: Table) -> str:
    words = [_kind(column)]
    words += [f"→ {code(key.target_fullname)}" for key in column.foreign_keys]
    words += [f"one of: {', '.join(_words(check))}" for check in one.constraints if _is_choice(check, column)]
    if column.nullable:
        words.append("may be empty")
    return ", ".join(words)


def _kind(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, Moment):
        return "moment"
    if isinstance(kind, LargeBinary):
        return "bytes"
    if isinstance(kind, String):
        return f"text, at most {kind.length}" if kind.length else "text"
    words = {"BigInteger": "integer", "Integer": "integer", "Float": "number", "Boolean": "boolean",
             "Date": "date", "JSON": "JSON"}  # fmt: skip
    of_content = column.primary_key and column.name == "id" and column.autoincrement is False
    return words[type(kind).__name__] + (
        ", of content" if of_content and column.table.name != "known_name" else ""
    )


def _is_choice(check: object, column: Column[Any]) -> bool:
    return isinstance(check, CheckConstraint) and str(check.sqltext).startswith(f"{column.name} IN (")


def _words(check: Any) -> list[str]:
    listed = str(check.sqltext).partition("(")[2].rpartition(")")[0]
    return [code(word.strip().strip("'")) for word in listed.split(",")]
