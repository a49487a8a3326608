"""Dates and spans of time as written, in Chinese or English, to valid time with its precision.

A date becomes a `When` with a start alone: the first day of what was written. A span has both ends, or a start
alone where it says "until now"; its end is the last day of what was written. Precision is that of the vaguer end.
Forms that could mean two dates (03/04/2014, 11-12-13) are errors, not guesses.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from pipelines.errors import InputError
from pipelines.folding import fold, is_text
from pipelines.records import Precision, When

#: Longer than this is no date.
LENGTH_LIMIT: Final = 80
#: Years outside are slips of the pen: the oldest universities are younger, plans reach less far.
YEARS: Final = range(1000, 2201)
#: The zone of the dates that Chinese services give as instants.
CHINA: Final = dt.timezone(dt.timedelta(hours=8), "UTC+8")

_DIGITS: Final = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "Ｏ": 0,
}
_NUMERALS: Final = "〇零○一二三四五六七八九十"
_MONTHS: Final = (
    {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
    | {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
    | {"sept": 9}
)
_UNKNOWN: Final = frozenset((
    "未披露", "未透露", "未公开", "未知", "不详", "暂无", "无",
    "-", "--", "—", "n/a", "na", "none", "null", "unknown", "undated",
))  # fmt: skip
_OPEN: Final = frozenset(("今", "至今", "现在", "目前", "now", "present", "current", "today"))
_FINENESS: Final[dict[Precision, int]] = {"day": 2, "month": 1, "year": 0}

_MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CLOCK: Final = r"(?:[t ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:z|gmt|utc|[ap]m|[+-]\d{2}:?\d{2})?)?"
_WEEKDAY: Final = r"(?:[a-z]{3,9},? )?"
_ORDINAL: Final = r"(?:st|nd|rd|th)?"
#: One date each; all anchored by fullmatch, none with nested repeats.
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}}){_CLOCK}",
        rf"(?P<y>\d{{4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}}){_CLOCK}",
        rf"(?P<y>\d{{4}})\.(?P<m>\d{{1,2}})\.(?P<d>\d{{1,2}}){_CLOCK}",
        rf"(?P<y>\d{{4}})年(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})[日号]?(?:凌晨|早间|上午|午间|中午|下午|晚间|晚|夜间)?{_CLOCK}",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})",
        r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?:份|初|中旬|底|末|上旬|下旬)?",
        r"(?P<y>\d{4})年?(?:第?(?P<q>[1-4])季度|q(?P<q2>[1-4]))",
        r"(?P<y>\d{4})年?(?P<h>[上下])半年",
        r"(?P<y>\d{4})(?:年(?:度|初|底|末|中)?)?",
        rf"{_WEEKDAY}(?P<d>\d{{1,2}}){_ORDINAL}(?: of)?[ -](?P<n>{_MONTH})\.?,?[ -](?P<y>\d{{4}})(?:,? {_CLOCK})?",
        rf"{_WEEKDAY}(?P<n>{_MONTH})\.? (?P<d>\d{{1,2}}){_ORDINAL},? (?P<y>\d{{4}})(?:,? {_CLOCK})?",
        rf"(?P<n>{_MONTH})\.?,?[ -](?P<y>\d{{4}})",
    )
)
#: The end of a span may leave out what its start has said: 2014年3月5日至8日, 2014年3月至5月.
_ENDINGS: Final = (
    re.compile(r"(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?"),
    re.compile(r"(?P<d>\d{1,2})[日号]"),
)
_SPACED: Final = re.compile(r"\s*(?:--|[–—~至到]|\bto\b|\buntil\b)\s*|\s+-\s+")
_YEARS: Final = re.compile(r"(?P<a>\d{4}年?)-(?P<b>\d{4}年?|今|至今|现在|present|now|current)")
_DOTTED: Final = re.compile(r"(?P<a>\d{4}[./年]\d{1,2}月?(?:[./]?\d{1,2}日?)?)-(?P<b>[^-]{1,20})")
_ISO_SPAN: Final = re.compile(r"(?P<a>\d{4}-\d{1,2}-\d{1,2})[/-](?P<b>\d{4}-\d{1,2}-\d{1,2})")
_AROUND_NUMERALS: Final = re.compile(rf"[{_NUMERALS}]{{1,4}}(?=[年月日号季])")
#: A space beside a Chinese character says nothing.
_LOOSE: Final = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_SINCE: Final = re.compile(r"(?:since |自|从)(?P<a>.+?)(?:起|以来|开始)?")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """First and last day of what one date says."""

    first: dt.date
    last: dt.date
    precision: Precision


def read_when(text: str) -> When:
    """`text` as valid time; words for "unknown" give one without dates.

    Raises InputError naming the text, when it is empty, of no known form, or no day of the calendar.
    """
    written = text.strip()
    if not written or len(written) > LENGTH_LIMIT or not is_text(written):
        why = "it is empty" if not written else f"longer than {LENGTH_LIMIT} characters, or not text"
        raise _unreadable(written, why)
    plain = _arabic(_LOOSE.sub("", fold(written).lower()))
    if plain in _UNKNOWN:
        return When(as_written=written)
    if span := _split(plain):
        return _span(*span, written)
    found = _date(plain, written)
    if found is None:
        raise _unreadable(written, "of no known form")
    # A quarter or half year is longer than its precision says, so it keeps its end.
    longer = found.precision == "month" and (found.first.year, found.first.month) != (
        found.last.year,
        found.last.month,
    )
    return When(
        start=found.first,
        end=found.last if longer else None,
        precision=found.precision,
        as_written=written,
    )


def read_epoch(milliseconds: float, zone: dt.tzinfo = CHINA) -> When:
    """The day in `zone` of an instant given in milliseconds since 1970-01-01 UTC.

    Raises InputError for what is no instant of the years accepted.
    """
    try:
        instant = dt.datetime.fromtimestamp(milliseconds / 1000, tz=zone)
    except (OverflowError, ValueError, OSError) as error:
        raise _unreadable(str(milliseconds)[:LENGTH_LIMIT], "no instant in milliseconds") from error
    if instant.year not in YEARS:
        raise _unreadable(str(milliseconds)[:LENGTH_LIMIT], "no instant in milliseconds")
    return When(start=instant.date(), precision="day", as_written=str(milliseconds))


def _unreadable(text: str, why: str) -> InputError:
    return InputError(
        f"cannot read the date {text[:LENGTH_LIMIT]!r}: {why}",
        field="when",
        hint="Write a date such as 2014-12-31, 2014年12月, 2014, or a span such as 2011-2014.",
    )


def _arabic(text: str) -> str:
    """Chinese numerals before 年, 月, 日 and 季 as Arabic ones: 二〇一四年十二月 is 2014年12月."""

    def number(match: re.Match[str]) -> str:
        word = match[0]
        if "十" not in word:
            return "".join(str(_DIGITS[char]) for char in word)
        tens, _, ones = word.partition("十")
        if len(tens) > 1 or len(ones) > 1:
            return word
        return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))

    return _AROUND_NUMERALS.sub(number, text)


def _split(text: str) -> tuple[str, str] | None:
    """The two ends of a span, or None. `2011-12` is a month and `2011-2014` a span."""
    for form in (_YEARS, _ISO_SPAN, _DOTTED):
        if match := form.fullmatch(text):
            return match["a"], match["b"]
    parts = _SPACED.split(text)
    if len(parts) == 2 and parts[0]:
        return parts[0].removeprefix("从").removeprefix("自").removeprefix("from "), parts[1].removesuffix(
            "期间"
        )
    if (match := _SINCE.fullmatch(text)) and match["a"] != text:
        return match["a"], "今"
    return None


def _span(start: str, end: str, written: str) -> When:
    first = _date(start, written)
    if first is None:
        raise _unreadable(written, "its beginning is of no known form")
    if end.strip() in _OPEN:
        return When(start=first.first, precision=first.precision, as_written=written)
    last = _date(end, written) or _ending(end, first, written)
    if last is None:
        raise _unreadable(written, "its end is of no known form")
    if last.last < first.first:
        raise _unreadable(written, "it ends before it starts")
    vaguer = min(first.precision, last.precision, key=_FINENESS.__getitem__)
    return When(start=first.first, end=last.last, precision=vaguer, as_written=written)


def _ending(text: str, start: _Stretch, written: str) -> _Stretch | None:
    """The end of a span in the year, and month, of its start."""
    for form in _ENDINGS:
        if match := form.fullmatch(text.strip()):
            parts = match.groupdict()
            month = int(parts.get("m") or start.first.month)
            return _stretch(start.first.year, month, int(parts["d"]) if parts["d"] else None, written)
    return None


def _date(text: str, written: str) -> _Stretch | None:
    for form in _FORMS:
        match = form.fullmatch(text.strip())
        if match is None:
            continue
        parts = match.groupdict()
        year = int(parts["y"])
        if quarter := parts.get("q") or parts.get("q2"):
            return _months(year, int(quarter) * 3 - 2, 3, written)
        if half := parts.get("h"):
            return _months(year, 1 if half == "上" else 7, 6, written)
        if name := parts.get("n"):
            month: int | None = _MONTHS[name]
        else:
            month = int(parts["m"]) if parts.get("m") else None
        return _stretch(year, month, int(parts["d"]) if parts.get("d") else None, written)
    return None


def _months(year: int, first: int, count: int, written: str) -> _Stretch:
    opening = _stretch(year, first, None, written)
    return _Stretch(opening.first, _stretch(year, first + count - 1, None, written).last, "month")


def _stretch(year: int, month: int | None, day: int | None, written: str) -> _Stretch:
    if year not in YEARS:
        raise _unreadable(written, f"{year} is no year from {YEARS.start} to {YEARS.stop - 1}")
    if month is None:
        return _Stretch(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")
    if not 1 <= month <= 12:
        raise _unreadable(written, f"there is no month {month}")
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return _Stretch(dt.date(year, month, 1), dt.date(year, month, length), "month")
    if not 1 <= day <= length:
        raise _unreadable(written, f"{year}-{month:02} has no day {day}")
    return _Stretch(dt.date(year, month, day), dt.date(year, month, day), "day")
