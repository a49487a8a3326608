"""Pages, lists and commands that somebody waits for, on a store of any size: how long each takes.

    python -m tests.benchmarks.growth_pages URL [--pairs 50000] [--only entity …]

Each is asked for in this process, without a network between: once to warm up, then some times; told are the median
milliseconds by the clock, and of the processor: this process's and the server's, where PostgreSQL runs on this
machine (PGOPTIONS="-c max_parallel_workers_per_gather=0" keeps its work in one process, which is what is counted).
The store is written to: pairs are put into the queue until so many wait, and some are decided. Give it a copy.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, insert, select, text

from analytics.basis import basis
from analytics.cells import find
from analytics.effects import effects
from analytics.trace import trace
from entity_resolution import queue
from entity_resolution.queue import candidate_id
from entity_resolution.review.access import Access
from entity_resolution.review.app import create_app
from entity_resolution.review.effects import Effects
from pipelines.commands import sources
from pipelines.operations.health import health
from pipelines.operations.metrics import exposition
from pipelines.store import schema
from pipelines.store.changes import Asked, Position, changes
from pipelines.store.session import open_store, writing
from pipelines.store.types import now

BASE = "http://127.0.0.1:8000"
_TIMES = 5
#: Seconds after which a step is not asked for again.
_ENOUGH = 10.0


def rows(url: str, pairs: int = 50_000) -> list[tuple[str, Callable[[], object]]]:
    """(name, what to do) for each. The first call of a step may load what the later ones have."""
    engine = open_store(url)
    fill_queue(engine, pairs)
    hub, small = hubs(engine)
    visitor = Visitor(engine)
    with engine.connect() as connection:
        name, source = connection.execute(
            select(schema.entity.c.name, schema.mention.c.source)
            .join(schema.mention, schema.mention.c.id == schema.entity.c.mention_id)
            .where(schema.entity.c.id == small)
        ).one()
        moment = connection.execute(select(func.max(schema.evidence.c.first_seen))).scalar_one()
    nth = itertools.count()
    return [
        ("entity page, a small one", lambda: visitor.get(f"/entity/{small}")),
        ("entity page, the largest hub", lambda: visitor.get(f"/entity/{hub}")),
        ("API: the largest hub", lambda: visitor.api(f"/api/entities/{hub}")),
        ("all pairs about the hub", lambda: visitor.get(f"/entity/{hub}/together")),
        ("queue: first page", lambda: visitor.get("/")),
        ("API: queue", lambda: visitor.api("/api/queue?limit=50")),
        ("API: readings", lambda: visitor.api("/api/readings?limit=50")),
        ("API: audit", lambda: visitor.api("/api/audit?limit=100")),
        ("next pair, shown", visitor.next),
        ("decision, and the next pair shown", lambda: visitor.decide(("different", "same", "left unit")[next(nth) % 3])),
        ("search: a name", lambda: visitor.get(f"/search?q={name}")),
        ("search: a beginning", lambda: visitor.get(f"/search?q={name[:2]}")),
        ("search: a part of names", lambda: visitor.get(f"/search?q={name[1:4]}")),
        ("search: nothing like it", lambda: visitor.get("/search?q=查無此名也")),
        ("status", lambda: sources(engine)),
        ("health", lambda: health(engine)),
        ("metrics", lambda: exposition(lambda: health(engine))),
        ("changes of a day", lambda: told(engine, Asked(Position(moment - dt.timedelta(days=1)), now()), 1000)),
        ("changes of an entity", lambda: told(engine, Asked(Position(moment - dt.timedelta(days=1)), now(), entity=small), 1000)),
        ("changes of the hub", lambda: told(engine, Asked(Position(moment - dt.timedelta(days=1)), now(), entity=hub), 1000)),
        ("changes of a source", lambda: told(engine, Asked(Position(moment - dt.timedelta(days=1)), now(), source=source), 1000)),
        *(Counted(engine).rows()),
    ]  # fmt: skip


class Counted:
    """What rests on all relations: they are read once, as a server or a command does."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._effects: Effects | None = None
        self._basis: Any = None

    def rows(self) -> list[tuple[str, Callable[[], object]]]:
        return [
            ("effects: all read", self._read),
            ("effect of a decision", self._effect),
            ("basis: all read", self._whole),
            ("trace: a cell's facts", self._trace),
        ]

    def _read(self) -> None:
        self._effects = None
        self._effects = effects(self._engine)

    def _effect(self) -> object:
        if self._effects is None:
            self._read()
        with self._engine.connect() as connection:
            one = queue.listed(connection, most=1)[0]
        assert self._effects is not None
        return self._effects.of(one.left_entity, one.right_entity, "same")

    def _whole(self) -> None:
        self._basis = None
        self._basis = basis(self._engine)

    def _trace(self) -> int:
        if self._basis is None:
            self._whole()
        cell = find(self._engine, self._basis, f"table_4/{self._basis.last}/1")
        return len(trace(self._engine, cell.facts, heads=self._basis.heads))


