"""Running text cut into sentences and paragraphs, with offsets, in one pass and of bounded length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: A sentence longer than this is cut at its last comma, or where it stands: no pattern looks further.
LENGTH_LIMIT: Final = 400
#: Text beyond this is not read: no article is longer.
TEXT_LIMIT: Final = 200_000

_ENDS: Final = frozenset("。！？!?；;\n\r")
_CLOSERS: Final = frozenset("”’」』）)\"'")
_SOFT: Final = "，,、 "


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its offsets in the text, and those of its paragraph."""

    start: int
    end: int
    paragraph_start: int
    paragraph_end: int


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text`, blank ones left out."""
    text = text[:TEXT_LIMIT]
    begin = 0
    while begin < len(text):
        finish = text.find("\n", begin)
        finish = len(text) if finish < 0 else finish
        for start, end in _pieces(text, begin, finish):
            yield Sentence(start, end, begin, finish)
        begin = finish + 1


def _pieces(text: str, begin: int, finish: int) -> Iterator[tuple[int, int]]:
    start = begin
    at = begin
    while at < finish:
        at += 1
        if text[at - 1] in _ENDS:
            while at < finish and text[at] in _CLOSERS:
                at += 1
        elif at - start >= LENGTH_LIMIT:
            soft = max(text.rfind(char, start + LENGTH_LIMIT // 2, at) for char in _SOFT)
            at = soft + 1 if soft >= 0 else at
        else:
            continue
        yield from _trimmed(text, start, at)
        start = at
    yield from _trimmed(text, start, finish)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
