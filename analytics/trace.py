"""From a fact back to the words that it was read from: mentions as written, evidence, snapshot, address."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, or_, select

from analytics.facts import View
from pipelines.store import schema

#: Ids in one question to the store.
_CHUNK: Final = 2000


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who stands in a fact: the role, the name as written there, and the entity it means (None: not resolved).
    `entity` is the head that it counts as; `name` and `name_en` are that one's."""

    role: str
    written: str
    mention: int
    entity: str | None
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """One place where a fact stands. `locator` is where in the snapshot; `archive` and `offset` are where the
    snapshot's bytes lie, `sha256` what they are. `ended_at` is None while the page still says it."""

    url: str
    locator: str
    quote: str
    method: str
    method_version: str
    confidence: float
    first_seen: dt.datetime
    last_seen: dt.datetime
    ended_at: dt.datetime | None
    archive: str
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class TracedFact:
    """A fact with who stands in it and where it was read. `value` is cleaned, `as_written` the source's words;
    `valid_from`, `valid_to` and `precision` are when it holds in the world."""

    fact: int
    kind: str
    value: str
    as_written: str
    number: float | None
    low: float | None
    high: float | None
    unit: str | None
    detail: dict[str, Any]
    valid_from: dt.date | None
    valid_to: dt.date | None
    precision: str | None
    source: str
    source_title: str
    source_title_zh: str
    bearers: tuple[Bearer, ...]
    evidence: tuple[Quoted, ...]

    @property
    def year(self) -> int | None:
        """The year that its valid time begins in."""
        return self.valid_from.year if self.valid_from else None


def trace(
    engine: Engine, facts: Iterable[int], view: View | None = None, *, heads: dict[str, str] | None = None
) -> list[TracedFact]:
    """The facts of these ids in order of valid time (undated last), then id; ids unknown to the store are left out.

    Only evidence that counts under the view's record time is given. `heads`: entity → the entity it counts as.
    """
    view = view or View()
    found: list[TracedFact] = []
    wanted = sorted({int(one) for one in facts})
    with engine.connect() as connection:
        for start in range(0, len(wanted), _CHUNK):
            found += _traced(connection, wanted[start : start + _CHUNK], view, heads or {})
    return sorted(found, key=lambda one: (one.valid_from is None, one.valid_from or dt.date.min, one.fact))


def _traced(
    connection: Connection, ids: list[int], view: View, heads: dict[str, str]
) -> Iterator[TracedFact]:
    fact, source = schema.fact, schema.source
    bearers, evidence = _bearers(connection, ids, heads), _evidence(connection, ids, view)
    rows = connection.execute(
        select(fact, source.c.title, source.c.title_zh)
        .join(source, source.c.name == fact.c.source)
        .where(fact.c.id.in_(ids))
    )
    for row in rows:
        yield TracedFact(
            fact=row.id, kind=row.kind, value=row.value, as_written=row.as_written, number=row.number, low=row.low,
            high=row.high, unit=row.unit, detail=row.detail, valid_from=row.valid_from, valid_to=row.valid_to,
            precision=row.valid_precision, source=row.source, source_title=row.title,
            source_title_zh=row.title_zh, bearers=tuple(bearers[row.id]), evidence=tuple(evidence[row.id]),
        )  # fmt: skip


def _bearers(connection: Connection, ids: list[int], heads: dict[str, str]) -> dict[int, list[Bearer]]:
    roles, mention, decided = schema.fact_mention, schema.mention, schema.mention_entity
    own = schema.entity.alias("own")
    rows = connection.execute(
        select(
            roles.c.fact_id,
            roles.c.role,
            mention.c.id,
            mention.c.name,
            own.c.id.label("own"),
            own.c.redirect_to,
        )
        .join(mention, mention.c.id == roles.c.mention_id)
        .outerjoin(decided, decided.c.mention_id == mention.c.id)
        .outerjoin(own, own.c.id == decided.c.entity_id)
        .where(roles.c.fact_id.in_(ids))
        .order_by(roles.c.fact_id, roles.c.role, roles.c.position)
    ).all()
    canonical = {row.own: row.redirect_to or row.own for row in rows if row.own}
    meant = {own_id: heads.get(one, one) for own_id, one in canonical.items()}
    names = _names(connection, set(meant.values()))
    found: dict[int, list[Bearer]] = defaultdict(list)
    for row in rows:
        entity = meant.get(row.own)
        name, english = names.get(entity or "", ("", ""))
        found[row.fact_id].append(Bearer(row.role, row.name, row.id, entity, name, english))
    return found


def _names(connection: Connection, entities: set[str]) -> dict[str, tuple[str, str]]:
    table = schema.entity
    found: dict[str, tuple[str, str]] = {}
    wanted = sorted(entities)
    for start in range(0, len(wanted), _CHUNK):
        query = select(table.c.id, table.c.name, table.c.name_en)
        for row in connection.execute(query.where(table.c.id.in_(wanted[start : start + _CHUNK]))):
            found[row.id] = row.name, row.name_en or ""
    return found


def _evidence(connection: Connection, ids: list[int], view: View) -> dict[int, list[Quoted]]:
    evidence, page, snapshot = schema.evidence, schema.page, schema.snapshot
    query: Select[Any] = (
        select(
            evidence.c.fact_id, page.c.url, evidence.c.locator, evidence.c.quote, evidence.c.method,
            evidence.c.method_version, evidence.c.confidence, evidence.c.first_seen, evidence.c.last_seen,
            evidence.c.ended_at, snapshot.c.archive, snapshot.c.offset, snapshot.c.sha256,
        )
        .join(page, page.c.id == evidence.c.page_id)
        .join(snapshot, snapshot.c.id == evidence.c.snapshot_id)
        .where(evidence.c.fact_id.in_(ids))
        .order_by(evidence.c.fact_id, evidence.c.first_seen, page.c.url, evidence.c.locator, evidence.c.id)
    )  # fmt: skip
    if view.known is None:
        query = query.where(evidence.c.ended_at.is_(None))
    else:
        query = query.where(
            evidence.c.first_seen <= view.known,
            or_(evidence.c.ended_at.is_(None), evidence.c.ended_at > view.known),
        )
    found: dict[int, list[Quoted]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.fact_id].append(Quoted(*row[1:]))
    return found
