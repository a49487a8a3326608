"""Decisions in the store, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from entity_resolution import queue
from entity_resolution.judgements import judge
from entity_resolution.review import second_look
from entity_resolution.review.decisions import (
    TakenMeanwhile,
    claim_of,
    decide,
    decide_freely,
    decide_together,
    take_back,
)
from pipelines.errors import UsageError
from pipelines.store import schema
from pipelines.store.session import writing
from tests.entity_resolution.review.world import candidate, waiting_world
from tests.entity_resolution.world import rows, together

STAR = tuple((f"甲牌{number}号", "甲牌", "same") for number in "一二三")


def test_one_decision_closes_what_it_settles(store: Engine) -> None:
    ids = waiting_world(store, ("甲牌科技", "甲牌", "same"), ("乙云", "乙牌", "unit of"))
    pair = candidate(ids, "甲牌科技", "甲牌")
    done = decide(store, pair, "same", reason="x", who="ann")
    assert done.left == done.right
    with store.connect() as connection:
        assert queue.count(connection) == 1
        claim = claim_of(connection, pair)
    assert (claim.closed, claim.judgement) == (True, done.judgement)
    with pytest.raises(TakenMeanwhile):
        decide(store, pair, "different", reason="x", who="bo")
    take_back(store, done.judgement, who="ann")
    with store.connect() as connection:
        assert queue.count(connection) == 2
        assert claim_of(connection, pair).by == "ann"
    with pytest.raises(TakenMeanwhile):
        decide(store, pair, "different", reason="x", who="bo")


def test_what_cannot_be_decided_is_told_and_not_written(store: Engine) -> None:
    ids = waiting_world(store, ("甲牌科技", "甲牌", "same"))
    with pytest.raises(UsageError, match="queue"):
        decide(store, 1, "same", reason="x", who="ann")
    with pytest.raises(UsageError, match="choice"):
        decide(store, candidate(ids, "甲牌科技", "甲牌"), "skip", reason="x", who="ann")
    with pytest.raises(UsageError, match="reason"):
        decide_freely(store, ids["甲牌科技"], ids["甲牌"], "same", reason=" ", who="ann")
    assert rows(store, schema.judgement) == []


def test_several_at_once_and_what_is_refused_leaves_the_others(store: Engine) -> None:
    ids = waiting_world(store, *STAR)
    judge(store, "甲牌二号", "甲牌", "different", reason="x", by="bo")
    take = rows(store, schema.candidate)
    with writing(store) as connection:
        queue.reopen(connection, rows(store, schema.judgement)[0].id)
        (entity,) = {one.right_entity for one in queue.listed(connection)}
    assert len(take) == 3
    every = [candidate(ids, name, "甲牌") for name, _, _ in STAR]
    done = decide_together(store, entity, every, "same", reason="all of one house", who="ann")
    assert len(done.judgements) == 2
    assert [key for key, _ in done.refused] == [candidate(ids, "甲牌二号", "甲牌")]
    assert together(store, "甲牌一号", "甲牌三号", "甲牌")
    assert not together(store, "甲牌二号", "甲牌")


def test_together_the_entity_is_the_left_side(store: Engine) -> None:
    ids = waiting_world(store, *STAR)
    with store.connect() as connection:
        (entity,) = {one.right_entity for one in queue.listed(connection)}
    every = [candidate(ids, name, "甲牌") for name, _, _ in STAR]
    decide_together(store, entity, every, "right unit", reason="x", who="ann")
    assert {(row.left_id, row.right_id) for row in rows(store, schema.judgement)} == {
        (ids[name], ids["甲牌"]) for name, _, _ in STAR
    }


@pytest.mark.parametrize("count", [0, 101])
def test_none_and_too_many_are_not_decided_together(store: Engine, count: int) -> None:
    with pytest.raises(UsageError, match="100"):
        decide_together(store, "vn1", range(count), "same", reason="x", who="ann")


def test_some_decisions_are_read_again(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "ONE_IN", 1)
    ids = waiting_world(store, ("甲牌科技", "甲牌", "same"))
    decide(store, candidate(ids, "甲牌科技", "甲牌"), "same", reason="x", who="ann")
    assert [row.kind for row in rows(store, schema.second_look)] == ["second reader"]
