"""Which names say that they are parts of others, and which only begin alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.units import unit_of, wholes


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("腾讯云", "腾讯"),
        ("华为云", "华为"),
        ("微软亚洲研究院", "微软"),
        ("清华大学集成电路学院", "清华大学"),
        ("中国科学院自动化研究所", "中国科学院"),
        ("示例科技有限公司北京分公司", "示例科技有限公司"),
        ("百度智能云", "百度"),
        ("京东物流", "京东"),
        ("Microsoft Research Asia", "Microsoft"),
        ("Tencent AI Lab", "Tencent"),
        ("Tencent Cloud", "Tencent"),
        ("浙江大学计算机科学与技术学院", "浙江大学"),
    ],
)
def test_parts(part: str, whole: str) -> None:
    assert unit_of(part, whole)
    assert not unit_of(whole, part)
    assert not unit_of(part, part)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("北京大学", "北京"),
        ("北京研究院", "北京"),
        ("上海人工智能实验室", "上海"),
        ("中国移动", "中国"),
        ("天津工业大学", "天津大学"),
        ("腾讯科技有限公司", "腾讯"),
        ("百度在线网络技术有限公司", "百度"),
        ("Intelligence Labs", "Intel"),
        ("Metalab", "Meta"),
        ("小米", "小"),
        ("福特汽车", "福特"),
        ("云", ""),
    ],
)
def test_no_parts(name: str, other: str) -> None:
    assert not unit_of(name, other)


def test_the_longest_whole_comes_first() -> None:
    assert wholes("清华大学深圳国际研究生院")[-1] == "清华大学"
    assert "腾讯" in wholes("腾讯云")
    assert wholes("腾讯") == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_taken(one: str, other: str) -> None:
    assert not (unit_of(one, other) and unit_of(other, one))
    assert all(unit_of(one, whole) for whole in wholes(one))
