"""Names that are like a given one."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from entity_resolution.curated import Curated
from entity_resolution.matcher import Matcher, shipped
from entity_resolution.reconcile.near import Near
from entity_resolution.resolver import resolve
from tests.entity_resolution.reconcile.asking import filled
from tests.entity_resolution.world import organisation, write


def found(engine: Engine, near: Near, name: str) -> list[str]:
    with engine.connect() as connection:
        near.prepare(connection)
        (one,) = near.find(connection, [name], 5)
    return [name for _, name in one]


@pytest.fixture(params=[None, shipped], ids=["in memory", "kept in the store"])
def matcher(request: pytest.FixtureRequest) -> Matcher | None:
    """The model with which a store is resolved: it keeps an index, too."""
    return request.param() if request.param else None


def test_own_and_stated_names_are_found_and_persons_are_not(store: Engine, matcher: Matcher | None) -> None:
    near = Near()
    filled(store)
    resolve(store, known=Curated((), ()), matcher=matcher)
    assert "星河智能科技有限公司" in found(store, near, "星河智能")
    assert "Example Group" in found(store, near, "Example")
    assert found(store, near, "王伟") == []
    with store.connect() as connection:
        assert near.find(connection, [], 5) == []


def test_names_of_a_later_resolution_are_found(store: Engine, matcher: Matcher | None) -> None:
    near = Near()
    assert found(store, near, "银河智能") == []
    filled(store)
    assert "银河智能装备股份有限公司" not in found(store, near, "银河智能")
    write(store, "two", organisation("银河智能装备股份有限公司"), day=1)
    resolve(store, known=Curated((), ()), matcher=matcher)
    assert "银河智能装备股份有限公司" in found(store, near, "银河智能")
