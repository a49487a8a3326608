"""Facts in the words of a page: what a template shows of one, in one language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from analytics.exhibits import Column, Language
from analytics.report.wording import AMOUNT, DETAILS, KINDS, ROLES, VALUES, called, say
from analytics.trace import Quoted, TracedFact
from pipelines.web_addresses import web_address

#: Longer words are cut: a page shows where they stand in full.
_WORDS_MOST: Final = 600
_EMPTY: Final = "–"


@dataclass(frozen=True, slots=True)
class ShownBearer:
    """`entity` is empty where no page of it exists; `name` is empty where it is what is written."""

    role: str
    written: str
    entity: str
    name: str
    resolved: bool


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """`href` is empty where the address is no web address."""

    url: str
    href: str
    quote: str
    locator: str
    method: str
    confidence: str
    seen: str
    ended: str
    archive: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ShownFact:
    anchor: str
    kind: str
    when: str
    source: str
    bearers: tuple[ShownBearer, ...]
    details: tuple[tuple[str, str], ...]
    evidence: tuple[ShownEvidence, ...]


def shown_fact(fact: TracedFact, language: Language, pages: frozenset[str]) -> ShownFact:
    """The fact for a page; `pages` are the entities that have one."""
    return ShownFact(
        anchor=f"f{fact.fact}",
        kind=called(fact.kind, KINDS, language),
        when=when(fact, language),
        source=(fact.source_title_zh if language == "zh" else fact.source_title) or fact.source,
        bearers=tuple(
            ShownBearer(
                role=called(one.role, ROLES, language),
                written=one.written,
                entity=one.entity if one.entity in pages else "",
                name=name if (name := display(one.name, one.name_en, language)) != one.written else "",
                resolved=one.entity is not None,
            )
            for one in fact.bearers
        ),
        details=tuple(_details(fact, language)),
        evidence=tuple(_evidence(one) for one in fact.evidence),
    )


def display(name: str, english: str, language: Language) -> str:
    """The name that a page in that language shows: English where it is known, the Chinese one beside it."""
    if language == "en" and english and english != name:
        return f"{english} ({name})" if name else english
    return name


def when(fact: TracedFact, language: Language) -> str:
    """Valid time as finely as it was stated."""
    first, last = (_day(day, fact.precision) for day in (fact.valid_from, fact.valid_to))
    if not first and not last:
        return say("undated", language)
    return first if not last or first == last else f"{first or '…'} – {last}"


def cell_text(value: Any, column: Column) -> str:
    """A cell's value as it is printed: thousands apart, decimals as the column says, a dash for a gap."""
    if value is None:
        return _EMPTY
    if column.kind == "count":
        return f"{int(value):,}"
    if column.kind in ("number", "share"):
        return f"{float(value):,.{column.decimals}f}"
    return str(value)


def signed(value: Any, column: Column) -> str:
    """A difference as it is printed, with its sign."""
    text = cell_text(value, column)
    return f"+{text}" if value is not None and value > 0 else text.replace("-", "−")


def moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def _day(day: dt.date | None, precision: str | None) -> str:
    if day is None:
        return ""
    return {"year": f"{day.year}", "month": f"{day.year}-{day.month:02}"}.get(
        precision or "", day.isoformat()
    )


def _details(fact: TracedFact, language: Language) -> list[tuple[str, str]]:
    found = []
    label = called(fact.kind, VALUES, language)
    if fact.kind == "attribute":
        label = called(str(fact.detail.get("attribute", "")), DETAILS, language)
    amount = fact.kind in ("financing", "cooperation")
    if fact.value:
        found.append((label, fact.value))
    if fact.as_written and fact.as_written != fact.value:
        found.append((AMOUNT.of(language) if amount else say("quote", language), fact.as_written))
    for key, value in sorted(fact.detail.items()):
        if key == "attribute" or (key == "status" and value == "done"):
            continue
        found.append((called(key, DETAILS, language), _plain(value)))
    return [(name, _cut(text)) for name, text in found]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return str(value)


def _evidence(one: Quoted) -> ShownEvidence:
    first, last = moment(one.first_seen), moment(one.last_seen)
    return ShownEvidence(
        url=_cut(one.url),
        href=web_address(one.url),
        quote=_cut(one.quote),
        locator=_cut(one.locator),
        method=f"{one.method} {one.method_version}",
        confidence=f"{one.confidence:.2f}",
        seen=first if first == last else f"{first} – {last}",
        ended=moment(one.ended_at) if one.ended_at else "",
        archive=f"{one.archive} @ {one.offset}",
        sha256=one.sha256,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _WORDS_MOST else text[:_WORDS_MOST] + "…"
