"""Which span of time a filing is about, and which one each of its columns.

The filing's own title says its period (2023年第三季度报告). A column names its period outright (2022年前三季度), or
by its relation to the filing's: 本报告期, 上年同期, 年初至报告期末. Chinese companies account by calendar years,
as the law on accounting prescribes.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.reading.filings.figures import compact
from pipelines.records import When

Form = Literal["first quarter", "half year", "third quarter", "year"]
#: A header longer than this is none.
HEADER_LIMIT: Final = 60

_CHINESE: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR_WORDS: Final = re.compile(r"二[〇○零][〇○零一二三四五六七八九]{2}(?=年)")
_TITLE: Final = re.compile(
    r"(?P<year>20\d\d)年?(?P<form>年度|半年度|中期|第?一季度|第?三季度)报告"
    r"(?P<rest>摘要|正文|全文|(?:\((?:更正|修订|更新)[^)]{0,6}\)|(?:更正|修订|更新)[稿版后]))*"
)
_YEAR_ALONE: Final = re.compile(r"20\d\d年?")
_FORMS: Final[dict[str, Form]] = {
    "年度": "year", "半年度": "half year", "中期": "half year",
    "一季度": "first quarter", "三季度": "third quarter",
}  # fmt: skip
_MONTHS: Final[dict[Form, int]] = {"first quarter": 3, "half year": 6, "third quarter": 9, "year": 12}

#: Words of columns that hold no amount of a period: changes, shares, remarks; and figures since restated.
_ASIDE: Final = re.compile(
    r"增减|变动|变化|新增|减少|同比|环比|比例|比重|占比|幅度|附注|注释|说明|原因|备注|调整前|重述前|母公司|公司$|预算|比上年"
)
_STATED_YEAR: Final = re.compile(r"(20\d\d)年")
_BARE_YEAR: Final = re.compile(r"20\d\d")
_LAST_DAY: Final = re.compile(r"(1[0-2]|[1-9])月(?:31|30)日")
_SPANS: Final = (
    # first and last month; the longer words first
    (re.compile(r"前三季度|1月?[-至~到]9月|一至九月|年初至第?三季度末"), (1, 9)),
    (re.compile(r"半年度?|上半年|1月?[-至~到]6月|一至六月|前两季度"), (1, 6)),
    (re.compile(r"第?一季度|1月?[-至~到]3月|一至三月"), (1, 3)),
    (re.compile(r"第?二季度|4月?[-至~到]6月|四至六月"), (4, 6)),
    (re.compile(r"第?三季度|7月?[-至~到]9月|七至九月"), (7, 9)),
    (re.compile(r"第?四季度|10月?[-至~到]12月|十至十二月"), (10, 12)),
)
_MOMENT: Final = re.compile(r"末|期初|年初余额|月(?:31|30)日|时点")
_TO_DATE: Final = re.compile(r"年初[至到](?:上年)?(?:本?报告)?期末|本年累计|年初至今")
_BEFORE: Final = re.compile(r"上年同期|去年同期|上期|上年|上一?报告期|去年")
_NOW: Final = re.compile(r"本报告期|报告期|本期|本年")
_DASHES: Final = str.maketrans("—–－−～", "----~")


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both within it."""

    start: dt.date
    end: dt.date

    @property
    def months(self) -> int:
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    def when(self) -> When:
        return When(start=self.start, end=self.end, precision="day", as_written=f"{self.start}/{self.end}")

    def at_end(self) -> When:
        """The moment of its last day, for what is counted on a day, such as staff."""
        return When(start=self.end, precision="day", as_written=str(self.end))

    def year_before(self) -> Period:
        return months_of(self.start.year - 1, self.start.month, self.end.month)


def months_of(year: int, first: int, last: int) -> Period:
    """The months `first` to `last` of a year."""
    end = dt.date(year, last, calendar.monthrange(year, last)[1])
    return Period(dt.date(year, first, 1), end)


@dataclass(frozen=True, slots=True)
class Title:
    """What a periodic report calls itself: its year, and which report of the year it is."""

    year: int
    form: Form
    written: str

    @property
    def to_date(self) -> Period:
        """From the beginning of the year to the end of what is reported."""
        return months_of(self.year, 1, _MONTHS[self.form])

    @property
    def reported(self) -> Period:
        """本报告期: the year so far, but for a third quarter the three months."""
        return months_of(self.year, 7, 9) if self.form == "third quarter" else self.to_date


@dataclass(frozen=True, slots=True)
class Column:
    """What a column's header says: `period` is None for what holds no amounts (`aside`), or is not understood."""

    period: Period | None = None
    aside: bool = False
    moment: bool = False


def read_title(text: str) -> Title | None:
    """The title in the first pages of a report; None for any other announcement, also one about a report.

    A title stands in a line of its own, perhaps after the company's name, or in two, the year in the first:
    关于2023年年度报告的更正公告 has none.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    for line, above in zip(lines, ["", *lines], strict=False):
        plain = _years(compact(line))
        if _YEAR_ALONE.fullmatch(year := _years(compact(above))):
            line, plain = f"{above} {line}", year + plain
        match = _TITLE.search(plain)
        if match is None or match.end() != len(plain) or len(plain) > HEADER_LIMIT or "关于" in plain:
            continue
        form = _FORMS[match["form"].removeprefix("第")]
        return Title(int(match["year"]), form, " ".join(line.split()))
    return None


def read_column(header: str, title: Title, base: Period | None = None, to_date: bool | None = None) -> Column:
    """The period of a column. `base` is that of the nearest amount column to the left, which 上年同期 refers to;
    `to_date` says whether 本期 in this table runs from the beginning of the year (only a third quarter's report
    leaves a doubt; None then means that nothing told)."""
    plain = _years(compact(header)).translate(_DASHES)
    if not plain or len(plain) > HEADER_LIMIT:
        return Column()
    if _ASIDE.search(plain):
        return Column(aside=True)
    year = _STATED_YEAR.search(plain) or _BARE_YEAR.fullmatch(plain)
    stated = int(year[0][:4]) if year else None
    day = _LAST_DAY.search(plain)
    moment = bool(_MOMENT.search(plain)) and not _TO_DATE.search(plain)
    months = next((span for form, span in _SPANS if form.search(plain)), None)
    if stated is not None:
        months = months or (1, int(day[1]) if day else 12)
        return Column(months_of(stated, *months), moment=moment)
    if _TO_DATE.search(plain):
        before = "上年" in plain
        return Column(title.to_date.year_before() if before else title.to_date)
    if moment:
        before = bool(_BEFORE.search(plain)) or "期初" in plain or "年初" in plain
        if before:
            return Column(months_of(title.year - 1, 1, 12), moment=True)
        return Column(title.to_date, moment=True)
    if months is not None:
        now = months_of(title.year, *months)
        return Column(now.year_before() if _BEFORE.search(plain) else now)
    if _BEFORE.search(plain):
        known = base or _this_period(plain, title, to_date)
        return Column(known.year_before() if known else None)
    if _NOW.search(plain):
        return Column(_this_period(plain, title, to_date))
    return Column()


def _this_period(plain: str, title: Title, to_date: bool | None) -> Period | None:
    if title.form != "third quarter":
        return title.to_date
    if to_date is not None:
        return title.to_date if to_date else title.reported
    # 本报告期 is defined by the form of the report; 本期 is not
    return title.reported if "报告期" in plain else None


def _years(plain: str) -> str:
    """With the year in digits: 二〇二三年 is 2023年."""
    return _YEAR_WORDS.sub(lambda match: match[0].translate(_CHINESE), plain)
