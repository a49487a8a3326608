"""What a reviewer makes of a reading: a form's fields become a fact whose every word stands in the text.

A form sends `type`, `status`, `when`, ticked `technology` and `application`, and for each role fields `words ROLE`
with as many `at ROLE` beside them: the place that the words were taken from (`START-END`, characters of the text),
or nothing where somebody typed them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from werkzeug.datastructures import MultiDict

from entity_resolution.review.readings_text import nearest, visible
from pipelines.dates import read_when
from pipelines.errors import InputError, ValuenetError
from pipelines.reading.fact import Fact, Piece, Role
from pipelines.reading.fact_json import STATUSES, TYPES, date_of, fact_from, fact_json, roles_of
from pipelines.records import UNDATED, When
from pipelines.taxonomy import Term, taxonomy

#: Words of one role, characters of one field.
PIECES_MOST: Final = 40
WORDS_MOST: Final = 300
#: A quote grows to hold words that stand beside it, up to this.
QUOTE_MOST: Final = 1000
#: Roles of which one cannot be played by the words that play the other.
APART: Final[tuple[tuple[Role, Role], ...]] = (
    ("provider", "recipient"),
    ("investor", "target"),
    ("lead", "target"),
    ("owner", "owned"),
)
ROLES: Final[tuple[Role, ...]] = get_args(Role)
_TAXONOMIES: Final = {"technology": "technology_categories", "application": "application_areas"}
_PLACE: Final = re.compile(r"(\d{1,9})-(\d{1,9})")


class MendRefused(ValuenetError):
    """What was sent is no fact of this text. `key` names the words that say why, with what fills them."""

    def __init__(self, key: str, **values: str) -> None:
        self.key, self.values = key, values
        super().__init__(": ".join([key, *values.values()]))


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was sent, to be shown again where it was refused: role → (words, place)."""

    type: str
    status: str
    when: str
    roles: Mapping[str, tuple[tuple[str, str], ...]]
    technology: tuple[str, ...]
    application: tuple[str, ...]


def draft_of(fact: Fact) -> Draft:
    """The form that says what the fact says."""
    return Draft(
        type=fact.type,
        status=fact.status,
        when=when_shown(fact.when),
        roles={
            str(role): tuple((_field(one.text), f"{one.start}-{one.end}") for one in pieces)
            for role, pieces in fact.roles.items()
        },
        technology=fact.technology,
        application=fact.application,
    )


def draft_sent(form: MultiDict[str, str]) -> Draft:
    """The form as it came, fields that nobody filled left out."""
    roles: dict[str, tuple[tuple[str, str], ...]] = {}
    for role in ROLES:
        words, places = form.getlist(f"words {role}"), form.getlist(f"at {role}")
        places += [""] * (len(words) - len(places))
        given = [(one.strip(), at) for one, at in zip(words, places, strict=False) if one.strip()]
        if given:
            roles[role] = tuple((one[: WORDS_MOST + 1], at[:20]) for one, at in given[: PIECES_MOST + 1])
    return Draft(
        type=form.get("type", ""),
        status=form.get("status", ""),
        when=form.get("when", "").strip()[:100],
        roles=roles,
        technology=tuple(form.getlist("technology")),
        application=tuple(form.getlist("application")),
    )


def mended(draft: Draft, read: Fact, text: str, who: str) -> Fact:
    """The fact that the form states about the text. `read` is what was read there: its quote is where words are
    looked for first, and what the form has no field for stays. Raises `MendRefused`, and `InputError` for what is
    no fact of its type."""
    kind: Any = draft.type
    if kind not in TYPES:
        raise MendRefused("mend_no_type")
    if draft.status not in STATUSES:
        raise MendRefused("mend_no_status")
    allowed: tuple[str, ...] = roles_of(kind)
    roles: dict[Role, tuple[Piece, ...]] = {}
    for role in ROLES:
        given = draft.roles.get(role, ())
        if given and role not in allowed:
            raise MendRefused("mend_role", type=f"type_{kind}", role=f"role_{role}")
        if len(given) > PIECES_MOST:
            raise MendRefused("mend_many")
        pieces = [_piece(words, at, text, (read.start, read.end)) for words, at in given]
        if pieces:
            roles[role] = tuple(dict.fromkeys(pieces))
    for one, other in APART:
        both = {piece.text for piece in roles.get(one, ())} & {piece.text for piece in roles.get(other, ())}
        if both:
            raise MendRefused("mend_same_words", words=min(both))
    start, end = _quote(read, [piece for pieces in roles.values() for piece in pieces])
    made = Fact(
        type=kind,
        roles=roles,
        start=start,
        end=end,
        confidence=1.0,
        method=f"person:{who}"[:60],
        when=_when(draft.when, read.when),
        status=draft.status,
        technology=_categories("technology", draft.technology, read.technology),
        application=_categories("application", draft.application, read.application),
        details=read.details if kind == read.type else {},
    )
    return fact_from(fact_json(made), text)


def says_the_same(one: Fact, other: Fact) -> bool:
    """Whether two facts differ in nothing that a form could change."""
    return draft_of(one) == draft_of(other)


def when_shown(when: When) -> str:
    """A time as the form has it, and as `read_when` reads it back: a day, month or year, or two joined by 至."""
    first, last = date_of(When(start=when.start, precision=when.precision) if when.start else UNDATED), None
    if when.end:
        last = date_of(When(start=when.end, precision=when.precision))
    return f"{first or ''}至{last}" if last else first or ""


def categories(name: str) -> tuple[Term, ...]:
    """The classes that a form lists under `technology` or `application`, in the order of the taxonomy."""
    return tuple(taxonomy(_TAXONOMIES[name]))


def _categories(name: str, ticked: Collection[str], read: Sequence[str]) -> tuple[str, ...]:
    """What is ticked of what was read and of the classes that there are, in this order."""
    known = dict.fromkeys((*read, *(one.code for one in categories(name))))
    return tuple(one for one in known if one in ticked)


def _when(words: str, before: When) -> When:
    if words == when_shown(before):
        return before
    if not words:
        return UNDATED
    try:
        return read_when(words)
    except InputError as error:
        raise MendRefused("mend_no_date", words=words) from error


def _piece(words: str, at: str, text: str, quote: tuple[int, int]) -> Piece:
    if len(words) > WORDS_MOST:
        raise MendRefused("mend_many")
    place = _PLACE.fullmatch(at)
    if place is not None:
        start, end = int(place[1]), int(place[2])
        if 0 <= start < end <= min(len(text), start + WORDS_MOST) and _field(text[start:end]) == words:
            return Piece(text[start:end], start, end)
    found = nearest(text, words, quote)
    if found is None:
        raise MendRefused("mend_not_there", words=words)
    return Piece(words, found, found + len(words))


def _quote(read: Fact, pieces: list[Piece]) -> tuple[int, int]:
    """The quote that was read, grown to hold the pieces that stand near enough."""
    start, end = read.start, read.end
    for one in sorted(pieces, key=lambda one: abs(one.start - read.start)):
        low, high = min(start, one.start), max(end, one.end)
        if high - low <= QUOTE_MOST:
            start, end = low, high
    return start, end


def _field(words: str) -> str:
    """Words of the text as a field of one line holds them."""
    return visible(words).replace("\n", "").strip()
