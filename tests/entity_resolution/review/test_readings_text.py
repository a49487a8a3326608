"""Texts cut and marked for a page: nothing is moved, nothing is without bound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.review import readings_text
from entity_resolution.review.readings_text import Mark, nearest, segments, stretches, visible

STORABLE = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_characters="\0"),
        st.sampled_from("\n\r\t \u202e\u200b\u0301甲乙𠮷"),
    ),
    max_size=120,
)
PLACES = st.tuples(st.integers(-5, 150), st.integers(-5, 150))


@given(STORABLE)
def test_what_is_seen_has_the_places_of_the_text(words: str) -> None:
    seen = visible(words)
    assert len(seen) == len(words)
    assert not any(ord(char) < 32 for char in seen.replace("\n", ""))
    assert "\n\n" not in seen
    assert not set(seen) & set("\u202e\u200b\u2066")


@given(STORABLE, PLACES, st.lists(PLACES, max_size=6), st.integers(0, 40))
def test_segments_are_the_text_with_each_mark_where_it_is(
    words: str, quote: tuple[int, int], places: list[tuple[int, int]], start: int
) -> None:
    marks = [Mark(f"r{at}", *place) for at, place in enumerate(places)]
    cut = segments(words, start, quote, marks)
    assert "".join(one.words for one in cut) == visible(words)
    for one in cut:
        for at in range(one.start, one.start + len(one.words)):
            assert set(one.roles) == {mark.role for mark in marks if mark.start <= at < mark.end}
            assert one.quoted == (quote[0] <= at < quote[1])


@given(PLACES, st.lists(PLACES, max_size=30), st.integers(0, 100_000))
def test_stretches_are_in_order_apart_and_bounded(
    quote: tuple[int, int], places: list[tuple[int, int]], length: int
) -> None:
    spread = [(first * 500, first * 500 + abs(last)) for first, last in places]
    found = stretches(quote, [Mark("party", *place) for place in spread], length)
    assert 1 <= len(found) <= readings_text.STRETCHES_MOST
    assert all(0 <= start <= end <= length for start, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))
    main = readings_text.QUOTE_MOST + 2 * readings_text.AROUND
    piece = readings_text.PIECE_MOST + 2 * readings_text.AROUND_PIECE
    assert sum(end - start for start, end in found) <= main + readings_text.STRETCHES_MOST * (piece + 30)


def test_a_piece_far_from_the_quote_is_shown_with_its_surroundings() -> None:
    text = "甲木科技成立于去年。" + "其间无事。" * 400 + "该公司与乙水集团合作。"
    quote = (text.index("该公司"), len(text))
    assert stretches(quote, [Mark("party", 0, 4)], len(text)) == [(0, 64), (quote[0] - 240, len(text))]
    assert stretches(quote, [Mark("party", quote[0] + 4, quote[0] + 8)], len(text)) == [
        (quote[0] - 240, len(text))
    ]


def test_a_mark_within_another_and_one_that_begins_there_are_told() -> None:
    text = "甲木科技领投"
    cut = segments(text, 0, (0, 6), [Mark("investor", 0, 4), Mark("lead", 0, 4), Mark("post", 2, 4)])
    assert [(one.words, one.roles, one.begins) for one in cut] == [
        ("甲木", ("investor", "lead"), ("investor", "lead")),
        ("科技", ("investor", "lead", "post"), ("post",)),
        ("领投", (), ()),
    ]


def test_hostile_text_is_cut_like_any_other() -> None:
    tower = "甲" + "\u0301" * 5000
    assert visible(tower).count("\u0301") == 3
    brackets = "（" * 100_000
    marks = [Mark("party", at, at + 90_000) for at in range(500)]
    shown = [
        segments(brackets[start:end], start, (0, 100_000), marks)
        for start, end in stretches((0, 100_000), marks, len(brackets))
    ]
    assert sum(len(one.words) for cut in shown for one in cut) < 10_000
    assert max(len(one.roles) for cut in shown for one in cut) <= 60


@pytest.mark.parametrize(
    ("words", "quote", "at"),
    [
        ("甲", (6, 9), 7),  # in the quote, though it stands before, too
        ("乙", (6, 9), 2),  # else the nearest
        ("丙", (0, 3), 10),
        ("丁", (0, 3), None),
        ("", (0, 3), None),
        ("甲、乙", (6, 9), 0),
    ],
)
def test_words_are_found_in_the_quote_first(words: str, quote: tuple[int, int], at: int | None) -> None:
    assert nearest("甲、乙和。。戊甲己，丙乙丙", words, quote) == at
