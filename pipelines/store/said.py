"""Facts and their evidence as plain values, ready to be shown: who, what, since when, and where it stands."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from pipelines.store import schema
from pipelines.store.bulk import chunks


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody in a fact: as what, under which name, and which entity that is by the newest resolution."""

    role: str
    name: str
    mention: int
    entity: str | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact of the store with who stands in it; the fields are those of the table `fact`."""

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
    valid_precision: str | None
    who: tuple[Who, ...] = field(default=())

    def names(self, *roles: str) -> str:
        """The names of those who stand in it as one of `roles` (all, where none is given), with commas."""
        return ", ".join(one.name for one in self.who if not roles or one.role in roles)

    @property
    def subject(self) -> str:
        """Whom it is about, first of all."""
        return self.who[0].name if self.who else ""

    def words(self) -> str:
        """The statement in a few words, without its subject."""
        match self.kind:
            case "attribute":
                return f"{self.detail.get('attribute', '')}: {self.value}"
            case "name":
                return f"name ({self.detail.get('type', '')}): {self.value}"
            case "link":
                return f"{self.value} {self.names('other')}"
            case "financing":
                said = (self.value, self.as_written, f"from {self.names('investor', 'lead')}")
                return "financing: " + " ".join(part for part in said if part and part != "from ")
            case "employment":
                return f"{self.value or 'post'} at {self.names('employer')}"
            case "education":
                return f"{self.value or 'studies'} at {self.names('school')}"
            case "cooperation":
                others = ", ".join(one.name for one in self.who[1:])
                return f"{self.value or 'cooperation'}" + (f" with {others}" if others else "")
            case _:
                title = self.as_written or str(self.detail.get("title", ""))
                own = self.value if self.value != title else ""
                return f"{self.kind}: " + " ".join(part for part in (own, title) if part)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands or stood: page, place on it, the words, the bytes (`sha256`), who read it, and the span
    of record time."""

    url: str
    locator: str
    quote: str
    method: str
    method_version: str
    confidence: float
    sha256: str
    first_seen: dt.datetime
    last_seen: dt.datetime
    ended_at: dt.datetime | None


def statements(connection: Connection, facts: Iterable[int]) -> dict[int, Stated]:
    """The facts with these ids."""
    table, roles, mention, of_mention = (
        schema.fact, schema.fact_mention, schema.mention, schema.mention_entity,
    )  # fmt: skip
    found: dict[int, Stated] = {}
    for ids in chunks(facts):
        who: dict[int, list[Who]] = defaultdict(list)
        query = (
            select(roles.c.fact_id, roles.c.role, roles.c.mention_id, mention.c.name, of_mention.c.entity_id)
            .join(mention, mention.c.id == roles.c.mention_id)
            .outerjoin(of_mention, of_mention.c.mention_id == roles.c.mention_id)
            .where(roles.c.fact_id.in_(ids))
            .order_by(roles.c.fact_id, roles.c.position)
        )
        for row in connection.execute(query):
            who[row.fact_id].append(Who(row.role, row.name, row.mention_id, row.entity_id))
        for row in connection.execute(select(table).where(table.c.id.in_(ids))):
            found[row.id] = Stated(
                row.id, row.kind, row.value, row.as_written, row.number, row.low, row.high, row.unit, row.detail,
                row.valid_from, row.valid_to, row.valid_precision, _in_order(who[row.id]),
            )  # fmt: skip
    return found


#: Who comes first in a fact of a kind; the rest follow as the source names them.
_FIRST = {
    "subject": 0, "target": 0, "person": 0, "bearer": 0, "provider": 0, "issuer": 0, "applicant": 0, "party": 1,
}  # fmt: skip


def _in_order(who: list[Who]) -> tuple[Who, ...]:
    return tuple(sorted(who, key=lambda one: _FIRST.get(one.role, 2)))


def places(connection: Connection, rows: Iterable[int]) -> dict[int, Place]:
    """The rows of evidence with these ids."""
    evidence, page, snapshot = schema.evidence, schema.page, schema.snapshot
    found: dict[int, Place] = {}
    for ids in chunks(rows):
        query = (
            select(
                evidence.c.id, page.c.url, evidence.c.locator, evidence.c.quote, evidence.c.method,
                evidence.c.method_version, evidence.c.confidence, snapshot.c.sha256, evidence.c.first_seen,
                evidence.c.last_seen, evidence.c.ended_at,
            )
            .join(page, page.c.id == evidence.c.page_id)
            .join(snapshot, snapshot.c.id == evidence.c.snapshot_id)
            .where(evidence.c.id.in_(ids))
        )  # fmt: skip
        for row in connection.execute(query):
            found[row.id] = Place(*row[1:])
    return found
