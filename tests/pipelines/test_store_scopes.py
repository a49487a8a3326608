"""A run misses only what it could have met."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from pipelines.store import schema
from pipelines.store.runs import close_run, open_run
from pipelines.store.scopes import met_in_scope
from pipelines.store.writing import StoreWriter
from tests.pipelines.test_store_writing import SOURCE, company, reading, spans

URL = "https://a.example/1"


@pytest.mark.parametrize(
    ("kind", "met", "asked", "covered"),
    [
        ("crawl", "", "", True),
        ("crawl", "country=US", "", False),
        ("crawl", "", "country=US", False),
        ("crawl", "country=US limit=5", "country=US", True),
        ("crawl", "limit=5", "", True),
        ("crawl", "limit=5", "limit=70", True),
        ("crawl", "country=US limit=5", "limit=70", False),
        ("crawl", "country=USA", "country=US", False),
        ("crawl", "site=a%", "site=aa", False),
        ("replay", "old.warc.gz", "", True),
        ("replay", "old.warc.gz", "country=US", False),
        ("import", "", "", False),
    ],
)
def test_which_pages_a_scope_covers(kind: str, met: str, asked: str, covered: bool, store: Engine) -> None:
    run = open_run(store, SOURCE, kind, met)
    StoreWriter(store, "test", run).write([reading(company(), url=URL)])
    with store.connect() as connection:
        found = connection.execute(select(schema.page.c.url).where(met_in_scope(schema.page, asked))).all()
    assert bool(found) == covered


def test_a_visit_with_other_arguments_ends_nothing(store: Engine) -> None:
    for number, scope in enumerate(("", "country=US", "country=US", "")):
        run = open_run(store, SOURCE, "crawl", scope)
        url = f"https://a.example/{scope}{number}"
        StoreWriter(store, "test", run).write([reading(company(scope or "甲"), url=url, at=number)])
        close_run(store, run, "complete")
        open_spans = [ended is None for *_, ended in spans(store, "2011")]
        assert sum(open_spans) == min(number + 1, 2), "the newest page of each scope holds"


def test_a_replay_does_not_take_a_page_from_the_crawl_that_met_it(store: Engine) -> None:
    first = open_run(store, SOURCE, "crawl", "country=US")
    StoreWriter(store, "test", first).write([reading(company(), url=URL)])
    again = open_run(store, SOURCE, "replay", "all.warc.gz")
    StoreWriter(store, "test", again, replay=True).write([reading(company("乙"), url=URL)])
    with store.connect() as connection:
        assert connection.execute(select(schema.page.c.run_id)).scalar_one() == first
