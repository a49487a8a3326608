"""Titles of reports, and the periods that the headers of columns mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.filings.periods import Title, months_of, read_column, read_title


def title(form: str = "年度报告") -> Title:
    found = read_title(f"2023年{form}")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "year", "form"),
    [
        ("示例科技股份有限公司\n2023 年年度报告", 2023, "year"),
        ("2023年年度报告摘要", 2023, "year"),
        ("示例科技股份有限公司2022年年度报告（更正后）", 2022, "year"),
        ("二〇二三年半年度报告", 2023, "half year"),
        ("2023年第一季度报告", 2023, "first quarter"),
        ("2021年第三季度报告正文", 2021, "third quarter"),
        ("2023年三季度报告", 2023, "third quarter"),
    ],
)
def test_titles(text: str, year: int, form: str) -> None:
    found = read_title(text)
    assert found is not None
    assert (found.year, found.form) == (year, form)


@pytest.mark.parametrize(
    "text",
    [
        "关于2023年年度报告的更正公告",
        "关于披露2023年年度报告",
        "公司2023年年度报告经审计。",
        "2023年第二季度报告",
        "2023年可持续发展报告",
        "",
    ],
)
def test_what_is_no_title(text: str) -> None:
    assert read_title(text) is None


ANNUAL, QUARTER = "年度报告", "第三季度报告"


@pytest.mark.parametrize(
    ("form", "header", "expected"),
    [
        (ANNUAL, "2023年", (2023, 1, 12)),
        (ANNUAL, "2022 年度", (2022, 1, 12)),
        (ANNUAL, "2021", (2021, 1, 12)),
        (ANNUAL, "2022年 调整后", (2022, 1, 12)),
        (ANNUAL, "本期发生额", (2023, 1, 12)),
        (ANNUAL, "上年度", (2022, 1, 12)),
        (ANNUAL, "上年同期数", (2022, 1, 12)),
        (ANNUAL, "第二季度\n（4－6月份）", (2023, 4, 6)),
        (ANNUAL, "第四季度（10-12月份）", (2023, 10, 12)),
        ("半年度报告", "本报告期（1－6月）", (2023, 1, 6)),
        ("半年度报告", "2022年1-6月", (2022, 1, 6)),
        ("第一季度报告", "2022年第一季度（1-3月）", (2022, 1, 3)),
        (QUARTER, "本报告期", (2023, 7, 9)),
        (QUARTER, "年初至报告期末", (2023, 1, 9)),
        (QUARTER, "上年年初至报告期末", (2022, 1, 9)),
        (QUARTER, "2022年前三季度（1-9月）", (2022, 1, 9)),
        (QUARTER, "第三季度（7-9月）", (2023, 7, 9)),
    ],
)
def test_headers_of_amounts(form: str, header: str, expected: tuple[int, int, int]) -> None:
    column = read_column(header, title(form))
    assert column.period == months_of(*expected)
    assert not column.moment


@pytest.mark.parametrize(
    ("header", "year", "month"),
    [
        ("2023年12月31日", 2023, 12),
        ("2022年6月30日", 2022, 6),
        ("本报告期末", 2023, 12),
        ("上年度末", 2022, 12),
    ],
)
def test_headers_of_moments(header: str, year: int, month: int) -> None:
    column = read_column(header, title())
    assert column.moment
    assert column.period is not None
    assert (column.period.end.year, column.period.end.month) == (year, month)


@pytest.mark.parametrize(
    "header",
    [
        "本报告期比上年同期增减变动幅度(%)",
        "同比增减",
        "附注",
        "变动比例（%）",
        "主要原因",
        "2022年 调整前",
        "占营业收入比重",
        "母公司 2023年度",
    ],
)
def test_columns_beside_the_matter(header: str) -> None:
    assert read_column(header, title()).aside


def test_the_year_before_is_that_of_the_column_to_the_left() -> None:
    third = title(QUARTER)
    assert read_column("上年同期", third, third.reported).period == months_of(2022, 7, 9)
    assert read_column("上年同期", third, third.to_date).period == months_of(2022, 1, 9)


def test_this_period_of_a_third_quarter_is_only_known_when_told() -> None:
    third = title(QUARTER)
    assert read_column("本期发生额", third).period is None
    assert read_column("本期发生额", third, to_date=True).period == third.to_date
    assert read_column("本期发生额", third, to_date=False).period == third.reported


@given(st.text(max_size=80) | st.text(alphabet="20123年度第一二三季报告期末上本-月调整前后 ", max_size=30))
def test_no_words_raise(text: str) -> None:
    read_title(text)
    column = read_column(text, title(), to_date=True)
    assert column.period is None or column.period.start <= column.period.end
