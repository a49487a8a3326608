"""Statements as Wikidata's software writes them: properties, ranks, values and qualifiers.

A statement is read or refused by itself. A deprecated one is known to be wrong, and one of an unknown value, or of
none, says nothing that could be kept: neither is read, and each property says how many it had.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crawlers.parsing import at, list_at, object_at, reject, shown, text_at, tidy
from pipelines.dates import YEARS
from pipelines.errors import InputError
from pipelines.records import UNDATED, Precision, Rejected, When

#: More statements of one property than this are no description of an organisation or a person.
STATEMENTS_MOST: Final = 2_000

START, END, POINT = "P580", "P582", "P585"

_ITEM = re.compile(r"Q[1-9][0-9]{0,11}")
_TIME = re.compile(r"([+-])0*(\d{1,12})-(\d\d)-(\d\d)T00:00:00Z")
#: Finer values than a day are not used in the world that is described; vaguer ones than a year are no dates here.
_PRECISIONS: Final[dict[int, Precision]] = {9: "year", 10: "month", 11: "day"}
_FINENESS: Final[dict[Precision, int]] = {"year": 0, "month": 1, "day": 2}
_GREGORIAN: Final = "http://www.wikidata.org/entity/Q1985727"
_JULIAN: Final = "http://www.wikidata.org/entity/Q1985786"
_SILENT: Final = {"somevalue": "whose value is unknown", "novalue": "which say that there is none"}

_DEPRECATED: Final = "that are deprecated"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that counts. `where` is its JSON path; `best`: no other of its property is preferred to it."""

    where: str
    value: Any
    best: bool
    preferred: bool
    qualifiers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Day:
    """A point in time as stated: its first and last day, and how finely it was stated."""

    first: dt.date
    last: dt.date
    precision: Precision
    as_written: str


def statements(entity: Any, name: str, where: str) -> Iterator[Statement | Rejected]:
    """The statements of a property that count, and what had to be left aside; `where` is the entity's JSON path.

    Raises InputError where the claims are no object or the property's are no list.
    """
    claims = at(entity, "claims")
    if claims == []:  # an item without statements
        return
    listed = list_at(object_at(entity, "claims"), name)
    path = f"{where}.claims.{name}"
    if len(listed) > STATEMENTS_MOST:
        yield reject(path, f"more than {STATEMENTS_MOST} statements", kind="statement", field=name)
        return
    aside: dict[str, int] = {}
    kept: list[tuple[int, Any, str]] = []
    for index, one in enumerate(listed):
        try:
            rank, snak = text_at(one, "rank"), text_at(one, "mainsnak.snaktype")
            if rank not in ("preferred", "normal", "deprecated"):
                raise InputError(f"an unknown rank: {rank}", field=f"{name}.rank")
            if rank == "deprecated":
                aside[_DEPRECATED] = aside.get(_DEPRECATED, 0) + 1
            elif snak in _SILENT:
                aside[_SILENT[snak]] = aside.get(_SILENT[snak], 0) + 1
            elif snak != "value":
                raise InputError(f"an unknown kind of statement: {snak}", field=f"{name}.snaktype")
            else:
                kept.append((index, one, rank))
        except InputError as error:
            yield reject(
                f"{path}[{index}]", error.message, kind="statement", field=error.field or name, raw=one
            )
    for why, count in aside.items():
        yield reject(path, f"statements {why}, not read: {count}", kind="statement", field=name, value=count)
    any_preferred = any(rank == "preferred" for _, _, rank in kept)
    for index, one, rank in kept:
        try:
            value = at(one, "mainsnak.datavalue.value")
            qualifiers = at(one, "qualifiers")
            held = {} if qualifiers in (None, []) else object_at(one, "qualifiers")
        except InputError as error:
            yield reject(
                f"{path}[{index}]", error.message, kind="statement", field=error.field or name, raw=one
            )
            continue
        preferred = rank == "preferred"
        yield Statement(f"{path}[{index}]", value, preferred or not any_preferred, preferred, held)


def item(value: Any) -> str:
    """The id of the item that a value names, such as Q42. Raises InputError where it names none."""
    found = text_at(value, "id")
    if not _ITEM.fullmatch(found):
        raise InputError(f"no item: {shown(value, 80)}", field="id")
    return found


