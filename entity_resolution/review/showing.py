"""Strangers' words made harmless for a page.

Invariant: what is shown stays on its line and in its direction, whatever signs it holds. Escaping is up to the
templates.
"""

from __future__ import annotations

import unicodedata

from pipelines.console import harmless
from pipelines.unseen import visible

#: So many marks may stand on one letter (Vietnamese needs two).
MARKS_MOST = 3
SHOWN_MOST = 300


def shown(words: object, most: int = SHOWN_MOST) -> str:
    """The words on one line, cut after `most` characters, unseen signs made visible, towers of marks cut off."""
    text = str(words)[: most + 1]
    cut = len(text) > most
    text = visible(harmless(text[:most]))
    if not text.isascii():
        text = _without_towers(text)
    return f"{text}…" if cut else text


def _without_towers(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MARKS_MOST:
            kept.append(char)
    return "".join(kept)
