"""Names as arrays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.matching.name import Name
from entity_resolution.matching.prepared import LETTERS_MOST, Preparation
from entity_resolution.matching.rarity import Rarity

RARITY = Rarity(10, {})


def test_parts_become_arrays() -> None:
    names = [Name("1", "深圳市云天励飞技术股份有限公司", "company", "CN", "深圳"), Name("2", "云天励飞")]
    found = Preparation(RARITY).of(names)
    assert list(found.text) == ["深圳市云天励飞技术", "云天励飞"]
    assert list(found.core) == ["云天励飞", "云天励飞"]
    assert list(found.full) == [True, False]
    assert list(found.by_shares) == [True, False]
    assert found.place[0] == found.stated_place[0] or found.stated_place[0] > 0
    assert found.kind[1] == found.country[1] == 0
    assert list(found.start) == [0, 9]


def test_equal_words_have_equal_numbers_in_one_preparation() -> None:
    preparation = Preparation(RARITY)
    one, two = preparation.of([Name("1", "北京云天")]), preparation.of([Name("2", "北京海浪")])
    assert one.place[0] == two.place[0] > 0
    assert one.key[0] != two.key[0]


@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_text_is_prepared_and_bounded(texts: list[str]) -> None:
    found = Preparation(RARITY).of([Name(str(at), text) for at, text in enumerate(texts)])
    assert len(found) == len(texts)
    assert all(size <= LETTERS_MOST for size in found.length)
    assert len(found.code) == len(found.part) == len(found.head) == len(found.weight) == sum(found.length) + 1
