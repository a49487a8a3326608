"""Second readers and checks of merges, on both databases."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from entity_resolution.judgements import undo
from entity_resolution.resolver import resolve
from entity_resolution.review import second_look
from entity_resolution.review.decisions import decide
from entity_resolution.review.second_look import answer, interval, kappa
from pipelines.errors import UsageError
from pipelines.store import schema
from tests.entity_resolution.review.world import NOBODY, candidate, waiting_world
from tests.entity_resolution.world import organisation, rows, write


def test_a_second_reader_is_another_person_and_is_compared(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_look, "ONE_IN", 1)
    ids = waiting_world(store, ("甲牌科技", "甲牌", "same"), ("乙云", "乙牌", "unit of"))
    decide(store, candidate(ids, "甲牌科技", "甲牌"), "same", reason="x", who="ann")
    decide(store, candidate(ids, "乙云", "乙牌"), "left unit", reason="x", who="ann")
    with store.connect() as connection:
        assert second_look.next_reading(connection, "ann") is None
        assert second_look.counts(connection, "ann") == (0, 0)
        assert second_look.counts(connection, "bo") == (2, 0)
        first = second_look.next_reading(connection, "bo")
    assert first is not None
    assert (first.left, first.right) == (ids["甲牌科技"], ids["甲牌"])
    with pytest.raises(UsageError, match="another person"):
        answer(store, first.id, "same", who="ann")
    with pytest.raises(UsageError, match="verdict"):
        answer(store, first.id, "perhaps", who="bo")
    with pytest.raises(UsageError, match="no second look"):
        answer(store, 999, "same", who="bo")
    assert answer(store, first.id, "same", who="bo")
    assert not answer(store, first.id, "different", who="cy")
    with store.connect() as connection:
        then = second_look.next_reading(connection, "bo")
    assert then is not None
    assert answer(store, then.id, "has unit", who="bo", reason="the other way")
    with store.connect() as connection:
        found = second_look.agreement(connection)
        ((look, said, reader, why),) = second_look.disagreements(connection)
    assert (found.count, found.agreed) == (2, 1)
    assert (look.verdict, said, reader, why) == ("unit of", "has unit", "bo", "the other way")
    assert len(rows(store, schema.judgement)) == 2


def test_automatic_merges_are_drawn_once_and_give_a_precision(store: Engine) -> None:
    for number, source in enumerate(("one", "two")):
        write(store, source, *(organisation(f"星河{one}号") for one in "甲乙丙丁"), day=number)
    resolve(store, known=NOBODY)
    merges = [row.id for row in rows(store, schema.judgement) if row.verdict == "same"]
    assert len(merges) == 4
    undo(store, merges[0], reason="two", by="ann")
    assert second_look.draw(store, 2) == 2
    assert second_look.draw(store, 5) == 1
    assert second_look.draw(store, 5) == 0
    for verdict in ("same", "different", "unsure"):
        with store.connect() as connection:
            look = second_look.next_check(connection)
        assert look is not None
        assert look.judgement != merges[0]
        assert answer(store, look.id, verdict, who="ann")
    with store.connect() as connection:
        assert second_look.next_check(connection) is None
        found = second_look.precision(connection)
    assert (found.count, found.agreed, found.share) == (2, 1, 0.5)
    assert 0 < found.low < 0.5 < found.high < 1
    with pytest.raises(UsageError, match="1000"):
        second_look.draw(store, 0)


def test_nothing_measured_says_so(store: Engine) -> None:
    with store.connect() as connection:
        found = second_look.agreement(connection)
    assert (found.count, found.share, found.kappa, found.low, found.high) == (0, 0.0, None, 0.0, 1.0)


def test_kappa_is_what_is_left_above_chance() -> None:
    assert kappa([]) is None
    assert kappa([("same", "same")] * 5) is None
    assert kappa([("same", "same"), ("different", "different")]) == 1
    mixed = [("s", "s")] * 20 + [("s", "d")] * 5 + [("d", "s")] * 10 + [("d", "d")] * 15
    assert math.isclose(kappa(mixed) or 0, 0.4)


def test_the_interval_is_wilsons() -> None:
    low, high = interval(9, 10)
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_holds_the_share(agreed: int, more: int) -> None:
    count = agreed + more
    low, high = interval(agreed, count)
    assert 0 <= low <= high <= 1
    if count:
        assert low - 1e-9 <= agreed / count <= high + 1e-9
