"""The queue of visits, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text

from crawlers.workers.jobs import QUEUE, SCHEMA, Stopped, VisitQueue
from crawlers.workers.parts import Part, parts_of
from pipelines.errors import SourceError, UsageError
from pipelines.store.session import open_store
from pipelines.store.turns import Taken

Answer = TypeVar("Answer")
PARTS = parts_of("news", {"site": "https://a.example/,https://b.example/"})
SAME_HOST = parts_of("site", {"site": "https://a.example/"})


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_store(postgres_url, create=True)
    yield engine
    engine.dispose()


def ask(queue: VisitQueue, question: Callable[[], Awaitable[Answer]]) -> Answer:
    async def answer() -> Answer:
        async with queue.opened():
            return await question()

    return asyncio.run(answer())


def work(queue: VisitQueue) -> None:
    ask(queue, lambda: queue.app.run_worker_async(queues=[QUEUE], wait=False, install_signal_handlers=False))


def test_a_visit_waits_once(engine: Engine) -> None:
    queue = VisitQueue(engine)
    assert ask(queue, lambda: queue.add(PARTS)) == (PARTS, [])
    assert ask(queue, lambda: queue.add([*SAME_HOST, *PARTS])) == (SAME_HOST, PARTS)
    waiting = ask(queue, queue.waiting)
    assert [(one.source, one.site, one.state) for one in waiting] == [
        ("news", "https://a.example/", "todo"),
        ("news", "https://b.example/", "todo"),
        ("site", "https://a.example/", "todo"),
    ]


def test_a_host_has_one_visitor_at_a_time(engine: Engine) -> None:
    underway: list[str] = []
    met: list[tuple[str, ...]] = []

    async def make(part: Part) -> None:
        underway.append(part.lock)
        met.append(tuple(sorted(underway)))
        await asyncio.sleep(0.3)
        underway.remove(part.lock)

    queue = VisitQueue(engine, make)
    ask(queue, lambda: queue.add([*PARTS, *SAME_HOST]))
    for _ in range(2):  # the second of a host is taken when the first is done
        ask(
            queue,
            lambda: queue.app.run_worker_async(
                queues=[QUEUE], wait=False, concurrency=3, install_signal_handlers=False
            ),
        )
    assert len(met) == 3
    assert ("a.example", "b.example") in met
    assert all(len(set(locks)) == len(locks) for locks in met)


@pytest.mark.parametrize("error", [Stopped(), Taken("another's turn"), SourceError("the store refused")])
def test_what_did_not_come_to_its_end_waits_again(engine: Engine, error: Exception) -> None:
    made: list[Part] = []

    async def make(part: Part) -> None:
        made.append(part)
        if len(made) == 1:
            raise error

    queue = VisitQueue(engine, make)
    ask(queue, lambda: queue.add(PARTS[:1]))
    work(queue)
    if not isinstance(error, Stopped):
        assert [one.state for one in ask(queue, queue.waiting)] == ["todo"]
        assert len(made) == 1
    else:
        assert len(made) == 2


def test_what_fails_too_often_is_kept_as_failed_and_can_be_asked_for_anew(engine: Engine) -> None:
    async def make(part: Part) -> None:
        raise SourceError("always")

    queue = VisitQueue(engine, make)
    ask(queue, lambda: queue.add(PARTS[:1]))
    for _ in range(10):
        with engine.begin() as connection:  # its waits are over
            connection.execute(text(f"UPDATE {SCHEMA}.procrastinate_jobs SET scheduled_at = NULL"))
            connection.execute(text(f"UPDATE {SCHEMA}.procrastinate_events SET at = now() WHERE at > now()"))
        work(queue)
    (failed,) = ask(queue, queue.waiting)
    assert (failed.state, failed.attempts) == ("failed", 6)
    assert ask(queue, lambda: queue.add(PARTS[:1])) == (PARTS[:1], [])
    ask(queue, queue.forget)
    assert [one.state for one in ask(queue, queue.waiting)] == ["todo"]


def test_a_visit_of_a_dead_worker_waits_again(engine: Engine) -> None:
    queue = VisitQueue(engine)

    async def die() -> None:
        manager = queue.app.job_manager
        await queue.add(PARTS[:1])
        job = await manager.fetch_job(queues=[QUEUE], worker_id=await manager.register_worker())
        assert job is not None

    ask(queue, die)
    assert [one.state for one in ask(queue, queue.waiting)] == ["doing"]
    assert ask(queue, lambda: queue.add(PARTS[:1])) == ([], PARTS[:1])
    assert ask(queue, queue.rescue) == 0  # it gave a sign of life just now
    with engine.begin() as connection:
        connection.execute(
            text(f"UPDATE {SCHEMA}.procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        )
    assert ask(queue, queue.rescue) == 1
    assert [one.state for one in ask(queue, queue.waiting)] == ["todo"]


def test_two_that_begin_at_once_make_one_queue(engine: Engine) -> None:
    failures: list[BaseException] = []

    def begin(number: int) -> None:
        queue = VisitQueue(engine)
        try:
            ask(queue, lambda: queue.add([PARTS[number]]))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    queue = VisitQueue(engine)
    assert len(ask(queue, queue.waiting)) == 2


def test_the_queue_wants_postgresql(tmp_path: object) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/own.db", create=True)
    with pytest.raises(UsageError, match="PostgreSQL, and this one is SQLite"):
        VisitQueue(engine)
    engine.dispose()
