"""EDGAR's company facts: what a company's reports state in XBRL, as dated attributes.

Of the hundreds of concepts a few are kept (`CONCEPTS`), for whole financial years, out of annual reports. A period
that several reports state has the value of the one filed last. Where a company uses several concepts for one
attribute, the first in the list that has a value for a period gives it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from crawlers.parsing import at, checked, object_at, refused, reject, shown, text_at
from crawlers.sources.sec_entities import cik_of
from pipelines.errors import InputError
from pipelines.records import Attribute, Identifier, Mention, Organisation, Rejected, When

#: Attribute → the concepts that say it, as (taxonomy, concept), the widest meaning first.
CONCEPTS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "revenue": (
        ("us-gaap", "Revenues"),
        ("us-gaap", "RevenueFromContractWithCustomerExcludingAssessedTax"),
        ("us-gaap", "RevenueFromContractWithCustomerIncludingAssessedTax"),
        ("us-gaap", "SalesRevenueNet"),
        ("ifrs-full", "Revenue"),
    ),
    "research_expense": (
        ("us-gaap", "ResearchAndDevelopmentExpense"),
        ("us-gaap", "ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost"),
        ("ifrs-full", "ResearchAndDevelopmentExpense"),
    ),
    "net_income": (
        ("us-gaap", "NetIncomeLoss"),
        ("us-gaap", "ProfitLoss"),
        ("ifrs-full", "ProfitLossAttributableToOwnersOfParent"),
        ("ifrs-full", "ProfitLoss"),
    ),
    "assets": (("us-gaap", "Assets"), ("ifrs-full", "Assets")),
    "staff": (
        ("dei", "EntityNumberOfEmployees"),
        ("ifrs-full", "NumberOfEmployees"),
        ("ifrs-full", "AverageNumberOfEmployees"),
    ),
}
_COUNTS: Final = frozenset(("staff",))
_MOMENTS: Final = frozenset(("assets", "staff"))
_ANNUAL: Final = re.compile(r"(?:10-K|10-KT|10-K405|20-F|40-F)(?:/A)?")
#: Days of a financial year: twelve months, or 52 or 53 weeks.
_YEAR: Final = range(350, 381)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

Period = tuple[str, dt.date | None, dt.date]


@dataclass(frozen=True, slots=True)
class _Value:
    number: float
    written: str
    filed: str
    entry: Any


def read_facts(answer: Any) -> Iterator[Organisation | Rejected]:
    """An `Organisation` for each concept that a company states, with its yearly values as attributes.

    Amounts are in units of the currency that the attribute names; numbers of people in `people`. A value that
    cannot be read is rejected by itself. Raises InputError for an answer without a name, number or facts.
    """
    try:
        subject = Mention(
            name=text_at(answer, "entityName"),
            identifiers=(Identifier(scheme="cik", value=cik_of(at(answer, "cik"))),),
        )
    except ValidationError as error:
        yield refused(error, locator="$", kind="organisation")
        return
    stated = object_at(answer, "facts")
    for name, concepts in CONCEPTS.items():
        taken: set[Period] = set()
        for taxonomy, concept in concepts:
            where = f"$.facts.{taxonomy}.{concept}.units"
            values: dict[Period, _Value] = {}
            try:
                units = object_at(object_at(object_at(stated, taxonomy), concept), "units")
            except InputError as error:
                yield reject(where, error.message, kind="attribute", field=error.field)
                continue
            yield from _values(units, name, where, values)
            fresh = {period: value for period, value in values.items() if period not in taken}
            if fresh:
                taken |= set(fresh)
                yield _organisation(subject, name, where, fresh)


def _values(units: Any, name: str, where: str, into: dict[Period, _Value]) -> Iterator[Rejected]:
    """Collect the values of whole years; what stands in a report's place for one and is none is rejected."""
    for unit, entries in units.items():
        if not isinstance(entries, list):
            yield reject(where, "a list was expected", kind="attribute", field=unit, value=shown(entries, 80))
            continue
        if name not in _COUNTS and not _CURRENCY.fullmatch(unit):
            yield reject(where, "no currency", kind="attribute", field="units", value=unit)
            continue
        for index, entry in enumerate(entries):
            try:
                found = _value(entry, unit, name)
            except InputError as error:
                place = f"{where}.{unit[:40]}[{index}]"
                yield reject(place, error.message, kind="attribute", field=error.field, raw=entry)
                continue
            if found is None:
                continue
            period, value = found
            if period not in into or into[period].filed <= value.filed:
                into[period] = value


def _value(entry: Any, unit: str, name: str) -> tuple[Period, _Value] | None:
    """The period and value of an entry; None for quarters and for what no annual report states."""
    if not _ANNUAL.fullmatch(text_at(entry, "form")):
        return None
    end, filed = _day(entry, "end"), _day(entry, "filed")
    start = None
    if name in _MOMENTS and at(entry, "start") is None:
        if text_at(entry, "fp") not in ("", "FY"):
            return None
    else:
        start = _day(entry, "start")
        if (end - start).days + 1 not in _YEAR:
            return None
    number = at(entry, "val")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise InputError(f"a number was expected, not {shown(number, 80)}", field="val")
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value) or (name in _COUNTS and value < 0):
        raise InputError("no possible number", field="val")
    written = "people" if name in _COUNTS else unit
    return (written, start, end), _Value(value, str(number), str(filed), entry)


def _day(entry: Any, field: str) -> dt.date:
    written = text_at(entry, field)
    try:
        if not _DAY.fullmatch(written) or not written.isascii():
            raise ValueError
        return dt.date.fromisoformat(written)
    except ValueError:
        raise InputError(f"no day: {written[:60]!r}", field=field) from None


def _organisation(
    subject: Mention, name: str, where: str, values: dict[Period, _Value]
) -> Organisation | Rejected:
    def build() -> Organisation:
        return Organisation(
            locator=where,
            quote=shown([value.entry for value in values.values()]),
            subject=subject,
            attributes=tuple(
                Attribute(
                    name=name,
                    value=value.written,
                    number=value.number,
                    unit=unit,
                    when=When(
                        start=start or end,
                        end=end if start else None,
                        precision="day",
                        as_written=f"{start}/{end}" if start else str(end),
                    ),
                )
                for (unit, start, end), value in sorted(values.items(), key=lambda one: str(one[0]))
            ),
        )

    return checked(build, locator=where, kind="organisation")
