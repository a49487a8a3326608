"""What a new reading of a page's visits would change in the store: shown before it is applied.

At each visit, what is read now is held against what the store says that the page said then. Memory holds one page.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from pipelines.store import schema
from pipelines.store.said import Stated, Who, statements
from pipelines.store.writing import Reading, page_id, rows_of

NEW, CHANGED, GONE, REJECTED, MENDED = "new", "changed", "gone", "rejected", "mended"
KINDS = (NEW, CHANGED, GONE, REJECTED, MENDED)


@dataclass(frozen=True, slots=True)
class Refused:
    """What a reading rejects, or rejected."""

    locator: str
    kind: str
    field: str
    value: str
    reason: str


@dataclass(slots=True)
class Difference:
    """At the visits from `first` to `last` the page says otherwise than the store has it. holds: also at the page's
    newest visit, so that what holds now would change. new: the store lacks the statement; changed: it has
    `replaced` as the answer; gone: it has a statement that is not read any more; rejected, mended: of `refused`."""

    change: str
    page: str
    first: dt.datetime
    last: dt.datetime
    holds: bool
    statement: Stated | None = None
    replaced: tuple[Stated, ...] = ()
    refused: Refused | None = None


class _Known:
    """What the store knows of a page: spans of facts and rejections."""

    def __init__(self, connection: Connection, page: int) -> None:
        evidence, fact, refused = schema.evidence, schema.fact, schema.rejected
        self._spans = connection.execute(
            select(
                evidence.c.fact_id,
                fact.c.slot,
                evidence.c.locator,
                evidence.c.first_seen,
                evidence.c.ended_at,
            )
            .join(fact, fact.c.id == evidence.c.fact_id)
            .where(evidence.c.page_id == page)
        ).all()
        self._refused = connection.execute(select(refused).where(refused.c.page_id == page)).all()

    def said(self, at: dt.datetime) -> dict[int, tuple[int, set[str]]]:
        """Fact → its slot and where it stood, at that moment."""
        found: dict[int, tuple[int, set[str]]] = {}
        for row in self._spans:
            if row.first_seen <= at and (row.ended_at is None or row.ended_at > at):
                found.setdefault(row.fact_id, (row.slot, set()))[1].add(row.locator)
        return found

    def refused(self, at: dt.datetime) -> dict[int, Refused]:
        return {
            row.id: Refused(row.locator, row.kind, row.field, row.value, row.reason)
            for row in self._refused
            if row.first_seen <= at and (row.ended_at is None or row.ended_at > at)
        }


def differences(
    connection: Connection, source: str, page: str, readings: Iterable[Reading]
) -> Iterator[Difference]:
    """What the readings of a page, oldest first, would change. A reading that is not complete, or of a page that is
    gone, ends nothing."""
    known = _Known(connection, page_id(source, page))
    found: dict[tuple[Any, ...], Difference] = {}
    facts: dict[int, Stated] = {}
    held: set[tuple[Any, ...]] = set()
    for reading in readings:
        if reading.gone:
            continue
        rows = rows_of(source, reading)
        roles: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for role in rows.roles.values():
            roles[role["fact_id"]].append(role)
        read = {key: row["slot"] for key, row in rows.facts.items()}
        said, refused = known.said(reading.seen_at), known.refused(reading.seen_at)
        held = set()
        unread = {one["locator"] for one in rows.rejected.values() if one["kind"] != "field"}
        lost = {
            key: slot
            for key, (slot, places) in said.items()
            if key not in read and reading.complete and not places <= unread
        }
        for key in read.keys() - said.keys():
            instead = tuple(sorted(one for one, slot in lost.items() if slot == read[key]))
            facts.setdefault(key, _stated(rows, key, roles[key]))
            held.add((CHANGED, key, instead) if instead else (NEW, key))
        answered = {read[key] for key in read.keys() - said.keys()}
        held |= {(GONE, key) for key, slot in lost.items() if slot not in answered}
        for key, row in rows.rejected.items():
            if key not in refused:
                what = Refused(row["locator"], row["kind"], row["field"], row["value"], row["reason"])
                held.add((REJECTED, key, what))
        if reading.complete:
            held |= {(MENDED, key, what) for key, what in refused.items() if key not in rows.rejected}
        for one in held:
            if one in found:
                found[one].last = reading.seen_at
            else:
                found[one] = Difference(one[0], page, reading.seen_at, reading.seen_at, False)
    wanted = {key for one in found for key in _facts_of(one)} - facts.keys()
    facts |= statements(connection, wanted)
    for one in sorted(found, key=lambda one: (KINDS.index(one[0]), one[1])):
        difference = found[one]
        difference.holds = one in held
        if one[0] in (REJECTED, MENDED):
            difference.refused = one[2]
        else:
            difference.statement = facts[one[1]]
            difference.replaced = tuple(facts[key] for key in one[2]) if one[0] == CHANGED else ()
        yield difference


def _facts_of(one: tuple[Any, ...]) -> tuple[int, ...]:
    if one[0] in (REJECTED, MENDED):
        return ()
    return (one[1], *one[2]) if one[0] == CHANGED else (one[1],)


def _stated(rows: Any, key: int, roles: list[dict[str, Any]]) -> Stated:
    row = rows.facts[key]
    who = tuple(
        Who(role["role"], rows.mentions[role["mention_id"]]["name"], role["mention_id"], None)
        for role in roles
    )
    return Stated(
        key, row["kind"], row["value"], row["as_written"], row["number"], row["low"], row["high"], row["unit"],
        row["detail"], row["valid_from"], row["valid_to"], row["valid_precision"], who,
    )  # fmt: skip
