"""Syllables out of Latin letters, and sounds of characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.pinyin import readings, sounds, spelt


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("huawei", [("hua", "wei")]),
        ("beijing", [("bei", "jing")]),
        ("lvsheng", [("lu", "sheng")]),
        ("technology", []),
        ("b", []),
        ("", []),
        ("a" * 1000, []),
    ],
)
def test_words_are_read(word: str, ways: list[tuple[str, ...]]) -> None:
    assert list(readings(word)) == ways


def test_a_word_may_have_several_readings() -> None:
    assert set(readings("xian")) == {("xian",), ("xi", "an")}


@settings(deadline=None)
@given(st.text(alphabet="abcdeghijklmnopqrstuwxyz", max_size=40))
def test_a_reading_spells_the_word(word: str) -> None:
    for way in readings(word):
        assert (
            "".join(way).replace("v", "u") in {word.replace("v", "u"), word.replace("yu", "u")} or "y" in word
        )


def test_characters_sound() -> None:
    assert spelt("百度ai") == "baiduai"
    table = sounds()
    second = table.second[ord("莞")]
    assert "guan" in {table.names[table.first[ord("莞")]], table.names[second] if second >= 0 else ""}
