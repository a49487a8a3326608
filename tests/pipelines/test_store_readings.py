"""The queue of readings: shown, claimed, decided, taken back, exported; on both databases."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from pipelines.errors import InputError, UsageError
from pipelines.reading.fact import Piece
from pipelines.reading.fact_json import fact_json
from pipelines.store import readings, schema
from pipelines.store.session import writing
from pipelines.store.types import now
from tests.read_store import TEXT, add_documents, add_reading, fact, waiting_store


def said(engine: Engine) -> list[tuple[str, str, tuple[str, ...], str, bool]]:
    """Every fact with its roles, how it was read, and whether it is said."""
    table, roles, mention, evidence = schema.fact, schema.fact_mention, schema.mention, schema.evidence
    with engine.connect() as connection:
        who: dict[int, list[str]] = {}
        for row in connection.execute(
            select(roles.c.fact_id, roles.c.role, mention.c.name)
            .join(mention, mention.c.id == roles.c.mention_id)
            .order_by(roles.c.role, roles.c.position)
        ):
            who.setdefault(row.fact_id, []).append(f"{row.role} {row.name}")
        rows = connection.execute(
            select(table.c.id, table.c.kind, evidence.c.locator, evidence.c.method, evidence.c.ended_at)
            .join(evidence, evidence.c.fact_id == table.c.id)
            .order_by(evidence.c.locator, evidence.c.id)
        ).all()
    return [(row.kind, row.locator, tuple(who[row.id]), row.method, row.ended_at is None) for row in rows]


def test_the_queue_shows_the_surest_first_and_reads_on(store: Engine) -> None:
    document, (cooperation, investment) = waiting_store(store)
    with store.connect() as connection:
        first, second = readings.waiting(connection)
        assert (first.id, second.id) == (cooperation, investment)
        assert first.document == document
        assert (first.type, first.source, first.url) == ("cooperation", "press", "https://press.example/1")
        assert first.text == TEXT
        assert first.published == dt.date(2021, 4, 30)
        assert first.quote == "甲木科技与乙水集团"
        assert [one.id for one in readings.waiting(connection, after=cooperation)] == [investment]
        assert [one.id for one in readings.waiting(connection, type="investment")] == [investment]
        assert readings.waiting(connection, after=investment) == []
        assert readings.count(connection) == {"cooperation": 1, "investment": 1}
        assert readings.find(connection, 1) is None
        with pytest.raises(UsageError, match="no reading 1"):
            readings.waiting(connection, after=1)
        with pytest.raises(UsageError, match="no type"):
            readings.waiting(connection, type="gossip")


def test_ties_are_read_on_without_loss(store: Engine) -> None:
    text = "。".join(f"甲{number}科技与乙{number}集团合作" for number in range(25))
    (document,) = add_documents(store, {"https://press.example/2": text})
    with writing(store) as connection:
        ids = {
            add_reading(
                connection, document, fact(text, "cooperation", 0.5, party=f"甲{number}科技|乙{number}集团")
            )
            for number in range(25)
        }
        found: list[int] = []
        while page := readings.waiting(connection, found[-1] if found else None, 4):
            found += [one.id for one in page]
    assert len(found) == 25
    assert set(found) == ids


def test_two_people_get_two_readings_and_a_claim_runs_out(store: Engine) -> None:
    _, (first, second) = waiting_store(store)
    with writing(store) as connection:
        one, other = readings.take(connection, "ann"), readings.take(connection, "bob")
        assert one is not None
        assert other is not None
        assert (one.id, other.id) == (first, second)
        assert readings.take(connection, "cat") is None
        again = readings.take(connection, "ann")
        assert again is not None
        assert again.id == first
        readings.release(connection, first, "bob")  # not his
        assert not readings.claim(connection, first, "cat")
        readings.release(connection, first, "ann")
        assert readings.claim(connection, first, "cat", lasting=dt.timedelta(0))
        assert readings.claim(connection, first, "dan")
        assert not readings.claim(connection, 1, "dan")
        skipped = readings.take(connection, "bob", skip=[second])
        assert skipped is None


def test_accepted_is_a_fact_at_once_and_undone_it_is_no_longer_said(store: Engine) -> None:
    _, (cooperation, _) = waiting_store(store)
    with writing(store) as connection:
        facts = readings.decide(connection, cooperation, "accepted", "ann", "plain")
    assert len(facts) == 1
    place = f"text:{TEXT.index('甲')}-{TEXT.index('签')}"
    row: Any = ("cooperation", place, ("party 甲木科技", "party 乙水集团"), "person:ann", True)
    assert said(store) == [row]
    with store.connect() as connection:
        one = readings.find(connection, cooperation)
        assert one is not None
        assert (one.state, one.decided_by, one.reason) == ("accepted", "ann", "plain")
        assert readings.decided(connection, now() - dt.timedelta(hours=1)) == 1
        assert readings.decided(connection, now() - dt.timedelta(hours=1), "bob") == 0
        assert [one.type for one in readings.waiting(connection)] == ["investment"]
    with writing(store) as connection:
        assert readings.undo(connection, cooperation).state == "waiting"
    assert said(store) == [(*row[:-1], False)]
    with writing(store) as connection:
        assert readings.decide(connection, cooperation, "accepted", "ann") == facts
        with pytest.raises(UsageError, match="nobody has decided"):
            readings.undo(connection, 1)
    assert [one[-1] for one in said(store)] == [False, True]


def test_mended_says_what_the_person_made_of_it(store: Engine) -> None:
    _, (cooperation, investment) = waiting_store(store)
    better = fact(TEXT, "contract", 1.0, provider="甲木科技", recipient="乙水集团")
    with writing(store) as connection:
        readings.decide(connection, cooperation, "mended", "ann", mended=better)
        readings.decide(connection, investment, "rejected", "ann", "not so")
    ((kind, _, who, method, is_said),) = said(store)
    assert (kind, who, method, is_said) == (
        "cooperation", ("provider 甲木科技", "recipient 乙水集团"), "person:ann", True,
    )  # fmt: skip
    with store.connect() as connection:
        one = readings.find(connection, cooperation)
        assert one is not None
        assert one.mended is not None
        assert one.mended.type == "contract"
        examples = {each["verdict"]: each for each in readings.examples(connection)}
    assert examples["mended"]["facts"][0]["type"] == "contract"
    assert examples["mended"]["read"]["type"] == "cooperation"
    assert examples["mended"]["text"] == TEXT
    assert examples["rejected"]["facts"] == []
    # decided anew: the last word counts
    with writing(store) as connection:
        readings.decide(connection, cooperation, "rejected", "bob")
    assert [one[-1] for one in said(store)] == [False]


def test_what_is_not_in_the_text_is_refused(store: Engine) -> None:
    _, (cooperation, _) = waiting_store(store)
    good = fact(TEXT, "cooperation", party="甲木科技|乙水集团")
    wrong = fact_json(replace(good, roles={"party": (Piece("甲木科技", 3, 7), Piece("戊", 8, 9))}))
    with writing(store) as connection:
        for verdict, mended, message in (
            ("mended", wrong, "do not stand in the text"),
            ("mended", {**fact_json(good), "roles": {"school": []}}, "no such role"),
            ("mended", {**fact_json(good), "roles": {}}, "needs 2"),
            ("mended", {**fact_json(good), "type": "gossip"}, "type"),
            ("mended", {**fact_json(good), "end": 5000}, "no part"),
            ("mended", {**fact_json(good), "when": {"start": "x"}}, "when"),
        ):
            with pytest.raises(InputError, match=message):
                readings.decide(connection, cooperation, verdict, "ann", mended=mended)  # type: ignore[arg-type]
        for change, message in (
            ({"verdict": "perhaps"}, "no verdict"),
            ({"verdict": "mended"}, "needs the fact"),
            ({"mended": good}, "needs the fact"),
            ({"by": ""}, "needs a name"),
            ({"by": "a\nb"}, "needs a name"),
            ({"reading": 1}, "no reading 1"),
        ):
            asked: Any = {"reading": cooperation, "verdict": "accepted", "by": "ann", **change}
            with pytest.raises(UsageError, match=message):
                readings.decide(connection, **asked)
        connection.execute(
            update(schema.reading).where(schema.reading.c.id == cooperation).values(state="gone")
        )
        with pytest.raises(UsageError, match="no longer on the web"):
            readings.decide(connection, cooperation, "accepted", "ann")
    assert said(store) == []


def test_a_planned_investment_is_accepted_and_makes_no_fact(store: Engine) -> None:
    (document,) = add_documents(store, {"https://press.example/1": TEXT})
    planned = replace(fact(TEXT, "investment", investor="丙火资本", target="丁土智能"), status="planned")
    with writing(store) as connection:
        key = add_reading(connection, document, planned)
        assert readings.decide(connection, key, "accepted", "ann") == []
    assert said(store) == []
