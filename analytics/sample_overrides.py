"""What people decide about a sample beside its rules: include or exclude a company, with name and reason.

Invariants: the log only grows, undoing is a row of its own; of several decisions that count, the newest does, and
one for an edition goes before one for all; a decision follows its company when that turns out to be another.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, insert, select

from entity_resolution.lookup import find_entity
from pipelines.errors import UsageError
from pipelines.folding import is_text
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now

#: Stands for every edition.
EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class Override:
    """A decision. `undone` says whether a later row takes it back."""

    id: int
    edition: str
    entity: str
    name: str
    verdict: Literal["include", "exclude"]
    by: str
    reason: str
    made_at: dt.datetime
    undone: bool


def decide(
    engine: Engine, edition: str, who: str, verdict: Literal["include", "exclude"], by: str, reason: str
) -> Override:
    """Write a decision down. `who`: an entity's id or a name that one entity bears.

    Raises `UsageError` for a frozen edition, no such entity, no company, or a missing name or reason.
    """
    _stated(by, reason)
    if not is_text(edition + who):
        raise UsageError(
            "editions and companies are named without control characters and halves of characters"
        )
    with writing(engine) as connection:
        _open(connection, edition)
        entity = find_entity(connection, who)
        table = schema.entity
        found = connection.execute(select(table.c.kind, table.c.name).where(table.c.id == entity)).one()
        if found.kind != "company":
            raise UsageError(f"{found.name} ({entity}) is a {found.kind}; a sample holds companies")
        values: dict[str, Any] = {"edition": edition, "entity_id": entity, "verdict": verdict}
        number = _write(connection, **values, by=by.strip(), reason=reason.strip())
        return next(one for one in _read(connection) if one.id == number)


def undo(engine: Engine, number: int, by: str, reason: str) -> Override:
    """Take a decision back by its number. Raises `UsageError` where there is none, or it is taken back already."""
    _stated(by, reason)
    with writing(engine) as connection:
        found = next((one for one in _read(connection) if one.id == number), None)
        if found is None:
            raise UsageError(f"there is no decision {number}; see: valuenet sample overrides")
        if found.undone:
            raise UsageError(f"decision {number} was taken back before")
        _open(connection, found.edition)
        values: dict[str, Any] = {"edition": found.edition, "entity_id": found.entity, "verdict": "undo"}
        _write(connection, **values, by=by.strip(), reason=reason.strip(), undoes=number)
        return next(one for one in _read(connection) if one.id == number)


def overrides(engine: Engine, edition: str | None = None) -> list[Override]:
    """All decisions that were made for an edition or for all, oldest first, those taken back among them."""
    with engine.connect() as connection:
        found = _read(connection)
    return [one for one in found if edition is None or one.edition in (edition, EVERY)]


def counting(connection: Connection, edition: str) -> dict[str, Override]:
    """Entity → the decision that counts for it in this edition."""
    found: dict[str, Override] = {}
    standing = [one for one in _read(connection) if not one.undone]
    for one in sorted(standing, key=lambda one: (one.edition != EVERY, one.id)):
        if one.edition in (edition, EVERY):
            found[one.entity] = one
    return found


def _read(connection: Connection) -> list[Override]:
    table, entity, head = schema.sample_override, schema.entity, schema.entity.alias("head")
    rows = connection.execute(
        select(table, entity.c.redirect_to, entity.c.name, head.c.name.label("head_name"))
        .join(entity, entity.c.id == table.c.entity_id)
        .outerjoin(head, head.c.id == entity.c.redirect_to)
        .order_by(table.c.id)
    ).all()
    undone = {row.undoes for row in rows}
    return [
        Override(
            row.id, row.edition, row.redirect_to or row.entity_id, row.head_name or row.name, row.verdict,
            row.by, row.reason, row.made_at, row.id in undone,
        )
        for row in rows
        if row.verdict != "undo"
    ]  # fmt: skip


def _write(connection: Connection, **values: Any) -> int:
    table = schema.sample_override
    row = insert(table).values(made_at=now(), **values).returning(table.c.id)
    return int(connection.execute(row).scalar_one())


def _stated(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise UsageError("a decision needs who decides (--by) and why (--reason)")
    if not is_text(by + reason):
        raise UsageError("who decides and why are text without control characters and halves of characters")


def _open(connection: Connection, edition: str) -> None:
    """UsageError for a frozen edition; one that was never proposed is open."""
    table = schema.sample_edition
    frozen = connection.execute(select(table.c.frozen_at).where(table.c.edition == edition)).scalar()
    if frozen is not None:
        raise UsageError(f"the sample {edition} was frozen on {frozen:%Y-%m-%d} and never changes")
