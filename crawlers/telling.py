"""Tells a receiver of changes: in order, in deliveries of a bounded size, each until it is taken."""

from __future__ import annotations

import time
from itertools import islice

from sqlalchemy import Engine

from crawlers.feed import as_dict
from crawlers.webhook import Webhook
from pipelines.store.changes import Asked, Change, Position, changes, settled
from pipelines.store.deliveries import Told, begin, delivery_id, note_received, note_sending, told
from pipelines.store.types import content_id

#: Changes in one delivery, and read at once.
IN_ONE = 100
READ = 1000
#: Seconds between two looks for visits under way: one about to begin at the first is seen at the second.
LAG = 1.0


def tell_changes(
    engine: Engine,
    hook: Webhook,
    *,
    since: Position | None = None,
    source: str | None = None,
    kind: str | None = None,
    entity: str | None = None,
) -> int:
    """Send what the receiver has not been told yet; returns the number of changes that it took.

    A receiver that asks for something new is told from `since` on (None: from now on); afterwards the store knows
    how far it is, and `since` is not minded. Raises `NotDeliveredError`, and goes on from there the next time.
    """
    key = delivery_id(hook.url, source=source, kind=kind, entity=entity)
    state = told(engine, key)
    if state is None:
        with engine.connect() as connection:
            state = begin(engine, key, hook.host, since or Position(settled(connection)))
    sent = 0
    while True:
        with engine.connect() as connection:
            first_look = settled(connection)
        time.sleep(LAG)
        with engine.connect() as connection:
            until = min(first_look, settled(connection))
            found = changes(connection, Asked(state.until, until, source, kind, entity))
            read = list(islice(found, READ))
        if not read:
            if state.sending is not None or until > state.until.moment:
                note_received(engine, key, state.until, max(Position(until), state.until, key=_order))
            return sent
        while read:
            batch, read = _first(read, state)
            to = state.sending or batch[-1].position
            if state.sending is None and not note_sending(engine, key, state.until, to):
                return sent  # another sender is at it
            if batch:
                number = f"{content_id('delivery', key, str(state.until), str(to)):016x}"
                hook.post(number, {"type": "changes", "changes": [as_dict(one) for one in batch]})
                sent += len(batch)
            if not note_received(engine, key, state.until, to):
                return sent
            state = Told(to)


def _first(read: list[Change], state: Told) -> tuple[list[Change], list[Change]]:
    """The changes of the next delivery, and the rest: as many as were noted before, where a sender died."""
    if state.sending is not None:
        limit = _order(state.sending)
        count = sum(_order(one.position) <= limit for one in read)
    else:
        count = IN_ONE
    return read[:count], read[count:]


def _order(position: Position) -> tuple[object, int]:
    return position.moment, position.row
