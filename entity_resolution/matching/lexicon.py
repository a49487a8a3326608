"""English words of organisations' names and what they are called in Chinese, read once from `lexicon.txt`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("lexicon.txt")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """words: an English word or phrase, its words joined by a space → the Chinese ones, the commonest first;
    chinese: all Chinese words; longest: words in the longest phrase."""

    words: dict[str, tuple[str, ...]]
    chinese: frozenset[str]
    longest: int


@cache
def lexicon() -> Lexicon:
    """The list that ships with the program. A word on several lines means all that they say."""
    words: dict[str, tuple[str, ...]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        english, mark, chinese = line.partition(":")
        if not mark or line.startswith("#"):
            continue
        for one in english.split(","):
            key = " ".join(one.split())
            words[key] = tuple(dict.fromkeys((*words.get(key, ()), *chinese.split())))
    return Lexicon(
        words,
        frozenset(word for meant in words.values() for word in meant),
        max(len(key.split()) for key in words),
    )
