"""Every point of a company has its evidence in the store, and its reason in words."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from analytics.facts import View, load
from analytics.sample_rules import POINTS, Rule, Weighed, last_year, weigh
from entity_resolution.resolver import resolve
from pipelines.records import Attribute, Mention, Organisation, Patent, PatentParty, Product
from tests.filled_store import company, fill, supply, year


def described(name: str, country: str | None = None, **said: str) -> Organisation:
    return Organisation(
        locator=f"row:{name}",
        subject=company(name, country=country),
        attributes=tuple(Attribute(name=key, value=value) for key, value in said.items()),
    )


def patented(holder: str, title: str, number: str) -> Patent:
    return Patent(
        locator=number,
        number=number,
        title=title,
        filed=year(2018),
        parties=(PatentParty(role="applicant", party=company(holder)),),
    )


@pytest.fixture
def weighed(store: Engine) -> dict[str, Weighed]:
    fill(
        store,
        described("甲科技", industry_tag="人工智能", layer="技术层", core_technology="智能芯片"),
        described("乙数据", business="提供机器学习与知识图谱平台"),
        described("丙机械", status="已注销", industry_tag="人工智能"),
        described("外国公司", country="US", industry_tag="人工智能"),
        described("丁农业", industry_tag="农业"),
        patented("戊智能", "一种基于神经网络的图像识别方法", "CN1A"),
        patented("丁农业", "一种播种机", "CN2A"),
        supply("己软件", "丁农业", in_year=2020, technologies=("5G",)),
        Product(
            locator="p",
            bearer=company("庚网络"),
            name="推荐算法",
            register_name="备案",
            number="7",
            when=year(2023),
        ),
    )
    resolve(store)
    facts = load(store, View(level="entity"))
    names = dict(zip(facts.entities["entity"], facts.entities["name"], strict=True))
    return {names[entity]: one for entity, one in weigh(facts, Rule()).items()}


def test_each_kind_of_evidence(weighed: dict[str, Weighed]) -> None:
    kinds = {name: set(one.points) for name, one in weighed.items()}
    assert kinds == {
        "甲科技": {"tag", "layer"},
        "乙数据": {"words"},
        "丙机械": {"tag"},
        "外国公司": {"tag"},
        "丁农业": set(),
        "戊智能": {"patents"},
        "己软件": {"technologies"},
        "庚网络": {"filing"},
    }
    assert weighed["乙数据"].words() == ["business speaks of 机器学习、知识图谱"]
    assert weighed["戊智能"].words() == ["1 AI patents"]
    assert weighed["己软件"].words() == ["1 reported technologies"]
    assert weighed["甲科技"].evidence == POINTS["tag"] + POINTS["layer"]
    assert (weighed["甲科技"].layer, weighed["甲科技"].core_technology) == ("技术层", "智能芯片")


def test_words_and_news_alone_let_nobody_in(weighed: dict[str, Weighed]) -> None:
    assert {name for name, one in weighed.items() if one.admits} == {
        "甲科技", "丙机械", "外国公司", "戊智能", "庚网络"
    }  # fmt: skip


def test_who_is_no_more_foreign_or_recent(weighed: dict[str, Weighed]) -> None:
    assert weighed["丙机械"].gone == "已注销"
    assert [name for name, one in weighed.items() if one.foreign] == ["外国公司"]
    assert weighed["庚网络"].last == 2023
    assert last_year(weighed, Rule()) == 2023
    assert last_year(weighed, Rule(until=2020)) == 2020
    assert weighed["己软件"].active(Rule(recent=4), 2023)
    assert not weighed["己软件"].active(Rule(recent=3), 2023)
    assert not weighed["甲科技"].active(Rule(), 2023)  # no dated fact at all


def test_facts_after_the_last_year_do_not_count(store: Engine) -> None:
    fill(
        store,
        Product(
            locator="p", bearer=company("庚网络"), name="a", number="7", register_name="r", when=year(2023)
        ),
    )
    fill(store, Organisation(locator="u", subject=Mention(name="某大学", kind="university")), source="other")
    resolve(store)
    facts = load(store, View(level="entity"))
    (early,) = weigh(facts, Rule(until=2022)).values()
    assert early.points == {}
    (late,) = weigh(facts, Rule(until=2023)).values()
    assert set(late.points) == {"filing"}
