"""Finding entities by what a person types, near misses too.

Invariant: an index answers for whole names, keys and beginnings; only then are all names looked through, once.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Select, func, select

from entity_resolution.lookup import find_entity
from entity_resolution.names import exact_key
from pipelines.errors import UsageError
from pipelines.store import schema

FOUND_MOST: Final = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that was found, with how many mentions it has."""

    entity: str
    name: str
    name_en: str
    kind: str
    country: str
    mentions: int


def search(connection: Connection, asked: str, most: int = FOUND_MOST) -> list[Hit]:
    """Entities whose id or name is this, then those with a name that begins so or holds it, in this order."""
    text = asked.strip()
    if not text:
        return []
    found: dict[str, None] = {}
    with suppress(UsageError):  # nobody, or several: both are found below
        found[find_entity(connection, text)] = None
    for query in _queries(text):
        if len(found) >= most:
            break
        found |= {str(one): None for one in connection.execute(query.limit(most)).scalars()}
    return _hits(connection, list(found)[:most])


def _queries(text: str) -> list[Select[tuple[str]]]:
    mention, of_mention, entity = schema.mention, schema.mention_entity, schema.entity
    by_mention = (
        select(of_mention.c.entity_id).join(mention, mention.c.id == of_mention.c.mention_id).distinct()
    )
    keys = {exact_key(text), exact_key(text, "person")} - {""}
    queries = [
        by_mention.where(mention.c.name == text),
        select(of_mention.c.entity_id).where(of_mention.c.exact_key.in_(keys)).distinct(),
        # a beginning as a range: an index answers, which no LIKE is sure of
        by_mention.where(mention.c.name >= text, mention.c.name < text + "\U0010ffff"),
    ]
    if len(text) > 1:
        holds = entity.c.name.contains(text, autoescape=True) | func.lower(entity.c.name_en).contains(
            text.lower(), autoescape=True
        )
        queries.append(select(entity.c.id).where(entity.c.redirect_to.is_(None), holds))
        named = select(mention.c.id).where(mention.c.name.contains(text, autoescape=True))
        # first of all: both databases would else go from entity to entity, and look each of their names up
        first = named.cte("named").prefix_with("MATERIALIZED")
        bearers = select(of_mention.c.entity_id).join(first, first.c.id == of_mention.c.mention_id)
        queries.append(bearers.distinct())
    return queries


def _hits(connection: Connection, ids: list[str]) -> list[Hit]:
    entity, of_mention = schema.entity, schema.mention_entity
    counted = (
        select(of_mention.c.entity_id, func.count().label("mentions"))
        .where(of_mention.c.entity_id.in_(ids))
        .group_by(of_mention.c.entity_id)
    )
    mentions = {row.entity_id: row.mentions for row in connection.execute(counted)}
    rows = {row.id: row for row in connection.execute(select(entity).where(entity.c.id.in_(ids)))}
    return [
        Hit(one, row.name, row.name_en or "", row.kind, row.country or "", mentions.get(one, 0))
        for one in ids
        if (row := rows.get(one)) is not None
    ]
