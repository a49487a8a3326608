"""What the initials of an institution's English name may be, out of its Chinese name: 广西大学 may be GXU.

Guesses, made for institutions alone (universities, institutes, hospitals, offices): their English names translate
the Chinese ones word by word, while companies choose theirs freely.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product
from typing import Final

from entity_resolution.matching.lexicon import lexicon
from entity_resolution.matching.pinyin import spelt
from entity_resolution.vocabulary import vocabulary

#: How names of institutions end.
INSTITUTIONS: Final = (
    *(
        "大学",
        "学院",
        "学校",
        "研究所",
        "研究院",
        "实验室",
        "中心",
        "医院",
        "科学院",
        "局",
        "厅",
        "委员会",
        "协会",
    ),
    *("学会", "基金会", "部", "所", "院"),
)
#: How many guesses are made for one name, and how many readings of one word are tried.
MOST: Final = 48
_WORDS_MOST: Final = 8
_READINGS: Final = 3
_SMALL: Final = frozenset(("of", "and", "the", "for", "in"))


def may_have(name: str) -> bool:
    """Whether guesses are made for this name."""
    return name.endswith(INSTITUTIONS) and 3 <= len(name) <= 30


@lru_cache(maxsize=50_000)
def acronyms(name: str) -> tuple[str, ...]:
    """Up to 48 guesses of 2 to 8 letters, in lower case; none for names that are no institutions'."""
    if not may_have(name):
        return ()
    words = _words(name)
    if not 2 <= len(words) <= _WORDS_MOST:
        return ()
    choices = [_initials(word) for word in words]
    found: dict[str, None] = {}
    for order in _orders(len(words)):
        for pick in product(*(choices[at] for at in order)):
            guess = "".join(pick)
            if 2 <= len(guess) <= 8:
                found[guess] = None
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)


def _orders(count: int) -> Iterator[tuple[int, ...]]:
    """As written; the last word after the first (Harbin University of Technology); the last one first."""
    inner = tuple(range(1, count - 1))
    yield (0, *inner, count - 1)
    if inner:
        yield (0, count - 1, *inner)
        yield (count - 1, *inner)
    yield (count - 1, *inner, 0)


def _words(name: str) -> list[str]:
    """Known words from the left, the longest first; what is unknown stays in one piece."""
    known, longest = _known()
    words: list[str] = []
    unknown = ""
    at = 0
    while at < len(name):
        size = next(
            (size for size in range(min(longest, len(name) - at), 1, -1) if name[at : at + size] in known), 0
        )
        if size:
            words += [unknown, name[at : at + size]] if unknown else [name[at : at + size]]
            unknown, at = "", at + size
        else:
            unknown += name[at]
            at += 1
    return [*words, unknown] if unknown else words


@cache
def _known() -> tuple[frozenset[str], int]:
    words = {*_english(), *vocabulary().place_of}
    return frozenset(words), max(map(len, words))


@cache
def _english() -> dict[str, tuple[str, ...]]:
    """For Chinese words the initials of the English ones."""
    found: dict[str, dict[str, None]] = {}
    for english, chinese in lexicon().words.items():
        initials = "".join(word[0] for word in english.split() if word not in _SMALL)
        for word in chinese:
            found.setdefault(word, {})[initials] = None
    return {word: tuple(initials)[:_READINGS] for word, initials in found.items()}


def _initials(word: str) -> tuple[str, ...]:
    place = vocabulary().place_of.get(word)
    if place is None and word in _english():
        return _english()[word]
    name = place.name if place else word
    letters = [spelt(char)[:1] for char in name[:4]]
    return tuple(dict.fromkeys((letters[0], "".join(letters[:2]), "".join(letters))))
