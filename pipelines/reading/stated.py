"""What a sentence states about an event: its date, whether it happened, and money."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from typing import Final, Literal

from pipelines.amounts import read_amount
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.reading.masking import BOTH, ORG, Masked
from pipelines.records import UNDATED, Amount, Precision, When

Status = Literal["done", "planned", "rumoured", "denied"]

_DATE: Final = re.compile(
    r"(?P<full>\d{4}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?|\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2})"
    r"|(?P<year>今年|本年|去年|前年|明年)(?:(?P<month>\d{1,2})月(?:份|(?P<day>\d{1,2})[日号])?)?"
    r"|(?<![\d.年])(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号]|份|(?=[初中底末，,、]))"
    r"|(?P<near>近日|日前|近期|最近|本月|今日|今天|昨日|昨天|前日|上月|本周|上周|上个月)"
)
_YEARS_OFF: Final = {"今年": 0, "本年": 0, "去年": -1, "前年": -2, "明年": 1}
_DAYS_OFF: Final = {"今日": 0, "今天": 0, "昨日": -1, "昨天": -1, "前日": -2}
#: Dates of something else: what stands right before, or right after, them.
_NOT_AFTER: Final = (
    "截至",
    "截止",
    "自",
    "自从",
    "成立于",
    "创立于",
    "始于",
    "创办于",
    "到",
    "至",
    "预计",
    "将于",
    "定于",
)
_NOT_BEFORE: Final = re.compile(r"(?:末|底)?(?:成立|创立|创办|以来|起，|之前|前，|上市的)")

_DENIED: Final = re.compile(
    r"否认|辟谣|不属实|不实|子虚乌有|谣言|未(?![来经])|没有|不再|不会|不与|不存在|并非|暂无|终止|取消|中止|拒绝|解除"
)
_DENIED_LATER: Final = re.compile(r"不属实|不实|子虚乌有|系谣言|为谣言|予以否认|未获证实")
_RUMOURED: Final = re.compile(
    rf"据传|传闻|传出|盛传|有传|传言|消息称|有消息|据称|疑似|知情人士|爆料|被曝|曝(?!光)|或将|或于|报道称"
    rf"|据(?:报道|悉|媒体|外媒)[^。]{{0,60}}(?:(?<!虚)(?<!模)拟|或|磋商|洽谈|正与|考虑)|据悉(?:拟|将|磋商|洽谈|考虑)"
    rf"|(?:^|，|：)传(?={ORG})|{ORG}传"
    rf"|{ORG}或(?=[与和将为向采推达])"
)
#: 将 with an object right behind it means "take", not "will".
_TAKES: Final = (
    rf"(?!{ORG}|{BOTH}|其|该|自[研身]|这"
    r"|[^，。将]{1,14}(?:应用|用于|部署|接入|引入|整合|融入|授权|交付|提供给))"
)
_PLANNED: Final = re.compile(
    rf"(?<!虚)(?<!模)拟|计划|即将|打算|有意|考虑|洽谈|磋商|商讨|谈判|商谈|筹划|预计|有望|准备|寻求|希望|意向|探讨|(?<!即)将{_TAKES}"
)

_UNIT: Final = r"(?:[十百千万亿]{1,3}(?:余|多)?|余万|余亿|多万|多亿)"
_CURRENCY: Final = r"(?:元人民币|元|人民币|美元|美金|港元|港币|欧元|英镑|日元|韩元|新台币|澳元|新加坡元|加元)"
_MONEY: Final = re.compile(
    r"(?:(?:US|HK|NT)?[$€£¥￥]\s?|人民币|RMB\s?|USD\s?)?"
    r"(?:近|约|超过|超|逾|不超过|不超(?!过)|不低于|不少于|至少|高达|上|过)?"
    rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,4}}(?:\.\d{{1,4}})?|\d{{1,9}}(?:\.\d{{1,4}})?|[数几两一二三四五六七八九十]{{1,2}})?\s?"
    rf"{_UNIT}?(?:级别|级)?{_CURRENCY}?(?:人民币)?(?:级)?(?:及以上|以上)?"
)
_MONEY_START: Final = re.compile(
    r"[\d$€£¥￥近约超逾不至高上数几两一二三四五六七八九十百千万亿]|人民币|RMB|USD|US|HK|NT"
)
_MONEY_SIGN: Final = re.compile(r"[$€£¥￥万亿元]|美金|人民币|英镑|港币|RMB|USD")


def published_when(published: dt.date | None, precision: Precision = "day") -> When:
    """The publication as valid time, where the text states none."""
    return UNDATED if published is None else When(start=published, precision=precision)


def stated_when(masked: Masked, verb: int, published: When) -> When:
    """The date that a sentence states for what happens at `verb`, the nearest before it; else `published`."""
    text, best = masked.text, published
    for match in _DATE.finditer(text[:verb]):
        before = text[max(0, match.start() - 4) : match.start()]
        # 于2014年成立 dates the founding, where founding is what the verb says; else something older.
        if before.endswith(_NOT_AFTER) or (match.end() != verb and _NOT_BEFORE.match(text, match.end())):
            continue
        when = _resolve(match, published)
        if when is not None:
            best = when.model_copy(update={"as_written": masked.written[match.start() : match.end()]})
    return best


def _resolve(match: re.Match[str], published: When) -> When | None:
    written = match[0]
    if match["full"]:
        try:
            return read_when(written)
        except InputError:
            return None
    day = published.start
    if day is None:
        return None
    if match["near"]:
        return _near(written, day)
    year, month, number = day.year, match["month"], match["day"]
    if match["year"]:
        year += _YEARS_OFF[match["year"]]
    else:
        month, number = match["m"], match["d"]
    if month is None:
        return When(start=dt.date(year, 1, 1), precision="year", as_written=written)
    if not 1 <= int(month) <= 12 or not 1 <= int(number or 1) <= 31:
        return None
    # Without a year the last such day before publication is meant; a notice may run some weeks ahead.
    if not match["year"] and dt.date(year, int(month), 1) > day + dt.timedelta(days=31):
        year -= 1
    if int(number or 1) > calendar.monthrange(year, int(month))[1]:
        return None
    return When(
        start=dt.date(year, int(month), int(number or 1)),
        precision="day" if number else "month",
        as_written=written,
    )


def _near(written: str, day: dt.date) -> When:
    """Recent words, from the day of publication: the day itself where they name one, else its month."""
    if written in _DAYS_OFF:
        return When(start=day + dt.timedelta(days=_DAYS_OFF[written]), precision="day", as_written=written)
    if written in ("上月", "上个月"):
        day = day.replace(day=1) - dt.timedelta(days=1)
        return When(start=day.replace(day=1), precision="month", as_written=written)
    return When(start=day, precision="month", as_written=written)


def stated_status(text: str, start: int, verb: int) -> Status:
    """Whether what the verb at `verb` says is denied, rumoured, planned or done; its clause begins at `start`."""
    clause = text[start:verb]
    if _DENIED.search(clause) or _DENIED_LATER.search(text[verb:]):
        return "denied"
    if _RUMOURED.search(text[: verb + 1]):
        return "rumoured"
    planned = _PLANNED.search(text, start)
    return "planned" if planned is not None and planned.start() < verb else "done"


def clause_start(text: str, position: int) -> int:
    """Where the clause that holds `position` begins: after the last comma, colon or stop."""
    return max(text.rfind(char, 0, position) for char in "，,。；;：:！？\n") + 1


def stated_amounts(
    masked: Masked, start: int = 0, end: int | None = None, *, bare: bool = False
) -> list[Amount]:
    """Sums of money in a part of a sentence. Without `bare` a currency must stand beside the number."""
    found: list[Amount] = []
    for first, last, amount in stated_sums(masked.text[start:end], bare=bare):
        written = masked.written[start + first : start + last].strip()
        found.append(amount.model_copy(update={"as_written": written}))
    return found


def stated_sums(text: str, *, bare: bool = False) -> Iterator[tuple[int, int, Amount]]:
    """Sums of money in a text, with where their words begin and end."""
    at = 0
    while (begin := _MONEY_START.search(text, at)) is not None:
        match = _MONEY.match(text, begin.start())
        at = begin.start() + 1
        if match is None or not match[0] or not _MONEY_SIGN.search(match[0]):
            continue
        try:
            amount = read_amount(match[0])
        except InputError:
            continue
        if (amount.low is None and amount.high is None) or not (bare or amount.currency):
            continue
        yield match.start(), match.end(), amount
        at = match.end()
