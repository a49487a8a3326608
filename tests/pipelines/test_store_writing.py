"""Writing is idempotent, ends what a page no longer says, and keeps the two clocks apart."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from pipelines.facts import facts_of
from pipelines.records import (
    AlsoNamed,
    Attribute,
    Document,
    Financing,
    Identifier,
    Mention,
    Organisation,
    Product,
    Rejected,
    When,
)
from pipelines.store import schema
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import open_store
from pipelines.store.writing import Counts, Method, Reading, SnapshotRef, StoreWriter, storable

METHOD = Method("test", "1")
SOURCE: dict[str, Any] = {
    "name": "test", "title": "Test", "title_zh": "测试", "publisher": "p", "home": "h", "licence": "l",
    "terms": "t", "robots": "r", "cadence": "daily", "personal_data": "none", "lists_all": True,
    "authority": False, "declared": {},
}  # fmt: skip
DAY = dt.datetime(2021, 3, 1, tzinfo=dt.UTC)


def day(number: int) -> dt.datetime:
    return DAY + dt.timedelta(days=number)


def company(name: str = "旷视科技", founded: str = "2011", row: str = "row:2") -> Organisation:
    return Organisation(
        locator=row,
        quote=name,
        subject=Mention(
            name=name, kind="company", identifiers=(Identifier(scheme="uscc", value="X" + name),)
        ),
        names=(AlsoNamed(name=name + "Inc", type="short"),),
        attributes=(Attribute(name="founded", value=founded),),
    )


def reading(*records: Any, url: str = "https://a.example/1", at: int = 0, **more: Any) -> Reading:
    facts = [(fact, METHOD) for record in records for fact in facts_of(record)]
    shot = SnapshotRef(
        sha256=f"{hash((url, repr(records))) & (2**64 - 1):064x}", archive="a.warc.gz", offset=0
    )
    return Reading(url, day(at), shot, facts=facts, records=len(records), **more)


def write(engine: Engine, *readings: Reading, outcome: str = "complete", kind: str = "crawl") -> Counts:
    run = open_run(engine, SOURCE, kind)
    writer = StoreWriter(engine, "test", run)
    writer.write(readings)
    close_run(engine, run, outcome)
    return writer.counts


def content(engine: Engine, clocks: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """All that the store holds of pages and facts, without what tells runs apart."""
    aside = {"run_id", "last_seen", "declared_at"} | (set() if clocks else {"first_seen", "ended_at"})
    found = {}
    with engine.connect() as connection:
        for table in (
            schema.snapshot, schema.page, schema.mention, schema.mention_identifier, schema.fact,
            schema.fact_mention,            schema.evidence, schema.rejected, schema.document,
        ):  # fmt: skip
            own = aside | ({"id"} if table is schema.evidence else set())
            columns = [column for column in table.c if column.name not in own]
            rows = [tuple(map(repr, row)) for row in connection.execute(select(*columns))]
            found[table.name] = sorted(rows)
    return found


def spans(engine: Engine, value: str) -> list[tuple[int, int, int | None]]:
    """The spans of record time of an attribute's value, in days."""
    evidence, fact = schema.evidence, schema.fact
    with engine.connect() as connection:
        rows = connection.execute(
            select(evidence.c.first_seen, evidence.c.last_seen, evidence.c.ended_at)
            .join(fact, fact.c.id == evidence.c.fact_id)
            .where(fact.c.kind == "attribute", fact.c.value == value)
            .order_by(evidence.c.first_seen)
        ).all()
    return [
        ((row[0] - DAY).days, (row[1] - DAY).days, None if row[2] is None else (row[2] - DAY).days)
        for row in rows
    ]


def test_the_same_twice_changes_only_last_seen(store: Engine) -> None:
    first = write(store, reading(company()))
    assert (first.facts_new, first.facts_changed, first.facts_unchanged) == (3, 0, 0)
    before = content(store, clocks=True)
    second = write(store, reading(company(), at=1))
    assert (second.facts_new, second.facts_changed, second.facts_unchanged) == (0, 0, 3)
    assert content(store, clocks=True) == before
    with store.connect() as connection:
        assert set(connection.execute(select(schema.evidence.c.last_seen)).scalars()) == {day(1)}
        assert set(connection.execute(select(schema.fact.c.first_seen)).scalars()) == {day(0)}


