"""The queue of pairs that wait for a person, the most telling first.

Invariants kept here:
- a row of the queue is open, or a person's judgement closed it; what nobody decided and nothing proposes any more
  is deleted;
- a pair is claimed by one person at a time; a claim runs out by itself, so that nobody holds a pair for good;
- taking a judgement back opens what it had closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    text,
    union,
    update,
)

from entity_resolution import storage
from pipelines.store import schema
from pipelines.store.bulk import TAKE, upsert
from pipelines.store.types import content_id, now

#: So long a pair is kept for whoever is shown it.
CLAIM = dt.timedelta(minutes=10)
#: So many changed rows make what PostgreSQL knows of the queue old.
_MANY = 500
#: Kinds of facts that make edges of a network.
EDGES = ("cooperation", "financing", "education", "employment")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pair as a reviewer gets it. `left` and `right` are mentions, with the entities that they mean now; for the
    suggestions *unit of* and *subsidiary of* `left` is the part. `why`: `{"reason": ..., "by": ...}` and, where the
    model is in doubt, `"features": [[feature, words, push], ...]`."""

    id: int
    left: int
    right: int
    left_entity: str
    right_entity: str
    score: float
    suggestion: str
    why: Mapping[str, Any]
    effect: float
    raised_at: dt.datetime
    evidence_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Raised:
    """A pair to be put to a person, as its finder hands it over."""

    left: int
    right: int
    score: float
    suggestion: str
    why: Mapping[str, Any]

    @property
    def id(self) -> int:
        """The id of its row."""
        return candidate_id(self.left, self.right)


@dataclass(frozen=True, slots=True)
class Weight:
    """What is known of an entity: facts that may be edges, and when the newest evidence of it came."""

    edges: int = 0
    newest: dt.datetime = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def candidate_id(left: int, right: int) -> int:
    """The id of the row for two mentions, in whatever order."""
    return content_id("candidate", min(left, right), max(left, right))


# ── for reviewers ─────────────────────────────────────────────────────────────────────────────────


def next_pair(connection: Connection, who: str, *, skip: Collection[int] = ()) -> Waiting | None:
    """The open pair with the largest effect that nobody else has claimed, without those in `skip`; or None. Reads
    on from the head of an index: its cost does not grow with the queue."""
    table = schema.candidate
    query = select(table).where(table.c.closed_at.is_(None), _free(who)).order_by(*_order())
    if skip:
        query = query.where(table.c.id.not_in(sorted(skip)))
    row = connection.execute(query.limit(1)).one_or_none()
    return None if row is None else _waiting(connection, [row])[0]


def find(connection: Connection, candidate: int) -> Waiting | None:
    """One pair of the queue by its id, open or closed."""
    table = schema.candidate
    row = connection.execute(select(table).where(table.c.id == candidate)).one_or_none()
    return None if row is None else _waiting(connection, [row])[0]


def listed(connection: Connection, *, most: int = 50, after: int = 0) -> list[Waiting]:
    """The open pairs in their order, `most` of them, without the first `after`."""
    table = schema.candidate
    query = select(table).where(table.c.closed_at.is_(None)).order_by(*_order()).limit(most).offset(after)
    return _waiting(connection, connection.execute(query).all())


def about(connection: Connection, entity: str, *, most: int = 50) -> list[Waiting]:
    """The open pairs of which this entity is a side, the most telling first."""
    table, of_mention = schema.candidate, schema.mention_entity
    of_either = [  # an OR of the sides would read the whole queue on PostgreSQL
        select(table.c.id)
        .join(of_mention, of_mention.c.mention_id == side)
        .where(of_mention.c.entity_id == entity, table.c.closed_at.is_(None))
        for side in (table.c.left_id, table.c.right_id)
    ]
    query = select(table).where(table.c.id.in_(union(*of_either)))
    return _waiting(connection, connection.execute(query.order_by(*_order()).limit(most)).all())


def count(connection: Connection) -> int:
    """How many pairs are open."""
    table = schema.candidate
    return connection.execute(
        select(func.count()).select_from(table).where(table.c.closed_at.is_(None))
    ).scalar_one()


