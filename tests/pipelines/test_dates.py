"""Dates: each form, spans, what is no date, and nothing but InputError for the rest."""

from __future__ import annotations

import csv
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dates import YEARS, read_epoch, read_when
from pipelines.errors import InputError
from tests.shared import shared


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("2014-12-31", "2014-12-31", "day"),
        ("2014/1/5", "2014-01-05", "day"),
        ("20141231", "2014-12-31", "day"),
        ("2014.5.1", "2014-05-01", "day"),
        ("2014年12月31日", "2014-12-31", "day"),
        ("2014 年 12 月 31 日", "2014-12-31", "day"),
        ("2014年12月31日晚间", "2014-12-31", "day"),
        ("２０１４年１２月３１日", "2014-12-31", "day"),
        ("二〇一四年十二月三十一日", "2014-12-31", "day"),
        ("二零一四年三月", "2014-03-01", "month"),
        ("2014年12月", "2014-12-01", "month"),
        ("2014.05", "2014-05-01", "month"),
        ("2011-12", "2011-12-01", "month"),
        ("二〇一四年", "2014-01-01", "year"),
        ("2014年", "2014-01-01", "year"),
        ("2014年底", "2014-01-01", "year"),
        ("2014", "2014-01-01", "year"),
        ("December 31, 2014", "2014-12-31", "day"),
        ("31 Dec 2014", "2014-12-31", "day"),
        ("31st December 2014", "2014-12-31", "day"),
        ("Sept. 2014", "2014-09-01", "month"),
        ("Wed, 31 Dec 2014 10:00:00 GMT", "2014-12-31", "day"),
        ("2021-03-04T10:00:00.123+08:00", "2021-03-04", "day"),
        ("2021-03-04 10:00", "2021-03-04", "day"),
    ],
)
def test_a_date_has_a_start_alone(text: str, start: str, precision: str) -> None:
    when = read_when(text)
    assert (when.start, when.end, when.precision) == (dt.date.fromisoformat(start), None, precision)
    assert when.as_written == text


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("2011-2014", "2011-01-01", "2014-12-31", "year"),
        ("2011年至2014年", "2011-01-01", "2014-12-31", "year"),
        ("2012—2015", "2012-01-01", "2015-12-31", "year"),
        ("2011.09-2014.06", "2011-09-01", "2014-06-30", "month"),
        ("2011年9月-2014年6月", "2011-09-01", "2014-06-30", "month"),
        ("2014年12月31日至2015年", "2014-12-31", "2015-12-31", "year"),
        ("2014年3月至5月", "2014-03-01", "2014-05-31", "month"),
        ("2014年3月5日至8日", "2014-03-05", "2014-03-08", "day"),
        ("2011-09-01/2014-06-30", "2011-09-01", "2014-06-30", "day"),
        ("2014年第三季度", "2014-07-01", "2014-09-30", "month"),
        ("2014年上半年", "2014-01-01", "2014-06-30", "month"),
        ("从2011年到2014年", "2011-01-01", "2014-12-31", "year"),
        ("2011 to 2014", "2011-01-01", "2014-12-31", "year"),
    ],
)
def test_a_span_has_both_ends(text: str, start: str, end: str, precision: str) -> None:
    when = read_when(text)
    assert (str(when.start), str(when.end), when.precision) == (start, end, precision)


@pytest.mark.parametrize(
    "text", ["2011年至今", "2011-至今", "2011年 - 现在", "2011 - present", "since 2011", "自2011年以来"]
)
def test_a_span_until_now_is_open(text: str) -> None:
    when = read_when(text)
    assert (str(when.start), when.end, when.precision) == ("2011-01-01", None, "year")


@pytest.mark.parametrize("text", ["未披露", "不详", "-", "N/A", "unknown"])
def test_unknown_is_undated(text: str) -> None:
    when = read_when(text)
    assert (when.start, when.end, when.precision) == (None, None, None)
    assert when.as_written == text


@pytest.mark.parametrize(
    "text",
    ["", "2021-13-40", "2021-02-30", "2021年2月29日", "2014-2011", "2011-14", "03/04/2014", "201405", "14年",
     "2016-11-07; amended 2025-10-28", "0999-01-01", "2014 to", "to 2014", "2014-", "9" * 100, "99999"],
)  # fmt: skip
def test_refuses_naming_the_text(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_when(text)
    assert caught.value.field == "when"
    assert repr(text[:80]) in caught.value.message


def test_an_instant_is_the_day_in_china() -> None:
    assert read_epoch(1593705600000).start == dt.date(2020, 7, 3)
    assert read_epoch(1593705600000, zone=dt.UTC).start == dt.date(2020, 7, 2)
    for instant in (1e30, float("nan"), -(10**17)):
        with pytest.raises(InputError):
            read_epoch(instant)


def test_every_date_of_the_real_tables() -> None:
    for path in sorted(shared("tables").glob("investment_events_20*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for date in {row["date"] for row in csv.DictReader(file)}:
                assert str(read_when(date).start) == date


DAYS = st.dates(min_value=dt.date(YEARS.start, 1, 1), max_value=dt.date(YEARS.stop - 1, 12, 31))
WAYS = (
    "{0:%Y}-{0:%m}-{0:%d}", "{0:%Y}/{0.month}/{0.day}", "{0:%Y}.{0.month}.{0.day}", "{0:%Y}年{0.month}月{0.day}日",
    "{0:%Y}{0:%m}{0:%d}", "{0.day} {0:%B} {0:%Y}", "{0:%b} {0.day}, {0:%Y}", "{0:%Y}-{0:%m}-{0:%d}T08:00:00Z",
)  # fmt: skip


@given(DAYS, st.sampled_from(WAYS))
def test_a_day_comes_back(day: dt.date, way: str) -> None:
    when = read_when(way.format(day))
    assert (when.start, when.end, when.precision) == (day, None, "day")


@given(
    DAYS,
    DAYS,
    st.sampled_from(("{0:%Y}-{0:%m}-{0:%d}", "{0:%Y}年{0.month}月{0.day}日", "{0:%Y}.{0.month}.{0.day}")),
)
def test_a_span_comes_back(one: dt.date, other: dt.date, way: str) -> None:
    first, last = sorted((one, other))
    when = read_when(f"{way.format(first)}至{way.format(last)}")
    assert (when.start, when.end, when.precision) == (first, last, "day")


@given(
    st.text(alphabet="0123456789-/.年月日至今〇二一四十 季度上半到tsept,", max_size=30)
    | st.text(max_size=100)
)
def test_any_text_either_reads_or_refuses(text: str) -> None:
    try:
        when = read_when(text)
    except InputError:
        return
    assert when.as_written == text.strip()
