"""The categories of one statement of a text: from its own words, else from those around it.

What the text states outright (采用…等技术, 应用于…领域) goes before words that only show it; the statement's own
sentence before its paragraph; the paragraph before the opening of the text, where its subject is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.classification import Word, classify
from pipelines.reading.categories.naming import hidden
from pipelines.reading.categories.words import Hit, Hits, hits
from pipelines.reading.fact import Organisation

#: So many characters before and behind a statement are its surroundings, within its paragraph.
AROUND: Final = 400
#: A text's first line opens it, up to so many characters.
OPENING: Final = 200
#: A statement's sentence is looked for so many characters beyond the statement.
SENTENCE: Final = 200
#: A statement longer than this is read up to here.
LONGEST: Final = 10_000

Place = Literal["stated", "here", "near", "opening"]

_SOME: Final = r"[^，,。；;：:！？\n]"
AREA: Final = re.compile(
    rf"(?:面向|属于|聚焦于?|应用于|适用于|用于|围绕|覆盖)(?P<a>{_SOME}{{2,60}}?)(?:领域|行业|产业|场景)"
    rf"|主要(?:应用于|用于|面向|服务于?)(?P<b>{_SOME}{{2,60}})"
    rf"|从应用(?:上|角度|层面)?来?看[，,](?P<c>{_SOME}{{2,60}})"
)
TECHNOLOGY: Final = re.compile(
    rf"(?:核心|关键|主要|所用|所用的|采用的|涉及的)技术(?:主要)?(?:是|为|有|包括|涵盖|包含)了?(?P<a>{_SOME}{{2,60}})"
    rf"|(?:涉及|运用|采用|利用|使用|融合)了?(?P<b>{_SOME}{{2,60}}?)等(?:多项|多种|前沿|先进|新兴|新)?技术"
    rf"|从技术(?:上|角度|层面)?来?看[，,](?P<c>{_SOME}{{2,60}})"
)
_END: Final = "。！？!?；;\n"

#: The chance that a category holds, by where its words stand, how many they are, and whether only company makes
#: them tell. `here` is what the tuning parts of the labelled sentences gave (docs/categories.md); that of what is
#: stated outright, and of the surroundings, is our judgement.
_SURE: Final = {"stated": 0.92, "here": 0.88, "near": 0.5, "opening": 0.4}
_MORE: Final = 0.07
_WEAK: Final = 0.6


@dataclass(frozen=True, slots=True)
class Category:
    """A class, the words of the text that show it (offsets in the whole text), and the chance that it holds.

    `place` is where they stand: `stated` outright in the statement's sentence, `here` in it, `near` it in its
    paragraph, or in the `opening` of the text.
    """

    code: str
    words: tuple[Word, ...]
    confidence: float
    place: Place


@dataclass(frozen=True, slots=True)
class Categories:
    """What a statement is about, those with most words first. Empty where no word tells."""

    technologies: tuple[Category, ...]
    applications: tuple[Category, ...]

    @property
    def codes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The codes of technologies and of applications, as a `Fact` has them."""
        return tuple(one.code for one in self.technologies), tuple(one.code for one in self.applications)


def decide(text: str, span: tuple[int, int], organisations: Sequence[Organisation] = ()) -> Categories:
    """The categories of what `text` states between the two offsets; names of organisations decide nothing.

    Time does not grow with the text: only the statement, its surroundings and the opening are read.
    """
    start = min(max(span[0], 0), len(text))
    end = min(max(span[1], start), len(text), start + LONGEST)
    here = _sentence(text, start, end)
    first = text.rfind("\n", max(0, start - AROUND), start) + 1 or max(0, start - AROUND)
    last = text.find("\n", end, end + AROUND)
    first, last = min(first, here[0]), max(min(end + AROUND, len(text)) if last < 0 else last, here[1])
    around, shown = _read(text, first, last, organisations)
    technologies = _of_statement(around, shown.technologies, here, first, TECHNOLOGY)
    applications = _of_statement(around, shown.applications, here, first, AREA)
    if not technologies or not applications:
        line = text.find("\n", 0, OPENING)
        _, opening = _read(text, 0, line if line > 0 else min(OPENING, len(text)), organisations)
        technologies = technologies or _categories(opening.technologies, "opening")
        applications = applications or _categories(opening.applications, "opening")
    return Categories(technologies, applications)


def _read(text: str, first: int, last: int, organisations: Sequence[Organisation]) -> tuple[str, Hits]:
    """A part of the text with its names blotted out, and what its words show, at offsets of the whole text."""
    names = [
        (one.start - first, one.end - first)
        for one in organisations
        if one.end > first and one.start < last and not _describes(one)
    ]
    part = hidden(text[first:last], names)
    found = hits(part)
    return part, Hits(
        tuple(_moved(hit, first) for hit in found.technologies),
        tuple(_moved(hit, first) for hit in found.applications),
    )


def _describes(organisation: Organisation) -> bool:
    """Whether the words are a description that a spotter took along (芯片公司, 消费金融公司), no name."""
    return organisation.text.endswith(("公司", "企业", "厂商")) and not organisation.text.endswith(
        ("有限公司", "责任公司", "集团公司", "股份公司", "总公司", "分公司")
    )


def _of_statement(
    around: str, found: Sequence[Hit], here: tuple[int, int], first: int, form: re.Pattern[str]
) -> tuple[Category, ...]:
    inside = [hit for hit in found if here[0] <= hit.word.start and hit.word.end <= here[1]]
    stated: list[Hit] = []
    for match in form.finditer(around, here[0] - first, here[1] - first):
        begin, end = match.span(match.lastgroup or 0)
        # What is called an area outright is one, even in a trade's ordinary words: no company is asked for.
        said = classify(around[begin:end])
        labels = said.technologies if form is TECHNOLOGY else said.applications
        stated += [
            Hit(label.code, Word(word.word, word.start + begin + first, word.end + begin + first), False)
            for label in labels
            for word in label.words
        ]
    return _categories(stated, "stated") or _categories(inside, "here") or _categories(found, "near")


def _categories(found: Sequence[Hit], place: Place) -> tuple[Category, ...]:
    by_code: dict[str, list[Hit]] = {}
    for hit in found:
        by_code.setdefault(hit.code, []).append(hit)
    order = sorted(by_code, key=lambda code: (-len(by_code[code]), by_code[code][0].word.start, code))
    return tuple(
        Category(code, tuple(hit.word for hit in by_code[code]), _confidence(by_code[code], place), place)
        for code in order
    )


def _confidence(found: Sequence[Hit], place: Place) -> float:
    sure = _SURE[place] * (_WEAK if all(hit.weak for hit in found) else 1)
    return round(min(0.97, sure + _MORE * (len({hit.word.word for hit in found}) > 1)), 3)


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The statement, widened to the ends of its sentence where these are not far."""
    low = max(0, start - SENTENCE)
    first = max(text.rfind(mark, low, start) for mark in _END) + 1
    ends = [at for mark in _END if (at := text.find(mark, max(start, end - 1), end + SENTENCE)) >= 0]
    return first or low, min([*ends, min(end + SENTENCE, len(text))]) if ends else min(
        end + SENTENCE, len(text)
    )


def _moved(hit: Hit, by: int) -> Hit:
    return Hit(hit.code, Word(hit.word.word, hit.word.start + by, hit.word.end + by), hit.weak)
