"""Texts made to make a regular expression run away, out of the expression's own tree.

For every repetition in it: the words that lead there, what is repeated, many times, and a tail on which it fails; and
for a search that begins anew at every place, its beginnings over and over.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined] # no public way to a pattern's tree
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

#: Repetitions up to this many times are part of a text's own words; from here on they are attacked.
SMALL: Final = 6
#: Attacks on one pattern: enough for every repetition of all but the largest lists of words.
MOST: Final = 160
TAILS: Final = ("\x00", "!x", "\n")


def attacks(text: str | bytes, flags: int, size: int) -> Iterator[str]:
    """Texts of about `size` characters on which the pattern may run away, the same ones for the same size."""
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    tree = parser.parse(plain, flags & ~re.LOCALE)
    yield from itertools.islice(_texts(list(dict.fromkeys(_repeated(tree, ""))), tree, size), MOST)


def _texts(pairs: list[tuple[str, str]], tree: Any, size: int) -> Iterator[str]:
    for tail in TAILS:
        for lead, unit in pairs:
            yield lead + _filled(unit, size) + tail
            # the whole lead, over and over: a search begins anew at every place
            if lead and tail == TAILS[0]:
                yield _filled(lead + unit, size) + tail
                yield _filled(lead, size) + tail
    for turn in range(4):  # the whole pattern, over and over, but for its end
        if len(whole := _sample(tree, turn)) > 1:
            yield _filled(whole[:-1], size)


def _filled(unit: str, size: int) -> str:
    return unit * max(1, size // len(unit))


def _repeated(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """For each repetition without a small bound: a text that leads to it and one round of it."""
    for code, value in tree:
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            _, high, body = value
            if high > SMALL:
                for unit in _samples(body):
                    yield lead, unit
            yield from _repeated(body, lead)
        elif code is op.SUBPATTERN:
            yield from _repeated(value[3], lead)
        elif code is op.ATOMIC_GROUP:
            yield from _repeated(value, lead)
        elif code is op.BRANCH:
            for branch in value[1]:
                yield from _repeated(branch, lead)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            yield from _repeated(value[1], lead)
        lead += _sample([(code, value)], 0)


def _samples(body: Any) -> list[str]:
    return [one for one in dict.fromkeys(_sample(body, turn) for turn in range(4)) if one] or ["a"]


def _sample(tree: Any, turn: int) -> str:
    """A text that the pattern's tree takes, nearly; another for another turn."""
    out = ""
    for code, value in tree:
        if code is op.LITERAL:
            out += chr(value)
        elif code is op.NOT_LITERAL:
            out += "ab1 "[turn % 4] if value not in map(ord, "ab1 ") else "z"
        elif code is op.ANY:
            out += "a1 ,"[turn % 4]
        elif code is op.IN:
            out += _of_class(value, turn)
        elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            out += _sample(value[2], turn) * max(value[0], 1 if turn % 2 == 0 else value[0])
        elif code is op.SUBPATTERN:
            out += _sample(value[3], turn)
        elif code is op.ATOMIC_GROUP:
            out += _sample(value, turn)
        elif code is op.BRANCH:
            out += _sample(value[1][turn % len(value[1])], turn)
    return out


_BY_CATEGORY: Final = {
    op.CATEGORY_DIGIT: "1729", op.CATEGORY_SPACE: " \t\n ", op.CATEGORY_WORD: "a1_中",
    op.CATEGORY_NOT_DIGIT: "a .中", op.CATEGORY_NOT_SPACE: "a1.中", op.CATEGORY_NOT_WORD: " .-,",
}  # fmt: skip


def _of_class(items: Any, turn: int) -> str:
    """A character of the class, another for another turn."""
    if items[0][0] is op.NEGATE:
        made = parser.parse("x")
        made.data = [(op.IN, items)]
        return next((char for char in "ab1 中.-<\"'&/"[turn:] if _takes(items, char)), "\u2603")
    found: list[str] = []
    for code, value in items:
        if code is op.LITERAL:
            found.append(chr(value))
        elif code is op.RANGE:
            found += [chr(value[0]), chr(value[1])]
        elif code is op.CATEGORY:
            found += list(_BY_CATEGORY[value])
    return found[turn % len(found)]


def _takes(items: Any, char: str) -> bool:
    """Whether a negated class takes the character."""
    for code, value in items[1:]:
        if code is op.LITERAL and ord(char) == value:
            return False
        if code is op.RANGE and value[0] <= ord(char) <= value[1]:
            return False
        if code is op.CATEGORY and char in _BY_CATEGORY[value]:
            return False
    return True
