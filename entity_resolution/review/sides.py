"""One side of a pair: an entity with all that helps to tell who it is, read for a page.

Invariant: whatever is asked for, the number of rows read is bounded, so that a page of an entity with a hundred
thousand mentions comes as quickly as any other.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from entity_resolution import storage
from entity_resolution.compatibility import Mentioned
from pipelines.store import schema
from pipelines.web_addresses import web_address

MENTIONS_MOST = 200
FACTS_MOST = 8
#: So many facts are looked at for those that are shown.
_FACTS_READ = 60
_QUOTES_MOST = 2
_STATED_MOST = 30
#: Of what it belongs to, and of what belongs to it.
RELATIONS_MOST = 100

#: What tells most of who somebody is comes first.
_TELLING = (
    "link", "cooperation", "financing", "employment", "education", "patent", "product", "policy", "attribute",
    "name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quote:
    """Words in a page that say a fact. `href` is empty where no browser may follow the address."""

    words: str
    url: str
    href: str
    seen: dt.datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A fact: its kind, the role of this side in it, who else stands in it, and where it is said."""

    fact: int
    kind: str
    role: str
    value: str
    others: tuple[tuple[str, str], ...]
    valid_from: dt.date | None
    valid_to: dt.date | None
    precision: str | None
    source: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """An entity as a pair's page shows it. `mention` stands for it in the judgement; `names` are the names that it
    is mentioned by, each with its sources; `total` and `facts_total` count what may not be shown in full."""

    entity: str
    mention: int
    written: str
    name: str
    name_en: str
    kind: str
    country: str
    names: tuple[tuple[str, tuple[str, ...]], ...]
    stated: tuple[tuple[str, str], ...]
    identifiers: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    kinds: tuple[str, ...]
    relations: tuple[Mapping[str, Any], ...]
    total: int
    told: tuple[Told, ...]
    facts_total: int

    @property
    def is_person(self) -> bool:
        """Names of persons have no parts."""
        return self.kind == "person"


def side(connection: Connection, mention: int, *, alone: bool = False) -> Side | None:
    """The side of the entity that this mention means; None where no resolution has seen the mention. With `alone`
    only what is said of this very mention, as before anybody decided what else it means."""
    entity = storage.entities_of(connection, [mention]).get(mention)
    if entity is None:
        return None
    row = connection.execute(select(schema.entity).where(schema.entity.c.id == entity)).one()
    members, total = _members(connection, entity, mention)
    if alone:
        members, total = {mention: members[mention]}, 1
    ids = list(members)
    told, facts_total = _told(connection, ids)
    sources: dict[str, set[str]] = defaultdict(set)
    for one in members.values():
        sources[one.name].add(one.source)
    written = members[mention].name
    stated = {(one.name, one.type) for one in storage.stated_names(connection, ids)}
    return Side(
        entity=entity,
        mention=mention,
        written=written,
        name=written if alone else row.name,
        name_en="" if alone else row.name_en or "",
        kind=(members[mention].kind or "other") if alone else row.kind,
        country=(members[mention].country or "") if alone else row.country or "",
        names=tuple(
            (name, tuple(sorted(where)))
            for name, where in sorted(sources.items(), key=lambda item: (item[0] != written, item[0]))
        ),
        stated=tuple(sorted(stated)[:_STATED_MOST]),
        identifiers=tuple(sorted({each for one in members.values() for each in one.identifiers})),
        places=tuple(sorted({one.place for one in members.values() if one.place})),
        kinds=tuple(sorted({one.kind for one in members.values() if one.kind})),
        relations=() if alone else tuple(storage.relations_of(connection, entity, RELATIONS_MOST)),
        total=total,
        told=told,
        facts_total=facts_total,
    )


def _members(connection: Connection, entity: str, mention: int) -> tuple[dict[int, Mentioned], int]:
    """The entity's oldest mentions and the one asked for; and how many there are."""
    table = schema.mention_entity
    of_it = table.c.entity_id == entity
    total = connection.execute(select(func.count()).select_from(table).where(of_it)).scalar_one()
    query = select(table.c.mention_id).where(of_it).order_by(table.c.mention_id).limit(MENTIONS_MOST)
    ids = {row.mention_id for row in connection.execute(query)} | {mention}
    found = storage.mentions(connection, ids)
    return dict(sorted(found.items(), key=lambda item: item[1].age)), total


