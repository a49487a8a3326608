"""A text made plain for reading: one form of each sign, asides masked, every character where it stood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipelines.reading.fact import Piece
from pipelines.reading.people.posts import GAP
from pipelines.reading.people.times import with_digits
from pipelines.reading.sentences import LENGTH_LIMIT, TEXT_LIMIT
from pipelines.simplifying import plain_in_place

_SIGNS: Final = str.maketrans(
    dict.fromkeys("–—―‐‑−~～﹣─", "-") | {"﹐": ",", "﹔": ";", "．": ".", "\t": " ", "\r": " "}
)
_BRACKET: Final = re.compile(r"\(([^()\n]{0,200})\)")
#: In brackets, and part of a name: （集团）, （深圳）, （有限合伙）.
_OF_NAME: Final = re.compile(
    r"(?:[一-龥]{0,4}集团|控股|有限合伙|普通合伙|特殊普通合伙|中国|香港|国际|(?!主持|工作|正职|部门|代理|代行|期间|兼|挂职|兼职|已|下称|全球)[一-龥]{2,4})"
)
#: In brackets, another name of what stands before them: （现某大学）.
_OTHER_NAME: Final = re.compile(
    r"(?P<word>现已更名为|现更名为|后更名为|更名为|现已并入|后并入|现为|现名|现|今|原名|原|前身为?|曾用名)[:为]?(?P<name>(?!任|兼)[^()]{2,30})"
)
#: In brackets, and a statement of its own: （兼任某公司董事长）.
_STATEMENT: Final = re.compile(r"(?:期间|其间|同时|并)?(?:先后)?(?:兼任|曾任|历任|现任|担任|任(?!期)|其中)")
_STOP: Final = frozenset("。!?;\n")
#: What must reach no fact: numbers as long as a telephone's, addresses of mail.
_PRIVATE: Final = re.compile(r"\d{6,}|\d{3,4}-\d{6,}|@|\d{15}")


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` folded, simplified and lower case, `masked` the same with asides masked, `written` as it came: all
    of one length. `asides` are the statements in brackets."""

    written: str
    text: str
    masked: str
    asides: tuple[tuple[int, int], ...]
    #: By where a name ends: whether it is the old one of another, and that other's place.
    others: Mapping[int, tuple[bool, int, int]]

    @classmethod
    def of(cls, written: str) -> Plain:
        """Of the first 200,000 characters of a text."""
        written = written[:TEXT_LIMIT]
        text = with_digits(plain_in_place(written.replace(GAP, " ")).translate(_SIGNS))
        return cls(written, text, *_masked(text))

    def piece(self, start: int, end: int) -> Piece:
        """The words between two places as they were written, without blanks around them."""
        while start < end and self.written[start].isspace():
            start += 1
        while end > start and self.written[end - 1].isspace():
            end -= 1
        return Piece(self.written[start:end], start, end)

    def clean(self, start: int, end: int) -> bool:
        """Whether the words are fit for a fact: some, of one line, nothing private among them."""
        words = self.written[start:end]
        return bool(words.strip()) and "\n" not in words and not _PRIVATE.search(self.text[start:end])

    def paragraphs(self) -> Iterator[tuple[int, int]]:
        begin = 0
        while begin < len(self.text):
            end = self.text.find("\n", begin)
            end = len(self.text) if end < 0 else end
            if self.text[begin:end].strip():
                yield begin, end
            begin = end + 1

    def units(self, begin: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """The parts of a paragraph between stops and semicolons, of bounded length; whether a sentence begins."""
        start, fresh = begin, True
        for at in range(begin, end):
            char = self.masked[at]
            long = at - start >= 3 * LENGTH_LIMIT and char in ",、 "
            if char in _STOP or long or at - start >= 6 * LENGTH_LIMIT:
                yield start, at, fresh
                start, fresh = at + 1, char not in ";,、 "
        if start < end:
            yield start, end, fresh


def _masked(text: str) -> tuple[str, tuple[tuple[int, int], ...], dict[int, tuple[bool, int, int]]]:
    parts, asides, at = [], [], 0
    others: dict[int, tuple[bool, int, int]] = {}
    for match in _BRACKET.finditer(text):
        inner = match[1]
        named = _OF_NAME.fullmatch(inner) and _joins(text, match)
        other = _OTHER_NAME.fullmatch(inner)
        if named and not other:
            continue
        if other is not None:
            first = match.start(1) + other.start("name")
            old = not other["word"].startswith(("原", "前", "曾"))
            others[match.start()] = old, first, match.start(1) + other.end("name")
        elif _STATEMENT.match(inner):
            asides.append(match.span(1))
        parts += [text[at : match.start()], GAP * (match.end() - match.start())]
        at = match.end()
    parts.append(text[at:])
    return "".join(parts), tuple(asides), others


def _joins(text: str, match: re.Match[str]) -> bool:
    """Whether a name goes on behind the brackets."""
    after = text[match.end() : match.end() + 1]
    return bool(after) and ("一" <= after <= "龥" or after.isalnum())
