"""Words out of chances: the likeliest spans of each channel, by Viterbi's path over outside, begins, goes on."""

from __future__ import annotations

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


def spans(chances: Array, bias: float = 0.0) -> list[Span]:
    """The spans of one piece (characters, channels, 3). `bias` > 0 finds more, and wrong ones with them: outside is
    taken to be e^-bias as likely."""
    if not len(chances):
        return []
    channels = np.flatnonzero(chances[:, :, 1].max(axis=0) >= FAINT)
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


def chance_of(chances: Array, channel: int, start: int, end: int) -> float:
    """How likely the words from `start` to `end`, whole, belong to `channel`."""
    return _chance(chances[start:end, channel])


def _chance(part: Array) -> float:
    likely = np.log(np.maximum(part[:, 2], 1e-9))
    likely[0] = np.log(max(float(part[0, 1]), 1e-9))
    return float(np.exp(likely.mean()))


def _paths(scores: Array) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The best path (characters, channels) for scores (characters, channels, 3); 2 follows 1 or 2 alone."""
    many = len(scores)
    best = scores[0].copy()
    best[:, 2] = _NEVER
    back = np.zeros((many, scores.shape[1], 3), np.int64)
    for at in range(1, many):
        free = best.argmax(axis=1)
        going = np.where(best[:, 1] >= best[:, 2], 1, 2)
        back[at, :, 0] = back[at, :, 1] = free
        back[at, :, 2] = going
        rows = np.arange(len(best))
        best = np.stack((best[rows, free], best[rows, free], best[rows, going]), axis=1) + scores[at]
    path = np.zeros((many, scores.shape[1]), np.int64)
    path[-1] = best.argmax(axis=1)
    rows = np.arange(scores.shape[1])
    for at in range(many - 1, 0, -1):
        path[at - 1] = back[at, rows, path[at]]
    return path
