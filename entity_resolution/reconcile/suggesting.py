"""What a person may mean who has typed the beginning of a name or an id."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, select

from entity_resolution.names import exact_key
from entity_resolution.reconcile import bearers, limits
from entity_resolution.reconcile.asked import clean
from entity_resolution.reconcile.bearers import Known
from entity_resolution.reconcile.properties import PERSON, PROPERTIES, TYPES, matching
from entity_resolution.review.showing import shown
from pipelines.store import schema

#: Rows of an index that are read for one suggestion.
_ROWS_MOST: Final = 2000


def suggest_entities(connection: Connection, prefix: str, cursor: int) -> list[dict[str, Any]]:
    """Organisations whose name, or further name, begins so; first the one with this id or the very name. Without
    the first `cursor`. Nothing for an empty prefix."""
    typed = clean(prefix[: limits.NAME_MOST])
    ids = [typed.lower()] if typed.isascii() and len(typed) <= limits.ID_MOST else []
    key = exact_key(typed)
    if key:
        of_mention, stated = schema.mention_entity, schema.stated_name
        own = (
            select(of_mention.c.exact_key, of_mention.c.entity_id)
            .where(
                _begins(connection, of_mention.c.exact_key, key), of_mention.c.exact_key.not_like("person|%")
            )
            .order_by(of_mention.c.exact_key)
            .limit(_ROWS_MOST)
        )
        further = (
            select(stated.c.exact_key, of_mention.c.entity_id)
            .join(of_mention, of_mention.c.mention_id == stated.c.mention_id)
            .where(_begins(connection, stated.c.exact_key, key))
            .order_by(stated.c.exact_key)
            .limit(_ROWS_MOST)
        )
        rows = [(len(row.exact_key), at, row.exact_key, row.entity_id)
                for at, query in enumerate((own, further)) for row in connection.execute(query)]  # fmt: skip
        ids += [row[-1] for row in sorted(rows)]
    wanted = list(dict.fromkeys(ids))
    known = bearers.entities(connection, wanted[: limits.CURSOR_MOST + 2 * limits.SUGGESTIONS])
    found = dict.fromkeys(known[one] for one in wanted if one in known and known[one].kind != PERSON)
    return [_entity(one) for one in list(found)[cursor : cursor + limits.SUGGESTIONS]]


def suggest_properties(prefix: str, cursor: int) -> list[dict[str, Any]]:
    """Properties whose id, name or a word of it begins so; all for an empty prefix."""
    found = matching(PROPERTIES.values(), clean(prefix[: limits.NAME_MOST]))
    return [one.as_json() for one in found[cursor : cursor + len(PROPERTIES)]]


def suggest_types(prefix: str, cursor: int) -> list[dict[str, Any]]:
    """Types whose id, name or a word of it begins so; all for an empty prefix."""
    return [one.as_json() for one in matching(TYPES.values(), clean(prefix[: limits.NAME_MOST]))[cursor:]]


def described(entity: Known) -> str:
    """A line that helps to tell namesakes apart."""
    return " · ".join(filter(None, (shown(entity.name_en), entity.kind, entity.country)))


def _entity(entity: Known) -> dict[str, Any]:
    return {
        "id": entity.id,
        "name": shown(entity.name),
        "description": described(entity),
        "notable": [TYPES[entity.kind].brief()],
    }


def _begins(connection: Connection, column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """As the index can answer it: SQLite compares code points, PostgreSQL knows what LIKE means."""
    if connection.dialect.name == "sqlite":
        return and_(column >= prefix, column < prefix + "\U0010ffff")
    return column.startswith(prefix, autoescape=True)
