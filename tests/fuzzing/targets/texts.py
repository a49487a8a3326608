"""Texts near to what is meant: examples with words cut, doubled, exchanged and hostile ones put in."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from tests.fuzzing.pages import HOSTILE

#: What is put into a text beside its own words; the long ones are for whole texts alone.
STRANGE: Final = tuple(one for one in HOSTILE if len(one) < 400)
_WIDE: Final = {one: one + 0xFEE0 for one in range(0x21, 0x7F)}


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


def texts(examples: Sequence[str], words: Sequence[str]) -> Callable[[random.Random], str]:
    """Makes texts of the examples, and of the words alone."""

    def make(dice: random.Random) -> str:
        if dice.random() < 0.25:
            return "".join(dice.choice(words) for _ in range(dice.randint(1, 12)))
        return damaged_text(dice.choice(examples), dice, (*words, *STRANGE))

    return make


def damaged_text(text: str, dice: random.Random, words: Sequence[str] = STRANGE) -> str:
    """The text with one to four damages."""
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(text))
        to = min(len(text), at + dice.choice((1, 1, 2, 5, 30)))
        match dice.randint(0, 6):
            case 0:
                text = text[:at] + text[to:]
            case 1:
                text = text[:to] + text[at:to] * dice.choice((1, 2, 20)) + text[to:]
            case 2 | 3:
                text = text[:at] + dice.choice(words) + text[at:]
            case 4:
                text = text[:at] + dice.choice(words) + text[to:]
            case 5:
                text = text[:at] + text[at:to].translate(_WIDE) + text[to:]
            case _:
                other = dice.choice((_decomposed, _compatible, str.swapcase))
                text = other(text)
    return text