def claim(connection: Connection, candidate: int, who: str, *, lasting: dt.timedelta = CLAIM) -> bool:
    """Keep an open pair for somebody; False where it is closed, gone, or another's."""
    table = schema.candidate
    done = connection.execute(
        update(table)
        .where(table.c.id == candidate, table.c.closed_at.is_(None), _free(who))
        .values(claimed_by=who, claimed_until=now() + lasting)
    )
    return done.rowcount == 1


def take(
    connection: Connection, who: str, *, skip: Collection[int] = (), lasting: dt.timedelta = CLAIM
) -> Waiting | None:
    """The next pair, claimed. Two who ask at once get two pairs."""
    passed = set(skip)
    while (found := next_pair(connection, who, skip=passed)) is not None:
        if claim(connection, found.id, who, lasting=lasting):
            return found
        passed.add(found.id)
    return None


def release(connection: Connection, candidate: int, who: str) -> None:
    """Let go of a pair; another's claim stays."""
    table = schema.candidate
    connection.execute(
        update(table)
        .where(table.c.id == candidate, table.c.claimed_by == who)
        .values(claimed_by=None, claimed_until=None)
    )


# ── when something is judged ──────────────────────────────────────────────────────────────────────


def close(connection: Connection, judgement: int, left: str, right: str) -> int:
    """Close all open pairs between two entities (or within them, if they are one): this judgement decided them.
    Returns how many. An *unsure* closes too: the pair comes back with new evidence."""
    table, of_mention = schema.candidate, schema.mention_entity
    ours = select(of_mention.c.mention_id).where(of_mention.c.entity_id.in_({left, right}))
    query = select(table.c.id, table.c.left_id, table.c.right_id).where(
        table.c.closed_at.is_(None), table.c.left_id.in_(ours), table.c.right_id.in_(ours)
    )
    rows = connection.execute(query).all()
    entity = storage.entities_of(connection, {key for row in rows for key in (row.left_id, row.right_id)})
    decided = [row.id for row in rows if {entity[row.left_id], entity[row.right_id]} == {left, right}]
    for some in storage.chunks(decided):
        connection.execute(
            update(table)
            .where(table.c.id.in_(some))
            .values(closed_at=now(), judgement_id=judgement, claimed_by=None, claimed_until=None)
        )
    return len(decided)


def reopen(connection: Connection, judgement: int) -> int:
    """Open again what a judgement, now taken back, had closed. Returns how many."""
    table = schema.candidate
    done = connection.execute(
        update(table).where(table.c.judgement_id == judgement).values(closed_at=None, judgement_id=None)
    )
    return done.rowcount


# ── when names are resolved ───────────────────────────────────────────────────────────────────────


def weights(connection: Connection, entities: Collection[str]) -> dict[str, Weight]:
    """Entity → what is known of it, for those of which a fact speaks."""
    of_mention, who, fact = schema.mention_entity, schema.fact_mention, schema.fact
    query = (
        select(
            of_mention.c.entity_id,
            func.sum(case((fact.c.kind.in_(EDGES), 1), else_=0)).label("edges"),
            func.max(fact.c.first_seen, type_=fact.c.first_seen.type).label("newest"),
        )
        .join(who, who.c.mention_id == of_mention.c.mention_id)
        .join(fact, fact.c.id == who.c.fact_id)
        .group_by(of_mention.c.entity_id)
    )
    return {
        row.entity_id: Weight(int(row.edges), row.newest)
        for row in storage.in_parts(connection, query, of_mention.c.entity_id, entities)
    }


def effect(one: Weight, other: Weight) -> float:
    """What deciding a pair may change: at most the edges of its smaller side move. Below one half where one side
    has none: then a decision changes no number, whichever way it goes."""
    few, many = sorted((one.edges, other.edges))
    return few + 0.5 * many / (many + 1)


