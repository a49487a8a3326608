"""What analysis sees of the store: resolved, rolled up, at a record time."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from sqlalchemy import Engine

from analytics.facts import RELATION_COLUMNS, Facts, View, load
from entity_resolution.resolver import resolve
from pipelines.errors import StoreError
from pipelines.records import AnyRecord, Cooperation, Mention
from tests.filled_store import SEEN, company, fill, financing, person, supply, year


def edges(facts: Facts, dimension: str | None = None) -> set[tuple[str, str]]:
    """(source, target) by name."""
    names = dict(zip(facts.entities["entity"], facts.entities["name"], strict=True))
    chosen = facts.relations
    if dimension:
        chosen = chosen[chosen["dimension"] == dimension]
    return {(names[a], names[b]) for a, b in zip(chosen["source"], chosen["target"], strict=True)}


def test_nothing_resolved_says_what_to_do(store: Engine) -> None:
    with pytest.raises(StoreError, match="valuenet resolve"):
        load(store)


def test_an_empty_store_of_relations(store: Engine) -> None:
    fill(store, financing("甲科技"))
    resolve(store)
    facts = load(store)
    assert list(facts.relations.columns) == RELATION_COLUMNS
    assert facts.relations.empty
    assert facts.people.empty
    assert facts.attributes.empty


def test_three_dimensions(store: Engine) -> None:
    fill(
        store,
        financing("甲科技", "红杉资本中国", "真格基金"),
        supply("乙智能", "甲科技", technologies=("5G",), applications=("智能金融",)),
        person("林某", "清华大学", "微软", "甲科技"),
    )
    resolve(store)
    facts = load(store)
    assert edges(facts, "investment") == {("红杉中国", "甲科技"), ("真格基金", "甲科技")}
    assert edges(facts, "technology") == {("乙智能", "甲科技")}
    assert edges(facts, "human_capital") == {("清华大学", "甲科技"), ("微软", "甲科技")}
    assert facts.unresolved == 0
    human = facts.relations[facts.relations["dimension"] == "human_capital"]
    assert set(human["date"].dt.year) == {2016}
    assert human["via"].notna().all()
    assert facts.relations[facts.relations["dimension"] == "technology"]["detail"].iloc[0][
        "technologies"
    ] == ["5G"]


def test_without_a_direction_both_ways(store: Engine) -> None:
    both = Cooperation(
        locator="x",
        kind="strategic agreement",
        parties=(company("甲科技"), company("乙智能")),
        when=year(2015),
    )
    fill(store, both)
    resolve(store)
    assert edges(load(store)) == {("甲科技", "乙智能"), ("乙智能", "甲科技")}


@pytest.mark.parametrize("status", ["planned", "rumoured", "denied"])
def test_what_was_not_done_is_no_relation(store: Engine, status: str) -> None:
    fill(store, supply("乙智能", "甲科技", status=status))
    resolve(store)
    assert load(store).relations.empty


def test_people_who_are_not_core_make_no_relation(store: Engine) -> None:
    fill(store, person("林某", "清华大学", "微软", "甲科技", core=False))
    resolve(store)
    facts = load(store)
    assert facts.relations.empty
    assert len(facts.people) == 3


def test_units_roll_up_at_group_level(store: Engine) -> None:
    fill(store, supply("阿里云", "甲科技"), supply("阿里巴巴", "甲科技", in_year=2016))
    resolve(store)
    assert edges(load(store, View(level="entity"))) == {("阿里云", "甲科技"), ("阿里巴巴", "甲科技")}
    group = load(store, View(level="group"))
    assert edges(group) == {("阿里巴巴", "甲科技")}
    assert group.relations["fact"].nunique() == 2
    assert "阿里云" not in set(group.entities["name"])


def test_two_clocks(store: Engine) -> None:
    fill(store, supply("乙智能", "甲科技"), at=SEEN)
    fill(store, supply("丙智能", "甲科技"), at=SEEN + dt.timedelta(days=30))
    resolve(store)
    assert edges(load(store)) == {("丙智能", "甲科技")}
    before = View(known=SEEN + dt.timedelta(days=3))
    assert edges(load(store, before)) == {("乙智能", "甲科技")}
    assert load(store, View(known=SEEN - dt.timedelta(days=1))).relations.empty


def test_undated_relations_are_there_without_a_date(store: Engine) -> None:
    undated = Cooperation(
        locator="x", kind="supply", providers=(company("乙智能"),), recipients=(company("甲科技"),)
    )
    fill(store, undated)
    resolve(store)
    assert pd.isna(load(store).relations["date"]).all()


def test_facts_of_mentions_that_wait_are_counted(store: Engine) -> None:
    fill(store, supply("乙智能", "甲科技"))
    resolve(store)
    fill(store, financing("丁机器人", "IDG资本"), page="2")
    assert load(store).unresolved == 2


def test_the_same_frames_whatever_the_order_of_writing(store: Engine) -> None:
    records: list[AnyRecord] = [
        supply("乙智能", "甲科技"),
        financing("甲科技", "IDG资本"),
        person("林某", "清华大学", "微软", "甲科技"),
    ]
    fill(store, *records)
    resolve(store)
    first = load(store).relations
    fill(store, *reversed(records))
    resolve(store, everything=True)
    pd.testing.assert_frame_equal(first, load(store).relations)


def test_a_mention_without_kind_is_resolved_with_the_others(store: Engine) -> None:
    fill(store, supply("乙智能", "甲科技"))
    bare = Cooperation(
        locator="y",
        kind="supply",
        providers=(Mention(name="乙智能"),),
        recipients=(Mention(name="丙科技"),),
        when=year(2015),
    )
    fill(store, bare, source="other")
    resolve(store)
    assert edges(load(store)) == {("乙智能", "甲科技"), ("乙智能", "丙科技")}
