"""Finding an entity or a mention by what a person types: an id, or a name."""

from __future__ import annotations

from sqlalchemy import Connection, select

from entity_resolution import storage
from entity_resolution.compatibility import Mentioned
from entity_resolution.rules import key_of
from pipelines.errors import UsageError
from pipelines.store import schema

#: So many candidates are listed where a name has several bearers.
LISTED_MOST = 10


def find_entity(connection: Connection, who: str) -> str:
    """The entity with this id (or the one it redirects to), or the only bearer of this name.

    Raises `UsageError` where there is none, or where several bear the name (listing them with their ids).
    """
    text = who.strip()
    entity = schema.entity
    row = connection.execute(select(entity).where(entity.c.id == text.lower())).one_or_none()
    if row is not None:
        return row.redirect_to or str(row.id)
    if text.isascii() and text.isdigit() and len(text) < 20:
        of_mention = storage.entities_of(connection, [int(text)])
        if of_mention:
            return next(iter(of_mention.values()))
    return _only(connection, text, _bearers(connection, text))


def find_mention(connection: Connection, who: str) -> Mentioned:
    """The mention that stands for what was typed: the one with this id; else, of the entity found, its founder, or
    the oldest that bears the very name that was typed. Raises `UsageError` as `find_entity` does."""
    text = who.strip()
    if text.isascii() and text.isdigit() and len(text) < 20:
        found = storage.mentions(connection, [int(text)])
        if found:
            return found[int(text)]
    stands = _standing_for(connection, find_entity(connection, text), text)
    return storage.mentions(connection, [stands])[stands]


def _standing_for(connection: Connection, entity: str, text: str) -> int:
    """The entity's oldest mention of that name, or else of its key, or else the founder."""
    mention, of_mention = schema.mention, schema.mention_entity
    bears = (
        select(mention.c.id)
        .join(of_mention, of_mention.c.mention_id == mention.c.id)
        .where(of_mention.c.entity_id == entity)
        .order_by(mention.c.first_seen, mention.c.id)
        .limit(1)
    )
    for named in (mention.c.name == text, of_mention.c.exact_key.in_(_keys(text))):
        if (found := connection.execute(bears.where(named)).scalar()) is not None:
            return int(found)
    table = schema.entity
    return int(connection.execute(select(table.c.mention_id).where(table.c.id == entity)).scalar_one())


def _keys(text: str) -> set[str]:
    return {key_of(text, None), key_of(text, "person")} - {""}


def _bearers(connection: Connection, text: str) -> set[str]:
    """Entities of which a mention has the name as typed, else its key; else those shown under it."""
    mention, of_mention, entity = schema.mention, schema.mention_entity, schema.entity
    exact = (
        select(of_mention.c.entity_id)
        .join(mention, mention.c.id == of_mention.c.mention_id)
        .where(mention.c.name == text)
    )
    found = {row.entity_id for row in connection.execute(exact)}
    if not found:
        by_key = select(of_mention.c.entity_id).where(of_mention.c.exact_key.in_(_keys(text)))
        found = {row.entity_id for row in connection.execute(by_key)}
    if not found:
        is_shown = entity.c.redirect_to.is_(None) & ((entity.c.name == text) | (entity.c.name_en == text))
        found = {row.id for row in connection.execute(select(entity.c.id).where(is_shown))}
    return found


def _only(connection: Connection, text: str, found: set[str]) -> str:
    if not found:
        raise UsageError(f"no entity is named {text!r}; new mentions are known after: valuenet resolve")
    if len(found) == 1:
        return found.pop()
    entity, mention = schema.entity, schema.mention
    query = select(entity, mention.c.source, mention.c.scope, mention.c.place).join(
        mention, mention.c.id == entity.c.mention_id
    )
    rows = connection.execute(query.where(entity.c.id.in_(sorted(found)[:LISTED_MOST]))).all()
    listed = "; ".join(
        f"{row.id} {row.name} ({', '.join(filter(None, what))})"
        for row in rows
        for what in [(row.kind, row.country, row.place, row.scope, row.source)]
    )
    more = f"; and {len(found) - LISTED_MOST} more" if len(found) > LISTED_MOST else ""
    raise UsageError(f"{len(found)} entities bear the name {text!r}; give an id: {listed}{more}")
