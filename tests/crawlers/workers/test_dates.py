"""When a part is due."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine, update

from crawlers.registry import spider_of
from crawlers.running import source_row
from crawlers.workers.dates import due_at, is_due
from crawlers.workers.parts import Part, parts_of
from pipelines.store import schema
from pipelines.store.runs import close_run, open_run
from pipelines.store.types import now

SITE = "https://a.example/"


def part(site: str = SITE) -> Part:
    return parts_of("news", {"site": site})[0]


def visit(store: Engine, site: str, outcome: str, ago: dt.timedelta, note: str = "") -> None:
    run = open_run(store, source_row(spider_of("news").declaration), "crawl", f"site={site}")
    close_run(store, run, outcome, note)
    with store.begin() as connection:
        connection.execute(
            update(schema.run)
            .where(schema.run.c.id == run)
            .values(started_at=now() - ago, ended_at=now() - ago)
        )


def test_a_part_is_due_by_its_own_past(store: Engine) -> None:
    assert is_due(store, part())
    visit(store, SITE, "complete", dt.timedelta(hours=2))
    assert not is_due(store, part())
    assert is_due(store, part("https://b.example/"))
    date = due_at(store, part())
    assert date is not None
    assert dt.timedelta(hours=20) < date - now() < dt.timedelta(hours=24)


def test_what_was_interrupted_is_due_and_what_failed_waits(store: Engine) -> None:
    visit(store, SITE, "failed", dt.timedelta(minutes=30))
    assert not is_due(store, part())
    visit(store, SITE, "partial", dt.timedelta(minutes=5), "stopped by Ctrl-C")
    assert is_due(store, part())
    other = "https://b.example/"
    visit(store, other, "complete", dt.timedelta(days=2))
    assert is_due(store, part(other))
