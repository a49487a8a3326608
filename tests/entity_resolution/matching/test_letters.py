"""Many names as arrays of letters: the same as folding them one by one, whatever stands in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.letters import LONGEST, folded, is_han, letters


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("示例科技有限公司", "示例科技"),
        ("示例科技股份有限公司北京分公司", "示例科技北京分公司"),
        ("範例電腦（深圳）有限公司", "范例电脑深圳"),
        ("示例（有限合伙）", "示例"),
        ("示例合伙企业（有限合伙）", "示例"),
        ("Ｅｘａｍｐｌｅ　3D", "example三d"),
        ("甲360", "甲三六零"),
        ("Shìlì Dàxué", "shilidaxue"),
        ("公司", "公司"),
        ("有限公司", "有限公司"),
        ("示例总公司", "示例总公司"),
        ("示\n例\x00\ud800甲\r", "示例甲"),
        ("", ""),
    ],
)
def test_names_are_folded_to_letters(written: str, read: str) -> None:
    assert letters(folded([written])).strings() == [read]


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_all_at_once_is_one_by_one(names: list[str]) -> None:
    whole = letters(folded(names)).strings()
    assert whole == [letters(folded([name])).strings()[0] for name in names]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="示例甲乙ab3", max_size=8), min_size=1, max_size=6), st.data())
def test_some_names_in_another_order(names: list[str], data: st.DataObject) -> None:
    found = letters(names)
    chosen = data.draw(st.lists(st.integers(0, len(names) - 1), max_size=8))
    assert found.of(np.array(chosen, np.int64)).strings() == [found.strings()[at] for at in chosen]


def test_a_text_is_no_name() -> None:
    assert len(letters(folded(["甲" * 100_000])).codes) == LONGEST


def test_chinese_characters_are_told_from_others() -> None:
    assert is_han(np.array([ord(char) for char in "甲a1é𠀀㐀"])).tolist() == [
        True,
        False,
        False,
        False,
        True,
        True,
    ]
