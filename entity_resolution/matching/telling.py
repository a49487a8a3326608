"""What Latin names say and Chinese names are heard as: meanings, sounds and initials that they may share.

A Latin name says terms, a Chinese name is heard as terms of the same kinds: Chinese words that an English word
stands for (`lexicon.txt`), pairs of syllables, single syllables, three initials in a row, and acronyms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

import numpy as np

from entity_resolution.matching.acronyms import INSTITUTIONS, acronyms
from entity_resolution.matching.letters import Codes, Flags, Letters, Rows, is_han
from entity_resolution.matching.lexicon import lexicon
from entity_resolution.matching.pinyin import readings, sounds
from entity_resolution.matching.terms import INITIALS, SYLLABLE, SYLLABLES, WHOLE, WORD, Terms
from entity_resolution.vocabulary import vocabulary

_WORDS: Final = re.compile(r"[a-z]+")
_SILENT: Final = frozenset(("of", "and", "the", "for", "in", "on", "at", "to", "with", "by", "s", "a", "an"))
MOST_WORDS: Final = 24
#: A term of more names than this still counts: Latin names are few.
MOST_HEARD: Final = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """Terms with their place. row: whose; codes: the terms; at, size: the first letter (of a Chinese name) or word
    (of a Latin one) that it stands for, and how many."""

    row: Rows
    codes: Codes
    at: Rows
    size: Rows
    names: int

    @property
    def terms(self) -> Terms:
        return Terms(self.row, self.codes, self.names)


def only(names: Letters, wanted: Flags) -> Letters:
    """The same names, those that are not wanted without their letters."""
    kept = wanted[names.row]
    starts = np.zeros(names.names + 1, np.int64)
    np.cumsum(np.diff(names.starts) * wanted, out=starts[1:])
    return Letters(names.codes[kept], names.row[kept], starts)


def is_latin(names: Letters) -> Flags:
    """Which names have Latin letters and no Chinese ones."""
    latin = np.bincount(names.row, (names.codes >= 97) & (names.codes <= 122), names.names)
    han = np.bincount(names.row, is_han(names.codes), names.names)
    # Digits have become Chinese numerals: 3D Medicines is a Latin name still.
    numerals = np.bincount(names.row, np.isin(names.codes, _NUMERALS), names.names)
    return np.asarray((latin >= 2) & (han == numerals))


_NUMERALS: Final = np.array(sorted(map(ord, "零一二三四五六七八九")))


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a folded Latin name: without accents, legal forms and small words, plural endings cut."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    forms = vocabulary().english_forms
    found = [word for word in _WORDS.findall(bare.replace("'s", " ")) if word not in _SILENT]
    kept = [word for word in found if word not in forms]
    return tuple(map(stem, (kept or found)[:MOST_WORDS]))


def stem(word: str) -> str:
    """The word without its plural ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def told_by_latin(texts: Sequence[str]) -> Told:
    """What Latin names say."""
    rows, codes, at, size = [], [], [], []
    for row, text in enumerate(texts):
        for code, start, length in _said(words(text)):
            rows.append(row)
            codes.append(code)
            at.append(start)
            size.append(length)
    return Told(
        np.array(rows, np.int32),
        np.array(codes, np.int64),
        np.array(at, np.int32),
        np.array(size, np.int32),
        len(texts),
    )


def terms_of_latin(texts: Sequence[str], latin: Flags) -> Terms:
    """What those of the folded names say that are Latin; the others say nothing."""
    where = np.flatnonzero(latin).astype(np.int32)
    said = told_by_latin([texts[at] for at in where.tolist()])
    return Terms(where[said.row], said.codes, len(texts))


def told_by_chinese(names: Letters) -> Told:
    """What Chinese names are heard as."""
    place = (np.arange(len(names.codes)) - names.starts[names.row]).astype(np.int32)
    said = [_heard_words(names, place), *_heard_sounds(names, place), _heard_acronyms(names)]
    row, codes, at, size = (np.concatenate(column) for column in zip(*said, strict=True))
    return Told(row, codes, at, size, names.names)


