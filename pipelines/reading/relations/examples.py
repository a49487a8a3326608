"""A sentence with two organisations as the models see it: simplified, numbers folded, all mentions of both marked.

The organisation that stands first is A, the other B: a model sees each pair one way round only, and what it says is
turned for the other. Numbers become 0 (the training data hides them), and wide punctuation narrow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: A model sees at most so many characters of a sentence: those around the two names.
WINDOW: Final = 160
_ROOM: Final = 40
#: Names longer than this are looked at by their last characters.
NAME_LIMIT: Final = 40
_MENTIONS: Final = 6
_NUMBER: Final = re.compile(r"(?:<N>|[0-9０-９])(?:<N>|[.,，](?=<|[0-9０-９])|[0-9０-９])*")
_NARROW: Final = str.maketrans("，：；！？（）％　", ",:;!?()% ")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Example:
    """`text` with the places of A and of B in it, each in order, of which the first A stands before the first B.
    `turned` is whether A is the second of the pair that was asked for."""

    text: str
    a: tuple[Span, ...]
    b: tuple[Span, ...]
    turned: bool

    @property
    def names(self) -> tuple[str, str]:
        return self.text[slice(*self.a[0])], self.text[slice(*self.b[0])]


def example(text: str, first: Span, second: Span) -> Example:
    """The pair of the names at `first` and `second`, which stand within `text` and differ."""
    text, first, second = _window(text, first, second)
    folded, starts = _folded(text)
    a, b = _mentions(folded, _moved(first, starts), _moved(second, starts))
    return Example(folded, a, b, turned=False) if a <= b else Example(folded, b, a, turned=True)


def _window(text: str, first: Span, second: Span) -> tuple[str, Span, Span]:
    """The text around both names; where they stand far apart, the text between them is cut in its middle."""
    first, second = _shortened(first), _shortened(second)
    low, high = min(first[0], second[0]), max(first[1], second[1])
    begin, end = (
        (0, len(text)) if len(text) <= WINDOW else (max(0, low - _ROOM), min(len(text), high + _ROOM))
    )
    if high - low <= WINDOW:
        return text[begin:end], (first[0] - begin, first[1] - begin), (second[0] - begin, second[1] - begin)
    left, right = sorted((first, second))
    cut_from, cut_to = left[1] + _ROOM, right[0] - _ROOM
    if cut_to <= cut_from:
        cut_from = cut_to = left[1]
    gone = cut_to - cut_from
    short = text[begin:cut_from] + text[cut_to:end]

    def at(span: Span) -> Span:
        away = begin + (gone if span[0] >= cut_to else 0)
        return span[0] - away, span[1] - away

    return short, at(first), at(second)


def _shortened(span: Span) -> Span:
    return max(span[0], span[1] - NAME_LIMIT), span[1]


def _folded(text: str) -> tuple[str, list[int]]:
    """The text with numbers as 0, and for each of its old places (and the end) the new one."""
    parts: list[str] = []
    starts: list[int] = []
    length = at = 0
    for number in _NUMBER.finditer(text):
        parts += [text[at : number.start()], "0"]
        starts += range(length, length + number.start() - at)
        length += number.start() - at
        starts += [length] * (number.end() - number.start())
        length += 1
        at = number.end()
    parts.append(text[at:])
    starts += range(length, length + len(text) - at + 1)
    return "".join(parts).translate(_NARROW), starts


def _moved(span: Span, starts: Sequence[int]) -> Span:
    start = starts[span[0]]
    return start, max(start + 1, starts[span[1]])


def _mentions(text: str, a: Span, b: Span) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The two places, and the others where the same names stand, a few of them, none over another."""
    taken = [a, b]
    found: tuple[list[Span], list[Span]] = ([a], [b])
    named = [(text[slice(*a)], found[0]), (text[slice(*b)], found[1])]
    for name, places in sorted(named, key=lambda one: -len(one[0])):
        at = text.find(name)
        while at >= 0 and len(places) < _MENTIONS:
            if all(at + len(name) <= low or high <= at for low, high in taken):
                taken.append((at, at + len(name)))
                places.append(taken[-1])
            at = text.find(name, at + len(name))
    return tuple(sorted(found[0])), tuple(sorted(found[1]))