def test_back_to_an_older_value_gives_three_spans(store: Engine) -> None:
    counts = [
        write(store, reading(company(founded=year), at=at))
        for at, year in enumerate(("2011", "2012", "2011"))
    ]
    assert [one.facts_changed for one in counts] == [0, 1, 1]
    assert [one.facts_ended for one in counts] == [0, 1, 1]
    assert spans(store, "2011") == [(0, 0, 1), (2, 2, None)]
    assert spans(store, "2012") == [(1, 1, 2)]


def test_three_versions_in_one_run(store: Engine) -> None:
    write(store, *(reading(company(founded=year), at=at) for at, year in enumerate(("2011", "2012", "2011"))))
    assert spans(store, "2011") == [(0, 0, 1), (2, 2, None)]
    assert spans(store, "2012") == [(1, 1, 2)]


def test_an_old_snapshot_read_late_ends_nothing(store: Engine) -> None:
    write(store, reading(company(founded="2012"), at=5))
    for _ in range(2):
        write(store, reading(company(founded="2011"), at=1), kind="replay")
        assert spans(store, "2012") == [(5, 5, None)]
        assert spans(store, "2011") == [(1, 1, 5)]


def test_a_page_in_several_readings_ends_only_when_complete(store: Engine) -> None:
    one, two = company("甲"), company("乙", row="row:3")
    write(store, reading(one, two))
    part = reading(company("甲"), at=1, complete=False)
    write(store, part, outcome="failed")
    assert len(spans(store, "2011")) == 2
    assert all(ended is None for *_, ended in spans(store, "2011"))
    write(store, reading(company("甲"), at=2))
    assert sorted(ended or 0 for *_, ended in spans(store, "2011")) == [0, 2]


@pytest.mark.parametrize("outcome", ["failed", "partial"])
def test_absence_ends_nothing_unless_the_run_was_complete(store: Engine, outcome: str) -> None:
    write(store, reading(company("甲")), reading(company("乙"), url="https://a.example/2"))
    write(store, reading(company("甲"), at=1), outcome=outcome)
    assert all(ended is None for *_, ended in spans(store, "2011"))
    write(store, reading(company("甲"), at=2))
    assert sorted(ended is None for *_, ended in spans(store, "2011")) == [False, True]
    with store.connect() as connection:
        gone = (
            connection.execute(select(schema.page.c.url).where(schema.page.c.gone_at.is_not(None)))
            .scalars()
            .all()
        )
    assert gone == ["https://a.example/2"]


def test_rejected_is_kept_with_its_reason_and_ends_when_mended(store: Engine) -> None:
    bad = Rejected(locator="row:3", reason="no such day", field="date", value="2021-13-40\0", raw="x")
    write(store, reading(company(), rejected=[bad]))
    write(store, reading(company(), rejected=[bad], at=1))
    table = schema.rejected
    with store.connect() as connection:
        row = connection.execute(select(table)).one()
    assert (row.reason, row.field, row.value, row.ended_at) == ("no such day", "date", "2021-13-40�", None)
    write(store, reading(company(), at=2))
    with store.connect() as connection:
        assert connection.execute(select(table.c.ended_at)).scalar_one() == day(2)


def test_a_financing_event_keeps_its_people_in_order(store: Engine) -> None:
    names = ["红杉资本中国", "IDG资本", "经纬中国"]
    event = Financing(
        locator="row:2",
        target=Mention(name="某科技"),
        investors=tuple(Mention(name=name, kind="investor") for name in names),
        round="A轮",
        event="1",
        when=When(start=dt.date(2014, 1, 2), precision="day"),
    )
    write(store, reading(event))
    roles, mention = schema.fact_mention, schema.mention
    with store.connect() as connection:
        found = connection.execute(
            select(mention.c.name)
            .join(roles, roles.c.mention_id == mention.c.id)
            .where(roles.c.role == "investor")
            .order_by(roles.c.position)
        ).scalars()
        assert list(found) == names


