"""Reading where people worked and what they studied: CVs in reports and on pages, and sentences of news.

`read_all` is the face of this room (docs/reading-people.md). CVs are read clause by clause (`cv`), news by what
a sentence says of a named person (`news`). Only school, degree, field, employer, post and their years become facts:
dates of birth, telephones, addresses and numbers of papers do not.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.reading.fact import Fact
from pipelines.reading.people.cv import read_cvs
from pipelines.reading.people.news import read_news
from pipelines.reading.people.plain import Plain

__all__ = ["METHOD", "read_all"]

#: Name and version of what reads. Raise the version when a reading may come out differently.
METHOD = "people-1"


def read_all(texts: Sequence[str]) -> list[list[Fact]]:
    """The educations and employments that each text states, in the order of the text. Nothing raises."""
    return [_read(text) for text in texts]


def _read(text: str) -> list[Fact]:
    plain = Plain.of(text)
    facts, used = read_cvs(plain, METHOD)
    facts += read_news(plain, used, METHOD)
    return sorted(facts, key=lambda fact: (fact.start, fact.end, fact.type))
