"""Forms of reports that differ from stock exchange to stock exchange and from company to company, each made once."""

from __future__ import annotations

import pytest

from pipelines.reading.filings import read_filing
from pipelines.reading.filings.figures import stated_unit
from pipelines.reading.filings.periods import months_of, read_column, read_title
from pipelines.records import Organisation, Rejected
from tests.pipelines.pdf_files import Page, Row, pdf
from tests.pipelines.test_filings import cover, numbers, told

Cover = tuple[str, ...]


def plain_page(*lines: str) -> Page:
    page = Page()
    page.lines("\n".join(lines))
    return page


def figures(
    unit: str = "单位：元 币种：人民币", rows: tuple[Row, ...] = (("项目", "2023年"), ("营业收入", "10.00"))
) -> Page:
    page = plain_page("一、主要财务数据", "(一)主要会计数据和财务指标", unit)
    page.table(rows, (160, 90, 90, 90, 60)[: len(rows[0])])
    return page


@pytest.mark.parametrize(
    ("lines", "name", "stock"),
    [
        (("证券代码：300999 证券简称：示例股份 公告编号：2024-010", "2023年", "年度报告"), "示例股份", "300999.SZ"),
        (("股票代码：000999", "股票简称：示例股份", "2023 年 年 度 报 告"), "示例股份", "000999.SZ"),
        (("证券代码 : 830999", "证券简称 : 示例股份", "2023", "年度报告"), "示例股份", "830999.BJ"),
        (("A股代码：600999 A股简称：示例股份", "H股代码：06999 H股简称：示例", "2023年年度报告全文"), "示例股份", "600999.SH"),
        (("证券代码：000999 证券简称：示例A", "证券代码：200999 证券简称：示例B", "2023年年度报告"), "示例A", "000999.SZ"),
        (("证券代码：000999、200999 证券简称：示例A、示例B", "2023年年度报告"), "示例A", "000999.SZ"),
    ],
)  # fmt: skip
def test_covers(lines: Cover, name: str, stock: str) -> None:
    (one,) = read_filing(pdf(plain_page(*lines), figures()))
    assert isinstance(one, Organisation)
    assert (one.subject.name, one.subject.identifiers[0].value) == (name, stock)
    assert (one.attributes[0].name, one.attributes[0].number) == ("revenue", 10)


def test_a_report_called_interim_is_of_six_months() -> None:
    rows = (("项目", "本报告期", "上年同期"), ("营业收入", "10.00", "8.00"))
    assert numbers(pdf(cover("2012年中期报告"), figures(rows=rows))) == {
        ("revenue_6_months", "2012-01-01"): (10, "CNY"),
        ("revenue_6_months", "2011-01-01"): (8, "CNY"),
    }


@pytest.mark.parametrize(
    ("unit", "number"),
    [
        ("单位：元", 10),
        ("单位：千元/币种：人民币", 10_000),
        ("单位：人民币万元", 100_000),
        ("（单位：人民币，千元）", 10_000),
        ("单位:百万元 币种:人民币", 10_000_000),
        ("单位：亿元", 1_000_000_000),
        ("（人民币千元）", 10_000),
        ("人民币百万元", 10_000_000),
        ("（除特别注明外，金额单位为人民币元）", 10),
        ("（除特别注明外，货币单位均以人民币百万元列示）", 10_000_000),
    ],
)
def test_units_above_a_table(unit: str, number: float) -> None:
    stated = stated_unit(unit)
    assert stated is not None
    assert (float(stated.scale) * 10, stated.currency) == (number, "CNY")


def test_units_in_the_label_the_header_and_the_cell() -> None:
    rows: tuple[Row, ...] = (("项目", "2023年（亿元）", "2022年"), ("营业收入", "12.35", "￥1,000.00万元"))
    assert numbers(pdf(cover(), figures("示例", rows))) == {
        ("revenue", "2023-01-01"): (1_235_000_000, "CNY"),
        ("revenue", "2022-01-01"): (10_000_000, "CNY"),
    }
    rows = (("项目", "2023年"), ("营业收入（千元）", "(12)"))
    assert numbers(pdf(cover(), figures("单位：元", rows))) == {("revenue", "2023-01-01"): (-12_000, "CNY")}
    rows = (("项目", "2023年"), ("营业收入", "12.35万吨"))
    values, (one,) = told(pdf(cover(), figures("单位：元", rows)))
    assert values == {}
    assert one.value == "12.35万吨"


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("2023年1-12月", "2022年1-12月"),
        ("本年金额", "上年金额"),
        ("本期数", "上年同期数"),
        ("本年累计数", "上年同期累计数"),
        ("2023年度（经审计）", "2022年度（已重述）"),
        ("2023年度(注1)", "2022年度"),
        ("二〇二三年度", "二〇二二年度"),
    ],
)
def test_headers_of_income_statements(now: str, before: str) -> None:
    title = read_title("2023年年度报告")
    assert title is not None
    this = read_column(now, title)
    assert this.period == months_of(2023, 1, 12)
    assert read_column(before, title, this.period).period == months_of(2022, 1, 12)


