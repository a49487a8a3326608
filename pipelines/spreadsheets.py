"""Text made harmless for a spreadsheet that opens a CSV file: nothing in it is run, and none of it begins a row."""

from __future__ import annotations

from typing import Final

#: A cell that starts with one of these may be run as a formula
#: (the wide forms do so in the Chinese, Japanese and Korean editions of spreadsheets).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless_cell(text: str) -> str:
    """The text as a cell: what a spreadsheet would run starts with an apostrophe; lines end with a line feed."""
    # Python's writer leaves a lone carriage return unquoted, and readers begin a row there
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_FORMULA) else text