def test_documents_are_kept_once(store: Engine) -> None:
    text = Document(locator="$", url="https://a.example/1", title="题", text="正文\0", when=When())
    for at in range(2):
        write(store, reading(company(), documents=[text], at=at))
    with store.connect() as connection:
        assert connection.execute(select(schema.document.c.text)).scalars().all() == ["正文�"]


def test_many_rows_take_the_fast_way_and_agree(store: Engine) -> None:
    records = [company(f"公司{number}", row=f"row:{number}") for number in range(300)]
    counts = write(store, reading(*records))
    assert counts.facts_new == 900
    again = write(store, reading(*records, at=1))
    assert (again.facts_new, again.facts_unchanged) == (0, 900)
    with store.connect() as connection:
        assert connection.execute(select(func.count()).select_from(schema.evidence)).scalar_one() == 900
        detail = connection.execute(
            select(schema.fact.c.detail).where(schema.fact.c.kind == "attribute")
        ).scalars()
        assert all(one == {"attribute": "founded"} for one in detail)


visits = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["2011", "2012", "2013"])),
    min_size=1,
    max_size=6,
    unique_by=lambda v: v[0],
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=visits)
def test_spans_tell_what_was_said_when(
    order: list[tuple[int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Visits in order of time: at each day the open value is the one last said, and spans do not overlap."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('spans') / 's.db'}", create=True)
    try:
        for at, year in sorted(order):
            write(engine, reading(company(founded=year), at=at))
        said = dict(sorted(order))
        last = None
        for at in range(7):
            last = said.get(at, last)
            holding = {
                year for year in ("2011", "2012", "2013")
                for start, _, end in spans(engine, year) if start <= at and (end is None or end > at)
            }  # fmt: skip
            assert holding == ({last} if last else set())
    finally:
        engine.dispose()


def test_storable_leaves_good_text_alone() -> None:
    assert storable("百度\n第二行") == "百度\n第二行"
    assert storable("a\0b") == "a�b"


def test_an_old_snapshot_read_late_ends_where_the_next_visit_stands(store: Engine) -> None:
    write(store, reading(company(founded="2012"), at=5))
    write(store, reading(company(founded="2012"), at=9))
    write(store, reading(company(founded="2011"), at=1), kind="replay")
    assert spans(store, "2011") == [(1, 1, 5)]  # on day 7 the page said 2012 alone
    assert spans(store, "2012") == [(5, 9, None)]


def test_a_rejection_read_late_is_past(store: Engine) -> None:
    slip = Rejected(locator="row:9", kind="organisation", reason="no name")
    write(store, reading(company(), at=5))
    write(store, reading(company(), at=1, rejected=[slip]), kind="replay")
    with store.connect() as connection:
        assert connection.execute(select(schema.rejected.c.ended_at)).scalar_one() == day(5)


@pytest.mark.parametrize(
    "odd", ["a\tb\\N\\", "\\N", "\\.", "x\0y", "😀\U0010ffff", "\u202e\u0007", 'a"b\r\n']
)
@pytest.mark.parametrize("rows", [3, 60], ids=["few", "many"])
def test_odd_characters_are_kept(odd: str, rows: int, store: Engine) -> None:
    subject = Mention(
        name="旷视科技", place=odd + ".", scope=odd, identifiers=(Identifier(scheme="lei", value=f"a{odd}."),)
    )
    products = [
        Product(
            locator=f"row:{row}{odd}", quote=odd, bearer=subject, name=f"{row}{odd}.", register_name="r",
            number=f"{row}", remark=odd + ".",
        )
        for row in range(rows)
    ]  # fmt: skip
    write(store, reading(*products, url=f"https://a.example/{odd}", etag=odd))
    with store.connect() as connection:
        found = connection.execute(select(schema.fact.c.value, schema.fact.c.detail)).all()
        assert connection.execute(select(schema.mention.c.scope)).scalar_one() == storable(odd)
    assert {row.value for row in found} == {f"{row}{storable(odd)}." for row in range(rows)}
    assert {row.detail["remark"] for row in found} == {storable(odd) + "."}