def word(value: Any) -> str:
    """The text of a value: a string, an external id, a text in some language. Raises InputError otherwise."""
    found = value if isinstance(value, str) else text_at(value, "text")
    if not tidy(found):
        raise InputError(f"a text was expected, not {shown(value, 80)}", field="value")
    return tidy(found)


def day(value: Any) -> Day:
    """The point in time of a value. Raises InputError for what is before the common era, vaguer than a year, of
    the Julian calendar, or no day at all."""
    written = text_at(value, "time")
    match = _TIME.fullmatch(written)
    if match is None:
        raise InputError(f"no date: {shown(written, 60)}", field="time")
    precision = at(value, "precision")
    if isinstance(precision, bool) or precision not in _PRECISIONS:
        raise InputError(f"vaguer than a year, or no precision: {shown(precision, 20)}", field="precision")
    said = _PRECISIONS[precision]
    year, month, number = int(match[2]), int(match[3]), int(match[4])
    if match[1] == "-" or year not in YEARS:
        raise InputError(f"{written} is in no year from {YEARS.start} to {YEARS.stop - 1}", field="time")
    model = text_at(value, "calendarmodel")
    if model != _GREGORIAN and (model != _JULIAN or said != "year"):
        raise InputError("a day of another calendar than the Gregorian", field="calendarmodel")
    # parts finer than the precision may hold anything and mean nothing
    try:
        if said == "year":
            return Day(dt.date(year, 1, 1), dt.date(year, 12, 31), said, written)
        if said == "month":
            length = calendar.monthrange(year, month)[1]
            return Day(dt.date(year, month, 1), dt.date(year, month, length), said, written)
        exact = dt.date(year, month, number)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise InputError(f"no day of the calendar: {written}", field="time") from error
    return Day(exact, exact, said, written)


def qualifier(statement: Statement, name: str) -> Any:
    """The one value of a qualifier; None where there is none, or no known one. Raises InputError for several."""
    values = [
        at(one, "datavalue.value")
        for one in list_at(statement.qualifiers, name)
        if text_at(one, "snaktype") == "value"
    ]
    if len(values) > 1:
        raise InputError(f"{len(values)} values of the qualifier {name}", field=name)
    return values[0] if values else None


def qualifier_items(statement: Statement, name: str) -> list[str]:
    """The ids of the items that a qualifier names. Raises InputError where it names something else."""
    return [
        item(at(one, "datavalue.value"))
        for one in list_at(statement.qualifiers, name)
        if text_at(one, "snaktype") == "value"
    ]


def ended(statement: Statement) -> bool | None:
    """Whether it is over: an end is stated, even an unknown one (True); stated that there is none (False);
    nothing said (None). Raises InputError for an end of an unknown kind."""
    kinds = {text_at(one, "snaktype") for one in list_at(statement.qualifiers, END)}
    if unknown := kinds - {"value", *_SILENT}:
        raise InputError(f"an unknown kind of qualifier: {sorted(unknown)}", field=END)
    if kinds & {"value", "somevalue"}:
        return True
    return False if "novalue" in kinds else None


def span(statement: Statement) -> When:
    """When a statement holds, by its qualifiers. Raises InputError where these are no dates, or in no order."""
    start, end = qualifier(statement, START), qualifier(statement, END)
    if start is None and end is None:
        point = qualifier(statement, POINT)
        return UNDATED if point is None else when_of(day(point))
    days = [None if one is None else day(one) for one in (start, end)]
    stated = [one for one in days if one is not None]
    first, last = days
    if first is not None and last is not None and last.last < first.first:
        raise InputError(f"it ends ({last.as_written}) before it starts ({first.as_written})", field=END)
    return When(
        start=None if first is None else first.first,
        end=None if last is None else last.last,
        precision=min((one.precision for one in stated), key=_FINENESS.__getitem__),
        as_written="/".join("" if one is None else one.as_written for one in days).rstrip("/"),
    )


def when_of(point: Day) -> When:
    """A point in time as the valid time of an event: it has a start alone."""
    return When(start=point.first, precision=point.precision, as_written=point.as_written)
