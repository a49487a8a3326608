"""An annual report of 250 pages, made: how long `read_filing` takes, beside pdfplumber's tables of every page.

Its statements, key figures, research, staff and 150 pages of notes have ruled tables of 25 rows, most with 营业收入
somewhere on the page. Fails where a number differs from what was written, or where it takes more than 60 seconds.

    python -m tests.benchmarks.bench_filings [--pages N] [--peer-pages N]
"""

from __future__ import annotations

import argparse
import time
from io import BytesIO

import click

from pipelines.reading.filings import read_filing
from pipelines.records import Organisation
from tests.pipelines.pdf_files import Page, pdf

SECONDS = 60.0
HEAD = "示例科技股份有限公司2023年年度报告"
EXPECTED = {
    ("revenue", "2023-01-01"): 1.2e9,
    ("revenue", "2022-01-01"): 1.0e9,
    ("research_expense", "2023-01-01"): 1.5e8,
    ("research_expense", "2022-01-01"): 1.2e8,
    ("research_spend", "2023-01-01"): 1.8e8,
    ("research_share", "2023-01-01"): 15.0,
    ("staff", "2023-12-31"): 1600.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=250)
    parser.add_argument("--peer-pages", type=int, default=20)
    chosen = parser.parse_args()
    body = report(chosen.pages)
    began = time.perf_counter()
    found = {
        (one.attributes[0].name, str(one.attributes[0].when.start)): one.attributes[0].number
        for one in read_filing(body)
        if isinstance(one, Organisation)
    }
    took = time.perf_counter() - began
    peer = _peer(body, chosen.peer_pages)
    click.echo(f"{chosen.pages} pages, {len(body):,} bytes: {took:.1f} s, {len(found)} numbers")
    click.echo(f"pdfplumber's tables: {peer * 1000:.0f} ms a page, {peer * chosen.pages:.0f} s for all pages")
    if found != EXPECTED:
        raise SystemExit(f"read {found}, written {EXPECTED}")
    if took > SECONDS:
        raise SystemExit(f"took {took:.1f} s > {SECONDS} s")


def report(pages: int) -> bytes:
    """Cover, key figures, research and staff, text, the statement, notes."""
    cover = Page()
    cover.lines("公司代码：688999    公司简称：示例科技\n示例科技股份有限公司\n2023年年度报告")
    figures = _page("第二节 公司简介和主要财务指标", "七、主要会计数据", "单位：元  币种：人民币")
    figures.table([("项目", "2023年", "2022年"), ("营业收入", "1,200,000,000.00", "1,000,000,000.00")])
    research = _page("(1).研发投入情况表", "单位：万元")
    research.table(
        [("", "本年度"), ("研发投入合计", "18,000.00"), ("研发投入总额占营业收入比例（%）", "15.00")],
        (260, 100),
    )
    research.lines("(一)员工情况")
    research.table([("在职员工的数量合计", "1,600")], (260, 100))
    statement = _page("合并利润表", "2023年1—12月", "单位：元  币种：人民币")
    statement.table(
        [
            ("项目", "附注", "2023年度", "2022年度"),
            ("其中：营业收入", "七、61", "1,200,000,000.00", "1,000,000,000.00"),
            ("研发费用", "七、65", "150,000,000.00", "120,000,000.00"),
        ],
        (160, 60, 120, 120),
    )
    rest = max(0, pages - 4)
    text = [_text(number) for number in range(rest // 3)]
    notes = [_note(number) for number in range(rest - rest // 3)]
    return pdf(cover, figures, research, *text, statement, *notes)


def _page(*lines: str) -> Page:
    page = Page()
    page.lines("\n".join((HEAD, *lines)))
    return page


def _text(number: int) -> Page:
    return _page(
        *(f"第{number}段第{line}行，市场需求平稳，公司继续推进产品的研发与销售。" for line in range(40))
    )


def _note(number: int) -> Page:
    page = _page(f"{number}、其他应收款", "单位：元  币种：人民币", "占营业收入的比重不大，与研发费用无关")
    rows = [(f"单位{number}之{row}", f"{row},000.00", f"{number}.00") for row in range(25)]
    page.table([("单位名称", "期末余额", "期初余额"), *rows], (180, 120, 120))
    return page


def _peer(body: bytes, pages: int) -> float:
    """Seconds a page, of the tables of the last pages."""
    import pdfplumber

    with pdfplumber.open(BytesIO(body)) as document:
        chosen = document.pages[-pages:]
        began = time.perf_counter()
        for page in chosen:
            page.extract_tables()
        return (time.perf_counter() - began) / len(chosen)


if __name__ == "__main__":
    main()
