"""No sign that turns or hides the words around it is shown."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pipelines.unseen import visible


def test_a_turned_name_is_shown_as_it_is_written() -> None:
    assert visible("甲\u202egnp.exe\u202c\u2066x\u2069") == "甲\ufffdgnp.exe\ufffd\ufffdx\ufffd"


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["Cf", "Lo", "L", "Zs"])))
def test_no_sign_of_direction_is_left(text: str) -> None:
    turning = {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}
    assert not turning & {unicodedata.bidirectional(char) for char in visible(text)}
    assert len(visible(text)) == len(text)


def test_words_stay() -> None:
    for word in ("北京甲科技有限公司", "Société Générale", "e\u0301", "😀"):
        assert visible(word) == word
