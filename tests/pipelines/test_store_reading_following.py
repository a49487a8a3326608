"""Facts of documents follow their pages: gone with them, back with them, seen again with them."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, select, update

from pipelines.store import schema
from pipelines.store.reading_documents import read_documents
from pipelines.store.reading_following import follow_pages
from pipelines.store.session import writing
from tests.read_store import (
    FIRST,
    SEEN,
    add_documents,
    open_evidence,
    states,
    tell_names,
)


@pytest.fixture
def told(store: Engine) -> Engine:
    return tell_names(store)


def test_a_document_that_went_takes_its_facts_along_and_brings_them_back(told: Engine) -> None:
    (key,) = add_documents(told, {"https://a.example/1": FIRST})
    read_documents(told)

    def said() -> int:
        return len([one for one in open_evidence(told, "cooperation") if "#read-" in one[2]])

    assert said() == 1
    # the page says something else now
    add_documents(told, {"https://a.example/1": "今日天气晴朗，没有消息。"}, at=SEEN + dt.timedelta(days=3))
    read_documents(told)
    assert said() == 0
    # and the same again
    add_documents(told, {"https://a.example/1": FIRST}, at=SEEN + dt.timedelta(days=5))
    read_documents(told)
    assert said() == 1
    with writing(told) as connection:
        page = select(schema.document.c.page_id).where(schema.document.c.id == key).scalar_subquery()
        gone = SEEN + dt.timedelta(days=6)
        connection.execute(update(schema.page).where(schema.page.c.id == page).values(gone_at=gone))
    read_documents(told)
    assert said() == 0
    assert "waiting" not in states(told)


def test_what_is_seen_again_is_said_as_late_as_that(told: Engine) -> None:
    add_documents(told, {"https://a.example/1": FIRST})
    read_documents(told)
    later = SEEN + dt.timedelta(days=9)
    add_documents(told, {"https://a.example/1": FIRST}, at=later)
    assert follow_pages(told) == 1
    assert follow_pages(told) == 0
    with told.connect() as connection:
        seen = connection.execute(
            select(schema.evidence.c.first_seen, schema.evidence.c.last_seen)
            .join(schema.page, schema.page.c.id == schema.evidence.c.page_id)
            .where(schema.page.c.url.contains("#read-"))
        ).all()
    assert {tuple(row) for row in seen} == {(SEEN, later)}
