"""Periodic reports, whole: real ones against values read by eye, and made ones for each rule."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import pytest

from pipelines.facts import facts_of
from pipelines.reading.filings import read_filing
from pipelines.reading.filings.isolation import read_pages
from pipelines.records import Identifier, Mention, Organisation, Rejected
from tests.pipelines.pdf_files import Page, Row, pdf
from tests.shared import shared

COMPANY = Mention(
    name="示例科技",
    kind="company",
    country="CN",
    identifiers=(Identifier(scheme="stock", value="688999.SH"),),
)


def cover(title: str = "2023年年度报告", code: str = "688999") -> Page:
    page = Page()
    page.lines(f"公司代码：{code}    公司简称：示例科技\n示例科技股份有限公司\n{title}")
    return page


def told(body: bytes, company: Mention | None = None) -> tuple[dict[tuple[str, str], object], list[Rejected]]:
    """What a report gives: number and unit by name and first day; and what was rejected."""
    values: dict[tuple[str, str], object] = {}
    rejected = []
    for one in read_filing(body, company=company):
        if isinstance(one, Rejected):
            rejected.append(one)
            continue
        (attribute,) = one.attributes
        key = attribute.name, str(attribute.when.start)
        assert key not in values
        values[key] = (attribute.number, attribute.unit)
    return values, rejected


def numbers(body: bytes) -> dict[tuple[str, str], object]:
    values, rejected = told(body)
    assert rejected == []
    return values


#: Read by eye in each file: attribute, first day, number, unit.
REAL = {
    "2023-04-29_688012_amec_2023q1.pdf": (
        "中微公司", "688012.SH",
        {
            ("revenue_3_months", "2023-01-01"): (1_223_068_402.75, "CNY"),
            ("revenue_3_months", "2022-01-01"): (949_143_575.28, "CNY"),
            ("research_expense_3_months", "2023-01-01"): (131_575_456.31, "CNY"),
            ("research_expense_3_months", "2022-01-01"): (128_041_685.04, "CNY"),
            ("research_spend_3_months", "2023-01-01"): (221_925_032.68, "CNY"),
            ("research_share_3_months", "2023-01-01"): (18.14, "%"),
        },
    ),
    "2023-05-12_688981_smic_2023q1.pdf": (
        "中芯国际", "688981.SH",
        {
            ("revenue_3_months", "2023-01-01"): (10_208_898_000, "CNY"),
            ("revenue_3_months", "2022-01-01"): (11_854_010_000, "CNY"),
            ("research_expense_3_months", "2023-01-01"): (1_154_235_000, "CNY"),
            ("research_expense_3_months", "2022-01-01"): (1_050_563_000, "CNY"),
            ("research_spend_3_months", "2023-01-01"): (1_154_235_000, "CNY"),
            ("research_share_3_months", "2023-01-01"): (11.3, "%"),
        },
    ),
    "2023-11-10_688347_hua_hong_2023q3.pdf": (
        "华虹公司", "688347.SH",
        {
            ("revenue_3_months", "2023-07-01"): (4_108_654_270.64, "CNY"),
            ("revenue_9_months", "2023-01-01"): (12_952_608_201.89, "CNY"),
            ("revenue_9_months", "2022-01-01"): (12_260_872_870.42, "CNY"),
            ("research_expense_9_months", "2023-01-01"): (1_082_206_194.41, "CNY"),
            ("research_expense_9_months", "2022-01-01"): (882_653_769.95, "CNY"),
            ("research_spend_3_months", "2023-07-01"): (411_200_039.00, "CNY"),
            ("research_spend_9_months", "2023-01-01"): (1_082_206_194.41, "CNY"),
            ("research_share_3_months", "2023-07-01"): (10.01, "%"),
            ("research_share_9_months", "2023-01-01"): (8.36, "%"),
        },
    ),
    "2024-03-29_688981_smic_2023.pdf": (
        "中芯国际", "688981.SH",
        {
            ("revenue", "2023-01-01"): (45_250_425_000, "CNY"),
            ("revenue", "2022-01-01"): (49_516_084_000, "CNY"),
            ("revenue", "2021-01-01"): (35_630_634_000, "CNY"),
            ("revenue_3_months", "2023-01-01"): (10_208_898_000, "CNY"),
            ("revenue_3_months", "2023-04-01"): (11_108_892_000, "CNY"),
            ("revenue_3_months", "2023-07-01"): (11_780_454_000, "CNY"),
            ("revenue_3_months", "2023-10-01"): (12_152_181_000, "CNY"),
            ("research_share", "2023-01-01"): (11.0, "%"),
            ("research_share", "2022-01-01"): (10.0, "%"),
            ("research_share", "2021-01-01"): (11.6, "%"),
        },
    ),
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("file", REAL)
def test_a_real_report_gives_what_the_eye_reads(file: str) -> None:
    name, code, expected = REAL[file]
    found = list(read_filing(shared("web", "cninfo", file).read_bytes()))
    companies = [one.subject for one in found if isinstance(one, Organisation)]
    assert len(companies) == len(found)
    assert {(one.name, one.identifiers[0].value) for one in companies} == {(name, code)}
    assert {
        (a.name, str(a.when.start)): (a.number, a.unit)
        for one in found
        if isinstance(one, Organisation)
        for a in one.attributes
    } == expected


@pytest.mark.shared
@pytest.mark.parametrize("file", REAL)
def test_every_real_number_is_printed_on_the_page_and_quoted_with_its_label(file: str) -> None:
    body = shared("web", "cninfo", file).read_bytes()
    texts = read_pages(body, r"(?!)").texts
    labels = {"revenue": "营业收入", "research_expense": "研发费用", "research_spend": "研发投入合计", "research_share": "研发投入占"}  # fmt: skip
    for one in read_filing(body):
        assert isinstance(one, Organisation)
        (attribute,) = one.attributes
        printed = attribute.value.split()[0]
        place = re.fullmatch(r"page:(\d+) table:\d+ row:\d+ col:\d+", one.locator)
        assert place is not None
        assert printed in texts[int(place[1])]
        assert printed in one.quote
        assert labels[attribute.name.split("_3_")[0].split("_9_")[0]] in one.quote


@pytest.mark.shared
def test_the_evidence_of_a_real_number_is_its_cell() -> None:
    body = shared("web", "cninfo", "2023-11-10_688347_hua_hong_2023q3.pdf").read_bytes()
    found = {
        (one.attributes[0].name, str(one.attributes[0].when.end)): one
        for one in read_filing(body, locator="pdf")
        if isinstance(one, Organisation)
    }
    one = found["revenue_3_months", "2023-09-30"]
    assert one.locator == "pdf page:3 table:1 row:2 col:2"
    assert one.quote == "营业收入 | 本报告期 | 4,108,654,270.64 | 单位：元 币种：人民币"
    assert one.attributes[0].value == "4,108,654,270.64 元"


def annual() -> bytes:
    """An annual report with each kind of table once, all of which agree."""
    figures = Page()
    figures.lines(
        "示例科技股份有限公司2023年年度报告\n六、近三年主要会计数据和财务指标\n(一)主要会计数据\n单位：万元  币种：人民币"
    )
    figures.table(
        [
            ("主要会计数据", "2023年", "2022年", "本期比上年同期增减(%)"),
            ("营业收入", "120,000.00", "100,000.00", "20.00"),
            ("归属于上市公司股东的净利润", "（1,500.00）", "-200.00", "不适用"),
            ("研发投入占营业收入的比例（%）", "15.00", "14.00", "增加1.00个百分点"),
        ]
    )
    research = Page()
    research.lines("示例科技股份有限公司2023年年度报告\n4. 研发投入\n(1).研发投入情况表\n单位：元")
    research.table(
        [
            ("本期费用化研发投入", "150,000,000.00"),
            ("本期资本化研发投入", "30,000,000.00"),
            ("研发投入合计", "180,000,000.00"),
            ("研发投入总额占营业收入比例（%）", "15.00"),
            ("研发投入资本化的比重（%）", "16.67"),
        ],
        (260, 160),
    )
    research.lines("(2).研发人员情况表")
    research.table(
        [("公司研发人员的数量", "640"), ("研发人员数量占公司总人数的比例（%）", "40.00")], (260, 160)
    )
    research.lines("十一、报告期末母公司和主要子公司的员工情况\n(一)员工情况")
    research.table(
        [
            ("母公司在职员工的数量", "1,000"),
            ("主要子公司在职员工的数量", "600"),
            ("在职员工的数量合计", "1,600"),
            ("母公司及主要子公司需承担费用的离退休职工人数", "12"),
        ],
        (260, 160),
    )
    statements = Page()
    statements.lines("示例科技股份有限公司2023年年度报告\n合并利润表\n2023年1—12月\n单位：元  币种：人民币")
    rows = [
        ("项目", "附注", "2023年度", "2022年度"),
        ("一、营业总收入", "", "1,200,000,000.00", "1,000,000,000.00"),
        ("其中：营业收入", "七、61", "1,200,000,000.00", "1,000,000,000.00"),
        ("研发费用", "七、65", "150,000,000.00", "120,000,000.00"),
    ]
    statements.table(rows, (160, 60, 120, 120))
    statements.lines("母公司利润表\n2023年1—12月\n单位：元  币种：人民币")
    own = [
        rows[0],
        ("一、营业收入", "十九、4", "700,000,000.00", "650,000,000.00"),
        ("研发费用", "", "90,000,000.00", "80,000,000.00"),
    ]
    statements.table(own, (160, 60, 120, 120))
    return pdf(cover(), figures, research, statements)


def test_an_annual_report_in_full() -> None:
    assert numbers(annual()) == {
        ("revenue", "2023-01-01"): (1.2e9, "CNY"),
        ("revenue", "2022-01-01"): (1.0e9, "CNY"),
        ("research_expense", "2023-01-01"): (1.5e8, "CNY"),
        ("research_expense", "2022-01-01"): (1.2e8, "CNY"),
        ("research_spend", "2023-01-01"): (1.8e8, "CNY"),
        ("research_share", "2023-01-01"): (15.0, "%"),
        ("research_share", "2022-01-01"): (14.0, "%"),
        ("rd_staff", "2023-12-31"): (640, "persons"),
        ("staff", "2023-12-31"): (1600, "persons"),
    }


def test_facts_of_a_report_are_dated_and_quoted() -> None:
    one = next(
        found
        for found in read_filing(annual(), company=COMPANY)
        if isinstance(found, Organisation) and found.attributes[0].name == "staff"
    )
    assert one.subject == COMPANY
    assert (one.locator, one.quote) == ("page:3 table:3 row:3 col:2", "在职员工的数量合计 | 1,600")
    (fact,) = [fact for fact in facts_of(one) if fact.kind == "attribute"]
    assert (fact.detail, fact.number, fact.when.start) == (
        {"attribute": "staff"},
        1600,
        dt.date(2023, 12, 31),
    )


def figures_page(rows: Sequence[Row], unit: str = "单位：元  币种：人民币") -> Page:
    page = Page()
    page.lines(f"一、主要财务数据\n(一)主要会计数据和财务指标\n{unit}")
    page.table(rows, (160, 90, 90, 90, 60)[: len(rows[0])])
    return page


def test_two_places_that_differ_are_both_withheld_and_told() -> None:
    page = figures_page([("项目", "2023年", "2022年"), ("营业收入", "5,000.00", "4,000.00")])
    page.lines("合并利润表\n单位：元  币种：人民币")
    page.table([("项目", "2023年度", "2022年度"), ("其中：营业收入", "5,000.00", "4,100.00")])
    values, rejected = told(pdf(cover(), page))
    assert values == {("revenue", "2023-01-01"): (5000, "CNY")}
    (one,) = rejected
    assert (one.kind, one.field, one.value) == ("field", "revenue", "4,000.00 元 / 4,100.00 元")
    assert one.locator == "page:2 table:1 row:2 col:3; page:2 table:2 row:2 col:3"


def test_a_number_rounded_elsewhere_agrees_and_the_exact_one_is_kept() -> None:
    page = figures_page([("项目", "2023年"), ("营业收入", "1,234,567,890.12")])
    page.lines("报告期内，公司实现营业收入 12.35 亿元，同比增长 5%。")
    assert numbers(pdf(cover(), page)) == {("revenue", "2023-01-01"): (1_234_567_890.12, "CNY")}
    page.lines("2023年度，公司实现营业收入 12.45 亿元。")
    values, (one,) = told(pdf(cover(), page))
    assert values == {}
    assert one.value == "1,234,567,890.12 元 / 12.45 亿元"


def test_a_share_that_its_parts_do_not_give_is_withheld_with_the_spend() -> None:
    rows = [
        ("项目", "2023年"),
        ("营业收入", "1,000.00"),
        ("研发投入合计", "100.00"),
        ("研发投入占营业收入的比例（%）", "12.00"),
    ]
    values, (one,) = told(pdf(cover(), figures_page(rows)))
    assert values == {("revenue", "2023-01-01"): (1000, "CNY")}
    assert one.field == "research_share"
    assert "10.00 %" in one.reason


def test_restated_figures_of_the_year_before_are_those_after_restating() -> None:
    rows = [
        ("", "2023年", "2022年", None, "本年比上年增减"),
        ("", "", "调整前", "调整后", "调整后"),
        ("营业收入（万元）", "30.00", "20.00", "21.00", "42.86%"),
    ]
    assert numbers(pdf(cover(), figures_page(rows, "示例"))) == {
        ("revenue", "2023-01-01"): (300_000, "CNY"),
        ("revenue", "2022-01-01"): (210_000, "CNY"),
    }


def test_a_table_that_goes_on_overleaf_keeps_its_headers_and_its_unit() -> None:
    first = figures_page(
        [("项目", "本报告期", "上年同期"), ("营业收入", "3,000", "2,000")], "单位：千元 币种：人民币"
    )
    second = Page()
    second.table([("研发投入合计", "300", "150")], (160, 90, 90))
    heads = [cover("2023年半年度报告"), first, second]
    for number, page in enumerate(heads, start=1):
        page.words("示例科技股份有限公司2023年半年度报告", at=815)
        page.words(f"{number} / 3", at=20)
    assert numbers(pdf(*heads)) == {
        ("revenue_6_months", "2023-01-01"): (3_000_000, "CNY"),
        ("revenue_6_months", "2022-01-01"): (2_000_000, "CNY"),
        ("research_spend_6_months", "2023-01-01"): (300_000, "CNY"),
        ("research_spend_6_months", "2022-01-01"): (150_000, "CNY"),
    }


def test_a_third_quarter_has_its_own_months_and_those_since_january() -> None:
    page = figures_page(
        [
            ("项目", "本报告期", "上年同期", "年初至报告期末", "增减(%)"),
            ("营业收入", "10.00", "9.00", "30.00", "5.0"),
        ]
    )
    page.lines("合并年初到报告期末利润表\n单位：元")
    page.table([("项目", "本期发生额", "上期发生额"), ("研发费用", "3.00", "2.00")])
    page.lines("合并利润表\n2023年1—9月\n单位：元")
    page.table([("项目", "本期发生额", "上期发生额"), ("研发费用", "3.00", "2.00")])
    page.lines("合并利润表\n单位：元")
    page.table([("项目", "本期发生额", "上期发生额"), ("研发费用", "3.00", "2.00")])
    values, rejected = told(pdf(cover("2023年第三季度报告"), page))
    assert values == {
        ("revenue_3_months", "2023-07-01"): (10, "CNY"),
        ("revenue_3_months", "2022-07-01"): (9, "CNY"),
        ("revenue_9_months", "2023-01-01"): (30, "CNY"),
        ("research_expense_9_months", "2023-01-01"): (3, "CNY"),
        ("research_expense_9_months", "2022-01-01"): (2, "CNY"),
    }
    assert ["no period is told" in one.reason for one in rejected] == [True, True]


def test_numbers_without_unit_or_period_and_odd_ones_are_rejected_by_themselves() -> None:
    page = figures_page(
        [
            ("项目", "2023年", "2022年", "口径"),
            ("营业收入", "10.00", "8,00.00", "7.00"),
            ("研发投入占营业收入的比例", "10.00", "11.00%", "-"),
        ],
        "单位不明",
    )
    page.lines("(二)员工情况")
    page.table([("在职员工的数量合计", "160.5")], (160, 90))
    values, rejected = told(pdf(cover(), page))
    assert values == {("research_share", "2022-01-01"): (11, "%")}
    assert [(one.field, one.value, one.locator) for one in rejected] == [
        ("revenue", "10.00", "page:2 table:1 row:2 col:2"),
        ("revenue", "8,00.00", "page:2 table:1 row:2 col:3"),
        ("revenue", "7.00", "page:2 table:1 row:2 col:4"),
        ("research_share", "10.00", "page:2 table:1 row:3 col:2"),
        ("staff", "160.5", "page:2 table:2 row:1 col:2"),
    ]
    assert all(one.kind == "field" and one.reason for one in rejected)


def test_a_table_without_rules_is_read_by_its_gaps() -> None:
    page = Page()
    page.lines("合并利润表\n单位：千元  币种：美元")
    lefts = (60, 250, 380)
    page.line("项目", "2023年度", "2022年度", lefts=lefts)
    page.line("营业收入", "45,250", "(49,516)", lefts=lefts)
    page.line("研发费用", "4,992", "4,953", lefts=lefts)
    assert numbers(pdf(cover(), page)) == {
        ("revenue", "2023-01-01"): (45_250_000, "USD"),
        ("revenue", "2022-01-01"): (-49_516_000, "USD"),
        ("research_expense", "2023-01-01"): (4_992_000, "USD"),
        ("research_expense", "2022-01-01"): (4_953_000, "USD"),
    }


def test_footnote_marks_do_not_lengthen_a_number() -> None:
    page = figures_page([("项目", "2023年"), ("营业收入", "")])
    row = page.at + 22 + 18 - 12
    page.words("1,234.50", 222, 9, row)
    page.words("(2)", 222 + 8 * 4.5, 5, row + 4)
    assert numbers(pdf(cover(), page)) == {("revenue", "2023-01-01"): (1234.5, "CNY")}


def test_only_total_revenue_where_there_is_no_other() -> None:
    rows = [("项目", "2023年"), ("营业总收入", "10.00")]
    assert numbers(pdf(cover(), figures_page(rows))) == {("revenue", "2023-01-01"): (10, "CNY")}
    rows.append(("其中：营业收入", "9.00"))
    assert numbers(pdf(cover(), figures_page(rows))) == {("revenue", "2023-01-01"): (9, "CNY")}


@pytest.mark.parametrize(
    "title", ["关于2023年年度报告的更正公告", "2023年年度股东大会决议公告", "关于签订战略合作协议的公告"]
)
def test_other_announcements_give_nothing(title: str) -> None:
    page = figures_page([("项目", "2023年"), ("营业收入", "10.00")])
    assert list(read_filing(pdf(cover(title), page))) == []


def test_a_report_of_another_company_is_refused() -> None:
    (one,) = read_filing(pdf(cover(code="600001")), company=COMPANY)
    assert isinstance(one, Rejected)
    assert (one.kind, one.field) == ("page", "stock")
    nobody = Page()
    nobody.lines("2023年年度报告")
    (one,) = read_filing(pdf(nobody))
    assert isinstance(one, Rejected)
    assert one.field == "stock"


def test_a_report_in_the_words_of_shenzhen() -> None:
    page = figures_page(
        [
            ("", "2023年", "2022年", "本年比上年增减"),
            ("营业收入（元）", "1,000,000.00", "900,000.00", "11.11%"),
        ],
        "是否追溯调整：否",
    )
    page.lines("二、主营业务分析\n(1)营业收入构成\n单位：元")
    page.table(
        [
            ("", "2023年", None, "2022年", None, "同比增减"),
            ("", "金额", "占营业收入比重", "金额", "占营业收入比重", ""),
            ("营业收入合计", "1,000,000.00", "100%", "900,000.00", "100%", "11.11%"),
            ("分行业", None, None, None, None, None),
            ("软件业", "600,000.00", "60%", "500,000.00", "55.56%", "20.00%"),
        ],
        (90, 80, 80, 80, 80, 60),
    )
    page.lines("4、研发投入\n公司研发人员情况")
    page.table(
        [
            ("", "2023年", "2022年", "变动比例"),
            ("研发人员数量（人）", "64", "60", "6.67%"),
            ("研发人员数量占比", "40.00%", "41.00%", "-1.00%"),
            ("研发人员学历结构", "——", "——", "——"),
            ("硕士", "30", "28", "7.14%"),
        ]
    )
    page.lines("公司研发投入情况")
    page.table(
        [
            ("", "2023年", "2022年", "变动比例"),
            ("研发投入金额（元）", "100,000.00", "81,000.00", "23.46%"),
            ("研发投入占营业收入比例", "10.00%", "9.00%", "1.00%"),
            ("研发投入资本化的金额（元）", "0.00", "0.00", "0.00%"),
        ]
    )
    page.lines("十一、公司员工情况\n1、员工数量、专业构成及教育程度")
    page.table(
        [
            ("报告期末母公司在职员工的数量（人）", "100"),
            ("报告期末主要子公司在职员工的数量（人）", "60"),
            ("报告期末在职员工的数量合计（人）", "160"),
            ("当期领取薪酬员工总人数（人）", "165"),
        ],
        (260, 100),
    )
    assert numbers(pdf(cover(), page)) == {
        ("revenue", "2023-01-01"): (1_000_000, "CNY"),
        ("revenue", "2022-01-01"): (900_000, "CNY"),
        ("rd_staff", "2023-12-31"): (64, "persons"),
        ("rd_staff", "2022-12-31"): (60, "persons"),
        ("research_spend", "2023-01-01"): (100_000, "CNY"),
        ("research_spend", "2022-01-01"): (81_000, "CNY"),
        ("research_share", "2023-01-01"): (10, "%"),
        ("research_share", "2022-01-01"): (9, "%"),
        ("staff", "2023-12-31"): (160, "persons"),
    }


def test_more_numbers_than_a_report_has_are_told_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.reading.filings.STATED_MOST", 2)
    page = figures_page([("项目", "2023年", "2022年", "2021年"), ("营业收入", "3.00", "2.00", "1.00")])
    values, (one,) = told(pdf(cover(), page))
    assert values == {("revenue", "2023-01-01"): (3, "CNY"), ("revenue", "2022-01-01"): (2, "CNY")}
    assert "more than 2 numbers" in one.reason
