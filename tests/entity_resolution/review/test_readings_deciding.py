"""Readings are decided by one person each, on both databases."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, select

from entity_resolution.review.decisions import TakenMeanwhile
from entity_resolution.review.readings_deciding import decide, decided_by, standing, take_back
from entity_resolution.review.readings_mending import Draft, MendRefused, draft_of
from pipelines.errors import UsageError
from pipelines.store import readings, schema
from pipelines.store.session import writing
from tests.read_store import waiting_store


def draft(engine: Engine, reading: int) -> Draft:
    with engine.connect() as connection:
        one = readings.find(connection, reading)
    assert one is not None
    return draft_of(one.fact)


def state(engine: Engine, reading: int) -> tuple[str, str | None, str]:
    table = schema.reading
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.id == reading)).one()
    return row.state, row.decided_by, row.reason


def facts(engine: Engine) -> int:
    with engine.connect() as connection:
        query = select(schema.evidence.c.id).where(schema.evidence.c.ended_at.is_(None))
        return len(connection.execute(query).all())


def test_a_decision_is_kept_and_taken_back(store: Engine) -> None:
    _, (first, second) = waiting_store(store)
    assert decide(store, first, "accept", who="ann", reason="so it says") == "accepted"
    assert state(store, first) == ("accepted", "ann", "so it says")
    assert facts(store) == 1
    decide(store, second, "reject", who="ann")
    with store.connect() as connection:
        assert [one.id for one in decided_by(connection, "ann", 5)] == [second, first]
        assert decided_by(connection, "bo", 5) == []
    assert take_back(store, first, who="bo").id == first
    assert state(store, first) == ("waiting", None, "")
    assert facts(store) == 0
    with store.connect() as connection:
        holds = standing(connection, first)
        assert holds is not None
        assert (holds.waits, holds.by) == (True, "bo")
        assert standing(connection, 1) is None
    with pytest.raises(UsageError, match="nobody has decided"):
        take_back(store, first, who="bo")


def test_a_mended_reading_says_what_the_form_says(store: Engine) -> None:
    _, (first, _) = waiting_store(store)
    sides = dict(
        zip(("provider", "recipient"), ((one,) for one in draft(store, first).roles["party"]), strict=True)
    )
    better = Draft("contract", "done", "2021-04", sides, (), ())
    assert decide(store, first, "mend", who="ann", draft=better) == "mended"
    with store.connect() as connection:
        one = readings.find(connection, first)
    assert one is not None
    assert one.mended is not None
    assert one.mended.type == "contract"
    assert {role: pieces[0].text for role, pieces in one.mended.roles.items()} == {
        "provider": "甲木科技", "recipient": "乙水集团",
    }  # fmt: skip


def test_what_is_refused_writes_nothing(store: Engine) -> None:
    _, (first, _) = waiting_store(store)
    with pytest.raises(MendRefused, match="mend_nothing"):
        decide(store, first, "mend", who="ann", draft=draft(store, first))
    with pytest.raises(UsageError, match="no such choice"):
        decide(store, first, "perhaps", who="ann")
    with pytest.raises(UsageError, match="no such reading"):
        decide(store, 1, "accept", who="ann")
    with pytest.raises(UsageError, match="as it should be"):
        decide(store, first, "mend", who="ann")
    with pytest.raises(UsageError, match="name"):
        decide(store, first, "accept", who="x" * 60)
    assert state(store, first)[0] == "waiting"
    assert facts(store) == 0


def test_who_comes_second_is_told(store: Engine) -> None:
    _, (first, _) = waiting_store(store)
    with writing(store) as connection:
        assert readings.claim(connection, first, "ann")
    with pytest.raises(TakenMeanwhile) as claimed:
        decide(store, first, "accept", who="bo")
    assert not claimed.value.decided
    decide(store, first, "accept", who="ann")
    with pytest.raises(TakenMeanwhile) as decided:
        decide(store, first, "reject", who="bo")
    assert decided.value.decided
    assert state(store, first)[:2] == ("accepted", "ann")


def test_of_many_at_once_one_decides(store: Engine) -> None:
    _, (first, _) = waiting_store(store)
    done: list[str] = []
    late: list[bool] = []
    begin = threading.Barrier(6)

    def one(who: str) -> None:
        begin.wait(timeout=10)
        try:
            decide(store, first, "accept", who=who)
        except TakenMeanwhile as error:
            late.append(error.decided)
        else:
            done.append(who)

    threads = [threading.Thread(target=one, args=(f"p{at}",)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(done) == 1
    assert late == [True] * 5
    assert state(store, first)[:2] == ("accepted", done[0])
    assert facts(store) == 1
