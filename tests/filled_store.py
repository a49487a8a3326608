"""Fills a store with records, as a source would, so that analysis can be tested on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Engine

from pipelines.facts import facts_of
from pipelines.records import (
    AnyRecord,
    Cooperation,
    Financing,
    Identifier,
    Mention,
    Person,
    Post,
    Study,
    When,
)
from pipelines.store.runs import close_run, open_run
from pipelines.store.writing import Method, Reading, SnapshotRef, StoreWriter

SEEN = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)


def source_row(name: str) -> dict[str, Any]:
    return {
        "name": name, "title": name, "title_zh": name, "publisher": "p", "home": "h", "licence": "l", "terms": "t",
        "robots": "r", "cadence": "once", "personal_data": "none", "lists_all": False, "authority": True, "declared": {},
    }  # fmt: skip


def fill(
    engine: Engine, *records: AnyRecord, source: str = "test", at: dt.datetime = SEEN, page: str = "1"
) -> None:
    """One page of `source`, saying `records` at the moment `at`, and nothing else any more."""
    run = open_run(engine, source_row(source), "import")
    facts = [(fact, Method("test", "1")) for record in records for fact in facts_of(record)]
    shot = SnapshotRef(sha256=f"{run:064x}", archive="a.warc.gz", offset=0)
    StoreWriter(engine, source, run).write(
        [Reading(f"https://{source}.example/{page}", at, shot, facts=facts)]
    )
    close_run(engine, run, "complete")


def year(number: int) -> When:
    return When(start=dt.date(number, 1, 1), precision="year")


def company(name: str, **more: Any) -> Mention:
    return Mention(name=name, kind="company", **more)


def financing(target: str, *investors: str, in_year: int = 2014, event: str = "") -> Financing:
    return Financing(
        locator=f"row:{target}{event}{in_year}",
        target=company(target),
        investors=tuple(Mention(name=one, kind="investor") for one in investors),
        round="A轮",
        event=event,
        when=year(in_year),
    )


def supply(provider: str, recipient: str, in_year: int = 2015, **more: Any) -> Cooperation:
    return Cooperation(
        locator=f"text:{provider}{recipient}",
        kind="supply",
        providers=(company(provider),),
        recipients=(company(recipient),),
        when=year(in_year),
        **more,
    )


def person(name: str, school: str, former: str, now_at: str, since: int = 2016, core: bool = True) -> Person:
    return Person(
        locator=f"row:{name}",
        person=Mention(name=name, kind="person", scope=now_at),
        core=core,
        studies=(Study(school=Mention(name=school, kind="university"), when=year(since - 8)),),
        posts=(
            Post(employer=company(former), current=False, when=year(since - 3)),
            Post(employer=company(now_at), current=True, when=year(since)),
        ),
    )


def identified(name: str, scheme: str, value: str) -> Mention:
    return Mention(name=name, kind="company", identifiers=(Identifier(scheme=scheme, value=value),))
