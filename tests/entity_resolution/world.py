"""Small stores for the tests of this room, filled through the same writer as a crawl's."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Engine, select

from pipelines.facts import facts_of
from pipelines.records import (
    AlsoNamed,
    AnyRecord,
    Identifier,
    Link,
    Mention,
    Organisation,
    Person,
    Post,
    When,
)
from pipelines.store import schema
from pipelines.store.runs import close_run, open_run
from pipelines.store.writing import Method, Reading, SnapshotRef, StoreWriter

_DAY = dt.datetime(2021, 3, 1, tzinfo=dt.UTC)


def organisation(
    name: str, *also: tuple[str, str], links: tuple[Link, ...] = (), **more: Any
) -> Organisation:
    """An organisation; `also` are (name, type); `more` as in `mention`."""
    return Organisation(
        locator="$",
        subject=mention(name, **more),
        names=tuple(AlsoNamed(name=other, type=kind) for other, kind in also),
        links=links,
    )


def mention(name: str, kind: Any = "company", ids: dict[str, str] | None = None, **more: Any) -> Mention:
    """A mention; `ids` are its identifiers by scheme."""
    given = tuple(Identifier(scheme=scheme, value=value) for scheme, value in (ids or {}).items())
    return Mention(name=name, kind=kind, identifiers=given, **more)


def employed(name: str, employer: str, **more: Any) -> Person:
    """A person at an organisation."""
    return Person(
        locator="$",
        person=mention(name, kind="person", **more),
        posts=(Post(employer=mention(employer, kind=None), post="CEO", when=When()),),
    )


def write(engine: Engine, source: str, *records: AnyRecord, day: int = 0) -> None:
    """One run of a source whose page has these records."""
    declared = {
        "name": source, "title": source, "title_zh": source, "publisher": "p", "home": "h", "licence": "l",
        "terms": "t", "robots": "r", "cadence": "once", "personal_data": "none", "lists_all": False,
        "authority": False, "declared": {},
    }  # fmt: skip
    run = open_run(engine, declared, "crawl")
    facts = [(fact, Method("test", "1")) for record in records for fact in facts_of(record)]
    url = f"https://{source}.example/{day}"
    shot = SnapshotRef(sha256=f"{day:064x}", archive="a.warc.gz", offset=0)
    StoreWriter(engine, source, run).write([Reading(url, _DAY + dt.timedelta(days=day), shot, facts=facts)])
    close_run(engine, run, "complete")


def partition(engine: Engine) -> set[frozenset[str]]:
    """The entities, each as its names with their sources (`source/name`)."""
    found: dict[str, set[str]] = {}
    query = select(schema.mention_entity.c.entity_id, schema.mention.c.source, schema.mention.c.name).join(
        schema.mention, schema.mention.c.id == schema.mention_entity.c.mention_id
    )
    with engine.connect() as connection:
        for row in connection.execute(query):
            found.setdefault(row.entity_id, set()).add(f"{row.source}/{row.name}")
    return {frozenset(names) for names in found.values()}


def together(engine: Engine, *names: str) -> bool:
    """Whether all mentions of these names are one entity."""
    query = (
        select(schema.mention_entity.c.entity_id)
        .join(schema.mention, schema.mention.c.id == schema.mention_entity.c.mention_id)
        .where(schema.mention.c.name.in_(names))
        .distinct()
    )
    with engine.connect() as connection:
        return len(connection.execute(query).all()) == 1


def rows(engine: Engine, table: Any) -> list[Any]:
    """Everything in a table."""
    with engine.connect() as connection:
        return list(connection.execute(select(table)).all())
