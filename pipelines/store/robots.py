"""What hosts' robots.txt said, and since when: for the ledger of sources."""

from __future__ import annotations

import hashlib

from sqlalchemy import Engine, select

from pipelines.store import schema
from pipelines.store.bulk import TAKE, upsert
from pipelines.store.session import writing
from pipelines.store.types import now


def note_robots(
    engine: Engine, source: str, host: str, status: int, body: bytes, delay: float | None
) -> None:
    """Keep what a host's robots.txt said just now. status: of the answer, 0 where none came; delay: the seconds
    between two requests that it asks for."""
    table, moment = schema.robots_check, now()
    digest = hashlib.sha256(body).hexdigest()
    with writing(engine) as connection:
        old = connection.execute(
            select(table.c.sha256, table.c.status, table.c.changed_at).where(
                table.c.source == source, table.c.host == host
            )
        ).first()
        same = old is not None and (old.sha256, old.status) == (digest, status)
        row = {
            "source": source, "host": host[:255], "checked_at": moment, "status": status, "sha256": digest,
            "delay": delay, "changed_at": old.changed_at if old is not None and same else moment,
        }  # fmt: skip
        upsert(
            connection, table, [row], conflict=["source", "host"],
            update=dict.fromkeys(("checked_at", "status", "sha256", "delay", "changed_at"), TAKE),
        )  # fmt: skip
