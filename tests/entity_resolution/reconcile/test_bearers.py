"""Entities by id, by name, by identifier."""

from __future__ import annotations

from sqlalchemy import Engine, select, text

from entity_resolution.curated import Curated
from entity_resolution.homonyms import BEARERS_MOST
from entity_resolution.judgements import judge
from entity_resolution.lookup import find_entity
from entity_resolution.reconcile import bearers
from entity_resolution.resolver import resolve
from pipelines.store import schema
from tests.entity_resolution.reconcile.asking import USCC, filled
from tests.entity_resolution.world import employed, organisation, write


def test_a_merged_entity_is_the_one_that_it_is_now(store: Engine) -> None:
    filled(store)
    with store.connect() as connection:
        ids = left, right = [find_entity(connection, name) for name in ("示例科技", "示例集团")]
    judge(store, left, right, "same", reason="a test", by="tester", known=Curated((), ()))
    with store.connect() as connection:
        found = bearers.entities(connection, [*ids, "vn-nobody"])
    assert set(found) == set(ids)
    assert len({one.id for one in found.values()}) == 1


def test_names_lead_to_entities_by_their_keys(store: Engine) -> None:
    filled(store)
    with store.connect() as connection:
        found = bearers.of_keys(connection, {"星河大学", "examplegroup", "", "无名"})
        assert {key: [one.stated for one in some] for key, some in found.items()} == {
            "星河大学": [False],
            "examplegroup": [True],
        }
        mentions, stated = bearers.mentions_of_keys(connection, {"星河大学", "examplegroup", ""})
    assert [one.name for one in mentions["星河大学"]] == ["星河大学"]
    assert [one.name for one in stated] == ["Example Group"]


def test_of_many_namesakes_few_are_looked_at(store: Engine) -> None:
    many = [employed("张三", f"第{at}号", scope=f"第{at}号") for at in range(BEARERS_MOST + 1)]
    write(store, "one", *many, organisation("星河"))
    resolve(store, known=Curated((), ()))
    with store.connect() as connection:
        assert len(bearers.of_keys(connection, {"person|张三"})["person|张三"]) == bearers.NAMESAKES_MOST
        mentions, _ = bearers.mentions_of_keys(connection, {"person|张三", "星河"})
    assert list(mentions) == ["星河"]


def test_identifiers_lead_to_their_bearers(store: Engine) -> None:
    filled(store)
    with store.connect() as connection:
        found = bearers.of_identifiers(connection, {("uscc", USCC), ("lei", "x")})
        ((member,),) = bearers.members(connection, {find_entity(connection, "北京示例科技")}, 5).values()
        told = bearers.mentions_of(connection, [member])
    assert {key: [one.name for one in some] for key, some in found.items()} == {
        ("uscc", USCC): ["北京示例科技有限公司"]
    }
    assert list(told) == [member]


def test_names_are_looked_up_by_an_index(store: Engine) -> None:
    """On SQLite the plan does not depend on how much is in the store."""
    if store.dialect.name != "sqlite":
        return
    of_mention = schema.mention_entity
    query = select(of_mention.c.entity_id).where(of_mention.c.exact_key.in_(["a", "b"]))
    with store.connect() as connection:
        compiled = query.compile(store, compile_kwargs={"literal_binds": True})
        plan = str(connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}")).all())
    assert "ix_mention_entity_exact_key" in plan
