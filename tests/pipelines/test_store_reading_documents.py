"""Reading the store's documents: once, whole batches, facts with evidence, copies, nothing told twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from pipelines.commands import sources
from pipelines.store import reading_documents, readings, schema
from pipelines.store.reading_documents import read_documents, unread
from pipelines.store.session import writing
from tests.read_store import FIRST, OTHER, SEEN, add_documents, open_evidence, states, tell_names


def content(engine: Engine) -> dict[str, Any]:
    found = {}
    with engine.connect() as connection:
        for table in (
            schema.reading,
            schema.document_read,
            schema.fact,
            schema.fact_mention,
            schema.evidence,
        ):
            aside = {"made_at", "read_at"} | ({"id"} if table is schema.evidence else set())
            columns = [one for one in table.c if one.name not in aside]
            found[table.name] = sorted(map(repr, connection.execute(select(*columns)).all()))
    return found


@pytest.fixture
def told(store: Engine) -> Engine:
    return tell_names(store)


def test_what_is_sure_is_a_fact_and_a_second_run_finds_nothing(told: Engine) -> None:
    add_documents(told, {"https://a.example/1": FIRST, "https://a.example/2": OTHER})
    assert unread(told) == 2
    assert unread(told, 1) == 1
    done = read_documents(told)
    assert (done.documents, done.copies) == (2, 0)
    assert done.states["taken"] >= 1
    cooperations = [
        one for one in open_evidence(told, "cooperation") if one[2].startswith("https://a.example/1#read-")
    ]
    assert len(cooperations) == 1
    assert cooperations[0][1].startswith("reading:")
    before = content(told)
    again = read_documents(told)
    assert (again.documents, unread(told)) == (0, 0)
    assert content(told) == before


def test_a_title_is_read_where_it_tells_more_than_the_text(told: Engine) -> None:
    title = "甲木科技有限公司完成收购丁土智能有限公司"
    add_documents(told, {"https://a.example/1": "今天天气晴朗，公园里人很多。"}, title=title)
    add_documents(told, {"https://a.example/2": OTHER}, title="丙火资本有限公司收购丁土智能有限公司")
    read_documents(told)
    with told.connect() as connection:
        rows = connection.execute(
            select(schema.reading, schema.page.c.url)
            .join(schema.document, schema.document.c.id == schema.reading.c.document_id)
            .join(schema.page, schema.page.c.id == schema.document.c.page_id)
        ).all()
    titled = [row for row in rows if row.part == "title"]
    assert {row.url for row in titled} == {"https://a.example/1"}
    for row in titled:
        for pieces in row.fact["roles"].values():
            assert all(title[one["start"] : one["end"]] == one["text"] for one in pieces)
    assert any(row.url.endswith("/2") for row in rows), "its text tells it"


def test_pages_made_by_reading_are_counted_as_no_visit(told: Engine) -> None:
    before = {row["source"]: row["pages"] for row in sources(told)}
    add_documents(told, {"https://a.example/1": FIRST})
    done = read_documents(told)
    assert done.states["taken"] >= 1
    after = {row["source"]: row["pages"] for row in sources(told)}
    assert after == {**before, "press": before.get("press", 0) + 1}


def test_a_killed_run_leaves_whole_batches_and_the_next_goes_on(
    told: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"https://a.example/{number}": FIRST.replace("甲木", f"甲{number}木") for number in range(5)}
    add_documents(told, texts)
    monkeypatch.setattr(reading_documents, "BATCH_TEXTS", 2)
    keep = reading_documents._keep

    def killed(*args: Any) -> None:
        keep(*args)
        if unread(told) <= 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(reading_documents, "_keep", killed)
    with pytest.raises(KeyboardInterrupt):
        read_documents(told)
    assert unread(told) == 3  # the second batch is rolled back
    monkeypatch.setattr(reading_documents, "_keep", keep)
    assert read_documents(told).documents == 3
    assert unread(told) == 0


def test_a_reprint_is_one_fact_with_two_pieces_of_evidence(told: Engine) -> None:
    add_documents(told, {"https://a.example/1": FIRST})
    add_documents(
        told, {"https://b.example/9": "本报讯 " + FIRST.replace("，", " ，")}, at=SEEN + dt.timedelta(days=2)
    )
    done = read_documents(told)
    assert (done.documents, done.copies) == (2, 1)
    found = [one for one in open_evidence(told, "cooperation") if "#read-" in one[2]]
    assert len(found) == 2
    assert len({one[0] for one in found}) == 1
    assert states(told)["copy"] >= 1


def test_a_decision_about_a_sentence_holds_for_its_copies(told: Engine) -> None:
    add_documents(told, {"https://a.example/1": FIRST, "https://b.example/1": FIRST + "转载。"})
    read_documents(told)
    with writing(told) as connection:
        table = schema.reading
        first = connection.execute(
            select(table.c.id).where(table.c.type == "cooperation", table.c.state.in_(("taken", "waiting")))
        ).scalar_one()
        readings.decide(connection, first, "rejected", "ann")
    assert [one for one in open_evidence(told, "cooperation") if "#read-" in one[2]] == []
    with writing(told) as connection:
        readings.decide(connection, first, "accepted", "ann")
    found = [one for one in open_evidence(told, "cooperation") if "#read-" in one[2]]
    assert len(found) == 2
    assert len({one[0] for one in found}) == 1


def test_a_new_version_keeps_what_people_decided(told: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    add_documents(told, {"https://a.example/1": FIRST})
    read_documents(told)
    with writing(told) as connection:
        rows = connection.execute(
            select(schema.reading.c.id).where(schema.reading.c.type == "cooperation")
        ).scalars()
        for key in rows:
            readings.decide(connection, key, "rejected", "ann", "no")
    monkeypatch.setattr(reading_documents, "VERSION", "next")
    assert unread(told) == 1
    assert read_documents(told).documents == 1
    with told.connect() as connection:
        kept = connection.execute(
            select(schema.reading.c.state, schema.reading.c.reason).where(
                schema.reading.c.type == "cooperation"
            )
        ).all()
    assert {tuple(row) for row in kept} == {("rejected", "no")}
    assert [one for one in open_evidence(told, "cooperation") if "#read-" in one[2]] == []


def test_a_limit_is_kept_and_the_oldest_come_first(told: Engine) -> None:
    add_documents(told, {"https://a.example/2": OTHER}, at=SEEN + dt.timedelta(days=1))
    (old,) = add_documents(told, {"https://a.example/1": FIRST})
    assert read_documents(told, limit=1).documents == 1
    with told.connect() as connection:
        assert connection.execute(select(schema.document_read.c.document_id)).scalars().all() == [old]
        assert connection.execute(select(func.count()).select_from(schema.document_read)).scalar_one() == 1
