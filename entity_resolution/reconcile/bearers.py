"""Entities by what is said of them: an id, an identifier, a name's key. Every query here uses an index, and however
many bear a name, few of them are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select, tuple_

from entity_resolution import kept_names, storage
from entity_resolution.compatibility import Mentioned, Stated
from entity_resolution.homonyms import BEARERS_MOST
from pipelines.store import schema

#: Of the bearers of one name so many are looked at, if nothing else tells them apart.
NAMESAKES_MOST = 50


@dataclass(frozen=True, slots=True)
class Known:
    """An entity's row."""

    id: str
    name: str
    name_en: str
    kind: str
    country: str


@dataclass(frozen=True, slots=True)
class Bears:
    """An entity that bears a name, by one of its mentions; `stated`: as a further name that a source states."""

    entity: str
    mention: int
    stated: bool


def entities(connection: Connection, ids: Collection[str]) -> dict[str, Known]:
    """Id → entity; for one that was merged the entity that it is now. Unknown ids are not in it."""
    table = schema.entity
    found = {row.id: row for row in storage.in_parts(connection, select(table), table.c.id, set(ids))}
    targets = {row.redirect_to for row in found.values() if row.redirect_to} - found.keys()
    found |= {row.id: row for row in storage.in_parts(connection, select(table), table.c.id, targets)}
    return {key: _known(found[found[key].redirect_to or key]) for key in ids if key in found}


def of_keys(connection: Connection, keys: Collection[str]) -> dict[str, list[Bears]]:
    """Exact key → the entities that bear it: at most `NAMESAKES_MOST` as their own, as many as a stated one."""
    of_mention, stated = schema.mention_entity, schema.stated_name
    own = select(
        of_mention.c.exact_key,
        of_mention.c.entity_id,
        func.min(of_mention.c.mention_id).label("mention"),
        literal(0).label("stated"),
    ).group_by(of_mention.c.exact_key, of_mention.c.entity_id)
    further = (
        select(
            stated.c.exact_key,
            of_mention.c.entity_id,
            func.min(stated.c.mention_id).label("mention"),
            literal(1).label("stated"),
        )
        .join(of_mention, of_mention.c.mention_id == stated.c.mention_id)
        .group_by(stated.c.exact_key, of_mention.c.entity_id)
    )
    found: dict[str, dict[str, Bears]] = defaultdict(dict)
    for query, column in ((own, of_mention.c.exact_key), (further, stated.c.exact_key)):
        for some in storage.chunks(set(keys) - {""}):
            for row in connection.execute(_first_of_each(query.where(column.in_(some)))):
                one = Bears(row.entity_id, row.mention, bool(row.stated))
                found[row.exact_key].setdefault(row.entity_id, one)
    return {key: list(bearers.values()) for key, bearers in found.items()}


def mentions_of_keys(
    connection: Connection, keys: Collection[str]
) -> tuple[dict[str, list[Mentioned]], list[Stated]]:
    """Key → the mentions that bear it, and the further names stated under the keys, as rules want them. Keys with
    more mentions than rules tell apart are left out of both: nothing is decided by them."""
    of_mention, stated = schema.mention_entity, schema.stated_name
    wanted = set(keys) - {""}
    for column in (of_mention.c.exact_key, stated.c.exact_key):
        counted = select(column, func.count()).group_by(column).having(func.count() > BEARERS_MOST)
        wanted -= {row[0] for row in storage.in_parts(connection, counted, column, wanted)}
    naming = kept_names.by_key(connection, wanted)
    ids = storage.ids_by_key(connection, wanted) | {one.mention for one in naming}
    found = _with_further(connection, storage.mentions(connection, ids))
    by_key: dict[str, list[Mentioned]] = defaultdict(list)
    for one in found.values():
        if one.key in wanted:
            by_key[one.key].append(one)
    return dict(by_key), naming


def mentions_of(connection: Connection, ids: Collection[int]) -> dict[int, Mentioned]:
    """The mentions with these ids, each with what is stated of it."""
    return _with_further(connection, storage.mentions(connection, ids))


def of_identifiers(
    connection: Connection, identifiers: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[Mentioned]]:
    """(scheme, value) → the mentions that bear it; without those that too many bear to tell anybody."""
    table = schema.mention_identifier
    wanted = set(identifiers)
    pair = tuple_(table.c.scheme, table.c.value)
    counted = (
        select(table.c.scheme, table.c.value)
        .group_by(table.c.scheme, table.c.value)
        .having(func.count() > BEARERS_MOST)
    )
    for some in storage.chunks(wanted):
        wanted -= {(row.scheme, row.value) for row in connection.execute(counted.where(pair.in_(some)))}
    ids = storage.ids_by_identifier(connection, wanted)
    found = storage.mentions(connection, {key for some in ids.values() for key in some})
    return {one: [found[key] for key in some] for one, some in ids.items()}


def members(connection: Connection, ids: Iterable[str], most: int) -> dict[str, list[int]]:
    """Entity → its mentions, up to `most` of each."""
    table = schema.mention_entity
    number = func.row_number().over(partition_by=table.c.entity_id, order_by=table.c.mention_id)
    found: dict[str, list[int]] = defaultdict(list)
    for some in storage.chunks(set(ids)):
        inner = select(table.c.entity_id, table.c.mention_id, number.label("number"))
        numbered = inner.where(table.c.entity_id.in_(some)).subquery()
        query = select(numbered.c.entity_id, numbered.c.mention_id).where(numbered.c.number <= most)
        for row in connection.execute(query):
            found[row.entity_id].append(row.mention_id)
    return dict(found)


def _first_of_each(query: Select[Any]) -> Select[Any]:
    """The rows of an answer with the columns exact_key and entity_id, the first ones of each key alone."""
    whole = query.subquery()
    number = func.row_number().over(partition_by=whole.c.exact_key, order_by=whole.c.entity_id)
    numbered = select(whole, number.label("number")).subquery()
    return select(numbered).where(numbered.c.number <= NAMESAKES_MOST)


def _with_further(connection: Connection, found: dict[int, Mentioned]) -> dict[int, Mentioned]:
    return storage.with_further(found, kept_names.of_mentions(connection, found.keys()))


def _known(row: Any) -> Known:
    return Known(row.id, row.name, row.name_en or "", row.kind, row.country or "")
