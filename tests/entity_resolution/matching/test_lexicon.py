"""The list of English words and their Chinese ones: whole, and without slips of the pen."""

from __future__ import annotations

from entity_resolution.matching.letters import is_han, letters
from entity_resolution.matching.lexicon import lexicon


def test_words_are_english_and_chinese() -> None:
    known = lexicon()
    assert len(known.words) > 900
    for english, chinese in known.words.items():
        assert english.isascii(), english
        assert english == english.lower()
        assert chinese, english
        assert all(is_han(letters([word]).codes).all() for word in chinese), english


def test_a_word_on_several_lines_means_all_of_them() -> None:
    assert {"农业", "农"} <= set(lexicon().words["agriculture"])
    assert lexicon().words["university"][0] == "大学"
    assert lexicon().longest >= 4
