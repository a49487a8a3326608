"""The queue of facts that models read and were not sure enough of: shown, decided by people, taken back, exported.

Invariants kept here:
- a decision and the facts that it makes are one transaction: the caller's;
- a row is claimed by one person at a time, and a claim runs out by itself;
- what a person mends stands in the text, word for word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal_column, or_, select, update

from pipelines.errors import UsageError
from pipelines.reading.fact import Fact
from pipelines.reading.fact_json import TYPES, fact_from, fact_json
from pipelines.store import schema
from pipelines.store.reading_facts import write_documents
from pipelines.store.types import now

Verdict = Literal["accepted", "mended", "rejected"]
VERDICTS: Final = ("accepted", "mended", "rejected")
#: So long a reading is kept for whoever is shown it.
CLAIM: Final = dt.timedelta(minutes=10)
#: A name of a person longer than this does not fit into `evidence.method`.
NAME_LIMIT: Final = 50
_BATCH: Final = 500
_CLOSED: Final = {
    "gone": "is of a document that is no longer on the web",
    "copy": "is a copy: decide the one that it copies",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact as a person decides it. `text` is what its offsets count in: the document's text, or its title where
    `part` says so. `mended` is what a person made of it, where `state` is `mended`."""

    id: int
    document: int
    part: str
    type: str
    fact: Fact
    text: str
    title: str
    url: str
    source: str
    published: dt.date | None
    confidence: float
    method: str
    state: str
    mended: Fact | None
    decided_by: str | None
    decided_at: dt.datetime | None
    reason: str
    made_at: dt.datetime

    @property
    def quote(self) -> str:
        return self.text[self.fact.start : self.fact.end]


# ── for reviewers ─────────────────────────────────────────────────────────────────────────────────


def waiting(
    connection: Connection, after: int | None = None, limit: int = 50, *, type: str | None = None
) -> list[Waiting]:
    """What waits, the surest first; `after` is the id of the last one seen (it may be decided by now), `type` a
    type of facts. Reads on from an index: its cost does not grow with the queue."""
    table = schema.reading
    query = _open(type)
    if after is not None:
        last = connection.execute(select(table.c.confidence).where(table.c.id == after)).scalar_one_or_none()
        if last is None:
            raise UsageError(f"there is no reading {after}")
        query = query.where(
            or_(table.c.confidence < last, and_(table.c.confidence == last, table.c.id < after))
        )
    return _shown(connection, connection.execute(query.limit(limit)).all())


def find(connection: Connection, reading: int) -> Waiting | None:
    """One reading by its id, in whatever state."""
    rows = connection.execute(select(schema.reading).where(schema.reading.c.id == reading)).all()
    return next(iter(_shown(connection, rows)), None)


def take(
    connection: Connection,
    who: str,
    *,
    skip: Collection[int] = (),
    type: str | None = None,
    lasting: dt.timedelta = CLAIM,
) -> Waiting | None:
    """The next reading that nobody else has claimed, claimed; None where there is none. Two who ask at once get two
    readings."""
    table = schema.reading
    passed = set(skip)
    while True:
        query = _open(type).where(_free(who))
        if passed:
            query = query.where(table.c.id.not_in(sorted(passed)))
        rows = connection.execute(query.limit(1)).all()
        if not rows:
            return None
        if claim(connection, rows[0].id, who, lasting=lasting):
            return _shown(connection, rows)[0]
        passed.add(rows[0].id)


def claim(connection: Connection, reading: int, who: str, *, lasting: dt.timedelta = CLAIM) -> bool:
    """Keep a waiting reading for somebody; False where it is decided, gone, or another's."""
    table = schema.reading
    done = connection.execute(
        update(table)
        .where(table.c.id == reading, table.c.state == "waiting", _free(who))
        .values(claimed_by=who, claimed_until=now() + lasting)
    )
    return done.rowcount == 1


def release(connection: Connection, reading: int, who: str) -> None:
    """Let go of a reading; another's claim stays."""
    table = schema.reading
    connection.execute(
        update(table)
        .where(table.c.id == reading, table.c.claimed_by == who)
        .values(claimed_by=None, claimed_until=None)
    )


def count(connection: Connection) -> dict[str, int]:
    """How many readings wait, by type; types without one are left out. Read off the index of waiting readings
    alone: SQLite may do so only where the word stands in the query."""
    table = schema.reading
    waits = table.c.state == literal_column("'waiting'")
    query = select(table.c.type, func.count()).where(waits).group_by(table.c.type).order_by(table.c.type)
    return {row[0]: row[1] for row in connection.execute(query)}


def decided(connection: Connection, since: dt.datetime, who: str | None = None) -> int:
    """How many readings people have decided since then: one person, or all."""
    table = schema.reading
    query = select(func.count()).select_from(table).where(table.c.decided_at >= since)
    if who is not None:
        query = query.where(table.c.decided_by == who)
    return connection.execute(query).scalar_one()


# ── decisions ─────────────────────────────────────────────────────────────────────────────────────


