"""Classes of a text or of a company, with the words that decided.

A text's technologies and application areas come from codebooks: lists of words kept as data. A company's layer and
industry come from its tags. Both are multi-label readings of words: what no word decides stays undecided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import ahocorasick

from pipelines.checked_yaml import read_yaml
from pipelines.errors import InputError
from pipelines.folding import fold
from pipelines.simplifying import plain_in_place
from pipelines.taxonomy import FOLDER, taxonomy

CODEBOOKS: Final = FOLDER / "codebooks"
#: Capitals of up to so many letters count in capitals only: AR is a technology, "ar" is not.
_ACRONYM: Final = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text that decided, with its offsets in characters."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Label:
    """A class of a taxonomy and the words that gave it, in the order of the text."""

    code: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Classification:
    """Technologies and application areas of a text, those with most words first."""

    technologies: tuple[Label, ...]
    applications: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class TagClassification:
    """Layer and industry of a company by its tags; None where tags are silent or disagree.

    `layer_tags` and `industry_tags` are the tags that decided, `candidates` the codes that tied,
    `unknown` the tags that no codebook has.
    """

    layer: str | None
    industry: str | None
    layer_tags: tuple[str, ...]
    industry_tags: tuple[str, ...]
    candidates: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Codebook:
    """Words to codes of one taxonomy. `codes` has the deciding words, `general` those that decide only alone."""

    name: str
    version: int
    taxonomy: str
    codes: Mapping[str, tuple[str, ...]]
    general: Mapping[str, tuple[str, ...]]
    _automaton: ahocorasick.Automaton

    def read(self, text: str) -> tuple[Label, ...]:
        """The classes that words of `text` show, in time linear in its length."""
        folded = plain_in_place(text)
        found: list[tuple[int, int, str, tuple[str, ...]]] = []
        for last, (word, codes) in self._automaton.iter(folded):
            start, end = last + 1 - len(word), last + 1
            if _whole(folded, start, end) and _cased(text[start:end], word):
                found.append((start, -end, word, codes))
        hits: dict[str, list[Word]] = {}
        reached = 0
        for start, negative, _, codes in sorted(found):
            if start < reached:
                continue
            reached = -negative
            for code in codes:
                hits.setdefault(code, []).append(Word(text[start:reached], start, reached))
        order = sorted(hits, key=lambda code: (-len(hits[code]), hits[code][0].start, code))
        return tuple(Label(code, tuple(hits[code])) for code in order)


@cache
def codebook(name: str) -> Codebook:
    """The codebook `technology`, `application`, `layer_tags` or `industry_tags`."""
    path = CODEBOOKS / f"{name}.yaml"
    if path.name not in {known.name for known in CODEBOOKS.glob("*.yaml")}:
        raise InputError(f"there is no codebook {name!r}")
    return load(path)


def load(path: Path) -> Codebook:
    """Read and check one codebook: codes of its taxonomy, each word once in a rule, neutral words in none."""
    head = read_yaml(path)
    version, named, _ = head.value("version", int), head.value("taxonomy", str), head.value("source", str)
    codes: dict[str, tuple[str, ...]] = {}
    general: dict[str, tuple[str, ...]] = {}
    for rule in head.items("rules"):
        code = rule.value("code", str)
        if code not in taxonomy(named):
            raise rule.error("code", f"{code!r} is no code of {named}")
        for field, words in (("words", codes), ("general", general)):
            for word in rule.words(field):
                if code in words.get(word, ()):
                    raise rule.error(field, f"{word!r} is given twice")
                words[word] = (*words.get(word, ()), code)
        rule.finish()
    for word in head.words("neutral"):
        if word in codes:
            raise head.error("neutral", f"{word!r} decides something")
        codes[word] = ()
    head.finish()
    automaton = ahocorasick.Automaton()
    for word, given in codes.items():
        automaton.add_word(plain_in_place(word), (word, given))
    automaton.make_automaton()
    return Codebook(path.stem, version, named, codes, general, automaton)


def classify(text: str) -> Classification:
    """Technologies and application areas that words of `text` show."""
    return Classification(codebook("technology").read(text), codebook("application").read(text))


def classify_tags(tags: str | Iterable[str]) -> TagClassification:
    """Layer and industry of a company by its tags, a list or one text with commas.

    Each tag has one vote; general tags vote only where no other does. A tie between divisions of one section gives
    the section; any other tie gives None.
    """
    given = [fold(tag) for tag in (tags.replace("，", ",").split(",") if isinstance(tags, str) else tags)]
    given = list(dict.fromkeys(tag for tag in given if tag))
    layer, layer_tags, layer_tie = _vote(given, codebook("layer_tags"))
    industry, industry_tags, industry_tie = _vote(given, codebook("industry_tags"))
    if industry is None and industry_tie:
        sections = {taxonomy("industries")[code].parent or code for code in industry_tie}
        industry = sections.pop() if len(sections) == 1 else None
    known = [_folded(codebook(name)) for name in ("layer_tags", "industry_tags")]
    return TagClassification(
        layer,
        industry,
        layer_tags,
        industry_tags,
        (*(layer_tie if layer is None else ()), *(industry_tie if industry is None else ())),
        tuple(tag for tag in given if not any(tag in words for pair in known for words in pair)),
    )


def _vote(tags: list[str], book: Codebook) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """The code with most tags, the tags that voted for it, and the codes that tied."""
    for words in _folded(book):
        votes = Counter(code for tag in tags for code in words.get(tag, ()))
        if not votes:
            continue
        most = max(votes.values())
        tied = tuple(code for code in votes if votes[code] == most)
        deciding = tuple(tag for tag in tags if set(words.get(tag, ())) & set(tied))
        return (tied[0], deciding, ()) if len(tied) == 1 else (None, deciding, tied)
    return None, (), ()


@cache
def _folded_words(name: str) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    book = codebook(name)
    return (
        {fold(word): codes for word, codes in book.codes.items()},
        {fold(word): codes for word, codes in book.general.items()},
    )


def _folded(book: Codebook) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    return _folded_words(book.name)


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no ASCII letter or digit joins on: `ar` is not in `car`, but 5G is in 5G网络."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        (text[start].isascii() and text[start].isalnum() and before.isascii() and before.isalnum())
        or (text[end - 1].isascii() and text[end - 1].isalnum() and after.isascii() and after.isalnum())
    )


def _cased(written: str, word: str) -> bool:
    if len(word) > _ACRONYM or not word.isascii() or not word.isupper():
        return True
    return written.isupper()
