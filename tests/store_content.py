"""What a store holds, without what must differ between two runs: times, run numbers, places in the archive."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine, select

from pipelines.store import schema
from pipelines.store.session import open_store

TABLES = (
    schema.snapshot, schema.page, schema.mention, schema.mention_identifier, schema.fact, schema.fact_mention,
    schema.evidence, schema.rejected, schema.document,
)  # fmt: skip
#: Runs, clocks and archive places differ between an undisturbed run and one that was killed and run again.
#: Whether a page leads on: the last page of a listing, read by itself, does not know that it is of one.
ASIDE = {"run_id", "first_seen", "last_seen", "archive", "offset", "etag", "last_modified", "leads"}


def content(store: str | Engine) -> dict[str, list[tuple[str, ...]]]:
    """Table → sorted rows. An ended row is told from an open one; when it ended is not."""
    engine = open_store(store) if isinstance(store, str) else store
    found: dict[str, list[tuple[str, ...]]] = {}
    with engine.connect() as connection:
        for table in TABLES:
            aside = ASIDE | ({"id"} if table is schema.evidence else set())
            columns = [column for column in table.c if column.name not in aside]
            rows = [tuple(_shown(name, value) for name, value in row._mapping.items()) for row in
                    connection.execute(select(*columns))]  # fmt: skip
            found[table.name] = sorted(rows)
    if isinstance(store, str):
        engine.dispose()
    return found


def _shown(name: str, value: Any) -> str:
    if name in ("ended_at", "gone_at"):
        return str(value is None)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else repr(value)
