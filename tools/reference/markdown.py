"""Words and tables as Markdown that shows them as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

#: Heads every page: whoever wants to mend one mends the program.
MADE: Final = "<!-- Made by `make reference`: change what it is made from, not this page. -->\n\n"


def plain(text: object) -> str:
    """Text that Markdown takes for text: no HTML, no emphasis, no column; what is in backquotes stays."""
    parts = re.split(r"(`[^`\n]*`)", " ".join(str(text).split()))
    for at in range(0, len(parts), 2):
        safe = parts[at].replace("&", "&amp;").replace("<", "&lt;").replace("\\", "\\\\")
        parts[at] = re.sub(r"([*_\[\]])", r"\\\1", safe)
    return "".join(parts).replace("|", "\\|")


def code(text: object) -> str:
    """A word as it is typed; empty for nothing."""
    word = " ".join(str(text).split()).replace("|", "\\|")
    return f"`{word}`" if word else ""


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already. Empty without a row."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(headings)} |", "|" + "---|" * len(headings), *lines]) + "\n\n"
