"""What the crawl's own patterns, and the source's names, say already is not told a second time."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, insert, select

from pipelines.ingest import Ingest
from pipelines.reading import Gazetteer
from pipelines.records import Document, When
from pipelines.store import readings, schema
from pipelines.store.reading_documents import read_documents
from pipelines.store.session import writing
from pipelines.store.types import now
from pipelines.store.writing import Method
from tests.filled_store import company
from tests.read_store import (
    FIRST,
    SEEN,
    add_documents,
    open_evidence,
    tell_names,
    waiting_store,
)


@pytest.fixture
def told(store: Engine) -> Engine:
    return tell_names(store)


def test_what_the_crawl_read_gets_a_further_evidence_and_no_second_fact(told: Engine) -> None:
    gazetteer = Gazetteer([company("甲木科技有限公司"), company("乙水集团有限公司")])
    document = Document(
        locator="page", url="https://a.example/1", title="消息", text=FIRST,
        when=When(start=dt.date(2021, 4, 30), precision="day"),
    )  # fmt: skip
    inline = Ingest("press", Method("parser", "1"), gazetteer).run([document], SEEN).facts
    assert [fact.kind for fact, _ in inline] == ["cooperation"]
    add_documents(told, {"https://a.example/1": FIRST}, facts=inline)
    read_documents(told)
    found = [one for one in open_evidence(told, "cooperation") if "a.example" in one[2]]
    assert len({one[0] for one in found}) == 1
    assert [one[1].partition(":")[0] for one in found] == ["reading", "reading"]
    assert found[0][2] == "https://a.example/1"
    assert found[1][2].startswith("https://a.example/1#read-")


def test_a_name_that_the_source_knows_keeps_its_kind(store: Engine) -> None:
    _, (cooperation, _) = waiting_store(store)
    with writing(store) as connection:
        connection.execute(
            insert(schema.mention).values(
                id=7, source="press", name="甲木科技", kind="company", country="CN", first_seen=now()
            )
        )
        readings.decide(connection, cooperation, "accepted", "ann")
        named = connection.execute(
            select(schema.mention.c.kind).where(schema.mention.c.name == "甲木科技")
        ).scalars()
        assert set(named) == {"company"}
