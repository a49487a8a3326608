"""One way of writing for characters that only look different.

`fold` may change a text's length and is for values; `fold_in_place` keeps every offset and is for running text.
"""

from __future__ import annotations

import unicodedata
from typing import Final

#: Full-width forms of ASCII (U+FF01-FF5E) and the ideographic space, one character for one character.
_WIDTHS: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x00A0: 0x20}
_LOWER: Final = (
    _WIDTHS
    | {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
    | {wide: wide - 0xFEE0 + 32 for wide in range(0xFF21, 0xFF3B)}
)


def fold(text: str) -> str:
    """NFKC, runs of white space made one space, ends stripped. The case stays."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def fold_in_place(text: str) -> str:
    """ASCII forms made half-width and lower case, each character where it stood: `len` and offsets stay."""
    return text.translate(_LOWER)


def is_text(text: str) -> bool:
    """Whether `text` can be written out: no lone surrogates, no control characters but tab and line ends."""
    return not any(0xD800 <= ord(char) <= 0xDFFF or (char < " " and char not in "\t\r\n") for char in text)
