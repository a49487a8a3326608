"""Schedulers as real processes: two at once, killed, stopped; and one whose store is away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError

from crawlers.registry import spider_of
from crawlers.sample_web.server import SampleWeb
from crawlers.schedule import running
from crawlers.schedule.agenda import entries
from crawlers.schedule.children import READING, Orders
from crawlers.schedule.running import Scheduler, wants
from pipelines.store import schema
from pipelines.store.runs import INTERRUPTED
from pipelines.store.session import writing
from pipelines.store.types import now
from pipelines.store.unseen import unseen
from tests.crawlers.web import Answer, serve
from tests.program import command, environment
from tests.read_store import FIRST, add_documents

EMPTY = b'{"number_of_results": 0, "items": []}'


@pytest.fixture
def started(store_address: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `valuenet schedule run …` on the store; what is left of it is killed at the end."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        folder = ["--folder", str(tmp_path / "schedule"), "--archive", str(tmp_path / "archive")]
        process = subprocess.Popen(
            command("--store", store_address, "schedule", "run", *words, *folder),
            cwd=tmp_path,
            env=environment(),
            stderr=subprocess.DEVNULL,
        )
        processes.append(process)
        return process

    yield start
    for one in processes:
        if one.poll() is None:
            one.kill()
            one.wait()


def runs(engine: Engine) -> list[tuple[str, str, str]]:
    run = schema.run
    with engine.connect() as connection:
        rows = connection.execute(select(run.c.source, run.c.outcome, run.c.note).order_by(run.c.id))
        return [(row.source, row.outcome, row.note) for row in rows]


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def slow(path: str) -> Answer:
    """A web on which a visit takes a while."""
    if "robots" in path:
        return 404, {}, b""
    time.sleep(1.5)
    return 200, {"Content-Type": "application/json"}, EMPTY


def visitor(engine: Engine) -> int:
    """The process that visits now, 0 for none."""
    with engine.connect() as connection:
        holder = connection.execute(
            select(schema.agenda.c.holder).where(schema.agenda.c.source == "ror")
        ).scalar()
    return int(holder.partition(" process ")[2].split()[0]) if holder else 0


def test_two_schedulers_visit_each_source_once(
    started: Callable[..., subprocess.Popen[bytes]], store: Engine
) -> None:
    with SampleWeb() as web:
        both = [started("ror", "cac", "--once", "--web", web.base) for _ in range(2)]
        assert [one.wait(timeout=50) for one in both] == [0, 0]
    assert sorted((source, outcome) for source, outcome, _ in runs(store)) == [
        ("cac", "complete"),
        ("ror", "complete"),
    ]


def test_killed_schedulers_leave_nothing_twice_and_nothing_out(
    started: Callable[..., subprocess.Popen[bytes]], store: Engine
) -> None:
    with serve(slow) as web:
        first = started("ror", "--web", web.base)
        until(lambda: visitor(store) > 0)
        first.kill()  # its visit goes on without it
        second = started("ror", "--once", "--web", web.base)
        assert second.wait(timeout=30) == 0
        until(lambda: visitor(store) == 0)
    assert len(runs(store)) == 1


def test_what_visits_brought_is_read_unless_said_otherwise(
    started: Callable[..., subprocess.Popen[bytes]], store: Engine, tmp_path: Path
) -> None:
    add_documents(store, {"https://a.example/1": FIRST})
    with serve(slow) as web:
        assert started("ror", "--once", "--no-read", "--web", web.base).wait(timeout=60) == 0
        assert unseen(store)
        with writing(store) as connection:
            connection.execute(update(schema.agenda).values(due_at=now()))
        assert started("ror", "--once", "--web", web.base).wait(timeout=120) == 0
    assert not unseen(store)
    (log,) = (tmp_path / "schedule" / "logs" / READING).glob("*.log")
    assert json.loads(log.read_text("utf-8"))["documents"] == 1


def test_a_reading_that_fails_is_told_and_not_repeated(
    store: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add_documents(store, {"https://a.example/1": FIRST})
    orders = Orders(f"sqlite:///{tmp_path / 'nowhere' / 'no.db'}", tmp_path / "logs")
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        tally = Scheduler(store, [], orders, once=True).run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert tally.failed == [READING]
    assert f"{READING} failed" in caplog.text
    assert len(list((tmp_path / "logs" / READING).glob("*.log"))) == 1


def test_a_killed_visit_is_noted_and_comes_again(
    started: Callable[..., subprocess.Popen[bytes]], store: Engine
) -> None:
    with serve(slow) as web:
        scheduler = started("ror", "--web", web.base)
        until(lambda: visitor(store) > 0)
        until(lambda: len(runs(store)) == 1)
        os.kill(visitor(store), signal.SIGKILL)
        until(lambda: [one[1:] for one in runs(store)] == [("failed", "the process was killed by signal 9")])
        agenda = schema.agenda

        def counted() -> bool:
            with store.connect() as connection:
                row = connection.execute(select(agenda).where(agenda.c.source == "ror")).one()
            return bool(row.failures == 1 and row.holder is None and row.counted == 1)

        until(counted)
        scheduler.terminate()
        assert scheduler.wait(timeout=20) == 0


def test_a_stopped_scheduler_stops_its_visits_and_the_next_goes_on(
    started: Callable[..., subprocess.Popen[bytes]], store: Engine
) -> None:
    with serve(slow) as web:
        scheduler = started("ror", "--web", web.base)
        until(lambda: any("organizations" in path for path in web.paths))
        pid = visitor(store)
        scheduler.terminate()
        assert scheduler.wait(timeout=30) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    ((_, outcome, note),) = runs(store)
    assert outcome in ("partial", "failed")
    assert note.startswith(INTERRUPTED)
    assert visitor(store) == 0


def test_a_store_that_is_away_is_waited_for(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def failing(engine: Engine, declared: object) -> object:
        calls.append(1)
        if len(calls) < 3:
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        return entries(engine, [])

    monkeypatch.setattr(running, "entries", failing)
    monkeypatch.setattr(running, "STORE_WAITS", (0.01, 0.02))
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        days: list[int] = []
        orders = Orders("sqlite://", tmp_path)
        scheduler = Scheduler(store, [], orders, once=True, daily=lambda: days.append(1))
        assert scheduler.run().begun == []
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert len(calls) > 2
    assert days == [1]


def test_what_a_source_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    news, epo = spider_of("news").declaration, spider_of("epo_ops").declaration
    for key in epo.keys:
        monkeypatch.delenv(key.env, raising=False)
    assert wants(news, None, ()) == "--site URL"
    assert wants(news, None, ("https://a.example/",)) == ""
    assert "VALUENET_EPO_KEY" in wants(epo, None, ())
    assert wants(epo, "http://127.0.0.1:1", ()) == ""
    assert wants(spider_of("ror").declaration, None, ()) == ""


def test_a_visit_that_cannot_begin_tells_why(
    started: Callable[..., subprocess.Popen[bytes]], store: Engine
) -> None:
    scheduler = started("gleif", "--once", "--web", "no address at all")
    assert scheduler.wait(timeout=40) in (0, 1)
    ((source, outcome, note),) = runs(store)
    assert source == "gleif"
    assert outcome in ("failed", "partial")
    assert note