_Part = tuple[Rows, Codes, Rows, Rows]


def _heard_words(names: Letters, place: Rows) -> _Part:
    known = _chinese_words()
    rows, codes, at, sizes = [], [], [], []
    for size, hashes in known.items():
        if len(names.codes) < size:
            continue
        hashed = _hash_windows(names.codes, size)
        inside = names.row[: len(hashed)] == names.row[size - 1 :]
        spot = np.minimum(np.searchsorted(hashes, hashed), len(hashes) - 1)
        found = np.flatnonzero(inside & (hashes[spot] == hashed))
        rows.append(names.row[found])
        codes.append(WORD | hashed[found])
        at.append(place[found])
        sizes.append(np.full(len(found), size, np.int32))
    if not rows:
        none = np.zeros(0, np.int32)
        return none, np.zeros(0, np.int64), none, none
    return np.concatenate(rows), np.concatenate(codes), np.concatenate(at), np.concatenate(sizes)


def _heard_acronyms(names: Letters) -> _Part:
    """An acronym stands for the whole name."""
    rows, codes, sizes = [], [], []
    last = names.codes[np.maximum(names.starts[1:] - 1, 0)] if len(names.codes) else names.starts[1:]
    ends = np.array(sorted({ord(word[-1]) for word in INSTITUTIONS}))
    maybe = np.flatnonzero(np.isin(last, ends) & (np.diff(names.starts) > 2))
    for row, name in zip(maybe.tolist(), names.of(maybe).strings(), strict=True):
        for guess in acronyms(name):
            rows.append(row)
            codes.append(WHOLE | hash_of(guess))
            sizes.append(len(name))
    return (
        np.array(rows, np.int32),
        np.array(codes, np.int64),
        np.zeros(len(rows), np.int32),
        np.array(sizes, np.int32),
    )


def _heard_sounds(names: Letters, place: Rows) -> list[_Part]:
    table = sounds()
    known = np.minimum(names.codes, len(table.first) - 1)
    first, second = table.first[known], table.second[known]
    result: list[_Part] = []

    def add(kind: int, codes: Codes, used: Flags, size: int) -> None:
        where = np.flatnonzero(used)
        result.append(
            (names.row[where], kind | codes[where], place[where], np.full(len(where), size, np.int32))
        )

    for sound in (first, second):
        add(SYLLABLE, sound, sound >= 0, 1)
    together = names.row[1:] == names.row[:-1]
    for one in (first, second):
        for two in (first, second):
            pair = (one[:-1] << 10) | two[1:]
            add(SYLLABLES, pair, together & (one[:-1] >= 0) & (two[1:] >= 0), 2)
    if len(names.codes) > 2:
        initial = _initials()[first]
        latin = (names.codes >= 97) & (names.codes <= 122)
        initial = np.where(latin, names.codes - 96, initial)
        triple = (initial[:-2] << 10) | (initial[1:-1] << 5) | initial[2:]
        whole = (
            (names.row[2:] == names.row[:-2]) & (initial[:-2] > 0) & (initial[1:-1] > 0) & (initial[2:] > 0)
        )
        add(INITIALS, triple, whole, 3)
    return result


