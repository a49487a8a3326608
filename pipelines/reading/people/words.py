"""The words of posts, employers, schools and names, from the YAML files beside this one, as regular expressions.

Every expression is a plain alternation of words or has bounded repeats: time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from pipelines.checked_yaml import Fields, read_yaml

_HERE: Final = Path(__file__).parent


@cache
def words_of(file: str, field: str) -> tuple[str, ...]:
    """A list of words, the longest first. Raises InputError where the file is broken."""
    return tuple(sorted(set(_fields(file).words(field)), key=lambda word: (-len(word), word)))


@cache
def word_of(file: str, field: str) -> str:
    return str(_fields(file).value(field, str))


@cache
def _fields(file: str) -> Fields:
    return read_yaml(_HERE / f"{file}.yaml")


def one_of(words: Iterable[str]) -> str:
    """An alternation; what stands in brackets behind a word may not follow it: `银行(业|间)`."""
    parts = []
    for word in sorted(words, key=lambda one: (-len(one.partition("(")[0]), one)):
        plain, _, barred = word.partition("(")
        after = f"(?!{'|'.join(map(re.escape, barred.rstrip(')').split('|')))})" if barred else ""
        parts.append(re.escape(plain) + after)
    return "(?:" + "|".join(parts) + ")"


def split_by_words(text: str, words: frozenset[str], longest: int) -> bool:
    """Whether `text` is nothing but such words, one after another."""
    reached = {0}
    for at in range(len(text)):
        if at in reached:
            reached.update(at + n for n in range(1, longest + 1) if text[at : at + n] in words)
    return len(text) in reached


def left_edge(text: str, words: frozenset[str], longest: int) -> int:
    """The least place from which `text` to its end is nothing but such words."""
    good = {len(text)}
    for at in range(len(text) - 1, -1, -1):
        if any(at + n in good and text[at : at + n] in words for n in range(1, longest + 1)):
            good.add(at)
    return min(good)
