"""The queue: its order, claims, what judging and taking back do to it, and that it stays quick when long."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from entity_resolution import queue
from entity_resolution.curated import Curated
from entity_resolution.judgements import judge, undo
from entity_resolution.queue import Raised
from entity_resolution.resolver import resolve
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now
from tests.entity_resolution.world import employed, organisation, rows, write

NOBODY = Curated((), ())


def _ids(engine: Engine) -> dict[str, int]:
    """Name → its oldest mention."""
    found = sorted(rows(engine, schema.mention), key=lambda row: (row.first_seen, row.id), reverse=True)
    return {row.name: row.id for row in found}


def _raise(engine: Engine, *pairs: tuple[str, str, float], scope: Any = None) -> dict[str, int]:
    ids = _ids(engine)
    wanted = [
        Raised(ids[left], ids[right], score, "same", {"reason": "alike"}) for left, right, score in pairs
    ]
    with writing(engine) as connection:
        queue.sync(connection, wanted, scope, now())
    return ids


def _world(engine: Engine) -> dict[str, int]:
    """甲 has three edges, 乙 two, 丙 one; 丁 none."""
    write(engine, "one", *(organisation(name) for name in "甲乙丙丁"))
    write(
        engine,
        "two",
        *(employed(f"某{at}", "甲") for at in range(3)),
        *(employed(f"某{at}", "乙") for at in (3, 4)),
    )
    write(engine, "three", employed("某五", "丙"))
    resolve(engine, known=NOBODY)
    return _raise(engine, ("甲", "丁", 0.9), ("甲", "乙", 0.5), ("乙", "丙", 0.6))


def _open(engine: Engine) -> list[set[int]]:
    with engine.connect() as connection:
        return [{one.left, one.right} for one in queue.listed(connection)]


def test_the_order_is_by_what_a_decision_may_change(store: Engine) -> None:
    ids = _world(store)
    by_name = {key: name for name, key in ids.items()}
    assert [{by_name[key] for key in pair} for pair in _open(store)] == [
        set("甲乙"),
        set("乙丙"),
        set("甲丁"),
    ]
    with store.connect() as connection:
        first = queue.next_pair(connection, "ann")
        assert first is not None
        assert (first.suggestion, first.score, first.why["reason"]) == ("same", 0.5, "alike")
        assert {first.left_entity, first.right_entity} <= {row.id for row in rows(store, schema.entity)}
        second = queue.next_pair(connection, "ann", skip=[first.id])
        assert second is not None
        assert {by_name[second.left], by_name[second.right]} == set("乙丙")
        assert queue.find(connection, first.id) == first
        assert queue.about(connection, first.left_entity)[0].id == first.id
        assert queue.count(connection) == 3


def test_two_people_do_not_get_one_pair(store: Engine) -> None:
    _world(store)
    with writing(store) as connection:
        mine = queue.take(connection, "ann")
        theirs = queue.take(connection, "bob")
        assert mine is not None
        assert theirs is not None
        assert mine.id != theirs.id
        assert not queue.claim(connection, mine.id, "bob")
        assert queue.claim(connection, mine.id, "ann")
        again = queue.next_pair(connection, "ann")
        assert again is not None
        assert again.id == mine.id
        queue.release(connection, mine.id, "bob")
        assert not queue.claim(connection, mine.id, "bob")
        queue.release(connection, mine.id, "ann")
        assert queue.claim(connection, mine.id, "bob", lasting=dt.timedelta(seconds=-1))
        assert queue.claim(connection, mine.id, "ann")  # it had run out
        assert queue.take(connection, "cat", skip=[one.id for one in queue.listed(connection)]) is None


@pytest.mark.parametrize("verdict", ["same", "different", "unit of", "unsure"])
def test_a_judgement_closes_its_pair_and_taking_it_back_opens_it(store: Engine, verdict: str) -> None:
    _world(store)
    done = judge(store, "甲", "乙", verdict, reason="it is so", by="ann", known=NOBODY)
    closed = [row for row in rows(store, schema.candidate) if row.closed_at is not None]
    assert [row.judgement_id for row in closed] == [done.judgement]
    assert len(_open(store)) == 2
    undo(store, done.judgement, reason="a slip", known=NOBODY)
    assert len(_open(store)) == 3
    assert all(row.judgement_id is None for row in rows(store, schema.candidate))


def test_a_rules_doubt_that_counts_again_leaves_the_pair_open(store: Engine) -> None:
    ids = _world(store)
    with writing(store) as connection:
        connection.execute(
            insert(schema.judgement).values(
                left_id=ids["甲"], right_id=ids["乙"], verdict="unsure", by="rule:name", score=0.5,
                reason="alike", made_at=now(),
            )
        )  # fmt: skip
    done = judge(store, "甲", "乙", "different", reason="two", by="ann", known=NOBODY)
    undo(store, done.judgement, reason="a slip", known=NOBODY)
    assert {ids["甲"], ids["乙"]} in _open(store)


def test_all_pairs_between_two_entities_are_decided_at_once(store: Engine) -> None:
    write(store, "one", organisation("甲"), organisation("乙"))
    write(store, "two", organisation("甲", kind="investor"), organisation("乙", kind="investor"))
    resolve(store, known=NOBODY)
    mentions = rows(store, schema.mention)
    ours, theirs = ([row.id for row in mentions if row.name == name] for name in "甲乙")
    wanted = [Raised(left, right, 0.5, "same", {}) for left in ours for right in theirs]
    with writing(store) as connection:
        queue.sync(connection, wanted, None, now())
    assert len(_open(store)) == 4
    judge(store, "甲", "乙", "same", reason="one", known=NOBODY)
    assert not _open(store)


def test_wanted_again_changes_nothing_and_unwanted_is_deleted(store: Engine) -> None:
    ids = _world(store)
    before = rows(store, schema.candidate)
    _raise(store, ("甲", "丁", 0.9), ("甲", "乙", 0.5), ("乙", "丙", 0.6))
    assert rows(store, schema.candidate) == before
    _raise(store, ("丁", "甲", 0.9), scope=[ids["丁"]])
    assert len(_open(store)) == 3
    _raise(store, scope=[ids["丁"]])
    assert _open(store) == [{ids["甲"], ids["乙"]}, {ids["乙"], ids["丙"]}]
    judge(store, "甲", "乙", "different", reason="two", known=NOBODY)
    _raise(store, ("甲", "乙", 0.5))
    assert not _open(store)


def test_an_unsure_pair_returns_with_new_evidence_and_a_decided_one_does_not(store: Engine) -> None:
    ids = _world(store)
    pairs = (("甲", "乙", 0.5), ("乙", "丙", 0.6))
    judge(store, "甲", "乙", "unsure", reason="who knows", known=NOBODY)
    judge(store, "乙", "丙", "different", reason="two", known=NOBODY)
    _raise(store, *pairs)
    assert not _open(store)
    resolve(store, known=NOBODY)
    assert not _open(store)
    write(store, "two", employed("某六", "甲"), employed("某七", "乙"), employed("某八", "丙"), day=9)
    resolve(store, known=NOBODY)
    assert _open(store) == [{ids["甲"], ids["乙"]}]
    judge(store, "甲", "乙", "unsure", reason="still not", known=NOBODY)
    resolve(store, known=NOBODY, everything=True)
    assert not _open(store)


def test_the_next_pair_of_fifty_thousand_is_read_off_an_index(store: Engine) -> None:
    moment = now()
    write(store, "one", organisation("甲"), organisation("乙"))
    resolve(store, known=NOBODY)
    left, right = _ids(store).values()
    row = {
        "left_id": left, "right_id": right, "score": 0.5, "suggestion": "same", "why": {}, "raised_at": moment,
        "evidence_at": moment,
    }  # fmt: skip
    with writing(store) as connection:
        connection.execute(
            insert(schema.candidate),
            [{**row, "id": at, "effect": float(at % 997)} for at in range(50_000)],
        )
        connection.execute(
            update(schema.candidate)
            .where(schema.candidate.c.id % 3 == 0)
            .values(claimed_by="bob", claimed_until=moment + dt.timedelta(hours=1))
        )
        queue.analyse(connection)
        found = queue.next_pair(connection, "ann", skip=range(10))
        assert found is not None
        assert found.effect == 996.0
        assert found.id % 3 != 0
        table = schema.candidate
        query = (
            select(table)
            .where(table.c.closed_at.is_(None), table.c.claimed_by.is_(None))
            .order_by(table.c.effect.desc(), table.c.id.desc())
            .limit(1)
        )
        prefix = "EXPLAIN QUERY PLAN " if store.dialect.name == "sqlite" else "EXPLAIN "
        said = query.compile(store, compile_kwargs={"literal_binds": True})
        plan = " ".join(str(line) for line in connection.exec_driver_sql(f"{prefix}{said}"))
    assert "ix_candidate_open" in plan
    assert "SORT" not in plan.upper().replace("SORT KEY", "")
    assert "TEMP B-TREE" not in plan
