"""The mentions that a person means by an entity's id or name, as the newest resolution knows them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select

from pipelines.errors import UsageError
from pipelines.store import schema

#: So many candidates are listed where a name has several bearers.
LISTED_MOST = 10


def mentions_of(connection: Connection, who: str) -> Select[Any]:
    """A query for the ids of the mentions meant by `who`: an entity's id (or one that redirects to it), or a name
    with one bearer. A name that no resolution has seen yet means the mentions that are written so.

    Raises `UsageError` where nobody is meant, or where several bear the name (listing them with their ids).
    """
    text = who.strip()
    entity, of_mention, mention = schema.entity, schema.mention_entity, schema.mention
    row = connection.execute(select(entity).where(entity.c.id == text.lower())).one_or_none()
    if row is not None:
        return select(of_mention.c.mention_id).where(of_mention.c.entity_id == (row.redirect_to or row.id))
    written = (
        select(of_mention.c.entity_id)
        .join(mention, mention.c.id == of_mention.c.mention_id)
        .where(mention.c.name == text)
    )
    shown = select(entity.c.id).where(
        entity.c.redirect_to.is_(None), (entity.c.name == text) | (entity.c.name_en == text)
    )
    for query in (written, shown):
        found = sorted(set(connection.execute(query).scalars()))
        if len(found) == 1:
            return select(of_mention.c.mention_id).where(of_mention.c.entity_id == found[0])
        if found:
            raise UsageError(_several(connection, text, found))
    unseen = select(mention.c.id).where(mention.c.name == text)
    if connection.execute(unseen.limit(1)).first() is None:
        raise UsageError(f"nobody is named {text!r} here; look with: valuenet entity NAME")
    return unseen


def _several(connection: Connection, text: str, found: list[str]) -> str:
    entity = schema.entity
    rows = connection.execute(
        select(entity.c.id, entity.c.name, entity.c.kind, entity.c.country)
        .where(entity.c.id.in_(found[:LISTED_MOST]))
        .order_by(entity.c.id)
    )
    listed = "; ".join(f"{row.id} {row.name} ({row.kind}, {row.country or '?'})" for row in rows)
    more = f"; and {len(found) - LISTED_MOST} more" if len(found) > LISTED_MOST else ""
    return f"{len(found)} entities bear the name {text!r}; give an id: {listed}{more}"
