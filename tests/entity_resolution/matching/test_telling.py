"""What Latin names say and Chinese names are heard as."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.matching.letters import folded, letters
from entity_resolution.matching.telling import (
    MOST_WORDS,
    hash_of,
    is_latin,
    only,
    stem,
    told_by_chinese,
    told_by_latin,
    words,
)
from entity_resolution.matching.terms import SYLLABLES, WORD


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the bank of example co., ltd.", ("bank", "example")),
        ("people's hospital", ("people", "hospital")),
        ("technologies", ("technology",)),
        ("co., ltd.", ("co", "ltd")),
        ("shìlì dàxué", ("shili", "daxue")),
        ("", ()),
    ],
)
def test_words_of_a_latin_name(text: str, found: tuple[str, ...]) -> None:
    assert words(text) == found


def test_plurals_lose_their_ending_and_nothing_else_does() -> None:
    assert [stem(word) for word in ("systems", "glass", "status", "axis", "bus")] == [
        *("system", "glass", "status", "axis", "bus"),
    ]


def test_scripts_are_told_apart() -> None:
    names = letters(folded(["Example 3D", "示例", "示例Example", "360", "", "e"]))
    assert is_latin(names).tolist() == [True, False, False, False, False, False]
    assert only(names, is_latin(names)).strings() == ["example三d", "", "", "", "", ""]


def test_both_sides_have_terms_in_common() -> None:
    said, heard = told_by_latin(["shili university"]), told_by_chinese(letters(["示例大学"]))
    common = set(said.codes.tolist()) & set(heard.codes.tolist())
    assert WORD | hash_of("大学") in common


def test_a_phrase_is_not_its_words() -> None:
    said = set(told_by_latin(["physical education"]).codes.tolist())
    assert WORD | hash_of("体育") in said
    assert WORD | hash_of("物理") not in said


def test_syllables_join_across_words() -> None:
    apart, joined = told_by_latin(["guang zhou"]), told_by_latin(["guangzhou"])
    pairs = [code for code in joined.codes.tolist() if code >> 60 == SYLLABLES >> 60]
    assert pairs
    assert set(pairs) <= set(apart.codes.tolist())


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_places_lie_within_names(texts: list[str]) -> None:
    said = told_by_latin(folded(texts))
    assert said.names == len(texts)
    assert (said.at + said.size <= MOST_WORDS).all()
    own = letters(folded(texts))
    heard = told_by_chinese(own)
    assert (heard.at + heard.size <= np.diff(own.starts)[heard.row]).all()
