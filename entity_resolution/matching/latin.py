"""How much of a Latin and of a Chinese name the other one explains: features of pairs of names.

A pair's features depend on its two names and on the tables that ship, never on what else is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from entity_resolution.matching.letters import Codes, Flags, Letters, Rows, folded, letters
from entity_resolution.matching.lexicon import lexicon
from entity_resolution.matching.pinyin import sounds, spelt
from entity_resolution.matching.rarity import shipped
from entity_resolution.matching.telling import (
    MOST_WORDS,
    Told,
    hash_of,
    is_latin,
    told_by_chinese,
    told_by_latin,
    translations,
    words,
)
from entity_resolution.matching.terms import INITIALS, SYLLABLE, SYLLABLES, WORD
from entity_resolution.matching.weighing import Weights

Floats = npt.NDArray[np.float32]

#: What `latin_features` measures, in its columns' order; all are 0 where not exactly one of the names is Latin.
LATIN_FEATURES: Final = (
    "latin_beside_chinese",  # 1: exactly one of the two names is Latin
    "latin_words_explained",  # share of the Latin name's words, by rarity, that the Chinese name has
    "chinese_letters_explained",  # share of the Chinese name's letters, by rarity, that the Latin name has
    "latin_initials",  # share of the Latin name's runs of initials that the Chinese name has
    "latin_sounds_alike",  # likeness of the Latin letters and the Chinese name's pinyin, 0 to 1
    "latin_brand_sounds_alike",  # the same of the Latin words that are no translations, anywhere in the pinyin
)


class _Pairs(Protocol):
    @property
    def left(self) -> Rows: ...
    @property
    def right(self) -> Rows: ...


def latin_features(left: Sequence[str], right: Sequence[str], pairs: _Pairs) -> Floats:
    """Float32 (pairs, 6), one column for each of `LATIN_FEATURES`."""
    left, mine = _used(left, pairs.left)  # there may be far more names than pairs
    right, theirs = _used(right, pairs.right)
    one, two = Spelt(left), Spelt(right)
    result = np.zeros((len(pairs.left), len(LATIN_FEATURES)), np.float32)
    fill_latin(result, one, two, mine, theirs)
    return result


class Spelt:
    """Names by their letters, made ready once for all pairs that they are in."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.letters = letters(folded(names))
        self.latin = is_latin(self.letters)


def fill_latin(into: Floats, one: Spelt, two: Spelt, mine: Rows, theirs: Rows) -> None:
    """Write the features of the pairs into `into` (pairs, 6), which holds zeros; rows of one script stay as they
    are. `mine` and `theirs` are positions in `one` and `two`."""
    latin = one.latin[mine], two.latin[theirs]
    for mixed, names, others, here, there in (
        (latin[0] & ~latin[1], one.names, two.letters, mine, theirs),
        (~latin[0] & latin[1], two.names, one.letters, theirs, mine),
    ):
        where = np.flatnonzero(mixed)
        if len(where):
            into[where] = _beside(names, others, here[where], there[where])


def _used(names: Sequence[str], rows: Rows) -> tuple[list[str], Rows]:
    """The names that `rows` speak of, and `rows` as positions among these."""
    used, number = np.unique(rows, return_inverse=True)
    return [names[at] for at in used.tolist()], number.astype(np.int32)


def likeness(names: Sequence[str], others: Letters, pairs: _Pairs) -> Floats:
    """How like the Latin `names` (left) are to the Chinese ones (right), by weights set by hand, to choose
    among candidates before any trained score."""
    found = _beside(names, others, pairs.left, pairs.right)
    result: Floats = found @ np.array([0, 1, 1, 0.3, 0.5, 0.5], np.float32)
    return result


def _beside(names: Sequence[str], others: Letters, mine: Rows, theirs: Rows) -> Floats:
    """The features of pairs of a Latin name and a Chinese one."""
    chinese, numbers = np.unique(theirs, return_inverse=True)
    others, theirs = others.of(chinese), numbers.astype(np.int32)
    heard = told_by_chinese(others)
    used, number = np.unique(mine, return_inverse=True)
    mine = number.astype(np.int32)
    texts = folded([names[at] for at in used.tolist()])
    said = told_by_latin(texts)
    result = np.zeros((len(mine), len(LATIN_FEATURES)), np.float32)
    result[:, 0] = 1
    for at in range(0, len(mine), _AT_ONCE):
        part = slice(at, at + _AT_ONCE)
        result[part, 1], result[part, 3] = _words_explained(said, heard, mine[part], theirs[part])
        result[part, 2] = _letters_explained(heard, said, others, mine[part], theirs[part])
    pinyin = [spelt(name) for name in others.strings()]
    brands = [_brand(text) for text in texts]
    heard_as = [pinyin[at] for at in theirs.tolist()]
    whole = ["".join(words(text)) for text in texts]
    result[:, 4] = process.cpdist([whole[at] for at in mine.tolist()], heard_as, scorer=fuzz.ratio, workers=1)
    brand = [brands[at] for at in mine.tolist()]
    result[:, 5] = process.cpdist(brand, heard_as, scorer=fuzz.partial_ratio, workers=1)
    result[[not text for text in brand], 5] = 0
    result[:, 4:] /= 100
    return result


_AT_ONCE: Final = 200_000


_LETTERS: Final = 0x30000


