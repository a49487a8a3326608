"""Pairs as arrays, for the network: characters, what a lexical model thinks of them, and where the names are.

Several pairs of one sentence share its characters and scores, which are looked up once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.reading.organisations.lexer import shared_lexer
from pipelines.reading.relations.examples import Example, Span
from pipelines.reading.relations.labels import Matrix

Integers = npt.NDArray[np.int64]

#: Characters of a sentence that the network sees.
LENGTH: Final = 200
#: Bins of the signed distance to the closest mention of a name.
DISTANCES: Final = 21
TAGS: Final = 59
#: In every vocabulary: nothing there, and what is not known.
PADDING, UNKNOWN = 0, 1


@dataclass(frozen=True)
class Batch:
    """All (pairs, characters), `scores` with TAGS more. `who`: 1 in a mention of A, 2 of B, else 0. `there` is
    false behind a sentence's end."""

    chars: Integers
    grams: Integers
    who: Integers
    to_a: Integers
    to_b: Integers
    there: npt.NDArray[np.bool_]
    scores: Matrix


@dataclass(frozen=True)
class Vocabulary:
    """Characters and pairs of characters with their numbers, from 2 on."""

    chars: Mapping[str, int]
    grams: Mapping[str, int]

    @staticmethod
    def of(chars: Sequence[str], grams: Sequence[str]) -> Vocabulary:
        return Vocabulary(
            {char: at for at, char in enumerate(chars, 2)}, {gram: at for at, gram in enumerate(grams, 2)}
        )


def tag_scores(texts: Sequence[str]) -> list[Matrix]:
    """The lexical model's shares of tags (characters, TAGS) of each text, of its first LENGTH characters."""
    distinct = list(dict.fromkeys(text[:LENGTH] for text in texts))
    told = dict(zip(distinct, map(_shares, shared_lexer().scores(distinct)), strict=True))
    return [told[text[:LENGTH]] for text in texts]


def _shares(scores: Matrix) -> Matrix:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-50))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)


def batch(examples: Sequence[Example], scores: Sequence[Matrix], words: Vocabulary) -> Batch:
    """The examples side by side, the shorter ones padded."""
    length = max((min(LENGTH, len(one.text)) for one in examples), default=0)
    shape = (len(examples), length)
    made = Batch(
        chars=np.zeros(shape, np.int64),
        grams=np.zeros(shape, np.int64),
        who=np.zeros(shape, np.int64),
        to_a=np.zeros(shape, np.int64),
        to_b=np.zeros(shape, np.int64),
        there=np.zeros(shape, np.bool_),
        scores=np.zeros((*shape, TAGS), np.float32),
    )
    for row, (one, shares) in enumerate(zip(examples, scores, strict=True)):
        text = one.text[:LENGTH]
        end = len(text)
        made.chars[row, :end] = [words.chars.get(char, UNKNOWN) for char in text]
        made.grams[row, :end] = [words.grams.get(text[at : at + 2], UNKNOWN) for at in range(end)]
        for number, spans, distance in ((1, one.a, made.to_a), (2, one.b, made.to_b)):
            for start, finish in spans:
                made.who[row, start : min(finish, end)] = number
            distance[row, :end] = _distances(spans, end)
        made.there[row, :end] = True
        made.scores[row, :end] = shares
    return made


def _distances(spans: Sequence[Span], length: int) -> Integers:
    """For each place, the binned distance to the closest span: 10 within it, more behind it, fewer before it."""
    at = np.arange(length)[:, None]
    starts, lasts = np.array([one[0] for one in spans]), np.array([one[1] - 1 for one in spans])
    off = np.maximum(at - lasts, 0) + np.minimum(at - starts, 0)
    off = off[np.arange(length), np.abs(off).argmin(axis=1)]
    size = np.abs(off)
    far = 5 + np.log2(np.maximum(size, 5) / 5).astype(np.int64)
    return np.asarray(10 + np.sign(off) * np.minimum(9, np.where(size < 5, size, far)), np.int64)