class Visitor:
    """A browser and a program at the app, both logged in."""

    def __init__(self, engine: Engine) -> None:
        app = create_app(engine, access=Access(who="bench"))
        self._client: FlaskClient = app.test_client()
        self._key = app.extensions["access"].token
        self._client.get(f"/enter/{self._key}", base_url=BASE)

    def get(self, path: str) -> str:
        """A page. Raises `RuntimeError` for another status than 200."""
        answer = self._client.get(path, base_url=BASE, buffered=True)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.get_data(as_text=True)

    def api(self, path: str) -> str:
        """An answer of the API. Raises as `get`."""
        headers = {"Authorization": f"Bearer {self._key}"}
        answer = self._client.get(path, base_url=BASE, headers=headers)
        while answer.status_code == 429:
            time.sleep(0.2)
            answer = self._client.get(path, base_url=BASE, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.get_data(as_text=True)

    def next(self) -> tuple[str, str]:
        """The address and the page of the next pair."""
        where = self._client.get("/next", base_url=BASE).headers["Location"]
        return where, self.get(where)

    def decide(self, choice: str) -> str:
        """Decide the next pair, and be shown the one after it."""
        where, page = self.next()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        form = {"csrf_token": token[1], "choice": choice}
        answer = self._client.post(where, data=form, base_url=BASE)
        return self.get(answer.headers["Location"])


def told(engine: Engine, asked: Asked, most: int) -> int:
    """How many changes come, up to so many."""
    with engine.connect() as connection:
        return sum(1 for _ in itertools.islice(changes(connection, asked), most))


def hubs(engine: Engine) -> tuple[str, str]:
    """The entity with the most mentions, and one with a single one."""
    table = schema.mention_entity
    query = select(table.c.entity_id).group_by(table.c.entity_id)
    with engine.connect() as connection:
        hub = connection.execute(query.order_by(func.count().desc(), table.c.entity_id).limit(1)).scalar_one()
        one = query.having(func.count() == 1).order_by(table.c.entity_id).limit(1)
        return str(hub), str(connection.execute(one).scalar_one())


def fill_queue(engine: Engine, pairs: int) -> None:
    """Put pairs of neighbours among the entities into the queue until so many wait."""
    table, entity = schema.candidate, schema.entity
    moment = now()
    with writing(engine) as connection:
        missing = pairs - queue.count(connection)
        if missing <= 0:
            return
        query = select(entity.c.mention_id).where(entity.c.redirect_to.is_(None), entity.c.kind != "person")
        founders = list(connection.execute(query.order_by(entity.c.id)).scalars())
        there = set(connection.execute(select(table.c.id)).scalars())
        made: list[dict[str, Any]] = []
        for apart in range(1, len(founders)):
            for left, right in zip(founders, founders[apart:], strict=False):
                if len(made) == missing:
                    break
                if (key := candidate_id(left, right)) not in there:
                    there.add(key)
                    made.append(
                        {
                            "id": key, "left_id": left, "right_id": right, "score": 0.7, "suggestion": "same",
                            "why": {"reason": "alike", "features": [["lcs", "a long common part", 1.0]]},
                            "effect": float(len(made) % 97), "raised_at": moment, "evidence_at": moment,
                        }
                    )  # fmt: skip
            if len(made) == missing:
                break
        connection.execute(insert(table), made)
        queue.analyse(connection)


class Processor:
    """Seconds of processor that this process has used, and the server's processes that work for it."""

    def __init__(self, url: str) -> None:
        self._engine = open_store(url) if url.startswith("postgres") else None
        self._pids: list[int] = []

    def look(self) -> None:
        """See which processes there are."""
        if self._engine is not None:
            others = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            with self._engine.connect() as connection:
                self._pids = list(connection.execute(others).scalars())

    @property
    def used(self) -> float:
        return time.process_time() + sum(map(_of_process, self._pids))


def _of_process(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:  # of another machine, or gone
        return 0.0


def measured(do: Callable[[], object], processor: Processor) -> tuple[float, float, float]:
    """Milliseconds of the first call, and the medians of the later ones: by the clock, and of the processor."""
    start = time.perf_counter()
    do()
    first = time.perf_counter() - start
    processor.look()
    clock, own = [first], [0.0]
    for at in range(_TIMES):
        began, used = time.perf_counter(), processor.used
        if at and began - start > _ENOUGH:
            break
        do()
        clock[at:] = [time.perf_counter() - began]
        own[at:] = [processor.used - used]
    return 1000 * first, 1000 * statistics.median(clock), 1000 * statistics.median(own)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="the store; it is written to")
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--only", nargs="*", default=[], help="steps whose names begin so")
    asked = parser.parse_args()
    processor = Processor(asked.url)
    click.echo(f"{'milliseconds':42}{'first':>10}{'clock':>10}{'processor':>11}")
    for name, do in rows(asked.url, asked.pairs):
        if asked.only and not name.startswith(tuple(asked.only)):
            continue
        first, clock, own = measured(do, processor)
        click.echo(f"{name:42}{first:10.1f}{clock:10.1f}{own:11.1f}")


if __name__ == "__main__":
    main()
