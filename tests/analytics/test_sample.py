"""A sample is drawn by stated rules, keeps its reasons, and once frozen stays."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from analytics import sample
from analytics.facts import View, load
from analytics.sample import Rule
from entity_resolution.resolver import resolve
from pipelines.errors import UsageError
from pipelines.records import Attribute, Mention, Organisation, Product
from tests.filled_store import company, fill, year


def tagged(name: str, *tags: str, layer: str = "", **more: str) -> Organisation:
    attributes = [Attribute(name="industry_tag", value=tag) for tag in tags]
    attributes += [Attribute(name="layer", value=layer)] if layer else []
    attributes += [Attribute(name=key, value=value) for key, value in more.items()]
    return Organisation(locator=f"row:{name}", subject=company(name), attributes=tuple(attributes))


def filed(name: str, number: str, in_year: int = 2022) -> Product:
    return Product(
        locator=f"row:{number}",
        bearer=company(name),
        name="算法",
        register_name="算法备案",
        number=number,
        when=year(in_year),
    )


@pytest.fixture
def filled(store: Engine) -> Engine:
    fill(
        store,
        tagged("甲科技", "人工智能", "数据", layer="技术层", core_technology="智能芯片"),
        tagged("乙智能", "人工智能", "芯片"),
        tagged("丙农业", "农业"),
        filed("丁软件", "1"),
        filed("甲科技", "2"),
        filed("甲科技", "3"),
        Organisation(
            locator="row:u",
            subject=Mention(name="某大学", kind="university"),
            attributes=(Attribute(name="industry_tag", value="人工智能"),),
        ),
    )
    resolve(store)
    return store


def names(edition: sample.Edition) -> dict[str, float]:
    return dict(zip(edition.members["name"], edition.members["score"], strict=True))


def test_scores_and_reasons(filled: Engine) -> None:
    drawn = sample.propose(filled, "2022")
    assert names(drawn) == {"甲科技": 3.5, "乙智能": 1.0, "丁软件": 1.5}
    first = drawn.members.iloc[0]
    assert (first["layer"], first["core_technology"]) == ("技术层", "智能芯片")
    assert (
        first["reason"]
        == "industry tag 人工智能; layer 技术层; 2 filed algorithms; active: newest fact of 2022"
    )
    assert drawn.rule["tags"] == ["人工智能"]


def test_rules_narrow_the_choice(filled: Engine) -> None:
    assert set(names(sample.propose(filled, "a", Rule(filing=False)))) == {"甲科技", "乙智能"}
    assert set(names(sample.propose(filled, "b", Rule(tags=("芯片",), layer=False, filing=False)))) == {
        "乙智能"
    }
    assert set(names(sample.propose(filled, "c", Rule(least=2)))) == {"甲科技"}
    assert set(names(sample.propose(filled, "d", Rule(tags=(), layer=False, until=2021)))) == set()


def test_a_new_proposal_takes_the_place_of_the_old(filled: Engine) -> None:
    sample.propose(filled, "2022", Rule(least=2))
    assert len(sample.propose(filled, "2022").members) == 3


def test_frozen_stays(filled: Engine) -> None:
    sample.propose(filled, "2022")
    frozen = sample.freeze(filled, "2022", "林某")
    assert frozen.frozen_by == "林某"
    with pytest.raises(UsageError, match="frozen"):
        sample.propose(filled, "2022", Rule(least=2))
    again = sample.freeze(filled, "2022", "another")
    assert again.frozen_by == "林某"
    assert len(sample.show(filled, "2022").members) == 3
    assert sample.newest(filled) == "2022"


def test_nothing_to_freeze_or_show(filled: Engine) -> None:
    with pytest.raises(UsageError, match="no sample was drawn"):
        sample.newest(filled)
    with pytest.raises(UsageError, match="valuenet sample propose 2022"):
        sample.show(filled, "2022")
    sample.propose(filled, "empty", Rule(tags=(), layer=False, filing=False))
    with pytest.raises(UsageError, match="no company"):
        sample.freeze(filled, "empty", "林某")


def test_nodes_carry_the_sample_and_units_their_head(store: Engine) -> None:
    fill(store, tagged("阿里云", layer="技术层"), tagged("甲科技", "人工智能"), tagged("丙农业", "农业"))
    fill(store, tagged("阿里巴巴", "电商"), source="other")
    resolve(store)
    edition = sample.propose(store, "2022")
    nodes = sample.nodes(load(store, View(level="group")), edition).set_index("name")
    assert nodes["sample"].to_dict() == {"阿里巴巴": True, "甲科技": True, "丙农业": False}
    assert nodes.loc["阿里巴巴", "layer"] == "技术层"
