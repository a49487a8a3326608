"""What two spellings of one name have in common, as numbers: the terms by which candidates are found.

A term is a 64-bit code: a kind and up to three letters. Names emit
- pairs of neighbouring letters (for Latin runs: three letters, the first of which may be the run's edge),
- single letters, and all letters together, so that names of common terms alone still find their like,
- pairs of segment heads (北京|航空|航天|大学 has 北航, 北大, 航大 …); a short name takes all its letters for heads,
  because 北航 may be made of them. So the same name emits other head pairs when it asks than when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from entity_resolution.matching.letters import LONGEST, Codes, Flags, Letters, Rows
from entity_resolution.matching.lexicon import lexicon
from entity_resolution.vocabulary import vocabulary

#: Kinds of terms, in the highest bits of the code. Pairs of letters have none.
LETTER: Final = 1 << 60
HEADS: Final = 2 << 60
LATIN: Final = 3 << 60
WHOLE: Final = 4 << 60
#: What Latin names say and Chinese names are heard as (`telling.py`).
WORD: Final = 5 << 60
SYLLABLES: Final = 6 << 60
SYLLABLE: Final = 7 << 60
INITIALS: Final = SYLLABLE | 1 << 40

#: Heads are paired with so many that follow.
_REACH: Final = 5
#: A name of at most so many letters may be an abbreviation by heads.
_SHORT: Final = 6


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of n names: `row` says whose each of `codes` is. A name may have a term twice."""

    row: Rows
    codes: Codes
    names: int

    def __add__(self, other: Terms) -> Terms:
        return Terms(
            np.concatenate([self.row, other.row]), np.concatenate([self.codes, other.codes]), self.names
        )


def asked_for(letters: Letters) -> Terms:
    """The terms by which names are found."""
    head = ~_tails(letters)
    return (
        _plain(letters) + _whole(letters) + _head_pairs(letters.codes[head], letters.row[head], letters.names)
    )


def asking(letters: Letters) -> Terms:
    """The terms by which names look for others."""
    short = np.diff(letters.starts)[letters.row] <= _SHORT
    return (
        _plain(letters)
        + _whole(letters)
        + _head_pairs(letters.codes[short], letters.row[short], letters.names)
    )


def weight_of_kind(codes: Codes) -> npt.NDArray[np.float32]:
    """How much a term of its kind says beside a pair of letters of the same rarity."""
    weights = np.array([1.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 0.4], np.float32)
    found: npt.NDArray[np.float32] = weights[codes >> 60]
    return found


def _plain(letters: Letters) -> Terms:
    codes, row = letters.codes, letters.row
    latin = codes < 128
    if len(codes) < 2:
        return Terms(row[~latin], LETTER | codes[~latin], letters.names)
    together = row[1:] == row[:-1]
    pairs = (codes[:-1] << 21) | codes[1:]
    before = np.zeros(len(codes) - 1, np.int64)  # 0 stands for the edge of a run
    before[1:] = np.where(together[:-1] & latin[:-2], codes[:-2], 0)
    pairs = np.where(latin[:-1] & latin[1:], LATIN | (before << 42) | pairs, pairs)
    han = ~latin
    return Terms(
        np.concatenate([row[:-1][together], row[han]]),
        np.concatenate([pairs[together], LETTER | codes[han]]),
        letters.names,
    )


def _whole(letters: Letters) -> Terms:
    """One term for all letters of a name, a polynomial of them; a name without letters has none."""
    place = np.arange(len(letters.codes)) - letters.starts[letters.row]
    powers = np.cumprod(np.full(LONGEST * 20, 0x9E3779B97F4A7C15, np.uint64))
    mixed = (letters.codes.astype(np.uint64) * powers[place]).cumsum()
    sums = np.concatenate([np.zeros(1, np.uint64), mixed])[letters.starts]
    hashed = sums[1:] - sums[:-1]
    hashed ^= hashed >> np.uint64(29)
    some = np.flatnonzero(np.diff(letters.starts)).astype(np.int32)
    return Terms(some, WHOLE | (hashed[some] >> np.uint64(4)).astype(np.int64), letters.names)


def _head_pairs(codes: Codes, row: Rows, names: int) -> Terms:
    han = codes > 127
    codes, row = codes[han], row[han]
    rows, found = [row[:0]], [codes[:0]]
    for step in range(1, min(_REACH, len(codes) - 1) + 1):
        together = row[step:] == row[:-step]
        rows.append(row[:-step][together])
        found.append((HEADS | (codes[:-step] << 21) | codes[step:])[together])
    return Terms(np.concatenate(rows), np.concatenate(found), names)


def _tails(letters: Letters) -> Flags:
    """Which letters are the second of a two-letter word. Words are taken from the left, as a reader does."""
    codes, row = letters.codes, letters.row
    tails = np.zeros(len(codes), bool)
    if len(codes) < 2:
        return tails
    pairs, words = (codes[:-1] << 21) | codes[1:], _words()
    at = np.searchsorted(words, pairs)
    at[at == len(words)] = 0
    starts = (words[at] == pairs) & (row[1:] == row[:-1])
    # In an unbroken run of possible starts (科技, 技术, 术研 …) every second one is real, from the first on.
    place = np.arange(len(starts))
    first = starts & ~np.concatenate([[False], starts[:-1]])
    run = np.maximum.accumulate(np.where(first, place, 0))
    tails[1:] = starts & ((place - run) % 2 == 0)
    return tails


@cache
def _words() -> Codes:
    """Two-letter words of names, sorted; longer words count as their halves (人工智能: 人工, 智能)."""
    known = vocabulary()
    words = {*known.trade, *known.place_of, *known.units, *lexicon().chinese}
    halves = {word[at : at + 2] for word in words for at in range(0, len(word) - 1, 2)}
    return np.array(sorted((ord(half[0]) << 21) | ord(half[1]) for half in halves), np.int64)
