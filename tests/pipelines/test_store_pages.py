"""What is known of pages before they are asked for again."""

from __future__ import annotations

from sqlalchemy import Engine, select

from pipelines.records import Rejected
from pipelines.store import schema
from pipelines.store.pages import known_pages, missed_pages
from pipelines.store.runs import close_run, open_run
from pipelines.store.writing import StoreWriter
from tests.pipelines.test_store_writing import SOURCE, company, day, reading

URL = "https://a.example/1"


def test_a_page_is_known_as_it_was_last_read(store: Engine) -> None:
    run = open_run(store, SOURCE, "crawl")
    writer = StoreWriter(store, "test", run)
    one = reading(company(), url=URL, at=3, etag='"x"', last_modified="then", leads=True, parser="4")
    writer.write([one])
    found = known_pages(store, "test", [URL, "https://a.example/2"])
    assert set(found) == {URL}
    known = found[URL]
    assert (known.etag, known.last_modified, known.leads, known.parser) == ('"x"', "then", True, "4")
    assert (known.snapshot, known.run_id, known.last_seen, known.gone) == (one.snapshot, run, day(3), False)
    assert not known_pages(store, "other", [URL])
    assert not known_pages(store, "test", [])


def test_a_page_that_is_gone_is_known_as_such(store: Engine) -> None:
    run = open_run(store, SOURCE, "crawl")
    writer = StoreWriter(store, "test", run)
    writer.write([reading(company(), url=URL)])
    writer.write([reading(url=URL, at=1, gone=True)])
    assert not known_pages(store, "test", [URL])[URL].gone, "only a complete run ends it"
    close_run(store, run, "complete", gone=writer.gone)
    assert known_pages(store, "test", [URL])[URL].gone


def test_what_any_earlier_crawl_of_the_scope_met_is_missed(store: Engine) -> None:
    for number, (scope, outcome) in enumerate(
        [("", "complete"), ("", "partial"), ("limit=5", "partial"), ("site=b", "complete")]
    ):
        run = open_run(store, {**SOURCE, "lists_all": False}, "crawl", scope)
        url = f"https://a.example/{number}"
        StoreWriter(store, "test", run).write([reading(company(), url=url, at=number)])
        close_run(store, run, outcome)
    now = open_run(store, {**SOURCE, "lists_all": False}, "crawl")
    writer = StoreWriter(store, "test", now)
    assert missed_pages(store, "test", now, 9) == [f"https://a.example/{number}" for number in range(3)]
    assert missed_pages(store, "test", now, 1) == ["https://a.example/0"]
    writer.write([reading(url="https://a.example/0", at=9, gone=True)])
    writer.write([reading(company(), url="https://a.example/1", at=9, leads=True)])
    assert missed_pages(store, "test", now, 9) == ["https://a.example/2"]
    close_run(store, now, "complete", gone=writer.gone)
    later = open_run(store, {**SOURCE, "lists_all": False}, "crawl")
    assert missed_pages(store, "test", later, 9) == ["https://a.example/2"], "neither the gone nor what leads"


def test_what_was_wrong_with_a_page_goes_with_it(store: Engine) -> None:
    bad = Rejected(locator="row:3", reason="no such day", field="date", value="x")
    run = open_run(store, SOURCE, "crawl")
    writer = StoreWriter(store, "test", run)
    writer.write([reading(company(), url=URL, rejected=[bad])])
    writer.write([reading(url=URL, at=1, gone=True)])
    close_run(store, run, "complete", gone=writer.gone)
    with store.connect() as connection:
        assert connection.execute(select(schema.rejected.c.ended_at)).scalar_one() is not None
