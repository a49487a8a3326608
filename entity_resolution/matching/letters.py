"""Many names as one array of letters: folded, legal forms gone, digits as Chinese numerals.

The folding is that of `entity_resolution.names.fold` in its effect on letters, done on all names at once, because
calling it name by name would take longer than all the rest of the search.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import opencc

from entity_resolution.vocabulary import vocabulary

Codes = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

#: Characters of a name that are looked at; what follows is no name but a text.
LONGEST: Final = 240
_AT_ONCE: Final = 50_000
_NUMERALS: Final = str.maketrans("0123456789〇", "零一二三四五六七八九零")
_simplified = opencc.OpenCC("t2s")


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of n names. codes: code points, one name after another; row: whose they are (non-decreasing);
    starts: n + 1 positions in `codes`."""

    codes: Codes
    row: Rows
    starts: Codes

    @property
    def names(self) -> int:
        return len(self.starts) - 1

    def of(self, chosen: Codes | Rows) -> Letters:
        """The letters of some names, given by their positions, in that order."""
        length = np.diff(self.starts)[chosen]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(length)])
        row = np.repeat(np.arange(len(chosen), dtype=np.int32), length)
        place = np.arange(int(starts[-1])) + (self.starts[chosen] - starts[:-1])[row]
        return Letters(self.codes[place], row, starts)

    def strings(self) -> list[str]:
        """The letters of each name as a string."""
        text = self.codes.astype("<u4").tobytes().decode("utf-32-le")
        bounds = self.starts.tolist()
        return [text[start:end] for start, end in pairwise(bounds)]


def folded(names: Sequence[str]) -> list[str]:
    """Each name in compatibility forms, without accents, simplified, lower case, without its legal form."""
    result: list[str] = []
    for at in range(0, len(names), _AT_ONCE):
        result += _folded(names[at : at + _AT_ONCE])
    return result


def letters(texts: Sequence[str]) -> Letters:
    """The letters and digits of folded names."""
    text = "\n".join(texts).translate(_NUMERALS)
    if not texts:
        return Letters(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(1, np.int64))
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.int64)
    row = np.cumsum(codes == 10, dtype=np.int32)
    found = np.unique(codes)
    spelt = np.zeros(int(found.max(initial=0)) + 1, bool)
    spelt[[code for code in found.tolist() if chr(code).isalnum()]] = True
    keep = spelt[codes]
    codes, row = codes[keep], row[keep]
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=len(texts)), out=starts[1:])
    return Letters(codes, row, starts)


def is_han(codes: Codes) -> Flags:
    """Which code points are Chinese characters."""
    found: Flags = ((codes >= 0x4E00) & (codes <= 0x9FFF)) | ((codes >= 0x3400) & (codes <= 0x4DBF))
    return found | (codes >= 0x20000)


def _folded(names: Sequence[str]) -> list[str]:
    text = "\n".join(name[:LONGEST].translate(_LINE_ENDS) for name in names)
    text = text.encode("utf-8", "ignore").decode()
    text = unicodedata.normalize("NFKD", text).casefold()
    if not text.isascii():
        text = _simplified.convert(text)
    cut = _legal_forms().sub("", text).split("\n")
    whole = text.split("\n")
    # A name that is nothing but a legal form keeps it.
    return [short or long for short, long in zip(cut, whole, strict=True)]


#: What would break the lines that hold one name each, or end the text for a library written in C.
_LINE_ENDS: Final = dict.fromkeys((0, 10, 13), " ")


def _legal_forms() -> re.Pattern[str]:
    global _pattern
    if _pattern is None:
        words = vocabulary()
        inside = "|".join(sorted(words.inside_forms, key=len, reverse=True))
        forms = sorted(words.chinese_forms, key=len, reverse=True)
        last = "|".join(form for form in forms if form != "公司")
        before = "".join(words.not_before_company)
        _pattern = re.compile(rf"(?:{inside})|(?:\(?(?:{last})\)?)+(?=\n|\Z)|(?<![{before}\n])公司(?=\n|\Z)")
    return _pattern


_pattern: re.Pattern[str] | None = None
