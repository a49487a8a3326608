"""What a cooperation is about: its technologies and the areas they are used in.

What the text states outright (涉及…等技术, 应用于…领域) goes before words that only show it; the sentence goes
before its paragraph, the paragraph before the title. Names of organisations never decide: a farmers' bank is no
farming.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipelines.classification import Classification, Label, classify
from pipelines.reading.masking import ORG, Document
from pipelines.reading.sentences import Sentence
from pipelines.records import Mention

#: So many sentences behind a statement may still say what it is about.
REACH: Final = 3
#: So many characters before and behind a sentence are its surroundings.
AROUND: Final = 400

_SOME: Final = r"[^，,。；;：:！？\n]"
_AREA: Final = re.compile(
    rf"(?:面向|属于|聚焦于?|应用于|适用于|用于|围绕|覆盖)(?P<a>{_SOME}{{2,60}}?)(?:领域|行业|产业|场景)"
    rf"|主要(?:应用于|用于|面向|服务于?)(?P<b>{_SOME}{{2,60}})"
    rf"|从应用(?:上|角度|层面)?来?看[，,](?P<c>{_SOME}{{2,60}})"
)
_TECHNOLOGY: Final = re.compile(
    rf"(?:核心|关键|主要|所用|所用的|采用的|涉及的)技术(?:主要)?(?:是|为|有|包括|涵盖|包含)了?(?P<a>{_SOME}{{2,60}})"
    rf"|(?:涉及|运用|采用|利用|使用|融合)了?(?P<b>{_SOME}{{2,60}}?)等(?:多项|多种|前沿|先进|新兴|新)?技术"
    rf"|从技术(?:上|角度|层面)?来?看[，,](?P<c>{_SOME}{{2,60}})"
)
#: Words by which a later sentence speaks of the cooperation told before.
_OF_IT: Final = re.compile(r"合作|项目|双方|各方|三方|协议|此次|本次|该")
#: A company that nobody knows yet, by its legal form; words that join a name to others are no part of it.
_COMPANY: Final = re.compile(
    r"(?:(?![与和及同跟向为对由给在的是])[一-龥A-Za-z0-9（）()]){2,30}?(?:股份有限公司|有限责任公司|有限公司)"
)


def names_hidden(document: Document, start: int, end: int) -> str:
    """A part of a text, in simplified characters, with every name of an organisation as one sign."""
    return _COMPANY.sub(ORG, document.mask(start, end).text)


def topics(
    document: Document,
    told: Sequence[Sentence],
    at: int,
    people: frozenset[Mention],
    title: Classification | None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of technologies and of areas of what sentence `told[at]` says of `people`.

    Empty where nothing tells.
    """
    sentence = told[at]
    stated = list(_stated(document, told, at, people))
    own = classify(names_hidden(document, sentence.start, sentence.end))
    technologies = _codes(*(found.technologies for about, found in stated if about == "technology"))
    areas = _codes(*(found.applications for about, found in stated if about == "area"))
    technologies = technologies or _codes(own.technologies)
    areas = areas or _codes(own.applications)
    if not technologies or not areas:
        start = max(sentence.paragraph_start, sentence.start - AROUND)
        near = classify(names_hidden(document, start, min(sentence.paragraph_end, sentence.end + AROUND)))
        technologies = technologies or _codes(near.technologies)
        areas = areas or _codes(near.applications)
    if title is not None:
        technologies = technologies or _codes(title.technologies)
        areas = areas or _codes(title.applications)
    return technologies, areas


def _stated(
    document: Document, told: Sequence[Sentence], at: int, people: frozenset[Mention]
) -> Iterator[tuple[str, Classification]]:
    """What the sentence, and those behind it that speak of the same, state outright to be technology or area."""
    for sentence in told[at : at + 1 + REACH]:
        text = names_hidden(document, sentence.start, sentence.end)
        if sentence is not told[at]:
            if sentence.paragraph_start != told[at].paragraph_start:
                return
            if not people.issuperset(document.mask(sentence.start, sentence.end).mentions.values()):
                return
            if not _OF_IT.search(text):
                continue
        for about, form in (("technology", _TECHNOLOGY), ("area", _AREA)):
            for match in form.finditer(text):
                yield about, classify(match["a"] or match["b"] or match["c"])


def _codes(*found: tuple[Label, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label.code for labels in found for label in labels))
