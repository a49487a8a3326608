"""Hostile words on a page."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.review.showing import shown


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("腾讯\u202e科技", "腾讯\ufffd科技"),
        ("a\u200bb\ufeffc", "a\ufffdb\ufffdc"),
        ("a\nb\x1b[31m", "a b\ufffd[31m"),
        ("Nguyễn Văn", "Nguyễn Văn"),
        ("e" + "\u0301" * 50 + "x", "e" + "\u0301" * 3 + "x"),
        ("x" * 400, "x" * 300 + "…"),
        (12, "12"),
    ],
)
def test_words_stay_on_their_line_and_in_their_direction(words: object, seen: str) -> None:
    assert shown(words) == seen


@settings(deadline=None)
@given(st.text())
def test_whatever_comes_nothing_unseen_is_left(text: str) -> None:
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in shown(text))
    assert len(shown(text)) <= 301
    assert not set(shown(text)) & set("\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u2028\ufeff")
