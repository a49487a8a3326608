"""Near copies among texts: sketches that agree where texts do."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.copies import ALIKE, bands_of, folded, pieces_of, share

LETTERS = "".join(chr(code) for code in range(0x4E00, 0x5A00))


def text_of(seed: int, length: int = 600) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def alike(one: str, other: str) -> bool:
    first, second = pieces_of(one), pieces_of(other)
    return not set(bands_of(first)).isdisjoint(bands_of(second)) and share(first, second) >= ALIKE


def test_a_reprint_is_found_whatever_stands_around_it() -> None:
    found = 0
    for seed in range(60):
        text = text_of(seed)
        found += alike(text, f"本报讯：{text[:400]}，{text[400:]}（编辑：某人）{text_of(seed + 1000, 60)}")
    assert found >= 58


def test_other_texts_are_no_copies_even_with_one_paragraph_in_common() -> None:
    assert not any(alike(text_of(seed), text_of(seed + 1)) for seed in range(60))
    assert not any(alike(text_of(seed), text_of(seed)[:120] + text_of(seed + 1)) for seed in range(60))


def test_writing_makes_no_difference() -> None:
    assert folded("ＡＢ，東 方\n公司！") == folded("ab东方公司")
    text = text_of(1, 100)
    assert share(pieces_of(text), pieces_of("，".join(text))) == 1
    assert list(pieces_of("甲。")) == list(pieces_of("甲"))
    assert list(pieces_of("甲")) != list(pieces_of("乙"))


def test_hostile_texts_are_bounded() -> None:
    for text in ("(" * 100_000, "a" * 5_000_000, text_of(3, 1000) * 3000, "", "\ud7ff" * 100):
        pieces = pieces_of(text)
        assert 1 <= len(pieces) <= 50_000
        assert len(bands_of(pieces)) == 16


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_bands_fit_a_column_and_are_a_function_of_the_text(text: str) -> None:
    bands = bands_of(pieces_of(text))
    assert bands == bands_of(pieces_of(text))
    assert all(0 <= band < 2**63 for band in bands)
    assert share(pieces_of(text), pieces_of(text)) == 1
