"""The names that are looked for in running text come from sources of authority, never from the reader itself."""

from __future__ import annotations

from sqlalchemy import Engine, update

from pipelines.records import AlsoNamed, Mention, Organisation
from pipelines.store import schema
from pipelines.store.names import known_names
from pipelines.store.session import writing
from tests.filled_store import fill, person


def organisation(name: str, *others: str) -> Organisation:
    also = tuple(AlsoNamed(name=one, type="alias") for one in others)
    return Organisation(locator=name, subject=Mention(name=name, kind="company", country="CN"), names=also)


def test_main_and_further_names_of_others(store: Engine) -> None:
    fill(store, organisation("百度", "Baidu"), person("林某", "清华大学", "微软", "百度"), source="registry")
    fill(store, organisation("某说法"), source="news")
    fill(store, organisation("传闻"), source="gossip")
    with writing(store) as connection:
        connection.execute(
            update(schema.source).where(schema.source.c.name == "gossip").values(authority=False)
        )
    found = known_names(store, "news")
    assert [one.name for one in found] == ["Baidu", "微软", "清华大学", "百度", "百度"]
    assert found[0] == Mention(name="Baidu", kind="company", country="CN")
    assert "某说法" in [one.name for one in known_names(store, "registry")]
