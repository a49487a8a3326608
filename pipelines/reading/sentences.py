"""Running text cut into sentences and paragraphs, with offsets, in one pass and of bounded length.

Pages often run heading, line of day and source, and text together: the heading is left out, the line stands alone.
"""

from __future__ import annotations

import re
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
#: 2021-04-01 08:30 来源：某网. A day alone may be part of a sentence; with the minute it is a line under a heading.
_DATELINE: Final = re.compile(
    r"(?<!\d)\d{4}(?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|年\d{1,2}月\d{1,2}日)\s{1,3}\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)"
    r"(?:\s{0,3}(?:[来來]源|作者|[记記]者|[编編][辑輯])\s?[:：]\s?[^\s。，；：:]{1,30}(?=\s|$)){0,3}"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its offsets in the text, and those of its paragraph."""

    start: int
    end: int
    paragraph_start: int
    paragraph_end: int


def after_heading(text: str, title: str) -> int:
    """Where `text` begins behind its title, if it opens with that; else 0."""
    start = len(text) - len(text.lstrip())
    return start + len(title) if title and text.startswith(title, start) else 0


def sentences(text: str, begin: int = 0) -> Iterator[Sentence]:
    """The sentences of `text` from `begin` on, blank ones left out."""
    text = text[:TEXT_LIMIT]
    while begin < len(text):
        finish = text.find("\n", begin)
        finish = len(text) if finish < 0 else finish
        start = begin
        for line in (*_DATELINE.finditer(text, begin, finish), None):
            for span in ((start, line.start()), line.span()) if line else ((start, finish),):
                for first, last in _pieces(text, *span):
                    yield Sentence(first, last, begin, finish)
            start = line.end() if line else finish
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
