"""Facts in a few words, with those who stand in them in a fixed order."""

from __future__ import annotations

from sqlalchemy import Engine, select

from pipelines.records import AnyRecord, Link, Mention, Organisation, Patent, PatentParty, Policy
from pipelines.store import schema
from pipelines.store.said import places, statements
from tests.filled_store import SEEN, company, fill, financing, person, supply, year


def words(engine: Engine, *records: AnyRecord) -> dict[str, str]:
    """Kind → the words of the last fact of it."""
    fill(engine, *records)
    with engine.connect() as connection:
        ids = connection.execute(select(schema.fact.c.id)).scalars().all()
        return {one.kind: f"{one.subject} | {one.words()}" for one in statements(connection, ids).values()}


def test_each_kind_has_words(store: Engine) -> None:
    found = words(
        store,
        financing("示例科技", "甲资本", "乙资本"),
        supply("示例科技", "另一公司"),
        person("张三", "示例大学", "旧公司", "示例科技"),
        Patent(
            locator="$",
            number="CN1234567A",
            title="一种装置",
            parties=(PatentParty(role="applicant", party=company("示例科技")),),
            filed=year(2019),
        ),
        Policy(locator="$", title="某规划", number="国发〔2017〕0号", issuers=(Mention(name="某委"),)),
    )
    assert found["financing"] == "示例科技 | financing: A轮 from 甲资本, 乙资本"
    assert found["cooperation"] == "示例科技 | supply with 另一公司"
    assert found["employment"].startswith("张三 | post at ")
    assert found["education"] == "张三 | studies at 示例大学"
    assert found["patent"] == "示例科技 | patent: CN1234567A 一种装置"
    assert found["policy"] == "某委 | policy: 国发〔2017〕0号 某规划"


def test_names_and_links(store: Engine) -> None:
    link = Link(relation="parent", other=company("母公司"))
    found = words(store, Organisation(locator="$", subject=company("示例科技"), links=(link,)))
    assert found == {"name": "示例科技 | name (main): 示例科技", "link": "示例科技 | parent 母公司"}


def test_places_tell_where_and_when(store: Engine) -> None:
    fill(store, financing("示例科技", "甲资本"))
    with store.connect() as connection:
        rows = connection.execute(select(schema.evidence.c.id)).scalars().all()
        place = places(connection, rows)[rows[0]]
    assert (place.url, place.method, place.first_seen, place.ended_at) == (
        "https://test.example/1", "test", SEEN, None,
    )  # fmt: skip