def test_a_unit_alone_above_a_statement_with_brackets_for_losses() -> None:
    page = plain_page("合并利润表", "（人民币千元）")
    page.table(
        [("项目", "2023年度(注1)", "2022年度（已重述）"), ("其中：营业收入", "10", "(8)")], (180, 110, 110)
    )
    assert numbers(pdf(cover(), page)) == {
        ("revenue", "2023-01-01"): (10_000, "CNY"),
        ("revenue", "2022-01-01"): (-8_000, "CNY"),
    }


@pytest.mark.parametrize("two_rows", [False, True])
def test_of_a_statement_for_group_and_parent_the_group_is_read(two_rows: bool) -> None:
    heads: list[Row] = [("项目", "2023年度\n合并", "2023年度\n公司", "2022年度\n合并", "2022年度\n公司")]
    if two_rows:
        heads = [("项目", "2023年度", None, "2022年度", None), ("", "合并", "公司", "合并", "公司")]
    page = plain_page("合并及公司利润表", "2023年度", "单位：元")
    page.table([*heads, ("一、营业收入", "10.00", "5.00", "8.00", "4.00")], (120, 80, 80, 80, 80))
    assert numbers(pdf(cover(), page)) == {
        ("revenue", "2023-01-01"): (10, "CNY"),
        ("revenue", "2022-01-01"): (8, "CNY"),
    }


def test_staff_as_counted_in_beijing() -> None:
    page = plain_page("第六节 公司治理", "(一)在职员工（公司及控股子公司）基本情况")
    page.table(
        [
            ("按工作性质分类", "期初人数", "本期新增", "本期减少", "期末人数"),
            ("技术人员", "50", "10", "5", "55"),
            ("员工总计", "100", "30", "10", "120"),
        ],
        (120, 80, 80, 80, 80),
    )
    assert numbers(pdf(cover(), page)) == {
        ("staff", "2022-12-31"): (100, "persons"),
        ("staff", "2023-12-31"): (120, "persons"),
    }


def test_research_staff_of_two_years() -> None:
    page = plain_page("3、研发人员情况", "单位：万元 币种：人民币")
    page.table(
        [
            ("基本情况", None, None),
            ("", "本期数", "上期数"),
            ("公司研发人员的数量（人）", "640", "600"),
            ("研发人员数量占公司总人数的比例（%）", "40.00", "41.00"),
            ("研发人员薪酬合计", "1,000.00", "900.00"),
        ],
        (180, 100, 100),
    )
    assert numbers(pdf(cover(), page)) == {
        ("rd_staff", "2023-12-31"): (640, "persons"),
        ("rd_staff", "2022-12-31"): (600, "persons"),
    }


def test_a_heading_at_the_foot_of_a_page_and_its_table_overleaf() -> None:
    first = plain_page(*["行"] * 40, "合并利润表", "2023年1—12月", "单位：千元 币种：人民币")
    second = Page()
    second.table(
        [
            ("项目", "附注", "2023年度", "2022年度"),
            ("其中：营业收入", "七、61", "10", "8"),
            ("研发费用", "七、65", "3", "-"),
        ],
        (160, 60, 90, 90),
    )
    assert numbers(pdf(cover(), first, second)) == {
        ("revenue", "2023-01-01"): (10_000, "CNY"),
        ("revenue", "2022-01-01"): (8_000, "CNY"),
        ("research_expense", "2023-01-01"): (3_000, "CNY"),
    }


def test_a_statement_over_three_pages_keeps_its_headers() -> None:
    """The row wanted stands on the third page, where neither heading nor header is printed again."""
    widths = (160, 60, 110, 110)
    first = plain_page("合并利润表", "2023年1—12月", "单位：万元 币种：人民币")
    first.table([("项目", "附注", "2023年度", "2022年度"), ("营业收入", "61", "10.00", "8.00")], widths)
    second, third = Page(), Page()
    second.table([(f"其中：职工薪酬{number}", "", "1.00", "1.00") for number in range(30)], widths)
    third.table([("研发费用", "65", "3.00", "2.00")], widths)
    assert numbers(pdf(cover(), first, second, third)) == {
        ("revenue", "2023-01-01"): (100_000, "CNY"),
        ("revenue", "2022-01-01"): (80_000, "CNY"),
        ("research_expense", "2023-01-01"): (30_000, "CNY"),
        ("research_expense", "2022-01-01"): (20_000, "CNY"),
    }


def test_a_number_stated_differently_in_a_sentence_is_flagged() -> None:
    page = figures(rows=(("项目", "2023年"), ("研发投入合计", "100.00")))
    page.lines("2023年公司研发投入合计105.00元，其中费用化的占九成，其余为资本化的研发投入。")
    values, (one,) = told(pdf(cover(), page))
    assert values == {}
    assert isinstance(one, Rejected)
    assert (one.field, one.value) == ("research_spend", "100.00 元 / 105.00 元")
    assert "page:2 table:1 row:2 col:2" in one.locator
