"""Simplifying in place: no offset moves, nothing but traditional characters changes."""

from __future__ import annotations

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simplifying import plain_in_place, simplify_in_place


@pytest.mark.parametrize(
    ("written", "simple"),
    [
        ("簽署戰略合作協議", "签署战略合作协议"),
        ("為醫院提供雲計算平臺", "为医院提供云计算平台"),
        ("已是简体，ABC不变", "已是简体，ABC不变"),
        ("", ""),
    ],
)
def test_traditional_characters_become_simplified(written: str, simple: str) -> None:
    assert simplify_in_place(written) == simple


def test_plain_also_folds_width_and_case() -> None:
    assert plain_in_place("ＡＩ晶片、Huawei") == "ai晶片、huawei"
    assert plain_in_place("Ｘ公司與雲") == "x公司与云"


CHINESE = st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF)


@given(st.text(alphabet=st.one_of(st.characters(), CHINESE), max_size=200))
def test_offsets_stay_and_twice_is_once(text: str) -> None:
    simple = simplify_in_place(text)
    assert len(simple) == len(text)
    assert simplify_in_place(simple) == simple
    assert len(plain_in_place(text)) == len(text)
    assert plain_in_place(plain_in_place(text)) == plain_in_place(text)


@given(CHINESE)
def test_a_single_character_is_as_the_converter_has_it(char: str) -> None:
    convert = opencc.OpenCC("t2s").convert
    assert simplify_in_place(char) in (convert(char), convert(convert(char)))


@pytest.mark.timeout(60)  # what takes a second letter by letter would take hours pair by pair
def test_long_text_is_read_through() -> None:
    assert simplify_in_place("雲" * 2_000_000) == "云" * 2_000_000
