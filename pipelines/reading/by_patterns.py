"""The sentence patterns as a reader of facts: what they read as records, told with the places of its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pipelines.reading.cooperation import read_cooperation
from pipelines.reading.fact import Fact, Organisation, Piece, Role, Type
from pipelines.reading.financing import read_financing
from pipelines.reading.gazetteer import Gazetteer
from pipelines.records import UNDATED, Cooperation, Financing, Mention, When

METHOD: Final = "patterns/4"
#: A name less sure than this is nothing to build a pattern on.
SURE: Final = 0.5
#: A takeover, as `read_financing` marks it.
_TAKEOVER: Final = "并购"


def read_patterns(
    text: str,
    organisations: Sequence[Organisation],
    published: When = UNDATED,
    title: str = "",
    gazetteer: Gazetteer | None = None,
) -> list[Fact]:
    """What the patterns read in `text`, in its order. Names are those of `organisations`, or of a `gazetteer`.

    A fact whose words cannot be found in the text again is left out, as is what only the title says."""
    gazetteer = gazetteer or gazetteer_of(organisations)
    places = _Places(text, organisations)
    facts: list[Fact] = []
    for record in read_cooperation(text, title, published.start, gazetteer):
        facts += _told(record, places, published)
    for event in read_financing(text, title, published.start, gazetteer):
        facts += _told(event, places, published)
    return sorted(facts, key=lambda one: (one.start, one.end, one.type))


def gazetteer_of(organisations: Sequence[Organisation]) -> Gazetteer:
    """The names of these organisations, as far as they are sure enough, to be looked for."""
    sure = [one for one in organisations if one.confidence >= SURE]
    return Gazetteer(sorted({name for one in sure for name in (one.text, one.means)}))


def _told(record: Cooperation | Financing, places: _Places, published: When) -> Iterator[Fact]:
    where, _, offsets = record.locator.partition(":")
    if where != "text":
        return
    start, end = map(int, offsets.split("-"))
    kind, mentions, details = _cooperation(record) if isinstance(record, Cooperation) else _financing(record)
    roles: dict[Role, tuple[Piece, ...]] = {}
    for role, listed in mentions.items():
        found = [places.of(one, start, end) for one in listed]
        if any(one is None for one in found):
            return
        if pieces := tuple(one for one in found if one is not None):
            roles[role] = pieces
    if record.amount is not None and (piece := places.words(record.amount.as_written, start, end)):
        roles["amount"] = (piece,)
    if isinstance(record, Financing) and record.round and (piece := places.words(record.round, start, end)):
        roles["round"] = (piece,)
    yield Fact(
        kind,
        roles,
        start,
        end,
        record.confidence,
        METHOD,
        when=_when(record.when, published),
        status=record.status if isinstance(record, Cooperation) else "done",
        technology=record.technologies if isinstance(record, Cooperation) else (),
        application=record.applications if isinstance(record, Cooperation) else (),
        details=details,
    )


def _when(when: When, published: When) -> When:
    """A date taken over from the publication is no finer than the publication's."""
    return published if not when.as_written and when.start == published.start else when


_Told = tuple[Type, Mapping[Role, Iterable[Mention]], dict[str, str]]


def _cooperation(record: Cooperation) -> _Told:
    roles: dict[Role, Iterable[Mention]] = {
        "provider": record.providers, "recipient": record.recipients, "party": record.parties,
    }  # fmt: skip
    return "cooperation", roles, {"kind": record.kind}


def _financing(record: Financing) -> _Told:
    investors = tuple(one for one in record.investors if one not in record.leads)
    roles: dict[Role, Iterable[Mention]] = {
        "investor": investors, "lead": record.leads, "target": (record.target,),
    }  # fmt: skip
    return ("acquisition" if record.round == _TAKEOVER else "investment"), roles, {}


class _Places:
    """Where names stand in a text."""

    def __init__(self, text: str, organisations: Sequence[Organisation]) -> None:
        self._text = text
        self._of: dict[str, list[Organisation]] = {}
        for one in organisations:
            for name in {one.text, one.means}:
                self._of.setdefault(name, []).append(one)

    def of(self, mention: Mention, start: int, end: int) -> Piece | None:
        """The place of a name: in the sentence if it stands there, else the last before it, else the first."""
        named = self._of.get(mention.name, [])
        inside = [one for one in named if start <= one.start and one.end <= end]
        before = [one for one in named if one.end <= start]
        if inside or not (piece := self.words(mention.name, start, end)):
            chosen = (inside or before[-1:] or named)[:1]
            return chosen[0].piece if chosen else self.words(mention.name, 0, len(self._text))
        return piece

    def words(self, words: str, start: int, end: int) -> Piece | None:
        at = self._text.find(words, start, end) if words else -1
        return Piece(words, at, at + len(words)) if at >= 0 else None
