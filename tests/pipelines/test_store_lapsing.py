"""What a page no longer says ends when the run that read it is believed, and not before."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from pipelines.records import Rejected
from pipelines.store.pages import known_pages
from pipelines.store.runs import close_run, open_run
from pipelines.store.writing import Reading, StoreWriter
from tests.pipelines.test_store_writing import SOURCE, company, day, reading, spans

URL = "https://a.example/1"


def visit(engine: Engine, *readings: Reading, outcome: str = "complete", believed: bool = True) -> int:
    """One visit to the web, a batch a reading; how many places its close ended."""
    run = open_run(engine, {**SOURCE, "lists_all": False}, "crawl")
    writer = StoreWriter(engine, "test", run, judged=True)
    for one in readings:
        writer.write([one])
    return close_run(engine, run, outcome, silent=writer.silent, believed=believed)


def page(*records: Any, at: int, **more: Any) -> Reading:
    return reading(*records, url=URL, at=at, **{"parser": "1", **more})


def parser(engine: Engine) -> str:
    return known_pages(engine, "test", [URL])[URL].parser


@pytest.mark.parametrize(
    ("outcome", "believed", "leads", "ends"),
    [
        ("complete", True, True, True),
        ("complete", True, False, True),
        ("partial", True, False, True),
        ("partial", True, True, False),
        ("partial", False, False, False),
        ("failed", True, False, False),
    ],
)
def test_an_empty_page_takes_back_what_it_said_if_the_run_is_believed(
    outcome: str, believed: bool, leads: bool, ends: bool, store: Engine
) -> None:
    visit(store, page(company(), at=0, leads=leads))
    ended = visit(store, page(at=1, leads=leads), outcome=outcome, believed=believed)
    assert (ended > 0) == ends
    assert spans(store, "2011") == [(0, 0, 1 if ends else None)]
    assert parser(store) == ("1" if ends else ""), "what was not believed is read again"


def test_what_was_not_believed_ends_with_the_next_run_that_is(store: Engine) -> None:
    visit(store, page(company(), at=0))
    visit(store, page(company(founded="2012"), at=1), outcome="partial", believed=False)
    assert (spans(store, "2011"), spans(store, "2012")) == ([(0, 0, None)], [(1, 1, None)])
    visit(store, page(company(founded="2012"), at=2))
    assert (spans(store, "2011"), spans(store, "2012")) == ([(0, 0, 2)], [(1, 2, None)])
    assert parser(store) == "1"


def test_a_run_that_was_killed_has_ended_nothing(store: Engine) -> None:
    visit(store, page(company(), at=0))
    run = open_run(store, SOURCE, "crawl")
    StoreWriter(store, "test", run, judged=True).write([page(at=1)])
    assert spans(store, "2011") == [(0, 0, None)]
    assert parser(store) == "", "the run that continues reads it anew"


def test_the_last_reading_of_a_run_counts(store: Engine) -> None:
    visit(store, page(company(), at=0))
    assert visit(store, page(at=1), page(company(), at=2)) == 0
    assert spans(store, "2011") == [(0, 2, None)]
    broken = Rejected(locator="$", kind="page", reason="the host answered 500")
    assert visit(store, page(at=3), page(at=4, rejected=[broken], complete=False, parser="")) == 0
    assert spans(store, "2011") == [(0, 2, None)]
    assert known_pages(store, "test", [URL])[URL].last_seen == day(4)


def test_a_place_that_cannot_be_read_takes_nothing_back(store: Engine) -> None:
    visit(store, page(company(), at=0))
    bad = Rejected(locator="row:2", kind="organisation", field="name", reason="no name")
    assert visit(store, page(at=1, rejected=[bad])) == 0
    assert spans(store, "2011") == [(0, 0, None)]
    assert visit(store, page(at=2)) > 0
