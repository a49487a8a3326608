"""What is suggested for the beginning of a name."""

from __future__ import annotations

from sqlalchemy import Engine

from entity_resolution.lookup import find_entity
from entity_resolution.reconcile import limits
from entity_resolution.reconcile.suggesting import suggest_entities, suggest_properties, suggest_types
from tests.entity_resolution.reconcile.asking import check_named, filled
from tests.entity_resolution.world import organisation


def names(engine: Engine, prefix: str, cursor: int = 0) -> list[str]:
    with engine.connect() as connection:
        found = suggest_entities(connection, prefix, cursor)
    for one in found:
        assert set(one) == {"id", "name", "description", "notable"}
        check_named(one)
        check_named(one["notable"][0])
    return [one["name"] for one in found]


def test_names_and_further_names_by_their_beginning(store: Engine) -> None:
    filled(store)
    assert names(store, "星河") == ["星河大学", "星河智能科技有限公司"]
    assert names(store, "星河智能科技有限公司") == ["星河智能科技有限公司"]
    assert names(store, "exam") == ["示例集团"]
    assert names(store, "示例") == ["示例科技", "示例集团"]
    with store.connect() as connection:
        entity = find_entity(connection, "星河大学")
    assert names(store, entity.upper()) == ["星河大学"]


def test_nothing_where_nothing_begins_so(store: Engine) -> None:
    filled(store)
    for prefix in ("", " ", "%", "_", "有限公司", "person", "person|", "王伟", "王", "\x00", "x" * 10_000):
        assert names(store, prefix) == [], prefix


def test_more_can_be_asked_for(store: Engine) -> None:
    filled(store, *(organisation(f"甲乙{at:03}") for at in range(limits.SUGGESTIONS + 5)))
    first = names(store, "甲乙")
    assert len(first) == limits.SUGGESTIONS
    assert names(store, "甲乙", cursor=limits.SUGGESTIONS) == [f"甲乙{at:03}" for at in range(20, 25)]


def test_properties_and_types() -> None:
    assert [one["id"] for one in suggest_properties("统一", 0)] == ["uscc"]
    assert [one["id"] for one in suggest_types("comp", 0)] == ["company"]
    for one in (*suggest_properties("", 0), *suggest_types("", 0)):
        check_named(one)
    assert len(suggest_types("", 2)) == len(suggest_types("", 0)) - 2
