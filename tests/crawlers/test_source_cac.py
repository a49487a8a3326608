"""The CAC's Word lists: the real ones whole, and made ones for what the real ones may yet bring."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sources.cac import CacSpider, read_word
from pipelines.records import Product, Rejected
from tests.crawlers.saved_pages import PAGES, read, respond
from tests.crawlers.word_files import archive_of, cell, paragraph, plain, table, word
from tests.shared import shared

#: Rows, changed and cancelled filings of each real list, counted in the files.
LISTS = {
    "algorithm_2022-08": (30, 5, 0), "algorithm_2022-10": (70, 5, 4), "algorithm_2023-01": (123, 10, 2),
    "algorithm_2023-04": (39, 4, 3), "algorithm_2023-12": (41, 3, 2), "algorithm_2024-04": (69, 2, 0),
    "algorithm_2024-06": (32, 0, 0), "algorithm_2024-08": (44, 0, 0), "algorithm_2024-10": (32, 1, 0),
    "algorithm_2024-12": (40, 2, 0), "algorithm_2025-03": (45, 3, 0), "algorithm_2025-05": (10, 1, 0),
    "algorithm_2025-07": (51, 1, 0),
    "deep_synthesis_2023-06": (41, 3, 0), "deep_synthesis_2023-08": (110, 11, 1),
    "deep_synthesis_2024-01": (129, 12, 5), "deep_synthesis_2024-02": (266, 27, 2),
    "deep_synthesis_2024-04": (394, 39, 8), "deep_synthesis_2024-06": (492, 35, 6),
    "deep_synthesis_2024-08": (487, 28, 6), "deep_synthesis_2024-10": (509, 25, 1),
    "deep_synthesis_2024-12": (411, 16, 2), "deep_synthesis_2025-03": (395, 22, 4),
    "deep_synthesis_2025-05": (211, 3, 0), "deep_synthesis_2025-07": (389, 19, 0),
}  # fmt: skip

HEAD = ["序号", "算法名称", "角色", "主体名称", "应用产品", "主要用途", "备案编号", "备注"]
ROW = [
    "1",
    "晨雾算法",
    "服务提供者",
    "晨雾有限公司",
    "晨雾（APP）",
    "应用于写作",
    "网信算备110108999900101310017号",
    "",
]
TITLE = paragraph("境内深度合成服务算法备案清单（2031年5月）")


def split(data: bytes) -> tuple[list[Product], list[Rejected]]:
    found = list(read_word(data, "list.docx"))
    return [one for one in found if isinstance(one, Product)], [
        one for one in found if isinstance(one, Rejected)
    ]


@pytest.mark.shared
def test_every_row_of_the_real_lists_is_read() -> None:
    folder = shared("web", "cac")
    assert {one.stem for one in folder.glob("*.docx")} == set(LISTS)
    provinces: Counter[str | None] = Counter()
    for name, (rows, changed, cancelled) in LISTS.items():
        products, rejected = split((folder / f"{name}.docx").read_bytes())
        kind, _, month = name.rpartition("_")
        register = {"algorithm": "互联网信息服务算法备案", "deep_synthesis": "深度合成服务算法备案"}[kind]
        states = Counter(one.status for one in products)
        assert (len(products), states["changed"], states["cancelled"]) == (rows, changed, cancelled), name
        assert not rejected, name
        assert {one.register_name for one in products} == {register}
        start = dt.date.fromisoformat(month + "-01")
        assert {(one.when.start, one.when.precision) for one in products} == {(start, "month")}
        assert [one.locator for one in products] == [f"table[1]/row[{row}]" for row in range(2, rows + 2)]
        assert all(one.bearer.name in one.quote and one.use and one.category for one in products)
        provinces.update(one.bearer.place for one in products)
    assert sum(provinces.values()) == 4460
    # the first digits of the filing numbers, counted apart from the reading
    assert provinces["北京市"] == 1200
    assert provinces["广东省"] == 990
    assert provinces["新疆维吾尔自治区"] == 1
    # one number has a digit too many: its digits are not trusted
    assert provinces[None] == 1


@pytest.mark.shared
def test_a_row_of_a_real_list_in_full() -> None:
    products, _ = split((shared("web", "cac") / "deep_synthesis_2023-08.docx").read_bytes())
    last = products[-1]
    assert (last.name, last.bearer.name) == ("华为云MetaStudio数字人照片建模算法", "华为云计算技术有限公司")
    assert (last.bearer.place, last.category, last.products) == ("贵州省", "服务技术支持者", "")
    assert last.number == "网信算备520111252474601230033号"
    assert last.bearer.kind is None


def test_a_malformed_number_is_kept_and_flagged() -> None:
    products, _ = split(word(TITLE, plain(HEAD, [*ROW[:6], "网信算备11010822423660662200171号", ""])))
    (one,) = products
    assert (one.confidence, one.bearer.place) == (0.9, None)
    assert one.number == "网信算备11010822423660662200171号"


def test_a_ninth_column_and_another_order_are_no_matter() -> None:
    head, row = ["属地", *reversed(HEAD)], ["广东", *reversed(ROW)]
    ((one,), rejected) = split(word(TITLE, plain(head, row)))
    assert (one.name, one.bearer.name, one.use) == ("晨雾算法", "晨雾有限公司", "应用于写作")
    assert not rejected


def test_merged_cells_hold_for_every_place_they_cover() -> None:
    across = [cell(text) for text in HEAD[:-1]] + [cell("备注", '<w:gridSpan w:val="2"/>')]
    first = [cell(text) for text in ROW]
    first[3] = cell("晨雾有限公司", '<w:vMerge w:val="restart"/>')
    second = [cell(text) for text in ["2", "夜雾算法", *ROW[2:]]]
    second[3] = cell("", "<w:vMerge/>")
    products, rejected = split(word(TITLE, table(across, first, second)))
    assert [one.bearer.name for one in products] == ["晨雾有限公司", "晨雾有限公司"]
    assert not rejected


def test_a_title_and_a_repeated_head_inside_the_table_are_no_rows() -> None:
    title = [cell("境内互联网信息服务算法备案清单（2031年4月）", '<w:gridSpan w:val="8"/>')]
    rows = [[cell(text) for text in row] for row in (HEAD, ROW, HEAD, ROW)]
    products, rejected = split(word(table(title, *rows)))
    assert [one.locator for one in products] == ["table[1]/row[3]", "table[1]/row[5]"]
    assert {one.when.start for one in products} == {dt.date(2031, 4, 1)}
    assert {one.register_name for one in products} == {"互联网信息服务算法备案"}
    assert not rejected


def test_a_table_that_goes_on_keeps_the_title_of_the_list() -> None:
    products, _ = split(word(TITLE, plain(HEAD, ROW), plain(HEAD, ROW), plain(ROW)))
    assert [one.locator for one in products] == ["table[1]/row[2]", "table[2]/row[2]", "table[3]/row[1]"]
    assert {one.when.start for one in products} == {dt.date(2031, 5, 1)}


def test_without_a_title_the_head_tells_the_register_and_nothing_the_month() -> None:
    ((one,), _) = split(word(plain(HEAD, ROW)))
    assert (one.register_name, one.when.start) == ("深度合成服务算法备案", None)


def test_a_month_that_is_none_is_kept_as_written() -> None:
    ((one,), _) = split(word(paragraph("境内深度合成服务算法备案清单（2021年13月）"), plain(HEAD, ROW)))
    assert (one.when.start, one.when.as_written) == (None, "2021年13月")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ([*ROW[:3], "--", *ROW[4:]], "bearer"),
        ([ROW[0], "", *ROW[2:]], "name"),
        ([*ROW[:6], "", ""], "number"),
        (ROW[:4], "number"),
        ([*ROW[:3], "长" * 301, *ROW[4:]], "Mention.name"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_with_its_field(row: list[str], field: str) -> None:
    products, (rejected,) = split(word(TITLE, plain(HEAD, row)))
    assert not products
    assert (rejected.locator, rejected.field, rejected.kind) == ("table[1]/row[2]", field, "product")
    assert "晨雾算法" in rejected.raw or field == "name"


def test_other_tables_alone_are_rejected() -> None:
    products, (rejected,) = split(word(TITLE, plain(["模型", "单位"], ["甲", "乙"])))
    assert not products
    assert rejected.locator == "list.docx"


@pytest.mark.parametrize(
    ("data", "word_of_reason"),
    [
        (b"", "no readable Word file"),
        (b"%PDF-1.7", "no readable Word file"),
        (archive_of("xl/workbook.xml", b"<a/>"), "without word/document.xml"),
        (archive_of("word/document.xml", b"<w:document"), "broken"),
        (archive_of("word/document.xml", b"<a/>"), "no body"),
        (archive_of("word/document.xml", b"<a>" * 5000), "broken"),
    ],
)
def test_broken_files_are_rejected_naming_the_file(data: bytes, word_of_reason: str) -> None:
    products, (rejected,) = split(data)
    assert not products
    assert rejected.locator == "list.docx"
    assert word_of_reason in rejected.reason


@given(seed=st.integers(0, 2**32), flips=st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_flipped_bytes_never_raise(seed: int, flips: int) -> None:
    data = bytearray((PAGES / "cac" / "deep_synthesis.docx").read_bytes())
    chance = random.Random(seed)
    for _ in range(flips):
        data[chance.randrange(len(data))] = chance.randrange(256)
    for one in read_word(bytes(data), "list.docx"):
        assert isinstance(one, (Product, Rejected))


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=10), max_size=6))
@settings(max_examples=100, deadline=None)
def test_every_row_is_a_record_or_a_rejection(rows: list[list[str]]) -> None:
    """As many results as rows below the head, whatever stands in the cells."""
    clean = [
        ["".join(c for c in text if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF) for text in row]
        for row in rows
    ]
    products, rejected = split(word(TITLE, plain(HEAD, *clean)))
    assert len(products) + len(rejected) == len(rows)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><body>blocked</body></html>", "a page"),
        (b"%PDF-1.4", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .doc"),
        (b"", "an empty answer"),
        (b"hello", "no Word file"),
    ],
)
def test_what_comes_in_place_of_an_attachment(body: bytes, reason: str) -> None:
    url = "https://www.cac.gov.cn/cms/pub/interact/downloadfile.jsp?filepath=x"
    found = read(CacSpider(), respond(url, body))
    (rejected,) = found["rejected"]
    assert rejected["reason"].startswith(reason)
    assert not found["records"]


def test_the_last_page_of_the_list_asks_for_no_further_one() -> None:
    url = "https://www.cac.gov.cn/cms/JsonList?channelCode=A093702&perPage=20&pageno=3"
    found = read(
        CacSpider(), respond(url, b'{"list": [{"topic": "x"}], "totalRec": 41}', {"meta": {"total": 41}})
    )
    assert found == {"records": [], "rejected": [], "requests": []}
