"""Further names as the store keeps them for speed: which mentions a source states a name of, by the name's key.

Invariants kept here:
- what is kept is what `storage.stated_names` would read from the facts; another version of the code makes it anew;
- nothing is written where nothing changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Row, delete, select, tuple_

from entity_resolution import storage
from entity_resolution.compatibility import Stated
from entity_resolution.rules import key_of
from pipelines.store import schema
from pipelines.store.bulk import TAKE, upsert

STATED = "stated_name"
#: To be raised with every change of what is stated, or of the keys.
STATED_VERSION = "1"


def is_current(connection: Connection, what: str, version: str) -> bool:
    """Whether `what` is kept by this version of the code."""
    table = schema.kept
    found = connection.execute(select(table.c.version).where(table.c.name == what)).scalar_one_or_none()
    return found == version


def mark(connection: Connection, what: str, version: str) -> None:
    """Note that `what` is kept by this version from now on."""
    if not is_current(connection, what, version):
        row = {"name": what, "version": version}
        upsert(connection, schema.kept, [row], conflict=["name"], update={"version": TAKE})


def forget(connection: Connection, what: str) -> None:
    """Note that `what` is kept no more, so that it is made anew when it is wanted."""
    connection.execute(delete(schema.kept).where(schema.kept.c.name == what))


def keep_stated(connection: Connection, found: Iterable[Stated], ids: Collection[int] | None) -> set[str]:
    """Keep these further names, which are all of the mentions `ids` (None: of all). Returns the keys of names that
    the mentions bore before or bear now."""
    table = schema.stated_name
    wanted = {(one.mention, one.name, one.type): (key_of(one.name, None), one.language) for one in found}
    query = select(table)
    rows = (
        connection.execute(query)
        if ids is None
        else storage.in_parts(connection, query, table.c.mention_id, ids)
    )
    there = {(row.mention_id, row.name, row.type): (row.exact_key, row.language) for row in rows}
    stale = there.keys() - wanted.keys()
    for some in storage.chunks(stale):
        of_row = tuple_(table.c.mention_id, table.c.name, table.c.type)
        connection.execute(delete(table).where(of_row.in_(some)))
    news = [
        {"mention_id": mention, "name": name, "type": type_, "exact_key": key, "language": language}
        for (mention, name, type_), (key, language) in sorted(wanted.items())
        if there.get((mention, name, type_)) != (key, language)
    ]
    upsert(
        connection, table, news, conflict=["mention_id", "name", "type"],
        update={"exact_key": TAKE, "language": TAKE},
    )  # fmt: skip
    return {key for key, _ in (*there.values(), *wanted.values())} - {""}


def by_key(connection: Connection, keys: Collection[str]) -> list[Stated]:
    """The names kept under these keys."""
    table = schema.stated_name
    return [_stated(row) for row in storage.in_parts(connection, select(table), table.c.exact_key, keys)]


def of_mentions(connection: Connection, ids: Collection[int]) -> list[Stated]:
    """The names kept of these mentions."""
    table = schema.stated_name
    return [_stated(row) for row in storage.in_parts(connection, select(table), table.c.mention_id, ids)]


def _stated(row: Row[tuple[int, str, str, str, str]]) -> Stated:
    return Stated(row.mention_id, row.name, row.type, row.language)
