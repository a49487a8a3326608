"""Runs whose process is gone are known, and closed by the next that opens one."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from pipelines.commands import sources
from pipelines.store import schema, turns
from pipelines.store.changes import settled
from pipelines.store.left_open import DIED, WITHOUT_LEASE, close_left_open, left_open
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import writing
from pipelines.store.turns import LEASE, let_go, take, this_visitor, turn, turn_of_run
from pipelines.store.types import now
from tests.pipelines.test_store_writing import SOURCE

NAME = SOURCE["name"]
GONE = f"{socket.gethostname()} process {2**22 + 1} begun 1"
FAR = "another host process 1 begun 7"


def change(store: Engine, table: Any, **values: Any) -> None:
    with writing(store) as connection:
        connection.execute(update(table).values(**values))


def dead(store: Engine) -> list[int]:
    with store.connect() as connection:
        return [one.id for one in left_open(connection)]


def outcomes(store: Engine) -> dict[int, tuple[str, str]]:
    run = schema.run
    with store.connect() as connection:
        return {row.id: (row.outcome, row.note) for row in connection.execute(select(run).order_by(run.c.id))}


def test_an_import_lives_as_long_as_its_process(store: Engine) -> None:
    run = open_run(store, SOURCE, "import", "rounds.csv")
    assert dead(store) == []
    change(store, schema.part_turn, holder=GONE)
    assert dead(store) == [run]
    change(store, schema.part_turn, holder=FAR)
    assert dead(store) == [], "of another machine only the lease is known"
    change(store, schema.part_turn, held_until=now() - dt.timedelta(seconds=1))
    assert dead(store) == [run]


def test_a_lease_is_renewed_while_files_are_read(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "RENEWED", 0.02)
    run = open_run(store, SOURCE, "import", "rounds.csv")
    change(store, schema.part_turn, held_until=now() - LEASE)
    renewed = turns.extend
    seen = threading.Event()

    def told(*asked: Any, **more: Any) -> bool:
        done = renewed(*asked, **more)
        seen.set()
        return done

    monkeypatch.setattr(turns, "extend", told)
    with turn_of_run(store, NAME, run):
        assert seen.wait(20)
        assert dead(store) == []


def test_whoever_opens_a_run_closes_those_of_the_dead(store: Engine) -> None:
    first = open_run(store, SOURCE, "import", "a.csv")
    change(store, schema.part_turn, holder=GONE)
    second = open_run(store, SOURCE, "import", "b.csv")
    third = open_run(store, {**SOURCE, "name": "other"}, "import", "c.csv")
    assert outcomes(store) == {first: ("failed", DIED), second: ("running", ""), third: ("running", "")}
    close_run(store, second, "complete")
    with store.connect() as connection:
        left = connection.execute(select(schema.part_turn.c.part)).scalars().all()
    assert left == [f"run {third}"]


def test_what_was_closed_does_not_end_before_it_began(store: Engine) -> None:
    open_run(store, SOURCE, "import", "a.csv")
    later = now() + dt.timedelta(days=1)
    change(store, schema.run, started_at=later)
    change(store, schema.part_turn, holder=GONE)
    with writing(store) as connection:
        assert close_left_open(connection) == 1
        assert close_left_open(connection) == 0
        assert connection.execute(select(schema.run.c.ended_at)).scalar_one() == later


def test_an_import_of_an_earlier_program_held_nothing(store: Engine) -> None:
    run = open_run(store, SOURCE, "import", "a.csv")
    with writing(store) as connection:
        connection.execute(schema.part_turn.delete())
    assert dead(store) == []
    change(store, schema.run, started_at=now() - WITHOUT_LEASE - dt.timedelta(hours=1))
    assert dead(store) == [run]


@pytest.mark.parametrize("kind", ["crawl", "replay"])
def test_a_visit_lives_as_long_as_its_turn(store: Engine, kind: str) -> None:
    run = open_run(store, SOURCE, kind)
    assert dead(store) == [], "it may be about to take its turn"
    take(store, NAME, GONE)  # closes what was open
    change(store, schema.run, outcome="running", started_at=now() - LEASE)
    assert dead(store) == [run]
    change(store, schema.agenda, holder=this_visitor())
    assert dead(store) == []
    let_go(store, NAME, this_visitor())
    change(store, schema.run, started_at=now() - LEASE - dt.timedelta(seconds=5))
    assert dead(store) == [run]
    take(store, NAME, "next")
    assert outcomes(store)[run] == ("failed", DIED)


def test_a_part_lives_as_long_as_its_own_turn(store: Engine) -> None:
    first, second = (open_run(store, SOURCE, "crawl", f"site={name}") for name in "ab")
    change(store, schema.run, started_at=now() - 2 * LEASE)
    with writing(store) as connection:
        for part, holder in (("site=a", GONE), ("site=b", FAR)):
            connection.execute(
                schema.part_turn.insert().values(
                    source=NAME, part=part, holder=holder, held_since=now(), held_until=now() + LEASE
                )
            )
    assert dead(store) == [first]
    assert second not in dead(store)


def test_files_are_taken_in_whoever_visits(store: Engine) -> None:
    open_run(store, SOURCE, "import", "a.csv")
    with turn(store, NAME, "visitor"):
        open_run(store, SOURCE, "import", "b.csv")
    with turn(store, NAME, "visitor", part="site=a"):
        pass
    assert [one for one, _ in outcomes(store).values()] == ["running", "running"]


def test_the_status_knows_it_before_anybody_closes_it(store: Engine) -> None:
    open_run(store, SOURCE, "import", "a.csv")
    assert [(row["outcome"], row["notes"]) for row in sources(store)] == [("running", "")]
    change(store, schema.part_turn, holder=GONE)
    assert [(row["outcome"], row["notes"]) for row in sources(store)] == [("failed", DIED)]
    assert [one for one, _ in outcomes(store).values()] == ["running"], "it only looks"


def test_a_dead_import_keeps_no_changes_back(store: Engine) -> None:
    begun = now()
    open_run(store, SOURCE, "import", "a.csv")
    with store.connect() as connection:
        assert settled(connection) < begun + dt.timedelta(minutes=1)
        held_back = settled(connection)
    with store.connect() as connection:
        assert settled(connection) == held_back, "as long as it lives"
    change(store, schema.part_turn, holder=GONE)
    with store.connect() as connection:
        assert settled(connection) > held_back
