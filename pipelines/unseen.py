"""Signs that nobody sees, made visible: a reader could not tell two names apart by them, or reads one backwards.

For what is shown. What is kept, and files of data, keep their signs.
"""

from __future__ import annotations

from typing import Final

#: Signs without a width (soft hyphen, joiners, fillers, tags) and those that turn the direction of writing.
UNSEEN: Final = dict.fromkeys(
    [
        0xAD, 0x61C, 0x115F, 0x1160, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
        0x3164, 0xFEFF, 0xFFA0, *range(0xE0000, 0xE0080),
    ],
    "\ufffd",
)  # fmt: skip


def visible(text: str) -> str:
    """The text with a mark in the place of each unseen sign."""
    return text if text.isascii() else text.translate(UNSEEN)
