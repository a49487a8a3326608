"""Reading running text: the cooperations and financings that a document states, with where they stand.

`read_document` is the face of this room. What it reads is what the text says in so many words, by sentence
patterns; who the named organisations are is decided elsewhere.
"""

from __future__ import annotations

from pipelines.reading.cooperation import read_cooperation
from pipelines.reading.financing import read_financing
from pipelines.reading.gazetteer import Gazetteer
from pipelines.records import Document, Record

__all__ = ["Gazetteer", "read_cooperation", "read_document", "read_financing"]

#: Name and version of what reads, for the evidence. Raise the version when a reading may come out differently.
METHOD = ("reading", "4")


def read_document(document: Document, gazetteer: Gazetteer) -> list[Record]:
    """What `document` states, in the order of its text: `Cooperation` and `Financing` records.

    Locators are `text:START-END` or `title:START-END`, in characters. Publication dates stand in for unstated ones,
    with the publication's own precision.
    """
    published = document.when.start
    read: list[Record] = [
        *read_cooperation(document.text, document.title, published, gazetteer),
        *read_financing(document.text, document.title, published, gazetteer),
    ]
    return sorted((_dated(record, document) for record in read), key=_place)


def _dated(record: Record, document: Document) -> Record:
    """A date taken over from the publication is no finer than the publication's."""
    when = getattr(record, "when", None)
    coarse = document.when.precision
    if when is None or when.as_written or coarse in (None, "day") or when.start != document.when.start:
        return record
    return record.model_copy(update={"when": when.model_copy(update={"precision": coarse})})


def _place(record: Record) -> tuple[bool, int]:
    where, _, offsets = record.locator.partition(":")
    return where == "title", int(offsets.partition("-")[0])
