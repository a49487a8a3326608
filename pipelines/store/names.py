"""The names that the store knows, for finding them in running text."""

from __future__ import annotations

from sqlalchemy import Engine, or_, select, union

from pipelines.records import Mention
from pipelines.store import schema


def known_names(engine: Engine, reader: str) -> list[Mention]:
    """Every name of an organisation that a source of authority, other than `reader`, gives: main names and further
    ones, each with kind and country, sorted. Persons are left out.

    The reader's own names are left out so that reading its pages twice finds the same.
    """
    mention, fact, roles, source = schema.mention, schema.fact, schema.fact_mention, schema.source
    trusted = (source.c.authority.is_(True), source.c.name != reader)
    organisations = or_(mention.c.kind.is_(None), mention.c.kind != "person")
    main = (
        select(mention.c.name.label("name"), mention.c.kind, mention.c.country)
        .join(source, source.c.name == mention.c.source)
        .where(*trusted, organisations)
    )
    further = (
        select(fact.c.value.label("name"), mention.c.kind, mention.c.country)
        .join(roles, roles.c.fact_id == fact.c.id)
        .join(mention, mention.c.id == roles.c.mention_id)
        .join(source, source.c.name == fact.c.source)
        .where(fact.c.kind == "name", roles.c.role == "subject", *trusted, organisations)
    )
    both = union(main, further)
    with engine.connect() as connection:
        rows = connection.execute(both).all()
    found = [Mention(name=row.name, kind=row.kind, country=row.country) for row in rows]
    return sorted(found, key=lambda one: (one.name, one.kind or "", one.country or ""))
