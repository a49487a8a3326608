"""The small store of `tests.analytics.world` with questions put into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, insert, select

from pipelines.store import schema
from pipelines.store.session import open_store, writing
from pipelines.store.types import now
from tests.analytics.world import entity_id


def copied(world_store: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the world, to be written to: a fixture."""
    path = str(world_store.url.database)
    with closing(sqlite3.connect(path)) as whole, closing(sqlite3.connect(tmp_path / "world.db")) as copy:
        whole.backup(copy)
    made = open_store(f"sqlite:///{tmp_path / 'world.db'}")
    yield made
    made.dispose()


def ask(
    engine: Engine, left: str, right: str, score: float, suggestion: str = "same", by: str = "model:1"
) -> None:
    """Put a pair of entities, by their names, into the queue."""
    mention = schema.mention_entity
    with writing(engine) as connection:
        ends = [
            connection.execute(
                select(mention.c.mention_id).where(mention.c.entity_id == entity_id(name)).limit(1)
            ).scalar_one()
            for name in (left, right)
        ]
        connection.execute(
            insert(schema.candidate).values(
                id=ends[0] ^ ends[1], left_id=ends[0], right_id=ends[1], score=score, suggestion=suggestion,
                why={"by": by, "reason": "a trial"}, effect=1.0, raised_at=now(), evidence_at=now(),
            )
        )  # fmt: skip
