"""All that is known of an entity, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from entity_resolution import storage
from entity_resolution.compatibility import Mentioned
from entity_resolution.lookup import find_entity
from pipelines.store import schema


def describe(engine: Engine, who: str) -> dict[str, Any]:
    """An entity with its names, identifiers, relations and how many facts speak of it."""
    with engine.connect() as connection:
        entity = find_entity(connection, who)
        found = storage.mentions(connection, storage.members(connection, entity))
        table = schema.entity
        row = connection.execute(select(table).where(table.c.id == entity)).one()
        redirected = (
            connection.execute(select(table.c.id).where(table.c.redirect_to == entity)).scalars().all()
        )
        stated = storage.stated_names(connection, found.keys())
        return {
            "id": entity,
            "name": row.name,
            "name_en": row.name_en,
            "kind": row.kind,
            "country": row.country,
            "names": _names(found),
            "stated_names": sorted({one.name for one in stated}),
            "identifiers": [
                {"scheme": scheme, "value": value}
                for scheme, value in sorted({each for one in found.values() for each in one.identifiers})
            ],
            "relations": storage.relations_of(connection, entity),
            "formerly": sorted(redirected),
            "mentions": len(found),
            "facts": _facts(connection, found),
        }


def _names(found: Mapping[int, Mentioned]) -> list[dict[str, Any]]:
    sources: dict[str, set[str]] = {}
    for one in found.values():
        sources.setdefault(one.name, set()).add(one.source)
    return [{"name": name, "sources": sorted(where)} for name, where in sorted(sources.items())]


def _facts(connection: Connection, found: Mapping[int, Mentioned]) -> int:
    who = schema.fact_mention
    query = select(func.count(func.distinct(who.c.fact_id)))
    return sum(
        connection.execute(query.where(who.c.mention_id.in_(some))).scalar_one()
        for some in storage.chunks(found.keys())
    )
