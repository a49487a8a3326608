"""The agenda that schedulers share: claims, counting, pauses, deaths."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from crawlers.registry import spider_of
from crawlers.running import source_row
from crawlers.schedule.agenda import CLAIM, Entry, claim, count_visits, entries, note_death, pause, prepare
from pipelines.store import schema
from pipelines.store.runs import INTERRUPTED, close_run, open_run
from pipelines.store.turns import take, turn
from pipelines.store.types import clock

ROR = spider_of("ror").declaration
START = dt.datetime(2026, 1, 1, 7, 20, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def entry(engine: Engine) -> Entry:
    return entries(engine, [ROR])[0]


def visited(engine: Engine, at: dt.datetime, outcome: str, note: str = "", scope: str = "") -> int:
    with clock(lambda: at):
        run = open_run(engine, source_row(ROR), "crawl", scope)
        close_run(engine, run, outcome, note)
        count_visits(engine, ROR)
    return run


def test_a_new_source_is_due_at_once_and_claimed_once(store: Engine) -> None:
    with clock(lambda: START):
        prepare(store, [ROR])
        found = entry(store)
        assert found.is_due
        won: list[bool] = []
        threads = [threading.Thread(target=lambda: won.append(claim(store, found))) for _ in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sorted(won) == [False] * 5 + [True]
        assert not entry(store).is_due
    with clock(lambda: START + CLAIM):  # nothing came of it
        assert entry(store).is_due


def test_what_is_held_or_paused_is_not_due(store: Engine) -> None:
    with clock(lambda: START):
        prepare(store, [ROR])
    found = replace(entry(store), holder=None)
    with turn(store, "ror", "other:1"):
        assert not entry(store).is_due
        assert not claim(store, found)
    pause(store, "ror", True)
    assert not entry(store).is_due
    assert not claim(store, found)
    pause(store, "ror", False)
    assert entry(store).is_due
    assert claim(store, found)


def test_visits_are_counted_once_whoever_made_them(store: Engine) -> None:
    with clock(lambda: START):
        prepare(store, [ROR])
    visited(store, START, "failed")
    visited(store, START + DAY, "failed")
    first = entry(store)
    assert first.failures == 2
    count_visits(store, ROR)
    assert entry(store) == first
    visited(store, START + 2 * DAY, "complete")
    done = entry(store)
    assert done.failures == 0
    assert done.due_at
    assert done.due_at.date() == (START + 32 * DAY).date()
    visited(store, START + 3 * DAY, "partial", scope="limit=5")  # by hand, to try it
    assert entry(store).due_at == done.due_at
    visited(store, START + 4 * DAY, "partial", INTERRUPTED)
    due = entry(store).due_at
    assert due
    assert due < START + 5 * DAY


def test_a_store_with_a_past_is_taken_over(store: Engine) -> None:
    for day, outcome in enumerate(("complete", "failed", "failed")):
        with clock(lambda day=day: START + day * DAY):  # type: ignore[misc]
            close_run(store, open_run(store, source_row(ROR), "crawl"), outcome)
    with clock(lambda: START + 3 * DAY):
        prepare(store, [ROR])
        assert entry(store).has_news
        count_visits(store, ROR)
    found = entry(store)
    assert (found.failures, found.has_news) == (2, False)
    assert found.due_at
    assert found.due_at < START + 3 * DAY  # overdue: the two hours of the second failure are over


def test_months_without_a_scheduler_are_one_visit(store: Engine) -> None:
    with clock(lambda: START):
        prepare(store, [ROR])
    visited(store, START, "complete")
    late = START + 200 * DAY
    with clock(lambda: late):
        assert entry(store).is_due
    visited(store, late, "complete")
    with clock(lambda: late + DAY):
        assert not entry(store).is_due


def test_a_visit_that_never_began_is_a_failed_run(store: Engine) -> None:
    prepare(store, [ROR])
    note_death(store, ROR, 0, "no such key")
    count_visits(store, ROR)
    found = entry(store)
    assert (found.last_outcome, found.failures) == ("failed", 1)
    with store.connect() as connection:
        assert connection.execute(select(schema.run.c.note)).scalar_one() == "no such key"


def test_a_killed_visit_lets_go_and_is_failed(store: Engine) -> None:
    prepare(store, [ROR])
    dead = f"{socket.gethostname()} process 999999999 begun 1"
    take(store, "ror", dead)
    open_run(store, source_row(ROR), "crawl")
    assert entry(store).holder is None
    assert entry(store).last_outcome == "running"
    assert claim(store, entry(store))
    note_death(store, ROR, 0, "killed by signal 9")
    found = entry(store)
    assert (found.holder, found.last_outcome) == (None, "failed")


def test_who_finds_the_source_taken_has_not_failed(store: Engine) -> None:
    prepare(store, [ROR])
    take(store, "ror", "elsewhere:7")
    note_death(store, ROR, 0, "ror is being visited by elsewhere:7")
    assert entry(store).last_run == 0
    assert entry(store).holder == "elsewhere:7"


def test_nothing_is_known_of_an_empty_store(store: Engine) -> None:
    with clock(lambda: START):
        found = entry(store)
    assert (found.due_at, found.last_run) == (START, 0)
    count_visits(store, ROR)  # nothing to date


@pytest.mark.parametrize("outcome", ["complete", "partial", "failed"])
def test_due_lies_ahead_of_what_was_counted(outcome: str, store: Engine) -> None:
    prepare(store, [ROR])
    visited(store, START, outcome)
    due = entry(store).due_at
    assert due is not None
    assert due > START
