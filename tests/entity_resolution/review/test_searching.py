"""What is found for what is typed."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from entity_resolution.resolver import resolve
from entity_resolution.review.searching import search
from tests.entity_resolution.review.world import NOBODY
from tests.entity_resolution.world import organisation, write


@pytest.fixture
def known(store: Engine) -> Engine:
    write(
        store,
        "one",
        organisation("示例科技", ("Example Tech", "translation")),
        organisation("示例科技深圳研究院"),
        organisation("大示例"),
        organisation("100%_示例"),
    )
    resolve(store, known=NOBODY)
    return store


def names(engine: Engine, text: str, most: int = 40) -> list[str]:
    with engine.connect() as connection:
        return [hit.name for hit in search(connection, text, most)]


def test_whole_names_come_first_then_beginnings_then_the_rest(known: Engine) -> None:
    found = names(known, "示例")
    assert set(found[:2]) == {"示例科技", "示例科技深圳研究院"}
    assert set(found[2:]) == {"大示例", "100%_示例"}
    assert names(known, "示例科技有限公司")[:1] == ["示例科技"]
    assert names(known, "示例科技")[0] == "示例科技"
    assert names(known, "example") == ["示例科技"]


def test_signs_of_patterns_are_only_signs(known: Engine) -> None:
    assert names(known, "%_") == ["100%_示例"]
    assert names(known, "_示例") == ["100%_示例"]
    assert names(known, "无") == []
    assert names(known, "  ") == []


def test_ids_are_found_and_the_number_is_bounded(known: Engine) -> None:
    with known.connect() as connection:
        (hit,) = search(connection, "大示例")
        assert search(connection, hit.entity.upper()) == [hit]
        assert (hit.kind, hit.mentions) == ("company", 1)
    assert len(names(known, "示例", 2)) == 2
