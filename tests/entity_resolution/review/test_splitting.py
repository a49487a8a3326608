"""Entities taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from entity_resolution import storage
from entity_resolution.clustering import Node, cluster
from entity_resolution.description import describe
from entity_resolution.log import Judgement, Verdict
from entity_resolution.resolver import resolve
from entity_resolution.review.splitting import plan, split
from pipelines.errors import UsageError
from pipelines.store import schema
from tests.entity_resolution.review.world import NOBODY
from tests.entity_resolution.world import organisation, partition, rows, write


def merged(store: Engine) -> tuple[str, dict[str, int]]:
    """One entity of five sources. Its id, and source → mention."""
    for number, source in enumerate(("one", "two", "three", "four", "five")):
        write(store, source, organisation("星河"), day=number)
    resolve(store, known=NOBODY)
    entity = describe(store, "星河")["id"]
    with store.connect() as connection:
        found = storage.mentions(connection, storage.members(connection, entity))
    return entity, {one.source: one.id for one in found.values()}


def test_groups_become_entities_and_stay_so(store: Engine) -> None:
    entity, ids = merged(store)
    groups = {ids["one"]: "A", ids["two"]: "B", ids["three"]: "B", ids["four"]: "C", ids["five"]: "A"}
    found = split(store, entity, groups, reason="three companies of one name", who="ann")
    assert found[0] == entity
    wanted = {
        frozenset({"one/星河", "five/星河"}),
        frozenset({"two/星河", "three/星河"}),
        frozenset({"four/星河"}),
    }
    assert partition(store) == wanted
    resolve(store, known=NOBODY, everything=True)
    assert partition(store) == wanted


def test_nothing_is_written_where_the_groups_do_not_fit(store: Engine) -> None:
    entity, ids = merged(store)
    before = rows(store, schema.judgement)
    one_group = dict.fromkeys(ids.values(), "A")
    with pytest.raises(UsageError, match="one group"):
        split(store, entity, one_group, reason="x", who="ann")
    some = {ids["one"]: "A", ids["two"]: "B"}
    with pytest.raises(UsageError, match="changed"):
        split(store, entity, some, reason="x", who="ann")
    with pytest.raises(UsageError, match="reason"):
        split(store, entity, one_group | some, reason=" ", who="ann")
    assert rows(store, schema.judgement) == before


@settings(deadline=None)
@given(st.data())
def test_whatever_is_planned_comes_to_the_groups(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 9))
    groups = {key: data.draw(st.sampled_from("ABC")) for key in range(size)}
    links = [(key, data.draw(st.integers(0, key - 1))) for key in range(1, size)]
    log = [Judgement(at, *link, "same", "rule:name") for at, link in enumerate(links, 1)]
    for step in plan(groups, links):
        verdict: Verdict = "same" if step.verdict == "same" else "different"
        log.append(Judgement(len(log) + 1, step.left, step.right, verdict, "person:ann"))
    found = cluster([Node(key, str(key)) for key in groups], log)
    made = {frozenset(keys) for keys in found.members.values()}
    assert made == {frozenset(key for key in groups if groups[key] == one) for one in set(groups.values())}
