"""Folding: one way of writing for what only looks different; in place, nothing moves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.folding import fold, fold_in_place, is_text


def test_fold() -> None:
    assert fold("　５Ｇ\n网络  A ") == "5G 网络 A"


def test_fold_in_place() -> None:
    assert fold_in_place("ＡＢＣ　ａ１（ABC）") == "abc a1(abc)"


def test_is_text() -> None:
    assert is_text("好\n\t")
    assert not is_text("\x00")
    assert not is_text("\ud800")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_in_place(fold_in_place(text)) == fold_in_place(text)


@given(st.text())
def test_offsets_stay(text: str) -> None:
    folded = fold_in_place(text)
    assert len(folded) == len(text)
    assert all(old == new or fold_in_place(old) == new for old, new in zip(text, folded, strict=True))
