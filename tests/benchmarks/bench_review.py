"""The queue with 50,000 open pairs: how long the next pair takes, on SQLite and on PostgreSQL.

Fails where it takes more than 100 ms in the middle of many.

    python -m tests.benchmarks.bench_review [--pairs N] [--postgres URL]
"""

from __future__ import annotations

import argparse
import tempfile
import time
import uuid
from pathlib import Path

import click
from sqlalchemy import Engine, create_engine, insert, select, text

from entity_resolution import queue
from entity_resolution.resolver import resolve
from pipelines.store import schema
from pipelines.store.session import open_store, store_url, writing
from pipelines.store.types import now
from tests.entity_resolution.world import organisation, write

MILLISECONDS = 100.0
ROUNDS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--postgres", default="postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
    chosen = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{Path(folder) / 'store.db'}", create=True)
        worst = max(worst, _measured("sqlite", engine, chosen.pairs))
        engine.dispose()
    server = create_engine(chosen.postgres, isolation_level="AUTOCOMMIT")
    name = f"bench_{uuid.uuid4().hex[:8]}"
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        url = store_url(chosen.postgres).set(database=name).render_as_string(hide_password=False)
        engine = open_store(url, create=True)
        worst = max(worst, _measured("postgresql", engine, chosen.pairs))
        engine.dispose()
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()
    if worst > MILLISECONDS:
        raise SystemExit(f"the next pair took {worst:.1f} ms > {MILLISECONDS} ms")


def _measured(title: str, engine: Engine, pairs: int) -> float:
    """The median of `ROUNDS` next pairs, each claimed at once, in milliseconds."""
    write(engine, "one", organisation("甲"), organisation("乙"))
    resolve(engine)
    with engine.connect() as connection:
        left, right = connection.execute(select(schema.mention.c.id)).scalars().all()
    moment = now()
    row = {
        "left_id": left, "right_id": right, "score": 0.5, "suggestion": "same", "why": {}, "raised_at": moment,
        "evidence_at": moment,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(
            insert(schema.candidate), [{**row, "id": at, "effect": float(at % 997)} for at in range(pairs)]
        )
        queue.analyse(connection)
    took = []
    for _ in range(ROUNDS):
        with writing(engine) as connection:
            began = time.perf_counter()
            queue.take(connection, uuid.uuid4().hex)
            took.append((time.perf_counter() - began) * 1000)
    took.sort()
    click.echo(f"{title:12}{pairs:8} pairs: median {took[ROUNDS // 2]:6.2f} ms, 99 %: {took[-3]:6.2f} ms")
    return took[ROUNDS // 2]


if __name__ == "__main__":
    main()
