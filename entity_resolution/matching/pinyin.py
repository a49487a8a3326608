"""How Chinese characters sound, without tones, and Latin letters read as such sounds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

from entity_resolution.matching.letters import Codes
from entity_resolution.matching.lexicon import lexicon
from entity_resolution.vocabulary import vocabulary

#: Characters that names use with another sound than their commonest one.
_ALSO: Final = {
    "重": "chong",
    "行": "hang",
    "乐": "yue",
    "厦": "xia",
    "朝": "zhao",
    "曾": "zeng",
    "单": "shan",
    "传": "zhuan",
    "藏": "cang",
    "柏": "bai",
    "薄": "bo",
    "石": "dan",
    "泊": "po",
    "宿": "su",
}
#: Other ways of writing a sound.
_WRITTEN: Final = {"lv": "lu", "nv": "nu", "lyu": "lu", "nyu": "nu", "lue": "lue", "nue": "nue"}
_LONGEST: Final = 6
#: A word may be read in several ways (xian: xian, xi'an); no more than these are followed.
_READINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Sounds:
    """names: all syllables; number: of each; first, second: for each code point (up to the table's end) the numbers
    of its sounds, -1 for none."""

    names: tuple[str, ...]
    number: dict[str, int]
    first: Codes
    second: Codes


@cache
def sounds() -> Sounds:
    """The table of characters, made once from pypinyin's."""
    read = {code: _plain(said.split(",")[0]) for code, said in PINYIN_DICT.items() if code < 0x30000}
    names = tuple(sorted({said for said in read.values() if said.isascii() and said.isalpha()}))
    number = {said: at for at, said in enumerate(names)}
    first, second = np.full(0x30000, -1, np.int64), np.full(0x30000, -1, np.int64)
    for code, said in read.items():
        first[code] = number.get(said, -1)
    others = list(_ALSO.items())
    for word in (*vocabulary().place_of, *lexicon().chinese):  # 东莞, 长沙, 银行: read as whole words
        others += zip(word, lazy_pinyin(word, v_to_u=False), strict=False)
    for char, said in others:
        code, sound = ord(char), number.get(said.replace("v", "u"), -1)
        if code < len(first) and sound != first[code] and second[code] < 0:
            second[code] = sound
    return Sounds(names, number, first, second)


@lru_cache(maxsize=100_000)
def readings(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read a word of Latin letters as syllables, those of fewest syllables first; often there is none.

    A single vowel counts as a syllable only where the word would have no reading otherwise.
    """
    if not 2 <= len(word) <= 40:
        return ()
    known = sounds().number
    ways: list[list[tuple[str, ...]]] = [[()]]
    for end in range(1, len(word) + 1):
        found = []
        for size in range(1, min(_LONGEST, end) + 1):
            said = _WRITTEN.get(word[end - size : end], word[end - size : end])
            if said in known:
                found += [(*before, said) for before in ways[end - size]]
        found.sort(key=lambda way: (_vowels(way), len(way), way))
        ways.append(found[:_READINGS])
    best = ways[-1]
    return tuple(way for way in best if _vowels(way) == _vowels(best[0]) and len(way) <= len(best[0]) + 1)


def _vowels(way: tuple[str, ...]) -> int:
    return sum(len(said) == 1 for said in way)


def spelt(chinese: str) -> str:
    """The sounds of Chinese letters in one piece; Latin letters as they are."""
    table = sounds()
    limit = len(table.first)
    return "".join(
        table.names[table.first[ord(char)]] if ord(char) < limit and table.first[ord(char)] >= 0 else char
        for char in chinese
    )


def _plain(said: str) -> str:
    bare = unicodedata.normalize("NFD", said)
    return "".join(char for char in bare if not unicodedata.combining(char)).replace("ɡ", "g")