@lru_cache(maxsize=100_000)
def _said(name: tuple[str, ...]) -> tuple[tuple[int, int, int], ...]:
    """The terms of a Latin name's words: code, first word, number of words."""
    meant, number, longest = translations(), sounds().number, lexicon().longest
    found: dict[tuple[int, int, int], None] = {}
    before: list[str] = []  # the last syllable of the word before, in each of its readings
    for at, word in enumerate(name):
        for size in range(1, min(longest, len(name) - at) + 1):
            if size == 1 and _swallowed(at, name):
                continue
            for one in meant.get(" ".join(name[at : at + size]), ()):
                found[(WORD | hash_of(one), at, size)] = None
        after: list[str] = []
        for way in _ways(word):
            syllables = [part for part in way if part in number]
            for part in way:
                for one in meant.get(part, ()) if len(way) > 1 and len(part) > 3 else ():
                    found[(WORD | hash_of(one), at, 1)] = None
            if len(syllables) == 1:
                found[(SYLLABLE | number[syllables[0]], at, 1)] = None
            for pair in (*pairwise(way), *((last, way[0]) for last in before)):
                if pair[0] in number and pair[1] in number:
                    found[(SYLLABLES | (number[pair[0]] << 10) | number[pair[1]], at, 1)] = None
            after.append(way[-1])
        before = after
        if 2 <= len(word) <= 8 and word not in meant:
            found[(WHOLE | hash_of(word), at, 1)] = None
            letter = [ord(char) - 96 for char in word]
            for start in range(len(word) - 2):
                run = (letter[start] << 10) | (letter[start + 1] << 5) | letter[start + 2]
                found[(INITIALS | run, at, 1)] = None
    explained = {
        spot for code, at, size in found if code >> 60 != WHOLE >> 60 for spot in range(at, at + size)
    }
    for at in set(range(len(name))) - explained:  # nothing can explain this word, and that counts
        found[(WORD | hash_of(name[at]), at, 1)] = None
    return tuple(found)


def _swallowed(at: int, name: tuple[str, ...]) -> bool:
    """Whether the word at `at` means something else in a phrase: physical education has nothing of physics."""
    meant = translations()
    for start in range(max(0, at - 2), at + 1):
        for size in range(max(2, at - start + 1), 4):
            phrase = meant.get(" ".join(name[start : start + size]), ()) if start + size <= len(name) else ()
            if phrase:
                own = meant.get(name[at], ())
                return not any(one in whole for whole in phrase for one in own)
    return False


@lru_cache(maxsize=100_000)
def _ways(word: str) -> tuple[tuple[str, ...], ...]:
    """A word as syllables; else as two parts, one of them at least an English word (powerchina, zhongkesoft)."""
    found = readings(word)
    if found:
        return found
    known = translations()
    parts: list[tuple[str, ...]] = []
    for cut in range(3, len(word) - 2):
        one, two = word[:cut], word[cut:]
        if one in known and two in known:
            parts.append((one, two))
        elif two in known and len(two) > 3:
            parts += [(*way, two) for way in readings(one)[:1]]
        elif one in known and len(one) > 3:
            parts += [(one, *way) for way in readings(two)[:1]]
    return tuple(parts[:3])


@cache
def translations() -> dict[str, tuple[str, ...]]:
    result: dict[str, tuple[str, ...]] = {}
    for english, chinese in lexicon().words.items():
        key = " ".join(stem(word) for word in english.split() if word not in _SILENT)
        result[key] = tuple(dict.fromkeys((*result.get(key, ()), *chinese)))
    return result


@cache
def _chinese_words() -> dict[int, Codes]:
    """By length: the sorted hashes of the lexicon's Chinese words."""
    sizes: dict[int, list[int]] = {}
    for word in lexicon().chinese:
        sizes.setdefault(len(word), []).append(hash_of(word))
    return {size: np.array(sorted(hashes), np.int64) for size, hashes in sorted(sizes.items())}


def _hash_windows(codes: Codes, size: int) -> Codes:
    count = len(codes) - size + 1
    hashed = np.zeros(count, np.int64)
    for at in range(size):
        hashed = (hashed * 1_000_003 + codes[at : at + count]) % _MODULUS
    return hashed


_MODULUS: Final = (1 << 42) - 11


def hash_of(word: str) -> int:
    hashed = 0
    for char in word:
        hashed = (hashed * 1_000_003 + ord(char)) % _MODULUS
    return hashed


@cache
def _initials() -> Codes:
    """By number of syllable: its first letter as 1 to 26; the last entry, that of no syllable, is 0."""
    return np.array([*(ord(name[0]) - 96 for name in sounds().names), 0], np.int64)
