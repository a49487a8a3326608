"""Documents that nobody has read."""

from __future__ import annotations

from sqlalchemy import Engine, update

from pipelines.store import schema
from pipelines.store.reading_documents import read_documents, unread
from pipelines.store.session import writing
from pipelines.store.unseen import unseen
from tests.read_store import FIRST, add_documents


def test_documents_are_unseen_until_some_version_has_read_them(store: Engine) -> None:
    assert not unseen(store)
    add_documents(store, {"https://a.example/1": FIRST})
    assert unseen(store)
    read_documents(store)
    assert not unseen(store)
    with writing(store) as connection:
        connection.execute(update(schema.document_read).values(method_version="0"))
    assert not unseen(store)
    assert unread(store) == 1
