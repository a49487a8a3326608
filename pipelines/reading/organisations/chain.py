"""The linear chain over the tags O, B, I, E, S: the likeliest path, and how likely a span is (Lafferty 2001).

Works on batches of padded pieces: an array (pieces, characters, 5) of scores with the length of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

TAGS: Final = "OBIES"
#: What may follow what: (before, after).
_FOLLOWS: Final = {(a, b) for a in "OES" for b in "OBS"} | {(a, b) for a in "BI" for b in "IE"}
_NEVER: Final = -1e4
_O, _B, _I, _E, _S = range(5)

Array = npt.NDArray[np.float32]
Lengths = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """A name found in a piece; `probability` is that of exactly this span."""

    start: int
    end: int
    probability: float


def forbidden() -> Array:
    """An array (5, 5) to add to the scores of transitions: 0 where a tag may follow another, very low elsewhere."""
    return np.array([[0 if (a, b) in _FOLLOWS else _NEVER for b in TAGS] for a in TAGS], np.float32)


class Chain:
    """The field with its transitions (5, 5), and scores of the first and the last tag (5)."""

    def __init__(self, transitions: Array, first: Array, last: Array) -> None:
        self._moves = transitions + forbidden()
        # No name begins before the text, or ends after it.
        self._first = first + np.array([0, 0, _NEVER, _NEVER, 0], np.float32)
        self._last = last + np.array([0, _NEVER, _NEVER, 0, 0], np.float32)

    def read(self, scores: Array, lengths: Lengths) -> tuple[list[list[Span]], Array]:
        """The spans of the likeliest path of each piece, and how likely each tag is at each character."""
        paths = self._best(scores, lengths)
        forward, backward, total = self._sums(scores, lengths)
        chances: Array = np.exp(np.minimum(0, forward + backward - total[:, None, None]))
        # The score of going on inside a name, added up, so that a span of any length is one difference.
        inside = np.cumsum(scores[:, :, _I] + self._moves[_I, _I], axis=1)
        found: list[list[Span]] = []
        for row, length in enumerate(lengths.tolist()):
            marks = "".join(TAGS[tag] for tag in paths[row, :length].tolist())
            spans = []
            for start, end in spans_of(marks):
                score = (
                    forward[row, start, _S if end - start == 1 else _B]
                    + backward[row, end - 1, _closing(start, end)]
                )
                if end - start == 2:
                    score += self._moves[_B, _E] + scores[row, end - 1, _E]
                elif end - start > 2:
                    going_on = inside[row, end - 2] - inside[row, start] - self._moves[_I, _I]
                    score += self._moves[_B, _I] + going_on + self._moves[_I, _E] + scores[row, end - 1, _E]
                spans.append(Span(start, end, float(np.exp(min(0.0, float(score - total[row]))))))
            found.append(spans)
        return found, chances

    def _best(self, scores: Array, lengths: Lengths) -> npt.NDArray[np.int64]:
        pieces, longest, _ = scores.shape
        back = np.zeros(scores.shape, np.int64)
        stay = np.arange(len(TAGS))
        state = scores[:, 0] + self._first
        for at in range(1, longest):
            paths = state[:, :, None] + self._moves
            best = paths.argmax(axis=1)
            after = np.take_along_axis(paths, best[:, None, :], 1)[:, 0] + scores[:, at]
            open_ = (lengths > at)[:, None]
            back[:, at] = np.where(open_, best, stay)
            state = np.where(open_, after, state)
        tags = np.zeros((pieces, longest), np.int64)
        tag = (state + self._last).argmax(axis=1)
        rows = np.arange(pieces)
        for at in range(longest - 1, -1, -1):
            tags[:, at] = tag
            tag = back[rows, at, tag]
        return tags

    def _sums(self, scores: Array, lengths: Lengths) -> tuple[Array, Array, Array]:
        _, longest, _ = scores.shape
        forward = np.empty_like(scores)
        backward = np.empty_like(scores)
        forward[:, 0] = scores[:, 0] + self._first
        for at in range(1, longest):
            after = _logsum(forward[:, at - 1, :, None] + self._moves, 1) + scores[:, at]
            forward[:, at] = np.where((lengths > at)[:, None], after, forward[:, at - 1])
        backward[:, -1] = self._last
        for at in range(longest - 2, -1, -1):
            before = _logsum(self._moves + (scores[:, at + 1] + backward[:, at + 1])[:, None, :], 2)
            backward[:, at] = np.where((lengths > at + 1)[:, None], before, self._last)
        return forward, backward, _logsum(forward[:, -1] + self._last, 1)


def spans_of(marks: str) -> list[tuple[int, int]]:
    """The spans that marks such as `OBIEOS` stand for; unfinished ones are none."""
    return list(_spans_of(marks))


def _spans_of(marks: str) -> Iterator[tuple[int, int]]:
    start = -1
    for at, mark in enumerate(marks):
        if mark == "S":
            yield at, at + 1
        elif mark == "E" and start >= 0:
            yield start, at + 1
        if mark == "B":
            start = at
        elif mark != "I":
            start = -1


def _closing(start: int, end: int) -> int:
    return _S if end - start == 1 else _E


def _logsum(values: Array, axis: int) -> Array:
    top = values.max(axis=axis, keepdims=True)
    summed: Array = np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))
    return summed
