"""The words around a fact that was read, cut so that a page can mark who plays which role.

Invariants kept here:
- what is shown has exactly as many characters as the text has there, so that a place in the page is a place in the
  text, whatever signs it holds;
- however long the text or the quote, and however many pieces a fact has, a page shows a bounded part.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from entity_resolution.review.showing import MARKS_MOST
from pipelines import unseen
from pipelines.console import harmless

#: Characters shown before and behind the quote, and around a piece that stands far from it.
AROUND: Final = 240
AROUND_PIECE: Final = 60
#: A quote, and a piece, is shown so far.
QUOTE_MOST: Final = 1500
PIECE_MOST: Final = 300
#: So many stretches of the text are shown, and so many pieces marked.
STRETCHES_MOST: Final = 8
PIECES_MOST: Final = 60
#: Stretches nearer than this are shown as one.
_NEAR: Final = 30
_EMPTY_LINES: Final = re.compile(r"(?<=\n)\s+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of the text and the role that it plays; places in characters of the text."""

    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that are marked alike: by these roles (none, one or several), inside the quote or not."""

    words: str
    start: int
    roles: tuple[str, ...]
    quoted: bool
    begins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the text in one piece. `before` and `behind`: whether the text goes on there."""

    segments: tuple[Segment, ...]
    before: bool
    behind: bool


def stretches(quote: tuple[int, int], marks: Iterable[Mark], length: int) -> list[tuple[int, int]]:
    """The parts of a text of this length to be shown, in its order: the quote with its surroundings, and those of
    pieces that stand elsewhere, the nearest first where they are too many."""
    start = min(max(0, quote[0]), length)
    end = min(max(start, quote[1]), start + QUOTE_MOST, length)
    main = (max(0, start - AROUND), min(length, end + AROUND))
    wanted = []
    for mark in marks:
        if 0 <= mark.start < mark.end <= length and not main[0] <= mark.start < mark.end <= main[1]:
            last = min(mark.end, mark.start + PIECE_MOST)
            wanted.append((max(0, mark.start - AROUND_PIECE), min(length, last + AROUND_PIECE)))
    wanted.sort(key=lambda part: (abs(part[0] - start), part))
    found: list[tuple[int, int]] = []
    for part in sorted([main, *wanted[: STRETCHES_MOST - 1]]):
        if found and part[0] <= found[-1][1] + _NEAR:
            found[-1] = (found[-1][0], max(found[-1][1], part[1]))
        else:
            found.append(part)
    return found


def segments(words: str, start: int, quote: tuple[int, int], marks: Sequence[Mark]) -> tuple[Segment, ...]:
    """The words of the text from `start` on, cut wherever a mark or the quote begins or ends."""
    end = start + len(words)
    near = [one for one in marks if one.start < end and one.end > start and one.start < one.end][:PIECES_MOST]
    edges = {start, end}
    for left, right in [quote, *((one.start, one.end) for one in near)]:
        edges.update(edge for edge in (left, right) if start < edge < end)
    cuts, readable = sorted(edges), visible(words)
    found = []
    for left, right in pairwise(cuts):
        over = [one for one in near if one.start <= left and right <= one.end]
        found.append(
            Segment(
                readable[left - start : right - start],
                left,
                tuple(dict.fromkeys(one.role for one in over)),
                quote[0] <= left and right <= quote[1],
                tuple(dict.fromkeys(one.role for one in over if one.start == left)),
            )
        )
    return tuple(found)


def visible(words: str) -> str:
    """The words with every sign to be seen or to be a blank, character for character. Lines stay lines, but for
    empty ones and what they begin with."""
    if words.isascii() and words.isprintable():
        return words
    lines = _EMPTY_LINES.sub(lambda found: " " * len(found[0]), words).split("\n")
    text = "\n".join(unseen.visible(harmless(line)) for line in lines)
    if text.isascii():
        return text
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        kept.append(char if marks <= MARKS_MOST else "\ufffd")
    return "".join(kept)


def nearest(text: str, words: str, quote: tuple[int, int]) -> int | None:
    """Where in the text these words stand: in the quote if they do, else nearest to its start; None if nowhere."""
    if not words or len(words) > len(text):
        return None
    inside = text.find(words, quote[0], quote[1])
    if inside >= 0:
        return inside
    behind = text.find(words, quote[0])
    before = text.rfind(words, 0, quote[0] + len(words))
    there = [at for at in (before, behind) if at >= 0]
    return min(there, key=lambda at: (abs(at - quote[0]), at)) if there else None
