"""One visitor at a time, and none that blocks others after its death."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading

import pytest
from sqlalchemy import Engine, select, update

from pipelines.store import schema, turns
from pipelines.store.runs import open_run
from pipelines.store.session import writing
from pipelines.store.turns import LEASE, Taken, extend, is_dead, let_go, take, this_visitor, turn
from pipelines.store.types import now
from tests.pipelines.test_store_writing import SOURCE

NAME = SOURCE["name"]


@pytest.fixture
def visited(store: Engine) -> Engine:
    open_run(store, SOURCE, "crawl")
    return store


def holder(store: Engine) -> str | None:
    with store.connect() as connection:
        found: str | None = connection.execute(select(schema.agenda.c.holder)).scalar_one()
    return found


def test_a_second_visitor_is_turned_away_until_the_first_is_done(visited: Engine) -> None:
    with turn(visited, NAME, "first"):
        with pytest.raises(Taken, match=f"{NAME} is being visited by first since"):
            take(visited, NAME, "second")
        assert holder(visited) == "first"
    assert holder(visited) is None
    take(visited, NAME, "second")


def winners(store: Engine, part: str = "") -> list[str]:
    """Who of six that try at once gets the turn."""
    won: list[str] = []
    barrier = threading.Barrier(6)

    def try_it(name: str) -> None:
        barrier.wait()
        try:
            take(store, NAME, name, part=part)
        except Taken:
            return
        won.append(name)

    threads = [threading.Thread(target=try_it, args=(f"visitor {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


def test_of_many_at_once_one_wins(visited: Engine) -> None:
    assert winners(visited) == [holder(visited)]


def test_a_lease_without_a_sign_of_life_ends(visited: Engine) -> None:
    take(visited, NAME, "elsewhere")
    with writing(visited) as connection:
        row = connection.execute(select(schema.agenda.c.held_since, schema.agenda.c.held_until)).one()
        assert row.held_until - row.held_since == LEASE
        connection.execute(update(schema.agenda).values(held_until=now() - dt.timedelta(seconds=1)))
    take(visited, NAME, "next")
    assert holder(visited) == "next"
    extend(visited, NAME, "elsewhere")
    let_go(visited, NAME, "elsewhere")
    assert holder(visited) == "next"


def test_the_dead_of_this_machine_hold_nothing(visited: Engine) -> None:
    code = "from pipelines.store.turns import this_visitor; print(this_visitor())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    dead = done.stdout.strip()
    assert is_dead(dead)
    assert not is_dead(this_visitor())
    assert not is_dead("another host process 1 begun 7")
    assert is_dead(this_visitor().rpartition(" ")[0] + " 1"), "the number is another process's by now"
    assert str(os.getpid()) in this_visitor()
    take(visited, NAME, dead)
    take(visited, NAME, "next")
    assert holder(visited) == "next"


def test_the_runs_of_a_dead_visitor_are_closed_as_failed(visited: Engine) -> None:
    take(visited, NAME, "next")
    with visited.connect() as connection:
        row = connection.execute(select(schema.run)).one()
    assert (row.outcome, row.note) == ("failed", "the process died")


def test_who_slept_too_long_learns_that_the_source_is_anothers(
    visited: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "RENEWED", 0.05)
    with turn(visited, NAME, "she") as lost:
        assert extend(visited, NAME, "she")
        assert not lost.is_set()
        with writing(visited) as connection:
            connection.execute(update(schema.agenda).values(holder="he"))
        assert lost.wait(10)
    assert holder(visited) == "he"


def test_parts_of_a_source_are_visited_at_once_and_the_whole_waits(visited: Engine) -> None:
    with turn(visited, NAME, "first", part="site=a"), turn(visited, NAME, "second", part="site=b"):
        with pytest.raises(Taken, match="site=a is being visited by first"):
            take(visited, NAME, "third", part="site=a")
        with pytest.raises(Taken, match=r"site=[ab] is being visited"):
            take(visited, NAME, "third")
    with turn(visited, NAME, "third"), pytest.raises(Taken, match="is being visited by third"):
        take(visited, NAME, "first", part="site=a")
    take(visited, NAME, "first", part="site=a")


def test_of_many_at_once_one_wins_a_part(visited: Engine) -> None:
    assert len(winners(visited, "site=a")) == 1


def test_a_part_whose_visitor_died_is_free_and_only_its_runs_are_closed(visited: Engine) -> None:
    gone = open_run(visited, SOURCE, "crawl", "site=a")
    other = open_run(visited, SOURCE, "crawl", "site=b")
    dead = this_visitor().rpartition(" ")[0] + " 1"
    take(visited, NAME, dead, part="site=a")
    with writing(visited) as connection:  # taking it closed what was open: open it once more
        connection.execute(update(schema.run).where(schema.run.c.id == gone).values(outcome="running"))
    take(visited, NAME, "next", part="site=a")
    with visited.connect() as connection:
        rows = connection.execute(select(schema.run.c.id, schema.run.c.outcome))
        outcomes = {row.id: row.outcome for row in rows}
    assert (outcomes[gone], outcomes[other]) == ("failed", "running")
    assert not extend(visited, NAME, dead, part="site=a")
    assert extend(visited, NAME, "next", part="site=a")
    let_go(visited, NAME, dead, part="site=a")
    with pytest.raises(Taken):
        take(visited, NAME, "third", part="site=a")
