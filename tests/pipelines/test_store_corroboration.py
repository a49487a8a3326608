"""Independent sources of a fact: copies, one site and one sentence count once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine, select, update

from pipelines.records import Cooperation
from pipelines.store import schema
from pipelines.store.corroboration import corroboration, finders
from pipelines.store.session import writing
from tests.filled_store import fill, supply
from tests.read_store import SEEN, add_documents

LONG = "甲木科技有限公司在会上宣布，从下个月起向乙水集团有限公司提供智能芯片，为期三年。"


def told(quote: str, locator: str = "text:0-5") -> Cooperation:
    return supply("甲木", "乙水").model_copy(update={"quote": quote, "locator": locator})


def only(engine: Engine) -> int:
    with engine.connect() as connection:
        query = select(schema.fact.c.id).where(schema.fact.c.kind == "cooperation")
        return int(connection.execute(query).scalar_one())


def count(engine: Engine) -> int:
    key = only(engine)
    with engine.connect() as connection:
        found = corroboration(connection, [key, 17])
    assert found[17] == 0
    return found[key]


def test_each_site_counts_once(store: Engine) -> None:
    fill(store, told("甲木供货"), page="1")
    assert count(store) == 1
    fill(store, told("乙水购货"), page="2", at=SEEN)
    assert count(store) == 1  # the same host
    _move(store, "2", "https://other.example/2")
    assert count(store) == 2


def test_the_same_sentence_elsewhere_is_no_second_source(store: Engine) -> None:
    fill(store, told(LONG), page="1")
    fill(store, told(LONG.replace("，", " , ")), page="2")
    _move(store, "2", "https://other.example/2")
    assert count(store) == 1
    fill(store, told("两家公司的供货合同已经生效，合同期是三年。"), page="3")
    _move(store, "3", "https://third.example/3")
    assert count(store) == 2


def test_documents_that_reprint_each_other_count_once_and_what_is_gone_not_at_all(store: Engine) -> None:
    urls = ["https://a.example/1", "https://b.example/1", "https://c.example/1"]
    documents = add_documents(store, {url: f"{LONG}{url}" for url in urls}, source="test")
    for number, url in enumerate(urls):
        fill(store, told(f"第{number}种说法"), page=f"p{number}")
        _move(store, f"p{number}", f"{url}#read-{documents[number]:x}")
    assert count(store) == 3
    with writing(store) as connection:
        for number, key in enumerate(documents):
            connection.execute(
                schema.document_read.insert().values(
                    document_id=key, method_version="1", read_at=SEEN,
                    same_text_as=documents[0] if number == 1 else None,
                )
            )  # fmt: skip
    assert count(store) == 2
    with writing(store) as connection:
        connection.execute(update(schema.evidence).values(ended_at=SEEN + dt.timedelta(days=400)))
    assert count(store) == 0


def test_sources_of_several_facts_are_named_by_who_said_it_first(store: Engine) -> None:
    fill(store, told(LONG), page="1", at=SEEN)
    fill(store, told("甲木供货"), page="2", at=SEEN + dt.timedelta(days=2))
    fill(store, told(LONG), page="3", at=SEEN - dt.timedelta(days=2))
    for page in ("1", "2", "3"):
        _move(store, page, f"https://{page}.example/")
    key = only(store)
    with store.connect() as connection:
        assert finders(connection, {"edge": [key], "none": [17], "nobody": []}) == {
            "edge": ("3.example", "2.example"),
            "none": (),
            "nobody": (),
        }
        early = schema.evidence.c.first_seen < SEEN
        assert finders(connection, {key: [key]}, early) == {key: ("3.example",)}


def _move(engine: Engine, page: str, url: str) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(schema.page).where(schema.page.c.url == f"https://test.example/{page}").values(url=url)
        )
