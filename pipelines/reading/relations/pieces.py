"""Sentences as pieces of words, for the encoder, with the places of both names."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from sentencepiece import SentencePieceProcessor

from pipelines.errors import InputError
from pipelines.reading.relations.examples import Example

Integers = npt.NDArray[np.int64]

#: Their numbers in every vocabulary: a beginning, nothing there, an end, and what is not known.
BEGIN, PADDING, END, UNKNOWN = range(4)
#: Pieces of a sentence that the encoder sees.
LENGTH: Final = 200
FILE: Final = "pieces.model"


@dataclass(frozen=True, slots=True)
class Told:
    """By piece of one sentence: its number, and 1 in a mention of A, 2 of B, else 0."""

    ids: tuple[int, ...]
    who: tuple[int, ...]


@dataclass(frozen=True)
class Batch:
    """All (pairs, pieces); `there` is 0 behind a sentence's end. `pools` (pairs, 4, pieces): where A stands, B,
    what is between their first mentions, everything; each row of sum 1, or 0 where there is nothing."""

    ids: Integers
    who: Integers
    there: npt.NDArray[np.int32]
    pools: npt.NDArray[np.float32]


class Pieces:
    """Cuts texts. A name begins and ends a piece, whatever stands beside it."""

    def __init__(self, model: bytes) -> None:
        self._cutter = SentencePieceProcessor(model_proto=model)

    @staticmethod
    def load(folder: Path) -> Pieces:
        path = folder / FILE
        try:
            return Pieces(path.read_bytes())
        except (OSError, RuntimeError) as error:
            raise InputError(f"no pieces of words: {error}", where=str(path)) from error

    def seen(self, texts: Sequence[str]) -> frozenset[int]:
        """The numbers of all pieces of the texts."""
        cut = self._cutter.encode([unicodedata.normalize("NFKC", text) for text in texts])
        return frozenset(number for numbers in cut for number in numbers)

    def told(self, examples: Sequence[Example]) -> list[Told]:
        parts = [_parts(one) for one in examples]
        cut = iter(self._cutter.encode([text for some in parts for text, _ in some]))
        found = []
        for some in parts:
            ids, who = [BEGIN], [0]
            for _, name in some:
                numbers = next(cut)
                ids += numbers
                who += [name] * len(numbers)
            found.append(Told((*ids[: LENGTH - 1], END), (*who[: LENGTH - 1], 0)))
        return found


def _parts(example: Example) -> list[tuple[str, int]]:
    """The text in parts, each with 1 for a mention of A, 2 of B, 0 for what is around them."""
    parts: list[tuple[str, int]] = []
    at = 0
    for start, end, name in sorted([(*one, 1) for one in example.a] + [(*one, 2) for one in example.b]):
        begin = max(start, at)
        if end > begin:
            parts += [(example.text[at:begin], 0), (example.text[begin:end], name)]
            at = end
    parts.append((example.text[at:], 0))
    return [(unicodedata.normalize("NFKC", text), name) for text, name in parts if text]


def batch(told: Sequence[Told]) -> Batch:
    """One or more sentences side by side, the shorter ones padded."""
    shape = (len(told), max(len(one.ids) for one in told))
    ids, who = np.full(shape, PADDING, np.int64), np.zeros(shape, np.int64)
    there = np.zeros(shape, np.int32)
    for row, one in enumerate(told):
        ids[row, : len(one.ids)] = one.ids
        who[row, : len(one.who)] = one.who
        there[row, : len(one.ids)] = 1
    return Batch(ids, who, there, _pools(who, there))


def _pools(who: Integers, there: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    first, second = who == 1, who == 2
    at = np.arange(who.shape[1])[None]
    starts = np.stack([first.argmax(axis=1), second.argmax(axis=1)])
    between = (who == 0) & (at > starts.min(axis=0)[:, None]) & (at < starts.max(axis=0)[:, None])
    masks = np.stack([first, second, between, there > 0], axis=1).astype(np.float32)
    return np.asarray(masks / np.maximum(1, masks.sum(axis=2, keepdims=True)), np.float32)