@cache
def _rarity() -> tuple[Weights, Floats]:
    """Weights of what is heard and of letters (by code point), from the table that ships with the model: so the
    features of a pair depend on nothing but its two names."""
    table, read = shipped(), sounds()
    counts: Counter[int] = Counter()
    letter = np.full(_LETTERS, np.log((table.names + 1) / _UNSEEN), np.float32)
    for piece, names in table.shares.items():
        points = [min(ord(char), _LETTERS - 1) for char in piece]
        heard = [[int(one[code]) for one in (read.first, read.second) if one[code] >= 0] for code in points]
        if len(piece) == 1:
            letter[points[0]] = np.log((table.names + 1) / (names + 0.5))
            counts.update({SYLLABLE | sound: names for sound in heard[0]})
        else:
            counts.update({SYLLABLES | (one << 10) | two: names for one, two in product(*heard)})
    for word in lexicon().chinese:
        pieces = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
        counts[WORD | hash_of(word)] = min(table.shares.get(piece, 0) for piece in pieces)
    codes = np.array(sorted(counts), np.int64)
    seen = np.array([max(counts[code], _UNSEEN) for code in codes.tolist()])
    return Weights.by_count(codes, seen, table.names, table.names), letter


#: What the table leaves out stands in fewer names than it counts: in about so many.
_UNSEEN: Final = 3


def _brand(text: str) -> str:
    known = translations()
    return "".join(word for word in words(text) if word not in known)


def _words_explained(said: Told, heard: Told, mine: Rows, theirs: Rows) -> tuple[Floats, Floats]:
    """For each pair the share of the Latin name's words that the Chinese name has, and of its runs of initials."""
    entry, pair = _spread(said, mine)
    has = _has(heard, theirs[pair], said.codes[entry])
    weights, _ = _rarity()
    weight = weights.at(said.codes[entry])
    initials = _are_initials(said.codes[entry])
    # A word says as much as the commonest term it may stand for, and is explained by any of them.
    at = said.at[entry].astype(np.int64)
    slot = pair.astype(np.int64) * MOST_WORDS + at
    slots = len(mine) * MOST_WORDS
    least = np.full(slots, np.inf, np.float32)
    np.minimum.at(least, slot[~initials], weight[~initials])
    least[np.isinf(least)] = 0
    explained = np.zeros(slots, bool)
    explained[slot[has & ~initials]] = True
    size = said.size[entry]
    for more in range(1, int(size.max(initial=1))):  # a phrase explains all its words
        explained[slot[has & ~initials & (size > more)] + more] = True
    # A word without any term is a brand that nothing explains: as heavy as the rarest.
    spoken = np.zeros(slots, bool)
    spoken[slot] = True
    least[spoken & (least == 0)] = weights.rarest
    table, known = least.reshape(-1, MOST_WORDS), explained.reshape(-1, MOST_WORDS)
    whole = table.sum(axis=1)
    share = np.divide(
        (table * known).sum(axis=1), whole, out=np.zeros(len(mine), np.float32), where=whole > 0
    )
    runs = np.bincount(pair[initials], minlength=len(mine))
    met = np.bincount(pair[initials & has], minlength=len(mine))
    return share, np.divide(met, runs, out=np.zeros(len(mine)), where=runs > 0).astype(np.float32)


def _letters_explained(heard: Told, said: Told, others: Letters, mine: Rows, theirs: Rows) -> Floats:
    """For each pair the share of the Chinese name's letters, by rarity, that stand in terms the Latin name says."""
    entry, pair = _spread(heard, theirs)
    has = _has(said, mine[pair], heard.codes[entry]) & ~_are_initials(heard.codes[entry])
    entry, pair = entry[has], pair[has]
    length = np.diff(others.starts)[theirs]
    starts = np.concatenate([[0], np.cumsum(length)])
    change = np.zeros(int(starts[-1]) + 1, np.int64)
    begin = starts[pair] + heard.at[entry]
    np.add.at(change, begin, 1)
    np.subtract.at(change, begin + heard.size[entry], 1)
    covered = np.cumsum(change[:-1]) > 0
    rarity = _rarity()[1][np.minimum(others.codes, _LETTERS - 1)]
    owner = np.repeat(np.arange(len(theirs)), length)
    letter = np.arange(int(starts[-1])) - starts[:-1][owner] + others.starts[theirs][owner]
    weight = rarity[letter]
    whole = np.bincount(owner, weight, len(theirs))
    met = np.bincount(owner, weight * covered, len(theirs))
    return np.divide(met, whole, out=np.zeros(len(theirs)), where=whole > 0).astype(np.float32)


def _are_initials(codes: Codes) -> Flags:
    found: Flags = (codes & INITIALS) == INITIALS
    return found


def _spread(told: Told, rows: Rows) -> tuple[Codes, Codes]:
    """All entries of `told` that belong to each of `rows`: (entry, position in rows)."""
    order = np.argsort(told.row, kind="stable")
    starts = np.searchsorted(told.row[order], np.arange(told.names + 1))
    count = np.diff(starts)[rows]
    pair = np.repeat(np.arange(len(rows)), count)
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    return order[starts[rows][pair] + inside], pair


def _has(told: Told, row: Rows, codes: Codes) -> Flags:
    """Whether the names `row` have the terms `codes`."""
    if not len(told.codes):
        return np.zeros(len(codes), bool)
    known, number = np.unique(told.codes, return_inverse=True)
    keys = np.unique((told.row.astype(np.int64) << 32) | number)
    spot = np.minimum(np.searchsorted(known, codes), len(known) - 1)
    wanted = (np.asarray(row, np.int64) << 32) | spot
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    result: Flags = (known[spot] == codes) & (keys[place] == wanted)
    return result
