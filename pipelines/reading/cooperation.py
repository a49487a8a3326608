"""Cooperation out of running text: who provides what to whom, or who are partners; where, when, how sure."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.reading.categories import show
from pipelines.reading.cooperation_patterns import DIRECTED, FINANCIAL, PARTNERED, TERMS, Kind, Pattern
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.masking import BOTH, ORG, Document, Masked
from pipelines.reading.sentences import Sentence, after_heading, sentences
from pipelines.reading.stated import (
    Status,
    clause_start,
    published_when,
    stated_amounts,
    stated_status,
    stated_when,
)
from pipelines.reading.topics import Topics, names_hidden
from pipelines.records import Amount, Cooperation, Mention, When

#: A sentence with more organisations than this is a list, not a statement.
MENTIONS_LIMIT: Final = 40
#: 双方 reaches back so many sentences.
REACH: Final = 4
#: No title is longer: the rest is not read.
TITLE_LIMIT: Final = 500
#: So many characters open a text.
OPENING: Final = 400
#: What a reading is worth less when nothing around it names a technology or an area.
_NO_TOPIC: Final = 0.8
_QUOTE: Final = 1000
#: Kinds that only say that something will be given: a sentence that says what, and by whom, tells the same matter.
_AGREED: Final = frozenset(("strategic agreement", "contract", "other"))
_CLAUSE_END: Final = re.compile(r"[，,。；;]")
_SUBJECT: Final = re.compile(rf"{ORG}\s?[：:]")


@dataclass(slots=True)
class _Text:
    """The title or the text of a document, cut into sentences."""

    where: str
    document: Document
    told: Sequence[Sentence]
    topics: Topics


@dataclass(slots=True)
class _Reading:
    """One match of one pattern, before it becomes a record. `at` is the number of its sentence in its text.

    `kind` is the pattern's, or that of the agreement whose content this is.
    """

    text: _Text
    at: int
    pattern: Pattern
    kind: Kind
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
    head = Document(title[:TITLE_LIMIT], gazetteer)
    head.subject = _subject(head)
    body = Document(text, gazetteer, head.subject)
    # A text's title, and a title's text as far as it opens, say what is meant where the other does not.
    about = show(names_hidden(head, 0, len(head.text)))
    opening = show(names_hidden(body, 0, OPENING))
    told = list(sentences(text, after_heading(text, title)))
    headed = list(sentences(head.text))
    readings = [
        *_read(_Text("text", body, told, Topics(body, told, about)), when),
        *_read(_Text("title", head, headed, Topics(head, headed, opening)), when),
    ]
    kept = _one_matter_once(readings)
    of_text = {one.everyone for one in kept if one.text.where == "text"}
    return _without_repeats(
        [
            _record(one)
            for one in kept
            if one.text.where == "text" or not any(one.everyone <= people for people in of_text)
        ]
    )


def _subject(title: Document) -> Mention | None:
    """Whom a notice speaks of: the name before a colon that opens its title."""
    masked = title.mask(0, len(title.text))
    return masked.mentions[0] if masked.mentions and _SUBJECT.match(masked.text) else None


def _read(text: _Text, published: When) -> Iterator[_Reading]:
    partners: list[Mention] = []
    agreed: _Reading | None = None
    age = 0
    for at, sentence in enumerate(text.told):
        age += 1
        masked = text.document.mask(sentence.start, sentence.end)
        if len(masked.mentions) > MENTIONS_LIMIT or not (
            len(masked.mentions) >= 2 or (BOTH in masked.text and age <= REACH)
        ):
            continue
        readings = list(_readings(text, at, masked, published, partners if age <= REACH else []))
        if agreed is not None and age <= REACH and TERMS.search(masked.text):
            _settle(readings, agreed)
        readings = _directed_first(readings)
        yield from readings
        if readings:
            told = max(readings, key=lambda reading: len(reading.everyone))
            partners = list(dict.fromkeys((*told.providers, *told.recipients, *told.parties)))
            agreed = next((one for one in readings if one.parties and one.status == "done"), agreed)
            age = 0
        elif len(set(masked.mentions.values())) == 2:
            partners, age = list(dict.fromkeys(masked.mentions.values())), 0


def _readings(
    text: _Text, at: int, masked: Masked, published: When, partners: list[Mention]
) -> Iterator[_Reading]:
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
            yield _reading(text, at, pattern, match, masked, published, providers, recipients, ())
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
            yield _reading(text, at, pattern, match, masked, published, (), (), parties)


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
    text: _Text,
    at: int,
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
    amounts = stated_amounts(masked)
    return _Reading(
        text,
        at,
        pattern,
        pattern.kind,
        providers,
        recipients,
        parties,
        stated_status(masked.text, clause, verb),
        stated_when(masked, verb, published),
        amounts[0] if len(amounts) == 1 else None,
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
                one.kind = reading.kind if reading.kind != "other" else one.kind
    return kept


def _one_matter_once(readings: list[_Reading]) -> list[_Reading]:
    """An agreement whose giver and takers are told in another sentence is told there: with that direction, once.

    What was agreed dates from the agreement, where the other sentence states no date.
    """
    directed: dict[tuple[str, int], list[_Reading]] = defaultdict(list)
    for one in readings:
        if one.providers and one.status == "done":
            directed[one.text.where, one.at].append(one)
    kept: list[_Reading] = []
    for reading in readings:
        content: list[_Reading] = []
        if reading.parties and reading.status == "done" and reading.kind in _AGREED:
            near = [(reading.text.where, at) for at in range(reading.at - REACH, reading.at + REACH + 1)]
            content = [
                one
                for place in dict.fromkeys((*near, ("title", 0)))
                for one in directed.get(place, ())
                if _same_matter(one, reading)
            ]
        if not content or frozenset().union(*(one.everyone for one in content)) != reading.everyone:
            kept.append(reading)
            continue
        for one in content:
            one.kind = reading.kind if reading.kind != "other" else one.kind
            if reading.when.as_written and not one.when.as_written:
                one.when = reading.when
    return kept


def _same_matter(given: _Reading, agreed: _Reading) -> bool:
    """Whether what is given may be what was agreed: among the same, with no other date."""
    if not given.everyone <= agreed.everyone:
        return False
    return not (given.when.as_written and agreed.when.as_written) or _agree(given.when, agreed.when)


def _agree(one: When, other: When) -> bool:
    """Whether two dates may be one, at the coarser precision of the two."""
    if one.start is None or other.start is None or "year" in (one.precision, other.precision):
        return one.start is None or other.start is None or one.start.year == other.start.year
    if "month" in (one.precision, other.precision):
        return (one.start.year, one.start.month) == (other.start.year, other.start.month)
    return one.start == other.start


def _record(reading: _Reading) -> Cooperation:
    sentence = reading.text.told[reading.at]
    technologies, applications = reading.text.topics.of(reading.at, reading.everyone)
    sure = reading.pattern.confidence * (1 if technologies else _NO_TOPIC)
    return Cooperation(
        locator=f"{reading.text.where}:{sentence.start}-{sentence.end}",
        quote=reading.text.document.text[sentence.start : sentence.end][:_QUOTE],
        confidence=round(sure, 3),
        kind=reading.kind,
        providers=reading.providers,
        recipients=reading.recipients,
        parties=reading.parties,
        technologies=technologies,
        applications=applications,
        amount=reading.amount,
        status=reading.status,
        when=reading.when,
    )


def _without_repeats(records: list[Cooperation]) -> list[Cooperation]:
    """One record for each sides, kind and status, the surest telling, if possible one with its date.

    What was done is no longer a plan, and a kind that is told is no longer `other`.
    """
    kept: dict[tuple[object, ...], Cooperation] = {}
    for record in records:
        key = (*_sides(record), record.kind, record.status)
        if key not in kept or _worth(record) > _worth(kept[key]):
            kept[key] = record
    told = {(*_sides(record), record.status) for record in kept.values() if record.kind != "other"}
    return [
        record
        for record in kept.values()
        if not (record.status == "planned" and (*_sides(record), record.kind, "done") in kept)
        and not (record.kind == "other" and (*_sides(record), record.status) in told)
    ]


def _worth(record: Cooperation) -> tuple[float, bool]:
    return record.confidence, bool(record.when.as_written)


def _sides(record: Cooperation) -> tuple[object, ...]:
    return (record.providers, record.recipients, frozenset(record.parties))
