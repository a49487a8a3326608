"""Words out of chances: the likeliest spans of each channel, by Viterbi's path over outside, begins, goes on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

import numpy as np

from pipelines.reading.events.network import Array

#: A channel none of whose characters begins anything with this chance is not looked at.
FAINT: Final = 0.03
_NEVER: Final = -1e4


class Span(NamedTuple):
    """The words from `start` to `end` of a piece, for a channel; `chance` is the geometric mean by character."""

    channel: int
    start: int
    end: int
    chance: float


def spans(chances: Array, bias: float = 0.0, among: Collection[int] | None = None) -> list[Span]:
    """The spans of one piece (characters, channels, 3), of the channels `among` them (None: all). `bias` > 0 finds
    more, and wrong ones with them: outside is taken to be e^-bias as likely."""
    if not len(chances):
        return []
    channels = np.flatnonzero(chances[:, :, 1].max(axis=0) >= FAINT)
    if among is not None:
        channels = np.array([one for one in channels.tolist() if one in among], np.int64)
    if not len(channels):
        return []
    scores = np.log(np.maximum(chances[:, channels], 1e-9))
    scores[:, :, 0] -= bias
    paths = _paths(scores)
    found: list[Span] = []
    for row, channel in enumerate(channels.tolist()):
        path = paths[:, row]
        for start in np.flatnonzero(path == 1).tolist():
            end = start + 1
            while end < len(path) and path[end] == 2:
                end += 1
            found.append(Span(channel, start, end, _chance(chances[start:end, channel])))
    return found


def _chance(part: Array) -> float:
    likely = np.log(np.maximum(part[:, 2], 1e-9))
    likely[0] = np.log(max(float(part[0, 1]), 1e-9))
    return float(np.exp(likely.mean()))


def _paths(scores: Array) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The best path (characters, channels) for scores (characters, channels, 3); 2 follows 1 or 2 alone."""
    many, channels = scores.shape[:2]
    best = scores.copy()
    best[0, :, 2] = _NEVER
    for at in range(1, many):
        before = best[at - 1]
        best[at, :, :2] += before.max(axis=1)[:, None]
        best[at, :, 2] += np.maximum(before[:, 1], before[:, 2])
    path = np.zeros((many, channels), np.int64)
    free = best.argmax(axis=2)
    going = np.where(best[:, :, 1] >= best[:, :, 2], 1, 2)
    path[-1] = free[-1]
    for at in range(many - 1, 0, -1):
        path[at - 1] = np.where(path[at] == 2, going[at - 1], free[at - 1])
    return path
