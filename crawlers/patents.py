"""What patent offices write in many ways, in one: numbers, class symbols, days, names; and XML that may be hostile.

One publication has one number whichever source tells of it: `CN101551481B`, `US8930553B2`, `US20050004437A1`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal, TypeVar

from pydantic import ValidationError

from crawlers.parsing import refused, reject, tidy
from crawlers.trees import xml_tree
from pipelines.errors import InputError
from pipelines.records import NAME_LIMIT, UNDATED, EntityKind, Mention, PatentParty, Rejected, When

#: Parties and classes of one document: more is no patent.
PARTIES_MOST: Final = 500
CLASSES_MOST: Final = 2_000

T = TypeVar("T")

_NUMBER = re.compile(r"[A-Z]{0,4}[0-9]{1,14}[A-Z]?[0-9]{0,12}")
_KIND = re.compile(r"(?:[A-Z][0-9]?)?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SYMBOL = re.compile(
    r"([A-HY][0-9]{2}[A-Z])\s{0,4}(?:([0-9]{1,4})\s{0,4}/\s{0,4}([0-9]{2,6}))?(?:\s[A-Z0-9\s]{0,80})?"
)
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")


class Parts:
    """Reads the parts of a document; what a part cannot give is noted, and the rest goes on."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.refused: list[Rejected] = []

    def take(self, part: str, otherwise: T, read: Callable[..., T], *given: Any, **named: Any) -> T:
        """What `read` gives, or `otherwise`."""
        try:
            return read(*given, **named)
        except (InputError, ValidationError) as error:
            raw = given[0] if given else named
            self.refused.append(refused(error, locator=f"{self.where}/{part}", kind="patent", raw=raw))
            return otherwise

    def refuse(self, part: str, reason: str, value: str) -> None:
        self.refused.append(reject(f"{self.where}/{part}", reason, kind="patent", field=part, value=value))


def parse_xml(body: bytes) -> Any:
    """The root of an XML document. Entities stay unexpanded, and nothing is loaded. Raises InputError."""
    if not body.strip():
        raise InputError("an empty answer")
    return xml_tree(body, keep_comments=False)


def local(element: Any) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Any, name: str) -> Iterator[Any]:
    """The children of that name, whatever their namespace; none of None."""
    if element is not None:
        yield from (child for child in element if local(child) == name)


def child(element: Any, *path: str) -> Any:
    """The first element down a path of names; None where a step is missing."""
    for name in path:
        element = next(children(element, name), None)
        if element is None:
            return None
    return element


def words(element: Any) -> str:
    """All text in an element, tidied; empty for None."""
    return "" if element is None else tidy("".join(element.itertext()))


def document_number(country: str, number: str, kind: str) -> str:
    """A publication's number with office and kind. American numbers lose leading zeros, and American applications
    that lost the zero after their year get it back. Raises InputError for what is no number."""
    country, number, kind = (
        country.strip().upper(),
        re.sub(r"[\s,./-]", "", number).upper(),
        kind.strip().upper(),
    )
    if not _COUNTRY.fullmatch(country):
        raise InputError(f"no office: {country!r}", field="country")
    if not _NUMBER.fullmatch(number):
        raise InputError(f"no number of a patent: {number!r}", field="number")
    if not _KIND.fullmatch(kind):
        raise InputError(f"no kind of a patent document: {kind!r}", field="kind")
    if country == "US":
        number = re.sub(r"^([A-Z]{0,2})0+(?=[0-9])", r"\1", number)
        if kind.startswith("A") and len(number) == 10 and number.startswith("20"):
            number = f"{number[:4]}0{number[4:]}"
    return f"{country}{number}{kind}"


def class_symbol(text: str) -> str:
    """A CPC or IPC symbol without blanks and filling zeros: `G06F17/21` for `G06F017/21` and `G06F  17/ 21  A I`.

    What follows the symbol (level, value, version) is left. Raises InputError for what is no symbol.
    """
    found = _SYMBOL.fullmatch(text.strip().upper())
    if found is None:
        raise InputError(f"no symbol of CPC or IPC: {text[:80]!r}", field="class")
    return found[1] if found[2] is None else f"{found[1]}{int(found[2])}/{found[3]}"


def read_day(text: str) -> When:
    """A day as offices write it, `20050222` or `2005-02-22`; `20050200` is a month, `20050000` a year, and zeros or
    nothing no date. Raises InputError for anything else."""
    written = text.strip()
    found = _DAY.fullmatch(written)
    if not written or (found and not int(found[1])):
        return UNDATED
    if found is None:
        raise InputError(f"no day: {written[:40]!r}", field="date")
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if day and not month:
        raise InputError(f"a day without a month: {written!r}", field="date")
    try:
        start = dt.date(year, month or 1, day or 1)
    except ValueError as error:
        raise InputError(f"no day: {written!r} ({error})", field="date") from error
    return When(start=start, precision="day" if day else "month" if month else "year", as_written=written)


def earliest(days: Iterable[When]) -> When:
    """The first of some days; undated where none has a date."""
    dated = [one for one in days if one.start is not None]
    return min(dated, key=lambda one: (one.start or dt.date.max, one.as_written), default=UNDATED)


def stage_of(country: str, kind: str) -> Literal["", "application", "grant"]:
    """What a kind of document publishes; empty where kinds are used for several things."""
    if country == "US" and kind == "A":  # before 2001 only grants were published
        return "grant"
    return "application" if kind[:1] == "A" else "grant" if kind[:1] in ("B", "C") else ""


def country_code(text: str) -> str | None:
    """Two letters as a country; None for `omitted`, `unknown` and the like."""
    code = text.strip().upper()
    return code if _COUNTRY.fullmatch(code) and code not in ("XX", "ZZ") else None


def party(
    role: str,
    name: str,
    *,
    kind: EntityKind | None = None,
    country: str | None = None,
    place: str | None = None,
    scope: str = "",
) -> PatentParty:
    """A party of a patent. Raises InputError for a name too long or none, ValidationError for odd characters."""
    name = tidy(name)
    if not name or len(name) > NAME_LIMIT:
        raise InputError("no name" if not name else "a name too long", field=role)
    mention = Mention(name=name, kind=kind, country=country, place=place or None, scope=scope[:500])
    return PatentParty.model_validate({"party": mention, "role": role})


def distinct(parties: Iterable[PatentParty]) -> tuple[PatentParty, ...]:
    """Each name once in each role: written in two ways of spelling only case and width, it is still one."""
    kept: dict[tuple[str, str], PatentParty] = {}
    for one in parties:
        kept.setdefault((one.role, one.party.name.casefold()), one)
    return tuple(kept.values())


def inventor_scope(organisations: Iterable[str], number: str) -> str:
    """What tells an inventor from namesakes: the organisation that the invention is of, else the patent itself."""
    first = next(iter(organisations), "")
    return f"inventor at {first}" if first else f"inventor of {number}"
