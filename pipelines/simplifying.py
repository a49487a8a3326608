"""Traditional characters read as simplified ones, each where it stood: `len` and offsets stay.

Only single characters are looked at, and only those that OpenCC turns into one other: so a phrase may come out
otherwise than an editor would write it (乾隆 as 干隆). It is for comparing words, never for showing them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import opencc

from pipelines.folding import fold_in_place

#: Blocks of Chinese characters in Unicode: extension A, the unified block, compatibility, the higher extensions.
_BLOCKS: Final = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32400))


def simplify_in_place(text: str) -> str:
    """`text` with each traditional character as its simplified one; all else as it was. Time is linear."""
    return text.translate(_table())


def plain_in_place(text: str) -> str:
    """`text` in simplified characters, half-width and lower case, each character where it stood."""
    return fold_in_place(text).translate(_table())


@cache
def _table() -> dict[int, int]:
    convert = opencc.OpenCC("t2s").convert
    table: dict[int, int] = {}
    # A line a character, so that no phrase is seen.
    chars = [chr(code) for block in _BLOCKS for code in block]
    for before, after in zip(chars, convert("\n".join(chars)).split("\n"), strict=True):
        if before != after and len(after) == 1:
            table[ord(before)] = ord(after)
    # A variant's variant is followed to its end, so that simplifying twice changes nothing.
    return {before: table.get(after, after) for before, after in table.items()}
