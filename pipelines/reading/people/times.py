"""Points and spans of time as CVs write them: 1998年7月至2003年5月, 1988-1989年, 2013年1月起, 1993-至今.

A date of birth is no time of a post: it is left out, and so reaches no fact.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.records import Precision, When

Kind = Literal["point", "since", "span", "open"]
_YEARS: Final = range(1900, 2101)
_DATE: Final = (
    r"(?P<{0}y>(?:19|20)\d\d)"
    r"(?:\s?年(?:初|底|末|中|度|春|秋)?(?:\s?(?P<{0}m>\d{{1,2}})\s?月(?:份|底|初|末|中旬)?(?:\s?(?P<{0}d>\d{{1,2}})[日号])?)?"
    r"|\s?[./]\s?(?P<{0}m2>\d{{1,2}})(?:[./](?P<{0}d2>\d{{1,2}}))?月?(?![\d.])"
    r"|-(?P<{0}m3>0[1-9]|1[0-2])(?:-(?P<{0}d3>\d\d))?(?!\d))?"
)
_NOW: Final = r"至今|迄今|今|现在|目前|现今"
_SPAN: Final = re.compile(
    r"(?<![\d.])"
    + _DATE.format("a")
    + r"(?:\s?(?:-{1,3}|至|到)\s?(?:(?P<now>"
    + _NOW
    + r")|"
    + _DATE.format("b")
    + r"|(?P<cm>\d{1,2})月(?:份|底|初)?(?:(?P<cd>\d{1,2})[日号])?)(?:年)?(?:间|期间|止)?"
    r"|(?P<now2>\s?至今|\s?迄今)|(?P<since>起至今|起|以来|开始|后)|(?:间|期间))?"
)
_BORN: Final = re.compile(r"\s?(?:月|日)?(?:出?生|诞生)")
_BORN_BEFORE: Final = re.compile(r"(?:(?<!先)生于|出生|生日|出生(?:日期|年月|时间)?[:为是于]?)\s?$")
_NUMERALS: Final = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_YEAR: Final = re.compile(r"(?<![一-龥])[一二][〇零○一二三四五六七八九]{3}(?=年)")


@dataclass(frozen=True, slots=True)
class Time:
    """A time by its place in the text. `kind`: a point, a beginning (起), a span, or one that lasts (至今)."""

    start: int
    end: int
    when: When
    kind: Kind


def with_digits(text: str) -> str:
    """Years in Chinese numerals as digits, each where it stood."""
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_NUMERALS), text)


def find_times(plain: str, written: str) -> Iterator[Time]:
    """The times of `plain` (folded, dashes made `-`), with the words of `written`; left to right."""
    for match in _SPAN.finditer(plain):
        if not _is_time(match) or _BORN.match(plain, match.end()):
            continue
        if _BORN_BEFORE.search(plain, max(0, match.start() - 8), match.start()):
            continue
        first = _days(match, "a")
        if first is None:
            continue
        words = written[match.start() : match.end()].strip()
        if match["now"] or match["now2"] or (match["since"] or "").endswith("至今"):
            when = When(start=first[0], precision=first[2], as_written=words)
            yield Time(match.start(), match.end(), when, "open")
            continue
        if match["by"] or match["cm"]:
            last = _days(match, "b") if match["by"] else _month_of(match, first[0].year)
            if last is None or last[1] < first[0]:
                continue
            precision = min(first[2], last[2], key=("year", "month", "day").index)
            when = When(start=first[0], end=last[1], precision=precision, as_written=words)
            yield Time(match.start(), match.end(), when, "span")
            continue
        when = When(start=first[0], precision=first[2], as_written=words)
        yield Time(match.start(), match.end(), when, "since" if match["since"] else "point")


def _is_time(match: re.Match[str]) -> bool:
    """Four digits alone are no time."""
    return "年" in match[0] or "月" in match[0] or any(
        match[name] for name in ("am2", "am3", "by", "now", "now2")
    )  # fmt: skip


def _days(match: re.Match[str], which: str) -> tuple[dt.date, dt.date, Precision] | None:
    month = match[f"{which}m"] or match[f"{which}m2"] or match[f"{which}m3"]
    day = match[f"{which}d"] or match[f"{which}d2"] or match[f"{which}d3"]
    return _stretch(int(match[f"{which}y"]), month, day)


def _month_of(match: re.Match[str], year: int) -> tuple[dt.date, dt.date, Precision] | None:
    return _stretch(year, match["cm"], match["cd"])


def _stretch(year: int, month: str | None, day: str | None) -> tuple[dt.date, dt.date, Precision] | None:
    if year not in _YEARS:
        return None
    if month is None:
        return dt.date(year, 1, 1), dt.date(year, 12, 31), "year"
    if not 1 <= int(month) <= 12:
        return None
    length = calendar.monthrange(year, int(month))[1]
    if day is None:
        return dt.date(year, int(month), 1), dt.date(year, int(month), length), "month"
    if not 1 <= int(day) <= length:
        return None
    exact = dt.date(year, int(month), int(day))
    return exact, exact, "day"
