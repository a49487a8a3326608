"""Runs: opened, closed with an outcome, and what a complete run ends."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from sqlalchemy import Engine, insert, select, update

from pipelines.store import schema
from pipelines.store.bulk import TAKE, upsert
from pipelines.store.session import writing
from pipelines.store.types import now

VERSION = version("valuenet")


def open_run(engine: Engine, source: Mapping[str, Any], kind: str, scope: str = "") -> int:
    """Declare the source (as columns of `source`, without `declared_at`) and open a run; returns its id.

    kind: crawl, replay or import. scope: what was asked for, in words.
    """
    row = {**source, "declared_at": now()}
    with writing(engine) as connection:
        upsert(
            connection,
            schema.source,
            [row],
            conflict=["name"],
            update=dict.fromkeys((name for name in row if name != "name"), TAKE),
        )
        done = connection.execute(
            insert(schema.run).values(
                source=source["name"],
                kind=kind,
                started_at=now(),
                outcome="running",
                version=VERSION,
                scope=scope,
            )
        )
        key = done.inserted_primary_key
    assert key is not None
    return int(key[0])


def close_run(engine: Engine, run_id: int, outcome: str, note: str = "") -> int:
    """Close a run as complete, partial or failed. A complete crawl of a source that lists all it says ends what
    its pages said that the run did not meet; returns the number of places ended so."""
    ended = 0
    page, evidence, run = schema.page, schema.evidence, schema.run
    with writing(engine) as connection:
        row = connection.execute(
            select(run.c.source, run.c.kind, schema.source.c.lists_all)
            .join(schema.source, schema.source.c.name == run.c.source)
            .where(run.c.id == run_id)
        ).one()
        moment = now()
        if outcome == "complete" and row.kind == "crawl" and row.lists_all:
            gone = select(page.c.id).where(page.c.source == row.source, page.c.run_id != run_id)
            ended = connection.execute(
                update(evidence)
                .where(evidence.c.page_id.in_(gone), evidence.c.ended_at.is_(None))
                .values(ended_at=moment)
            ).rowcount
            connection.execute(
                update(page)
                .where(page.c.source == row.source, page.c.run_id != run_id, page.c.gone_at.is_(None))
                .values(gone_at=moment)
            )
        connection.execute(
            update(run)
            .where(run.c.id == run_id)
            .values(ended_at=moment, outcome=outcome, note=note, facts_ended=run.c.facts_ended + ended)
        )
    return ended
