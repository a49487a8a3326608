"""How far a receiver has been told, in the store: nothing is skipped, whoever is killed when.

What is about to be sent is noted first, and noted as received afterwards. A sender that dies in between leaves the
note: the next one sends the same range again, under the same number, by which a receiver knows it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import Engine, select, update

from pipelines.store import schema
from pipelines.store.bulk import upsert
from pipelines.store.changes import Position
from pipelines.store.session import writing
from pipelines.store.types import now


@dataclass(frozen=True, slots=True)
class Told:
    """A receiver has all up to `until`; `sending`: as far as a delivery reaches that may or may not have come."""

    until: Position
    sending: Position | None = None


def delivery_id(url: str, **asked: str | None) -> str:
    """The lasting id of a receiver and what it asks for. A digest: the URL may hold a secret."""
    text = json.dumps([url, asked], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def told(engine: Engine, key: str) -> Told | None:
    """How far the receiver is; None where it was never told anything."""
    table = schema.delivery
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.id == key)).one_or_none()
    if row is None:
        return None
    under_way = None if row.sending_until is None else Position(row.sending_until, row.sending_row)
    return Told(Position(row.told_until, row.told_row), under_way)


def begin(engine: Engine, key: str, receiver: str, at: Position) -> Told:
    """Note a new receiver (its host, for people), who is told what comes after `at`; one that is known stays."""
    row = {
        "id": key, "receiver": receiver, "told_until": at.moment, "told_row": at.row, "changed_at": now(),
    }  # fmt: skip
    with writing(engine) as connection:
        upsert(connection, schema.delivery, [row], conflict=["id"])
    found = told(engine, key)
    assert found is not None
    return found


def note_sending(engine: Engine, key: str, after: Position, to: Position) -> bool:
    """Note that all after `after` up to `to` is about to be sent. False: another sender was faster."""
    return _move(engine, key, after, sending_until=to.moment, sending_row=to.row)


def note_received(engine: Engine, key: str, after: Position, to: Position) -> bool:
    """Note that the receiver has all up to `to`. False: another sender noted it before."""
    return _move(
        engine, key, after, told_until=to.moment, told_row=to.row, sending_until=None, sending_row=None
    )


def _move(engine: Engine, key: str, after: Position, **values: object) -> bool:
    table = schema.delivery
    still = (table.c.id == key, table.c.told_until == after.moment, table.c.told_row == after.row)
    with writing(engine) as connection:
        done = connection.execute(update(table).where(*still).values(**values, changed_at=now()))
    return done.rowcount == 1