def _told(connection: Connection, ids: Collection[int]) -> tuple[tuple[Told, ...], int]:
    """Facts that these mentions stand in, said now, of as many kinds as there are."""
    fact, who, evidence = schema.fact, schema.fact_mention, schema.evidence
    of_them = who.c.mention_id.in_(sorted(ids))
    total = connection.execute(select(func.count(func.distinct(who.c.fact_id))).where(of_them)).scalar_one()
    is_said = (
        select(evidence.c.id).where(evidence.c.fact_id == fact.c.id, evidence.c.ended_at.is_(None)).exists()
    )
    query = (
        select(fact, who.c.role.label("role"), who.c.mention_id.label("mention_id"))
        .join(who, who.c.fact_id == fact.c.id)
        .where(of_them, is_said)
        .limit(_FACTS_READ)
    )
    rows = {row.id: row for row in connection.execute(query)}
    chosen = _varied(list(rows.values()))
    wanted = [row.id for row in chosen]
    others = _others(connection, wanted, set(ids))
    quotes = _quotes(connection, wanted)
    return tuple(
        Told(
            fact=row.id, kind=row.kind, role=row.role, value=row.as_written or row.value,
            others=tuple(others[row.id]), valid_from=row.valid_from, valid_to=row.valid_to,
            precision=row.valid_precision, source=row.source, quotes=tuple(quotes[row.id]),
        )
        for row in chosen
    ), total  # fmt: skip


def _varied(rows: list[Row[Any]]) -> list[Row[Any]]:
    """One of each kind, then a second of each, and so on, up to what is shown."""
    seen: dict[str, int] = defaultdict(int)
    ranked = []
    for row in sorted(rows, key=lambda row: row.id):
        ranked.append((seen[row.kind], _TELLING.index(row.kind), row))
        seen[row.kind] += 1
    ranked.sort(key=lambda one: one[:2])
    return [row for _, _, row in ranked[:FACTS_MOST]]


def _others(connection: Connection, facts: list[int], own: set[int]) -> dict[int, list[tuple[str, str]]]:
    """Fact → (role, name) of who else stands in it."""
    who, mention = schema.fact_mention, schema.mention
    query = (
        select(who.c.fact_id, who.c.role, who.c.mention_id, mention.c.name)
        .join(mention, mention.c.id == who.c.mention_id)
        .where(who.c.fact_id.in_(facts), who.c.position < _FACTS_READ)
        .order_by(who.c.fact_id, who.c.role, who.c.position)
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.execute(query):
        if row.mention_id not in own and len(found[row.fact_id]) < FACTS_MOST:
            found[row.fact_id].append((row.role, row.name))
    return found


def _quotes(connection: Connection, facts: list[int]) -> dict[int, list[Quote]]:
    evidence, page = schema.evidence, schema.page
    query = (
        select(evidence.c.fact_id, evidence.c.quote, evidence.c.last_seen, evidence.c.ended_at, page.c.url)
        .join(page, page.c.id == evidence.c.page_id)
        .where(evidence.c.fact_id.in_(facts))
        .order_by(evidence.c.ended_at.is_not(None), evidence.c.first_seen, evidence.c.id)
        .limit(FACTS_MOST * _FACTS_READ)
    )
    found: dict[int, list[Quote]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    order = {fact: at for at, fact in enumerate(facts)}
    for row in sorted(connection.execute(query).all(), key=lambda row: order[row.fact_id]):
        # one line of a file says many facts: its words stand with the first
        if (row.url, row.quote) not in seen and len(found[row.fact_id]) < _QUOTES_MOST:
            seen.add((row.url, row.quote))
            found[row.fact_id].append(
                Quote(row.quote, row.url, web_address(row.url), row.last_seen, row.ended_at is not None)
            )
    return found
