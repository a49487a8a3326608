"""Words of a text that show its technologies and application areas, weighed by their surroundings.

The codebooks say which words show which class; `category_words.yaml` says which of them need company, and what
undoes them. Ordinary words of a trade (铁路, 门店) show an area only beside something digital in their sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import ahocorasick

from pipelines.checked_yaml import Fields, read_yaml
from pipelines.classification import Classification, Codebook, Label, Word, codebook
from pipelines.reading.gazetteer import stands_alone
from pipelines.simplifying import plain_in_place
from pipelines.taxonomy import FOLDER

RULES: Final = FOLDER / "rules" / "category_words.yaml"
#: Company farther away than this is none, whatever the sentence: text without punctuation has no sentences.
REACH: Final = 20
#: So many characters before and behind a word may undo it.
NEAR: Final = 12
_ENDS: Final = re.compile(r"[。！？!?；;\n]")

Dimension = Literal["technology", "application"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A word that shows a class. `weak`: it does so by its company alone."""

    code: str
    word: Word
    weak: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """What the words of a text show, in the order of the text."""

    technologies: tuple[Hit, ...]
    applications: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """`weak` and `unless` by dimension: classes with their weak words, and (class, word) with what undoes it."""

    version: int
    digital: ahocorasick.Automaton
    weak: Mapping[Dimension, Mapping[str, frozenset[str]]]
    unless: Mapping[Dimension, Mapping[tuple[str, str], tuple[str, ...]]]


@cache
def rules() -> Rules:
    """The rules that ship."""
    return load(RULES)


def load(path: Path) -> Rules:
    """Read and check one file of rules: classes and words must stand in the codebooks."""
    head = read_yaml(path)
    version, _ = head.value("version", int), head.value("source", str)
    digital = head.words("digital")
    weak: dict[Dimension, dict[str, frozenset[str]]] = {}
    unless: dict[Dimension, dict[tuple[str, str], tuple[str, ...]]] = {}
    dimensions: tuple[Dimension, ...] = ("technology", "application")
    for dimension in dimensions:
        weak[dimension], unless[dimension] = {}, {}
        for rule in head.items(dimension):
            code = rule.value("code", str)
            known = {
                plain_in_place(word) for word, codes in codebook(dimension).codes.items() if code in codes
            }
            if not known:
                raise rule.error("code", f"{code!r} is no class of the codebook {dimension!r}")
            weak[dimension][code] = frozenset(_known(rule, "weak", known))
            for undone in rule.items("unless") if "unless" in rule.content else ():
                near = tuple(plain_in_place(word) for word in undone.words("near"))
                for word in _known(undone, "words", known):
                    unless[dimension][code, word] = near
                undone.finish()
            rule.finish()
    head.finish()
    return Rules(version, _automaton(digital), weak, unless)


def _known(rule: Fields, field: str, known: set[str]) -> list[str]:
    words = [plain_in_place(word) for word in rule.words(field)]
    if strange := [word for word in words if word not in known]:
        raise rule.error(field, f"no words of this class in the codebook: {', '.join(strange)}")
    return words


def _automaton(words: Iterable[str]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(plain_in_place(word), len(word))
    automaton.make_automaton()
    return automaton


def _digital(plain: str) -> list[tuple[int, int]]:
    """Where words of `digital` stand, sorted; Latin ones only whole."""
    spans = [(last + 1 - length, last + 1) for last, length in rules().digital.iter(plain)]
    return sorted(span for span in spans if stands_alone(plain, *span))


def hits(text: str) -> Hits:
    """The words of `text` that decide, by the rules. Time is linear; a word may show several classes."""
    plain = plain_in_place(text)
    technologies = _undone(plain, codebook("technology"), "technology", text)
    applications = _undone(plain, codebook("application"), "application", text)
    ends = [match.start() for match in _ENDS.finditer(plain)]
    digital = _digital(plain)
    shown = [(hit.word.start, hit.word.end) for hit in technologies if not hit.weak]
    by_code: dict[str, list[tuple[int, int]]] = {}
    for hit in technologies:
        by_code.setdefault(hit.code, []).append((hit.word.start, hit.word.end))
    kept = [
        hit
        for hit in technologies
        if not hit.weak or _company(hit, digital, ends) or _company(hit, by_code[hit.code], ends)
    ]
    beside = [hit for hit in applications if not hit.weak]
    strong: dict[str, list[tuple[int, int]]] = {}
    for hit in beside:
        strong.setdefault(hit.code, []).append((hit.word.start, hit.word.end))
    areas = [
        hit
        for hit in applications
        if not hit.weak
        or _company(hit, digital, ends)
        or _company(hit, shown, ends)
        or _company(hit, strong.get(hit.code, ()), ends)
    ]
    return Hits(tuple(kept), tuple(areas))


def show(text: str) -> Classification:
    """Technologies and application areas that `text` shows, those with most words first."""
    found = hits(text)
    return Classification(_labels(found.technologies), _labels(found.applications))


def _labels(found: Sequence[Hit]) -> tuple[Label, ...]:
    words: dict[str, list[Word]] = {}
    for hit in found:
        words.setdefault(hit.code, []).append(hit.word)
    order = sorted(words, key=lambda code: (-len(words[code]), words[code][0].start, code))
    return tuple(Label(code, tuple(words[code])) for code in order)


def _undone(plain: str, book: Codebook, dimension: Dimension, text: str) -> list[Hit]:
    """The words of one codebook, without those that their neighbours undo, in the order of the text."""
    weak, unless = rules().weak[dimension], rules().unless[dimension]
    found = []
    for label in book.read(text):
        for word in label.words:
            key = plain[word.start : word.end]
            against = unless.get((label.code, key), ())
            if against:
                around = plain[max(0, word.start - NEAR) : word.end + NEAR]
                if any(one in around for one in against):
                    continue
            found.append(Hit(label.code, word, key in weak.get(label.code, ())))
    return sorted(found, key=lambda hit: (hit.word.start, hit.code))


def _company(hit: Hit, others: Sequence[tuple[int, int]], ends: Sequence[int]) -> bool:
    """Whether one of the sorted spans stands in the sentence of `hit`, within reach, and beside it, not in it."""
    start, end = hit.word.start, hit.word.end
    at = bisect_left(ends, start)
    first = max(ends[at - 1] + 1 if at else 0, start - REACH)
    after = bisect_left(ends, end)
    last = min(ends[after] if after < len(ends) else end + REACH, end + REACH)
    low, high = bisect_left(others, (first, first)), bisect_right(others, (last, last))
    # Those that overlap the word itself are few: spans of one list never overlap each other.
    return any(stop <= start or begin >= end for begin, stop in others[low : min(high, low + 50)])
