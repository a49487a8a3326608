"""Numbers in the running text of a printed report beside its printed numbers: slips of the pen between the two.

A slip is a percentage of the text that stands among the printed numbers nowhere, while one with two neighbouring
digits exchanged does: 70.09 for 70.90. Two printed numbers that differ so are two numbers, and no slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

#: A number with two decimals before a percent sign.
_PERCENT: Final = re.compile(r"(?<![\d.])(\d{1,3}\.\d{2})(?=\s{0,4}[%％])")
#: Longer texts are not read: a report is shorter.
LETTERS_MOST: Final = 10_000_000
_AROUND: Final = 40


@dataclass(frozen=True, slots=True)
class TextSlip:
    """`text` is what the text says, `printed` the number with the same digits, `around` the words there."""

    text: str
    printed: str
    around: str


def text_slips(text: str, printed: Iterable[float]) -> list[TextSlip]:
    """The slips of a text, each number once, in its order."""
    known = {f"{number:.2f}" for number in printed}
    found: dict[str, TextSlip] = {}
    for place in _PERCENT.finditer(text[:LETTERS_MOST]):
        said = place[1]
        if said in known or said in found:
            continue
        for other in _exchanged(said):
            if other in known:
                around = text[max(0, place.start() - _AROUND) : place.end() + 1]
                found[said] = TextSlip(said, other, " ".join(around.split()))
                break
    return list(found.values())


def numbers_in(content: Any) -> Iterator[float]:
    """Every number in nested mappings and lists."""
    if isinstance(content, Mapping):
        for value in content.values():
            yield from numbers_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from numbers_in(value)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield float(content)


def _exchanged(number: str) -> Iterator[str]:
    """The number with two neighbouring digits exchanged, both on one side of the point."""
    for at in range(len(number) - 1):
        first, second = number[at], number[at + 1]
        if first != second and "." not in (first, second):
            yield f"{float(number[:at] + second + first + number[at + 2 :]):.2f}"
