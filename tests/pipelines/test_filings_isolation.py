"""PDFs that want to break their reader: they cost bounded time and memory, and are told of."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.reading.filings import extracting, isolation, read_filing
from pipelines.reading.filings.extracting import messages
from pipelines.reading.filings.isolation import Line, Table, read_pages
from pipelines.records import Rejected
from tests.pipelines.pdf_files import Page, bomb, pdf, stream

ASKED = {"wanted": "营业收入", "goes_on": "", "pages_most": 600, "layouts_most": 120, "skip": []}


def page(*lines: str) -> Page:
    made = Page()
    made.lines("\n".join(lines))
    return made


def refusal(body: bytes) -> Rejected:
    (one,) = read_filing(body)
    assert isinstance(one, Rejected)
    assert (one.kind, one.locator) == ("page", "$")
    return one


def test_words_of_every_page_and_the_layout_of_those_asked_for() -> None:
    figures = page("主要财务数据")
    figures.table([("营业收入", "1,234.50"), ("两格", None)], (100, 100))
    pages = read_pages(pdf(page("前言"), figures), "营业收入")
    assert (pages.count, pages.failed, pages.refused) == (2, {}, "")
    assert pages.texts[1].strip() == "前言"
    assert list(pages.layouts) == [2]
    line, table = pages.layouts[2]
    assert isinstance(line, Line)
    assert line.words == "主要财务数据"
    assert isinstance(table, Table)
    assert [[(cell.column, cell.words) for cell in row] for row in table.rows] == [
        [(1, "营业收入"), (2, "1,234.50")],
        [(1, "两格")],
    ]


@pytest.mark.parametrize(
    "body", [b"", b"%PDF-1.7\n", b"<html></html>", b"%PDF-1.7\n" + b"\0" * 5000, pdf(page("x"))[:300]]
)
def test_what_is_broken_is_refused(body: bytes) -> None:
    assert refusal(body).reason.startswith("broken")


def test_an_encrypted_file_is_refused() -> None:
    # RC4 of 40 bits, with keys that no empty password fits
    secret = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (b"11" * 32, b"22" * 32)
    body = pdf(page("营业收入"), more={20: secret}, trailer=b"/Encrypt 20 0 R/ID[<00><00>]")
    assert refusal(body).reason == "encrypted"


def test_a_scanned_report_says_so() -> None:
    assert "scanned" in refusal(pdf(Page(), Page())).reason


def test_a_file_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "FILE_LIMIT", 10)
    assert "more than the 10" in refusal(b"%PDF-" + b"x" * 10).reason


def test_a_bomb_costs_its_page_alone() -> None:
    """Two gigabytes of spaces in two megabytes: the memory of the reader is bounded."""
    packed = stream(bomb(2000), packed=True)
    cover = page("公司代码：688999 公司简称：示例科技", "2023年年度报告", "主要财务数据", "单位：元")
    cover.table([("项目", "2023年"), ("营业收入", "10.00")])
    body = pdf(cover, page("营业收入"), more={9: packed})
    pages = read_pages(body, "营业收入", page_seconds=5)
    assert pages.texts[1].startswith("公司代码")
    assert [cell.words for block in pages.layouts.get(1, ()) if isinstance(block, Table) for cell in block.rows[1]] == [
        "营业收入", "10.00",
    ]  # fmt: skip


def test_a_page_that_takes_too_long_is_given_up_and_the_others_are_read() -> None:
    """A form drawn twelve times within a form, and so on, eight deep."""
    forms = {
        20
        + deep: b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>/Font<</F1 3 0 R>>>>"
        % (21 + deep)
        + stream(b"/X Do " * 12 if deep < 7 else b"BT /F1 1 Tf <6570> Tj ET")[2:]
        for deep in range(8)
    }
    busy = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>/XObject<</X 20 0 R>>>>/Contents 9 0 R>>"
    content = page("营业收入")
    drawn = stream(content.drawn[0].encode() + b" /X Do")
    body = pdf(page("营业收入一"), content, page("营业收入三"), more={8: busy, 9: drawn, **forms})
    pages = read_pages(body, "营业收入", page_seconds=3, seconds=30)
    assert pages.failed["text", 2] == "the page took too long"
    assert list(pages.texts) == list(pages.layouts) == [1, 3]


def test_pages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "PAGES_MOST", 2)
    monkeypatch.setattr("pipelines.reading.filings.PAGES_MOST", 2)
    cover = page("公司代码：688999 公司简称：示例科技", "2023年年度报告")
    (one,) = read_filing(pdf(cover, page("二"), page("三")))
    assert isinstance(one, Rejected)
    assert (one.locator, one.reason) == ("page:3", "only 2 of 3 pages are read")


def test_the_reader_says_what_it_begins_and_ends() -> None:
    body = pdf(page("营业收入", "第一行"), page("别的"))
    said = list(messages(body, ASKED))
    assert [next(iter(one)) for one in said] == [
        "pages",
        "begin",
        "text",
        "begin",
        "text",
        "begin",
        "begin",
        "layout",
    ]
    assert said[-1]["layout"] == 1
    assert [block["line"][0][3] for block in said[-1]["blocks"]] == ["营业收入", "第一行"]


def test_a_page_that_goes_on_with_the_one_before_is_laid_out() -> None:
    body = pdf(page("合并利润表"), page("别的"), page("研发费用 3"), page("研发费用 4"))
    assert list(read_pages(body, "利润表", "研发费用").layouts) == [1, 2, 3]
    assert list(read_pages(body, "利润表").layouts) == [1]


def test_pages_of_tables_beyond_the_limit_are_told() -> None:
    body = pdf(*(page(f"营业收入 {number}") for number in range(4)))
    said = list(messages(body, {**ASKED, "layouts_most": 2}))
    assert [one["layout"] for one in said if "layout" in one] == [1, 2]
    (one,) = [one for one in said if "failed" in one]
    assert (one["failed"], one["why"]) == (["layout", 3], "more than 2 pages of tables: the rest")


def test_a_page_that_was_given_up_is_not_begun_again() -> None:
    body = pdf(page("营业收入"), page("营业收入"))
    said = list(messages(body, {**ASKED, "skip": [("text", 1), ("layout", 2)]}))
    assert [one for one in said if "text" in one or "layout" in one] == [{"text": 2, "words": "营业收入"}]


def test_a_page_of_too_many_strokes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracting, "STROKES_MOST", 100)
    crowded = page("营业收入")
    crowded.drawn.append("0 0 m 9 9 l S " * 101)
    said = list(messages(pdf(crowded), ASKED))
    assert said[-1]["failed"] == ["layout", 1]
    assert "strokes" in said[-1]["why"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_damage_raises(data: st.DataObject) -> None:
    """Bytes changed anywhere give words, or a reason."""
    body = bytearray(pdf(page("营业收入", "二"), page("三")))
    for _ in range(data.draw(st.integers(1, 12))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    said = list(messages(bytes(body), ASKED))
    assert said
    assert "refused" in said[0] or "pages" in said[0]


def test_the_bomb_is_one() -> None:
    assert len(zlib.decompress(bomb(3))) == 3_000_000
