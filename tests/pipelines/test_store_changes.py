"""The feed of changes: exact by the two clocks, the same in every window, and no longer than what changed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint, Engine, event, insert, select, update

from pipelines.errors import UsageError
from pipelines.facts import facts_of
from pipelines.records import Attribute, Mention, Organisation
from pipelines.store import changes as module
from pipelines.store import schema
from pipelines.store.changes import Asked, Change, Position, changes, settled
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import open_store, writing
from pipelines.store.types import clock, now
from pipelines.store.writing import Method, Reading, SnapshotRef, StoreWriter
from tests.filled_store import source_row

METHOD = Method("test", "1")
DAY = dt.datetime(2021, 3, 1, tzinfo=dt.UTC)
END = DAY + dt.timedelta(days=1000)


def day(number: float) -> dt.datetime:
    return DAY + dt.timedelta(days=number)


def company(
    name: str = "示例科技", founded: str = "2011", row: str = "row:1", quote: str = ""
) -> Organisation:
    return Organisation(
        locator=row,
        quote=quote or f"{name} {founded}",
        subject=Mention(name=name, kind="company"),
        attributes=(Attribute(name="founded", value=founded),),
    )


def visit(engine: Engine, at: float, pages: dict[str, list[Organisation]], outcome: str = "complete") -> None:
    """A crawl on that day, in which each page is met a minute after the one before."""
    with clock(lambda: day(at)):
        run = open_run(engine, {**source_row("test"), "lists_all": True}, "crawl")
    writer = StoreWriter(engine, "test", run)
    for minute, (page, records) in enumerate(pages.items()):
        seen = day(at) + dt.timedelta(minutes=minute)
        facts = [(fact, METHOD) for record in records for fact in facts_of(record)]
        shot = SnapshotRef(f"{abs(hash((page, repr(records)))):064x}", "a.warc.gz", 0)
        writer.write([Reading(f"https://test.example/{page}", seen, shot, facts=facts)])
    with clock(lambda: day(at) + dt.timedelta(hours=1)):
        close_run(engine, run, outcome)


def told(engine: Engine, since: dt.datetime = DAY, until: dt.datetime = END, **asked: Any) -> list[Change]:
    with engine.connect() as connection:
        return list(changes(connection, Asked(Position(since), until, **asked)))


def short(found: list[Change]) -> list[tuple[str, str, list[str]]]:
    return [
        (one.change, one.statement.words(), [was.words() for was, _ in one.replaced])
        for one in found
        if one.statement.kind == "attribute"
    ]


def test_new_changed_back_gone(store: Engine) -> None:
    for at, year in enumerate(("2011", "2012", "2012", "2011")):
        visit(store, at, {"1": [company(founded=year)]})
    visit(store, 4, {"2": [company("另一公司")]})
    assert short(told(store)) == [
        ("new", "founded: 2011", []),
        ("changed", "founded: 2012", ["founded: 2011"]),
        ("back", "founded: 2011", ["founded: 2012"]),
        ("new", "founded: 2011", []),
        ("gone", "founded: 2011", []),
    ]
    changed = next(one for one in told(store) if one.change == "changed")
    assert (changed.source, changed.at, changed.places) == ("test", day(1), 1)
    assert changed.statement.subject == "示例科技"
    assert (changed.evidence[0].url, changed.evidence[0].quote) == (
        "https://test.example/1",
        "示例科技 2012",
    )
    old, where = changed.replaced[0]
    assert (old.value, where.quote, where.ended_at) == ("2011", "示例科技 2011", day(1))


def test_moves_between_pages_are_no_changes(store: Engine) -> None:
    other = company("另一公司")
    visit(store, 0, {"1": [company()], "2": [other], "3": []})
    visit(store, 1, {"1": [], "2": [other], "3": [company()]})  # left page 1 before it was met at 3
    visit(store, 2, {"1": [company()], "2": [other], "3": []})  # and back, the other way round
    visit(store, 3, {"2": [other, company(row="row:9")]})  # pages 1 and 3 are no longer there
    assert [one.change for one in told(store)] == ["new"] * 4
    assert told(store, since=day(0.5)) == []


def test_what_a_partial_run_misses_is_not_gone(store: Engine) -> None:
    visit(store, 0, {"1": [company()], "2": [company("另一公司")]})
    visit(store, 1, {"1": [company()]}, outcome="partial")
    assert told(store, since=day(0.5)) == []


def test_windows_add_up_and_ids_stay(store: Engine) -> None:
    for at, year in enumerate(("2011", "2012", "2013", "2011", "2012")):
        visit(store, at, {"1": [company(founded=year), company("另一公司", row="row:2")]})
    whole = told(store)
    parts = [one for at in range(5) for one in told(store, day(at), day(at + 1))]
    assert parts == whole
    assert len({one.id for one in whole}) == len(whole) == 8
    for one in whole:  # each is a place to go on from
        with store.connect() as connection:
            rest = list(changes(connection, Asked(one.position, END)))
        assert rest == whole[whole.index(one) + 1 :]


def test_small_batches_give_the_same(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"公司{number}" for number in range(12)]
    for at in range(3):
        visit(store, at, {"1": [company(name, str(2000 + at), f"row:{name}") for name in names]})
    whole = told(store)
    assert len(whole) == 12 * 4  # each with a name and a year; the year changes twice
    monkeypatch.setattr(module, "BATCH", 5)
    assert told(store) == whole


def test_by_source_kind_and_entity(store: Engine) -> None:
    visit(store, 0, {"1": [company(), company("另一公司", row="row:2")]})
    assert {one.statement.kind for one in told(store)} == {"name", "attribute"}
    assert {one.statement.kind for one in told(store, kind="name")} == {"name"}
    assert told(store, source="other") == []
    assert {one.statement.subject for one in told(store, entity="另一公司")} == {"另一公司"}
    with pytest.raises(UsageError, match="nobody is named"):
        told(store, entity="无此公司")


def test_an_entity_is_known_by_all_its_names(store: Engine) -> None:
    visit(store, 0, {"1": [company(), company("另一公司", row="row:2"), company("第三公司", row="row:3")]})
    mention = schema.mention
    with writing(store) as connection:
        ids = {row.name: row.id for row in connection.execute(select(mention.c.name, mention.c.id))}
        made = connection.execute(
            insert(schema.resolution).values(made_at=now(), version="1", mentions=3, entities=2)
        ).inserted_primary_key
        assert made is not None
        for key, name, to in (("e1", "示例科技", None), ("e2", "另一公司", "e1"), ("e3", "第三公司", None)):
            connection.execute(
                insert(schema.entity).values(
                    id=key, mention_id=ids[name], born=made[0], redirect_to=to, kind="company", name=name
                )
            )
            connection.execute(
                insert(schema.mention_entity).values(
                    mention_id=ids[name], entity_id=to or key, exact_key=name
                )
            )
    for who in ("e1", "E2", "示例科技", "另一公司"):
        found = told(store, entity=who)
        assert {one.statement.subject for one in found} == {"示例科技", "另一公司"}
        assert {one.statement.who[0].entity for one in found} == {"e1"}
    with writing(store) as connection:
        connection.execute(update(mention).where(mention.c.name == "第三公司").values(name="示例科技"))
    with pytest.raises(UsageError, match="2 entities bear the name"):
        told(store, entity="示例科技")


def test_the_kinds_are_those_of_the_schema() -> None:
    (check,) = (one for one in schema.fact.constraints if isinstance(one, CheckConstraint))
    assert all(f"'{kind}'" in str(check.sqltext) for kind in module.FACT_KINDS)
    assert str(check.sqltext).count("'") == 2 * len(module.FACT_KINDS)


def test_a_visit_under_way_is_not_told_of_yet(store: Engine) -> None:
    visit(store, 0, {"1": [company()]})
    with clock(lambda: day(2)), store.connect() as connection:
        assert settled(connection) == day(2)
    with clock(lambda: day(1)):
        open_run(store, source_row("test"), "crawl")
    with clock(lambda: day(2)), writing(store) as connection:
        assert settled(connection) == day(2)  # nobody holds the source: that visitor is dead
        connection.execute(
            insert(schema.agenda).values(source="test", holder="x:1", held_until=day(3), held_since=day(1))
        )
        assert settled(connection) == day(1)


def test_the_work_grows_with_the_changes_and_not_with_the_store(store: Engine) -> None:
    def asked_rows() -> tuple[int, int]:
        counted = [0, 0]

        def count(*_: Any) -> None:
            counted[0] += 1

        event.listen(store, "before_cursor_execute", count)
        found = told(store, since=day(50))
        event.remove(store, "before_cursor_execute", count)
        return counted[0], len(found)

    visit(store, 0, {"1": [company()]})
    visit(store, 60, {"1": [company(founded="2012")]})
    few = asked_rows()
    for number in range(40):
        visit(store, 1, {str(number + 2): [company(f"公司{number}", row="row:1")]}, outcome="partial")
    assert asked_rows() == few == (few[0], 1)


histories = st.lists(
    st.dictionaries(
        st.sampled_from("12"), st.lists(st.sampled_from(["2011", "2012"]), max_size=1), min_size=2
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_a_follower_knows_what_the_store_knows(
    history: list[dict[str, list[str]]], sqlite_template: Path, tmp_path: Path
) -> None:
    copied = shutil.copyfile(sqlite_template, tmp_path / "copied.db")
    engine = open_store(f"sqlite:///{copied}")
    try:
        known: set[str] = set()
        for at, pages in enumerate(history):
            said = {page: [company(founded=year) for year in years] for page, years in pages.items()}
            visit(engine, at, said)
            for one in told(engine, day(at), day(at + 1), kind="attribute"):
                known -= {was.value for was, _ in one.replaced}
                known = (
                    known - {one.statement.value} if one.change == "gone" else known | {one.statement.value}
                )
            assert known == {year for years in pages.values() for year in years}
    finally:
        engine.dispose()