def decide(
    connection: Connection,
    reading: int,
    verdict: Verdict,
    by: str,
    reason: str = "",
    mended: Fact | Mapping[str, Any] | None = None,
) -> list[int]:
    """Decide one reading: as it stands (`accepted`), as `mended` (a fact, or its JSON), or not at all (`rejected`).

    What is accepted or mended becomes facts at once, with `person:NAME` as the evidence's method; their ids are
    returned (none, where the store has no kind of fact for it). A decision may be decided again. Raises
    `UsageError` for a reading that is not there and for a verdict without what it needs, `InputError` for a mended
    fact whose words do not stand in the text.
    """
    if verdict not in VERDICTS:
        raise UsageError(f"{verdict!r} is no verdict; there are: {', '.join(VERDICTS)}")
    if not by or len(by) > NAME_LIMIT or not by.isprintable():
        raise UsageError(f"who decides needs a name of up to {NAME_LIMIT} letters")
    if (mended is not None) != (verdict == "mended"):
        raise UsageError("a mended reading, and only that, needs the fact as it should be")
    one = find(connection, reading)
    if one is None:
        raise UsageError(f"there is no reading {reading}")
    if one.state in _CLOSED:
        raise UsageError(f"reading {reading} {_CLOSED[one.state]}")
    fact = None
    if mended is not None:
        given = fact_json(mended) if isinstance(mended, Fact) else mended
        fact = fact_from(given, one.text, where=f"reading {reading}")
    table = schema.reading
    connection.execute(
        update(table)
        .where(table.c.id == reading)
        .values(
            state=verdict,
            mended=None if fact is None else fact_json(fact),
            decided_by=by,
            decided_at=now(),
            reason=reason[:2000],
            claimed_by=None,
            claimed_until=None,
        )
    )
    return write_documents(connection, _documents_of(connection, one)).get(reading, [])


def undo(connection: Connection, reading: int) -> Waiting:
    """Take a decision back: the reading waits again, and what it had made fact is no longer said. Returns it.
    Raises `UsageError` where nobody has decided it."""
    table = schema.reading
    done = connection.execute(
        update(table)
        .where(table.c.id == reading, table.c.state.in_(VERDICTS))
        .values(state="waiting", mended=None, decided_by=None, decided_at=None, reason="")
    )
    one = find(connection, reading)
    if one is None or done.rowcount != 1:
        raise UsageError(f"nobody has decided reading {reading}")
    write_documents(connection, _documents_of(connection, one))
    return one


def _documents_of(connection: Connection, one: Waiting) -> set[int]:
    """The document of a reading, and those in which copies of it stand."""
    table = schema.reading
    said = select(table.c.said).where(table.c.id == one.id).scalar_subquery()
    copies = select(table.c.document_id).where(table.c.said == said, table.c.state == "copy")
    return {one.document, *connection.execute(copies).scalars()}


def examples(connection: Connection) -> Iterator[dict[str, Any]]:
    """What people decided, as examples to train on, in the order of the readings: `text`, `facts` (as people left
    them; none where they rejected it), `verdict`, `by` and what had been `read`. Memory holds one batch."""
    table = schema.reading
    last: int | None = None
    while True:
        query = select(table).where(table.c.state.in_(VERDICTS)).order_by(table.c.id).limit(_BATCH)
        if last is not None:
            query = query.where(table.c.id > last)
        rows = connection.execute(query).all()
        for one in _shown(connection, rows):
            kept = {"accepted": one.fact, "mended": one.mended, "rejected": None}[one.state]
            yield {
                "id": f"{one.id:016x}",
                "text": one.text,
                "verdict": one.state,
                "by": one.decided_by,
                "facts": [] if kept is None else [fact_json(kept)],
                "read": fact_json(one.fact),
            }
        if len(rows) < _BATCH:
            return
        last = rows[-1].id


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────


def _open(kind: str | None) -> Select[Any]:
    table = schema.reading
    query = select(table).where(table.c.state == "waiting")
    if kind is not None:
        if kind not in TYPES:
            raise UsageError(f"{kind!r} is no type of fact; there are: {', '.join(TYPES)}")
        query = query.where(table.c.type == kind)
    return query.order_by(table.c.confidence.desc(), table.c.id.desc())


def _free(who: str) -> ColumnElement[bool]:
    table = schema.reading
    return or_(table.c.claimed_by.is_(None), table.c.claimed_by == who, table.c.claimed_until <= now())


def _shown(connection: Connection, rows: Collection[Row[Any]]) -> list[Waiting]:
    document, page = schema.document, schema.page
    query = (
        select(
            document.c.id,
            document.c.text,
            document.c.title,
            document.c.url,
            document.c.published,
            page.c.source,
        )
        .join(page, page.c.id == document.c.page_id)
        .where(document.c.id.in_({row.document_id for row in rows}))
    )
    of = {row.id: row for row in connection.execute(query)} if rows else {}
    found = []
    for row in rows:
        own = of[row.document_id]
        text = own.title if row.part == "title" else own.text
        found.append(
            Waiting(
                id=row.id,
                document=row.document_id,
                part=row.part,
                type=row.type,
                fact=fact_from(row.fact, text),
                text=text,
                title=own.title,
                url=own.url,
                source=own.source,
                published=own.published,
                confidence=row.confidence,
                method=row.method,
                state=row.state,
                mended=None if row.mended is None else fact_from(row.mended, text),
                decided_by=row.decided_by,
                decided_at=row.decided_at,
                reason=row.reason,
                made_at=row.made_at,
            )
        )
    return found
