"""A text cut into windows of whole sentences: as much as belongs together, and a network can overlook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pipelines.reading.sentences import sentences

#: Sentences of one paragraph are read together up to so many characters: in a report as short as those learnt from,
#: and in a longer text, whose sentences have less to do with each other.
REPORT: Final = 400
LENGTH: Final = 180
LENGTH_IN_ARTICLES: Final = 90


#: The labelled texts are written with half-width signs; so is what the networks are shown.
_HALF_WIDTH: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """`text` with full-width signs, letters and digits as half-width ones, each where it stood."""
    return text.translate(_HALF_WIDTH)


def windows(text: str) -> list[tuple[int, int]]:
    """Where the windows of `text` begin and end, in order; none overlaps another."""
    most = LENGTH if len(text) <= REPORT else LENGTH_IN_ARTICLES
    cut: list[tuple[int, int]] = []
    paragraph = -1
    for one in sentences(text):
        if cut and one.paragraph_start == paragraph and one.end - cut[-1][0] <= most:
            cut[-1] = (cut[-1][0], one.end)
        else:
            cut.append((one.start, one.end))
        paragraph = one.paragraph_start
    return cut


def mark(length: int, spans: Iterable[tuple[int, int]]) -> list[int]:
    """A number for each of `length` characters: 1 where a known name begins, 2 inside one, else 0. Of names that
    overlap the first counts."""
    marks = [0] * length
    reached = 0
    for start, end in sorted(spans, key=lambda one: (one[0], -one[1])):
        if reached <= start < end <= length:
            marks[start:end] = [1] + [2] * (end - start - 1)
            reached = end
    return marks


def occurrences(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Where `names` stand in `text`, longer ones first; a part of a longer one is left out."""
    taken = bytearray(len(text))
    found: list[tuple[int, int]] = []
    for name in sorted(set(filter(None, names)), key=lambda one: (-len(one), one)):
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if not any(taken[at:end]):
                found.append((at, end))
                taken[at:end] = b"\x01" * len(name)
            at = text.find(name, end)
    return sorted(found)
