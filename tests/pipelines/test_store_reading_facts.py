"""Rows of readings become facts: written again they change nothing, taken away they are no longer said."""

from __future__ import annotations

from sqlalchemy import Engine, select, update

from pipelines.store import schema
from pipelines.store.reading_facts import sentence_of, write_documents
from pipelines.store.session import writing
from tests.read_store import (
    add_documents,
    add_reading,
    fact,
    open_evidence,
    waiting_store,
)


def test_writing_again_changes_nothing(store: Engine) -> None:
    document, (cooperation, _) = waiting_store(store)
    with writing(store) as connection:
        connection.execute(update(schema.reading).values(state="taken"))
        behind = write_documents(connection, [document])
        assert len(behind) == 2
    before = open_evidence(store, "cooperation") + open_evidence(store, "financing")
    assert [method for _, method, _ in before] == ["reading:test", "reading:test"]
    with writing(store) as connection:
        assert write_documents(connection, [document, 17]) == behind
        versions = connection.execute(select(schema.evidence.c.method_version)).scalars()
        assert set(versions) == {"1"}
    assert open_evidence(store, "cooperation") + open_evidence(store, "financing") == before
    with writing(store) as connection:
        connection.execute(
            update(schema.reading).where(schema.reading.c.id == cooperation).values(state="waiting")
        )
        assert len(write_documents(connection, [document])) == 1
    assert open_evidence(store, "cooperation") == []
    assert len(open_evidence(store, "financing")) == 1


def test_words_that_no_name_can_hold_are_rejected_and_stop_nothing(store: Engine) -> None:
    text = "甲\u0007木科技与乙水集团合作，丙火资本也与乙水集团合作。"
    (document,) = add_documents(store, {"https://press.example/1": text})
    with writing(store) as connection:
        add_reading(
            connection, document, fact(text, "cooperation", 0.9, party="甲\u0007木科技|乙水集团"), "taken"
        )
        add_reading(connection, document, fact(text, "cooperation", 0.9, party="丙火资本|乙水集团"), "taken")
        write_documents(connection, [document])
        reasons = connection.execute(select(schema.rejected.c.reason)).scalars().all()
    assert len(reasons) == 1
    assert "control characters" in reasons[0]
    assert len(open_evidence(store, "cooperation")) == 1


def test_the_sentence_around_a_span() -> None:
    text = "第一句。第二句说甲与乙合作，丙不在；第三句。"
    at = text.index("甲")
    assert sentence_of(text, at, at + 3) == "第二句说甲与乙合作，丙不在；"
    assert sentence_of(text, 0, 3) == "第一句。"
    assert sentence_of("甲" * 5000, 2000, 2010) == "甲" * (400 + 10 + 400)
    assert sentence_of("甲", 0, 1) == "甲"