def sync(
    connection: Connection, wanted: Iterable[Raised], scope: Collection[int] | None, at: dt.datetime
) -> None:
    """Make the queue what is wanted. `scope` are the mentions whose pairs `wanted` has all of (None: every one);
    open pairs of theirs that are not wanted are deleted. What a person decided stays closed, and pairs that are one
    entity are put to nobody."""
    raised = {one.id: one for one in wanted}
    there = _rows_of(connection, scope) | {
        row.id: row
        for row in storage.in_parts(connection, select(schema.candidate), schema.candidate.c.id, raised)
    }
    sides = {key for one in raised.values() for key in (one.left, one.right)}
    entity = storage.entities_of(connection, sides)
    raised = {key: one for key, one in raised.items() if entity.get(one.left) != entity.get(one.right, "")}
    known = weights(connection, {entity[key] for one in raised.values() for key in (one.left, one.right)})
    rows = []
    for key, one in sorted(raised.items()):
        weigh = [known.get(entity[side], Weight()) for side in (one.left, one.right)]
        newest = max(each.newest for each in weigh)
        old = there.get(key)
        if old is not None and old.judgement_id is not None:
            continue
        row = {
            "id": key, "left_id": one.left, "right_id": one.right, "score": one.score,
            "suggestion": one.suggestion, "why": dict(one.why), "effect": effect(*weigh),
            "raised_at": at if old is None or old.closed_at is not None else old.raised_at,
            "evidence_at": newest, "closed_at": None, "judgement_id": None,
        }  # fmt: skip
        if old is None or any(getattr(old, name) != value for name, value in row.items()):
            rows.append(row)
    upsert(
        connection, schema.candidate, rows, conflict=["id"],
        update={name: TAKE for name in rows[0] if name != "id"} if rows else None,
    )  # fmt: skip
    stale = [key for key, row in there.items() if row.judgement_id is None and key not in raised]
    for some in storage.chunks(stale):
        connection.execute(delete(schema.candidate).where(schema.candidate.c.id.in_(some)))
    if len(rows) + len(stale) >= _MANY:
        analyse(connection)


def analyse(connection: Connection) -> None:
    """Let PostgreSQL know at once that the queue is long now; else it sorts the whole for each next pair until it
    looks by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE candidate"))


def bring_back(connection: Connection, at: dt.datetime) -> int:
    """Open the pairs that a person was *unsure* of and that have newer evidence by now. Returns how many."""
    table, said = schema.candidate, schema.judgement
    query = (
        select(table)
        .join(said, said.c.id == table.c.judgement_id)
        .where(table.c.closed_at.is_not(None), said.c.verdict == "unsure")
    )
    rows = connection.execute(query).all()
    entity = storage.entities_of(connection, {key for row in rows for key in (row.left_id, row.right_id)})
    known = weights(connection, set(entity.values()))
    back = 0
    for row in rows:
        weigh = [known.get(entity[side], Weight()) for side in (row.left_id, row.right_id)]
        newest = max(each.newest for each in weigh)
        if newest > row.evidence_at and entity[row.left_id] != entity[row.right_id]:
            back += 1
            connection.execute(
                update(table)
                .where(table.c.id == row.id)
                .values(
                    closed_at=None, judgement_id=None, raised_at=at, evidence_at=newest, effect=effect(*weigh)
                )
            )
    return back


def open_of(connection: Connection, ids: Collection[int] | None) -> dict[int, Raised]:
    """The open pairs of which one of these mentions is a side (None: all), by id, as they were raised."""
    return {
        key: Raised(row.left_id, row.right_id, row.score, row.suggestion, row.why)
        for key, row in _rows_of(connection, ids).items()
        if row.closed_at is None
    }


def _rows_of(connection: Connection, scope: Collection[int] | None) -> dict[int, Row[Any]]:
    table = schema.candidate
    if scope is None:
        return {row.id: row for row in connection.execute(select(table))}
    return {
        row.id: row
        for side in (table.c.left_id, table.c.right_id)
        for row in storage.in_parts(connection, select(table), side, scope)
    }


def _free(who: str) -> ColumnElement[bool]:
    table = schema.candidate
    return or_(
        table.c.claimed_by.is_(None),
        table.c.claimed_by == who,
        and_(table.c.claimed_until.is_not(None), table.c.claimed_until < now()),
    )


def _order() -> tuple[ColumnElement[Any], ...]:
    """That of the index, read backwards. Equal effects come by id, which is as good as drawn by lot."""
    table = schema.candidate
    return table.c.effect.desc(), table.c.id.desc()


def _waiting(connection: Connection, rows: Iterable[Row[Any]]) -> list[Waiting]:
    found = list(rows)
    entity = storage.entities_of(connection, {key for row in found for key in (row.left_id, row.right_id)})
    return [
        Waiting(
            row.id, row.left_id, row.right_id, entity.get(row.left_id, ""), entity.get(row.right_id, ""),
            row.score, row.suggestion, row.why, row.effect, row.raised_at, row.evidence_at,
        )
        for row in found
    ]  # fmt: skip
