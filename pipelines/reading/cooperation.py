"""Cooperation out of running text: who provides what to whom, or who are partners; where, when, how sure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipelines.classification import Classification, classify
from pipelines.reading.cooperation_patterns import DIRECTED, FINANCIAL, PARTNERED, TERMS, Pattern
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.masking import BOTH, ORG, Document, Masked
from pipelines.reading.sentences import Sentence, sentences
from pipelines.reading.stated import (
    Status,
    clause_start,
    published_when,
    stated_amounts,
    stated_status,
    stated_when,
)
from pipelines.records import Amount, Cooperation, Mention, When

#: A sentence with more organisations than this is a list, not a statement.
MENTIONS_LIMIT: Final = 40
#: 双方 reaches back so many sentences.
REACH: Final = 4
#: What a reading is worth less when nothing around it names a technology or an area.
_NO_TOPIC: Final = 0.8
_QUOTE: Final = 1000
_CLAUSE_END: Final = re.compile(r"[，,。；;]")
_SUBJECT: Final = re.compile(rf"{ORG}\s?[：:]")


@dataclass(slots=True)
class _Reading:
    """One match of one pattern, before it becomes a record."""

    pattern: Pattern
    providers: tuple[Mention, ...]
    recipients: tuple[Mention, ...]
    parties: tuple[Mention, ...]
    status: Status
    when: When
    amount: Amount | None

    @property
    def everyone(self) -> frozenset[Mention]:
        return frozenset((*self.providers, *self.recipients, *self.parties))


def read_cooperation(
    text: str, title: str, published: dt.date | None, gazetteer: Gazetteer
) -> list[Cooperation]:
    """The cooperations that `text` and `title` state, in the order of the text; offsets are in `locator`.

    A title adds only what the text does not say. Dates not stated are the publication's. Time is linear.
    """
    when = published_when(published)
    subject = _subject(title, gazetteer)
    found = list(_read(Document(text, gazetteer, subject), "text", when, classify(title)))
    told = {_who(record) for record in found}
    found += [
        record
        for record in _read(Document(title, gazetteer, subject), "title", when, None)
        if not any(_who(record) <= people for people in told)
    ]
    return _without_repeats(found)


def _subject(title: str, gazetteer: Gazetteer) -> Mention | None:
    """Whom a notice speaks of: the name before a colon that opens its title."""
    document = Document(title, gazetteer)
    masked = document.mask(0, len(title))
    return masked.mentions[0] if masked.mentions and _SUBJECT.match(masked.text) else None


def _read(
    document: Document, where: str, published: When, around: Classification | None
) -> Iterator[Cooperation]:
    partners: list[Mention] = []
    agreed: _Reading | None = None
    age = 0
    for sentence in sentences(document.text):
        age += 1
        masked = document.mask(sentence.start, sentence.end)
        if len(masked.mentions) > MENTIONS_LIMIT or not (
            len(masked.mentions) >= 2 or (BOTH in masked.text and age <= REACH)
        ):
            continue
        readings = list(_readings(masked, published, partners if age <= REACH else []))
        if agreed is not None and age <= REACH and TERMS.search(masked.text):
            _settle(readings, agreed)
        readings = _directed_first(readings)
        for reading in readings:
            yield _record(reading, masked, sentence, document.text, where, around)
        if readings:
            told = max(readings, key=lambda reading: len(reading.everyone))
            partners = list(dict.fromkeys((*told.providers, *told.recipients, *told.parties)))
            agreed = next((one for one in readings if one.parties and one.status == "done"), agreed)
            age = 0
        elif len(set(masked.mentions.values())) == 2:
            partners, age = list(dict.fromkeys(masked.mentions.values())), 0


def _readings(masked: Masked, published: When, partners: list[Mention]) -> Iterator[_Reading]:
    pairs: set[frozenset[Mention]] = set()
    for pattern in DIRECTED:
        for match in pattern.form.finditer(masked.text):
            providers = tuple(masked.between(*match.span("a")))
            recipients = tuple(one for one in masked.between(*match.span("b")) if one not in providers)
            # A list that runs on into the subject of another clause, or one pair told twice, is no new fact.
            if not providers or not recipients or not _new(providers, recipients, pairs):
                continue
            if _financial(masked.text, match):
                continue
            yield _reading(pattern, match, masked, published, providers, recipients, ())
    groups: list[frozenset[Mention]] = []
    for pattern in PARTNERED:
        for match in pattern.form.finditer(masked.text):
            parties = tuple(masked.between(*match.span("p")))
            if match["p"] == BOTH:
                parties = tuple(partners)
            group = frozenset(parties)
            if len(group) < 2 or _financial(masked.text, match) or any(group <= other for other in groups):
                continue
            groups.append(group)
            yield _reading(pattern, match, masked, published, (), (), parties)


def _financial(text: str, match: re.Match[str]) -> bool:
    """Whether the match, up to the end of its clause, speaks of money or shares."""
    end = _CLAUSE_END.search(text, match.end())
    return FINANCIAL.search(text, match.start(), end.start() if end else len(text)) is not None


def _new(
    providers: tuple[Mention, ...], recipients: tuple[Mention, ...], pairs: set[frozenset[Mention]]
) -> bool:
    here = {frozenset((one, other)) for one in providers for other in recipients}
    fresh = not here & pairs
    pairs |= here
    return fresh


def _reading(
    pattern: Pattern,
    match: re.Match[str],
    masked: Masked,
    published: When,
    providers: tuple[Mention, ...],
    recipients: tuple[Mention, ...],
    parties: tuple[Mention, ...],
) -> _Reading:
    verb = match.start("v")
    clause = min(clause_start(masked.text, match.start()), clause_start(masked.text, verb))
    amounts = stated_amounts(masked.text)
    return _Reading(
        pattern,
        providers,
        recipients,
        parties,
        stated_status(masked.text, clause, verb),
        stated_when(masked.text, verb, published),
        amounts[0][1] if len(amounts) == 1 else None,
    )


def _settle(readings: list[_Reading], agreed: _Reading) -> None:
    """What an agreement already made says will be given is part of that agreement: it is made, not planned."""
    for reading in readings:
        if reading.status == "planned" and reading.everyone <= agreed.everyone:
            reading.status = agreed.status
            if reading.when.as_written == "":
                reading.when = agreed.when


def _directed_first(readings: list[_Reading]) -> list[_Reading]:
    """A direction tells more than partnership: an agreement told with its direction is one fact, not two."""
    kept = [reading for reading in readings if not reading.parties]
    for reading in readings:
        inside = [one for one in kept if one.providers and one.everyone <= reading.everyone]
        if not reading.parties:
            continue
        if not inside or frozenset().union(*(one.everyone for one in inside)) != reading.everyone:
            kept.append(reading)
        elif reading.status == "done":
            for one in inside:
                one.status = "done" if one.status == "planned" else one.status
    return kept


def _record(
    reading: _Reading,
    masked: Masked,
    sentence: Sentence,
    text: str,
    where: str,
    around: Classification | None,
) -> Cooperation:
    # Names are masked here, so that 云 in 阿里云 shows no technology; offsets do not matter, words do.
    topics = classify(masked.text)
    technologies, applications = topics.technologies, topics.applications
    if not technologies or not applications:
        paragraph = classify(text[sentence.paragraph_start : min(sentence.paragraph_end, sentence.end + 400)])
        technologies = technologies or paragraph.technologies or (around.technologies if around else ())
        applications = applications or paragraph.applications or (around.applications if around else ())
    sure = reading.pattern.confidence * (1 if technologies else _NO_TOPIC)
    return Cooperation(
        locator=f"{where}:{sentence.start}-{sentence.end}",
        quote=text[sentence.start : sentence.end][:_QUOTE],
        confidence=round(sure, 3),
        kind=reading.pattern.kind,
        providers=reading.providers,
        recipients=reading.recipients,
        parties=reading.parties,
        technologies=tuple(label.code for label in technologies),
        applications=tuple(label.code for label in applications),
        amount=reading.amount,
        status=reading.status,
        when=reading.when,
    )


def _who(record: Cooperation) -> frozenset[Mention]:
    return frozenset((*record.providers, *record.recipients, *record.parties))


def _without_repeats(records: list[Cooperation]) -> list[Cooperation]:
    """One record for each sides, kind and status, the surest telling.

    What was done is no longer a plan, and a kind that is told is no longer `other`.
    """
    kept: dict[tuple[object, ...], Cooperation] = {}
    for record in records:
        key = (*_sides(record), record.kind, record.status)
        if key not in kept or record.confidence > kept[key].confidence:
            kept[key] = record
    told = {(*_sides(record), record.status) for record in kept.values() if record.kind != "other"}
    return [
        record
        for record in kept.values()
        if not (record.status == "planned" and (*_sides(record), record.kind, "done") in kept)
        and not (record.kind == "other" and (*_sides(record), record.status) in told)
    ]


def _sides(record: Cooperation) -> tuple[object, ...]:
    return (record.providers, record.recipients, frozenset(record.parties))
