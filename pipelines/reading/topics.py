"""What a cooperation is about: its technologies and the areas they are used in.

What the text states outright (涉及…等技术, 应用于…领域) goes before words that only show it; the sentence goes
before its paragraph, the paragraph before the title. Names of organisations never decide: a farmers' bank is no
farming.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from pipelines.classification import Classification, classify
from pipelines.reading.categories import show
from pipelines.reading.categories.deciding import AREA, AROUND, TECHNOLOGY
from pipelines.reading.categories.naming import hidden
from pipelines.reading.masking import Document
from pipelines.reading.sentences import Sentence
from pipelines.records import Mention

#: So many sentences behind a statement may still say what it is about.
REACH: Final = 3

#: Words by which a later sentence speaks of the cooperation told before.
_OF_IT: Final = re.compile(r"合作|项目|双方|各方|三方|协议|此次|本次|该")


class Topics:
    """What the statements of one text are about; `title` decides where the text is silent.

    Each sentence is classified once, however many statements stand around it.
    """

    def __init__(
        self, document: Document, told: Sequence[Sentence], title: Classification | None = None
    ) -> None:
        self._document, self._told, self._title = document, told, title
        self._words: dict[int, Classification] = {}

    def of(self, at: int, people: frozenset[Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The codes of technologies and of areas of what sentence `at` says of `people`.

        Empty where nothing tells.
        """
        technologies, areas = self._stated(at, people)
        technologies = technologies or _codes([self._shown(at)], "technologies")
        areas = areas or _codes([self._shown(at)], "applications")
        if not technologies or not areas:
            near = [self._shown(one) for one in self._around(at)]
            technologies = technologies or _codes(near, "technologies")
            areas = areas or _codes(near, "applications")
        if self._title is not None:
            technologies = technologies or _codes([self._title], "technologies")
            areas = areas or _codes([self._title], "applications")
        return technologies, areas

    def _stated(self, at: int, people: frozenset[Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the sentence, and those behind it that speak of the same, say outright to be technology or area."""
        technologies: list[Classification] = []
        areas: list[Classification] = []
        here = self._told[at]
        for sentence in self._told[at : at + 1 + REACH]:
            text = names_hidden(self._document, sentence.start, sentence.end)
            if sentence is not here:
                others = self._document.mask(sentence.start, sentence.end).mentions.values()
                if sentence.paragraph_start != here.paragraph_start or not people.issuperset(others):
                    break
                if not _OF_IT.search(text):
                    continue
            for found, form in ((technologies, TECHNOLOGY), (areas, AREA)):
                # What is called an area outright is one, even in a trade's ordinary words.
                found += [classify(match["a"] or match["b"] or match["c"]) for match in form.finditer(text)]
        return _codes(technologies, "technologies"), _codes(areas, "applications")

    def _shown(self, at: int) -> Classification:
        if at not in self._words:
            self._words[at] = show(names_hidden(self._document, self._told[at].start, self._told[at].end))
        return self._words[at]

    def _around(self, at: int) -> Iterator[int]:
        """The numbers of the sentences of the paragraph that begin near by, in their order."""
        here = self._told[at]
        first = at
        while first > 0 and self._told[first - 1].start >= max(here.paragraph_start, here.start - AROUND):
            first -= 1
        for one in range(first, len(self._told)):
            if self._told[one].start >= min(here.paragraph_end, here.end + AROUND):
                return
            yield one


def names_hidden(document: Document, start: int, end: int) -> str:
    """A part of a text, in simplified characters, with names of organisations as signs: those that are known,
    and those that nobody knows yet, by their shape."""
    return hidden(document.mask(start, end).text)


def _codes(
    found: Sequence[Classification], dimension: Literal["technologies", "applications"]
) -> tuple[str, ...]:
    """The codes with most words first; those with as many in the order of the text."""
    words: Counter[str] = Counter()
    for one in found:
        labels = one.technologies if dimension == "technologies" else one.applications
        for label in labels:
            words[label.code] += len(label.words)
    return tuple(code for code, _ in words.most_common())
