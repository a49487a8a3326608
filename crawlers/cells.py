"""The cells of one row of a file handed in, by field: text, lists, closed words, dates, amounts.

A required cell that cannot be read raises, which rejects the row; any other is left out and flagged by itself.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import re

from pydantic import ValidationError

from crawlers.kinds import kinds, plain
from crawlers.mappings import Mapping
from crawlers.parsing import safe
from crawlers.tabular import Row
from pipelines.amounts import read_amount
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.records import UNDATED, Amount, Attribute, Rejected, When

TRUE = frozenset({"1", "true", "yes", "y", "是", "核心"})
#: More values than this in one cell are no list of ours.
LIST_LIMIT = 2000

_CURRENCY = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_SCHEME = re.compile(r"[^a-z0-9_-]")
#: What follows a comma inside the name of one company.
_FORM = re.compile(
    r"\s*(?:co|company|corp|corporation|inc|incorporated|ltd|limited|llc|llp|l\.l\.c|l\.?p|plc|gmbh|ag|s\.?a|n\.?v|b\.?v)\b",
    re.IGNORECASE,
)


class Cells:
    """The cells of one row by field; an absent value reads as empty."""

    def __init__(self, mapping: Mapping, row: Row) -> None:
        self.mapping, self._row = mapping, row
        self.kind = kinds()[mapping.kind]
        self.locator = f"line:{row.line}"
        self.rejected: list[Rejected] = []

    @property
    def quote(self) -> str:
        return safe(" | ".join(value for value in self._row.cells.values() if value), 1000)

    def own(self, name: str) -> str:
        """The scheme of this source's own ids."""
        source = self.mapping.source["name"]
        plain_name = _SCHEME.sub("-", source.lower())[:30]
        if plain_name != source:  # two names that only look alike in these letters are two schemes
            plain_name = f"{plain_name[:21]}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
        return f"{plain_name}:{name[:9]}"

    def text(self, field: str) -> str:
        if field in self.mapping.fixed:
            return self.mapping.fixed[field]
        column = self.mapping.columns.get(field) or self.mapping.attributes.get(field)
        value = self._row.cells.get(column, "") if column else ""
        return "" if value in self.mapping.absent else value

    def written(self, field: str) -> str:
        """The cell as it stands, also where it means "not said"."""
        return self._row.cells.get(self.mapping.columns.get(field, ""), "") or self.mapping.fixed.get(
            field, ""
        )

    def values(self, field: str) -> list[str]:
        """The values of a list. Raises `InputError` for more than are believed to stand in one cell."""
        separators = self.mapping.lists.get(field) or self.kind.fields[field].separators
        parts = _split(self.text(field), separators)
        if len(parts) > LIST_LIMIT:
            raise InputError(f"more than {LIST_LIMIT} values in one cell", field=field)
        return [part for part in parts if part not in self.mapping.absent]

    def word(self, field: str, default: str = "") -> str:
        """The value of a field that takes certain words only. Raises `InputError` for any other word."""
        written = self.text(field)
        if not written:
            return default
        own, words = self.mapping.values.get(field, {}), self.kind.fields[field].words
        found = own.get(plain(written), words.get(plain(written)))
        if found is None:
            known = ", ".join(dict.fromkeys(words.values()))
            raise InputError(f"not one of the words that are taken: {known}", field=field)
        return found or default

    def flag(self, field: str, value: str, reason: str) -> None:
        """Keep a part of the row that is not taken, with the reason; the rest of the row goes on."""
        self.rejected.append(self.reject(field, value, reason, kind="field"))

    def required(self, field: str) -> str:
        value = self.text(field)
        if not value:
            raise InputError("the cell is empty", field=field)
        return value

    def when(self, start: str, end: str = "", *, required: bool = False) -> When:
        """Valid time from one or two columns; unreadable and not required: undated, and rejected by itself."""
        written = "至".join(filter(None, (self.text(start), self.text(end) if end else "")))
        if not written:
            if required:
                raise InputError("the cell is empty", field=start)
            return UNDATED
        try:
            first = read_when(self.text(start)) if self.text(start) else UNDATED
            last = read_when(self.text(end)) if end and self.text(end) else UNDATED
            if end:
                return When(
                    start=first.start,
                    end=last.end or _last_day(last),
                    precision=first.precision or last.precision,
                    as_written=written,
                )
            if required and first.start is None:
                raise InputError("no date", field=start)
            return first
        except (InputError, ValidationError) as error:
            message = error.message if isinstance(error, InputError) else error.errors()[0]["msg"]
            if required:
                raise InputError(message, field=start) from error
            self.flag(start, written, message)
            return UNDATED

    def amount(self, field: str) -> Amount | None:
        written = self.written(field)
        if not written:
            return None
        try:
            return read_amount(written)
        except InputError as error:
            self.flag(field, written, error.message)
            return Amount(as_written=safe(written, 300))

    def attribute(self, name: str, written: str, when: When = UNDATED) -> Attribute:
        """With its number, where it is one; where the unit is a currency, the cell may say its own."""
        unit = self.mapping.units.get(name)
        number = float(written) if _NUMBER.fullmatch(written) else None
        if number is None and unit and _CURRENCY.fullmatch(unit):
            try:
                sum_ = read_amount(written)
            except InputError as error:
                self.flag(name, written, error.message)
            else:
                number, unit = (sum_.low, sum_.currency or unit) if sum_.low == sum_.high else (None, unit)
        return Attribute(name=name, value=written, number=number, unit=unit, when=when)

    def reject(self, field: str, value: str, reason: str, kind: str = "") -> Rejected:
        column = self.mapping.columns.get(field) or self.mapping.attributes.get(field) or field
        return Rejected(
            locator=self.locator,
            kind=kind or self.mapping.kind,
            field=safe(column, 300),
            value=safe(value, 2000),
            reason=safe(reason, 2000) or "not accepted",
            raw=safe(repr(self._row.cells), 20_000),
        )


def _split(text: str, separators: str) -> list[str]:
    """The parts of a list, without empty ones; a comma before a company's legal form separates nothing."""
    parts: list[str] = []
    begin = 0
    for at, char in enumerate(text):
        if char in separators and not (char in ",，" and _FORM.match(text, at + 1)):
            parts.append(text[begin:at].strip())
            begin = at + 1
    parts.append(text[begin:].strip())
    return [part for part in parts if part]


def _last_day(when: When) -> dt.date | None:
    """The last day of a date stated to the year, month or day."""
    if when.start is None or when.precision == "day":
        return when.start
    if when.precision == "year":
        return when.start.replace(month=12, day=31)
    return when.start.replace(day=calendar.monthrange(when.start.year, when.start.month)[1])
