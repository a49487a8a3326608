"""Reading financing: who raised, which round, how much, from whom, who led; plans and refusals are no rounds."""

from __future__ import annotations

import pytest

from pipelines.reading import Gazetteer, read_financing
from tests.pipelines.test_reading import NAMES, PUBLISHED, _names


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(NAMES)


def test_financing(gazetteer: Gazetteer) -> None:
    text = "3月20日，“星河智能”宣布完成近亿元B+轮融资。本轮由澄明资本领投，蓝桥创投、远帆基金等跟投，松涛担任财务顾问。"
    found = read_financing(text, "", PUBLISHED, gazetteer)
    assert len(found) == 1
    event = found[0]
    assert (event.target.name, event.round, str(event.when.start)) == ("星河智能", "B+轮", "2021-03-20")
    assert event.amount is not None
    assert (event.amount.as_written, event.amount.high) == ("近亿元", 1e8)
    assert _names(event.investors) == ["澄明资本", "蓝桥创投", "远帆基金"]
    assert _names(event.leads) == ["澄明资本"]


@pytest.mark.parametrize(
    ("text", "target", "investors", "round_name"),
    [
        ("「青梧机器人」完成数千万元天使轮融资，由蓝桥创投独家投资。", "青梧机器人", ["蓝桥创投"], "天使轮"),
        ("星河智能获澄明资本、蓝桥创投数亿元投资。", "星河智能", ["澄明资本", "蓝桥创投"], ""),
        ("澄明资本向星河智能投资2亿美元。", "星河智能", ["澄明资本"], ""),
        ("澄明资本领投了星河智能。", "星河智能", ["澄明资本"], ""),
        ("澄明资本、蓝桥创投参与了星河智能的B轮融资。", "星河智能", ["澄明资本", "蓝桥创投"], "B轮"),
        ("远风资本参与星河智能数亿元C轮融资。", "星河智能", ["远风资本"], "C轮"),
        ("澄明资本跟投星河智能A+轮融资。", "星河智能", ["澄明资本"], "A+轮"),
        ("星河智能B轮融资由澄明资本领投、蓝桥创投跟投。", "星河智能", ["澄明资本", "蓝桥创投"], "B轮"),
        (
            "星河智能完成B轮融资，投资方包括澄明资本、远风资本等机构。",
            "星河智能",
            ["澄明资本", "远风资本"],
            "B轮",
        ),
        ("星河智能完成B轮融资。跟投方包括澄明资本，蓝桥创投担任财务顾问。", "星河智能", ["澄明资本"], "B轮"),
        ("北原汽车以3亿元收购云岭科技。", "云岭科技", ["北原汽车"], "并购"),
    ],
)
def test_ways_of_financing(
    text: str, target: str, investors: list[str], round_name: str, gazetteer: Gazetteer
) -> None:
    (event,) = read_financing(text, "", PUBLISHED, gazetteer)
    assert (event.target.name, _names(event.investors), event.round) == (target, investors, round_name)


@pytest.mark.parametrize(
    ("text", "leads", "others"),
    [
        (
            "星河智能完成A轮融资，领投方为澄明资本，跟投方包括蓝桥创投、松涛。",
            ["澄明资本"],
            ["蓝桥创投", "松涛"],
        ),
        ("星河智能完成A轮融资，由远风资本领投、蓝桥创投跟投。", ["远风资本"], ["蓝桥创投"]),
        ("星河智能完成A轮融资，澄明资本、蓝桥创投联合领投。", ["澄明资本", "蓝桥创投"], []),
    ],
)
def test_who_leads(text: str, leads: list[str], others: list[str], gazetteer: Gazetteer) -> None:
    (event,) = read_financing(text, "", PUBLISHED, gazetteer)
    assert sorted(_names(event.leads)) == sorted(leads)
    assert sorted(_names(event.investors)) == sorted([*leads, *others])


def test_the_sum_may_stand_in_the_next_sentence(gazetteer: Gazetteer) -> None:
    text = "星河智能完成B轮融资，澄明资本参与了本轮投资。金额为2亿美元。"
    (event,) = read_financing(text, "", PUBLISHED, gazetteer)
    assert event.amount is not None
    assert (event.amount.low, event.amount.currency) == (2e8, "USD")
    for other in ("金额未披露。", "云岭科技的收购价格为2亿美元。"):
        (event,) = read_financing(text.replace("金额为2亿美元。", other), "", PUBLISHED, gazetteer)
        assert event.amount is None


@pytest.mark.parametrize(
    "text",
    [
        "澄明资本将参与星河智能的B轮融资。",
        "澄明资本未参与星河智能的B轮融资。",
        "员工参与了星河智能的B轮融资。",
        "星河智能拟完成A轮融资。",
        "据传星河智能完成A轮融资。",
        "星河智能未完成A轮融资。",
        "北原汽车计划收购云岭科技。",
        "星河智能投资很大。",
    ],
)
def test_no_financing_without_its_being_done(text: str, gazetteer: Gazetteer) -> None:
    assert read_financing(text, "", PUBLISHED, gazetteer) == []


def test_a_valuation_is_no_amount(gazetteer: Gazetteer) -> None:
    (event,) = read_financing("星河智能完成C轮融资，投后估值70亿元。", "", PUBLISHED, gazetteer)
    assert event.amount is None
