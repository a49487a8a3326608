"""What another reading of a page would change: exactly what applying it then changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from pipelines.facts import facts_of
from pipelines.records import Organisation, Rejected
from pipelines.store import schema
from pipelines.store.comparing import Difference, differences
from pipelines.store.runs import close_run, open_run
from pipelines.store.writing import Reading, SnapshotRef, StoreWriter
from tests.filled_store import source_row
from tests.pipelines.test_store_changes import METHOD, company, day

PAGE = "https://test.example/1"


def reading(at: int, *records: Organisation, **more: Any) -> Reading:
    facts = [(fact, METHOD) for record in records for fact in facts_of(record)]
    return Reading(PAGE, day(at), SnapshotRef(f"{at:064x}", "a.warc.gz", 0), facts=facts, **more)


def write(engine: Engine, *readings: Reading, kind: str = "crawl") -> None:
    run = open_run(engine, source_row("test"), kind)
    StoreWriter(engine, "test", run).write(list(readings))
    close_run(engine, run, "complete")


def compared(engine: Engine, *readings: Reading) -> list[Difference]:
    with engine.connect() as connection:
        return list(differences(connection, "test", PAGE, readings))


def short(found: list[Difference]) -> list[tuple[str, str, bool, list[str]]]:
    return [
        (
            one.change,
            one.statement.words() if one.statement else "",
            one.holds,
            [was.words() for was in one.replaced],
        )
        for one in found
    ]


def test_the_same_reading_changes_nothing(store: Engine) -> None:
    visits = [
        reading(0, company(founded="2011")),
        reading(1, company(founded="2012")),
        reading(2, company(founded="2011")),
    ]
    write(store, *visits)
    assert compared(store, *visits, reading(3, company(founded="2011"))) == []


def test_what_is_new_changed_and_gone(store: Engine) -> None:
    write(store, reading(0, company(), company("另一公司", row="row:2")))
    found = compared(store, reading(0, company(founded="2012"), company("第三公司", row="row:2")))
    assert sorted(short(found)) == [
        ("changed", "founded: 2012", True, ["founded: 2011"]),
        ("gone", "founded: 2011", True, []),
        ("gone", "name (main): 另一公司", True, []),
        ("new", "founded: 2011", True, []),
        ("new", "name (main): 第三公司", True, []),
    ]
    assert {one.change: one.page for one in found} == {"new": PAGE, "changed": PAGE, "gone": PAGE}


def test_the_past_is_told_from_what_holds(store: Engine) -> None:
    write(store, reading(0, company(founded="2011")), reading(5, company(founded="2012")))
    (one,) = compared(store, reading(0, company(founded="2010")), reading(5, company(founded="2012")))
    assert (one.change, one.holds, one.first, one.last) == ("changed", False, day(0), day(0))
    both = compared(store, reading(0, company(founded="1999")), reading(5, company(founded="1999")))
    assert [(one.holds, one.replaced[0].value) for one in both] in (
        [(False, "2011"), (True, "2012")],
        [(True, "2012"), (False, "2011")],
    )


def test_what_cannot_be_read_takes_nothing_back(store: Engine) -> None:
    slip = Rejected(locator="row:1", kind="organisation", reason="no name", value="")
    write(store, reading(0, company(), company("另一公司", row="row:2")))
    found = compared(store, reading(0, company("另一公司", row="row:2"), rejected=[slip]))
    assert [(one.change, one.refused.reason if one.refused else "") for one in found] == [
        ("rejected", "no name")
    ]
    assert compared(store, reading(0, complete=False)) == []
    assert compared(store, reading(0, gone=True, complete=False)) == []


def test_what_is_mended(store: Engine) -> None:
    slip = Rejected(locator="row:1", kind="organisation", reason="no name")
    write(store, reading(0, rejected=[slip]))
    found = compared(store, reading(0, company()))
    assert [one.change for one in found] == ["new", "new", "mended"]


def test_applying_it_does_what_was_shown(store: Engine) -> None:
    write(store, reading(0, company()))
    better = reading(0, company(founded="2012"))
    (shown,) = compared(store, better)
    assert shown.statement
    write(store, better, kind="replay")
    assert compared(store, better) == []
    evidence = schema.evidence
    with store.connect() as connection:
        open_now = set(
            connection.execute(select(evidence.c.fact_id).where(evidence.c.ended_at.is_(None))).scalars()
        )
        assert shown.statement.fact in open_now
        assert shown.replaced[0].fact not in open_now
