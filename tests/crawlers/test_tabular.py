"""CSV and Excel files in any encoding; broken ones are named by file and line."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.tabular import charset_of, read_sheet
from pipelines.errors import InputError

TEXT = "名称,日期,金额\n旷视科技,2014-01-02,数千万人民币\n商汤科技,2014-08-01,未披露\n"


def rows(data: bytes, name: str = "a.csv") -> list[dict[str, str]]:
    return [row.cells for row in read_sheet(Path(name), data).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found(encoding: str) -> None:
    assert rows(TEXT.encode(encoding))[0] == {
        "名称": "旷视科技",
        "日期": "2014-01-02",
        "金额": "数千万人民币",
    }


def test_a_bad_byte_is_named_with_its_line() -> None:
    data = TEXT.encode() * 40
    broken = data[:2000] + b"\xff\xfe\xfa" + data[2000:]
    with pytest.raises(InputError) as caught:
        charset_of(broken, "a.csv")
    line = data[:2000].count(b"\n") + 1
    assert caught.value.where == f"a.csv:{line}"
    assert "0xff" in str(caught.value)
    assert "UTF-8" in caught.value.hint


def test_lines_are_counted_as_an_editor_does() -> None:
    data = b'a,b\n1,"two\nlines"\n\n3,4\n'
    sheet = read_sheet(Path("x.csv"), data)
    assert [(row.line, row.cells["b"]) for row in sheet.rows] == [(2, "two\nlines"), (5, "4")]


def test_rows_that_do_not_fit_say_so() -> None:
    sheet = read_sheet(Path("x.csv"), b"a,b\n1,2,3\n1\n1,2,\n")
    assert [(row.cells, bool(row.fault)) for row in sheet.rows] == [
        ({"a": "1", "b": "2"}, True),
        ({"a": "1", "b": ""}, False),
        ({"a": "1", "b": "2"}, False),
    ]


def test_a_cell_out_of_bounds_loses_only_its_row() -> None:
    data = b"a,b\n1," + b"x" * 200_000 + b"\n3,4\n"
    found = list(read_sheet(Path("x.csv"), data).rows)
    assert "no CSV row" in found[0].fault
    assert found[-1].cells == {"a": "3", "b": "4"}


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "name every column"),
        (b"a,,b\n", "a.csv", "name every column"),
        (b"a,b,a\n", "a.csv", "named twice"),
        (b"PK\x03\x04broken", "a.xlsx", "broken Excel"),
        (b"%PDF-1.7", "a.pdf", "neither CSV nor Excel"),
    ],
)
def test_files_that_cannot_be_used(data: bytes, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_sheet(Path(name), data)
    assert caught.value.where.startswith(name)


def test_other_separators() -> None:
    assert rows("甲\t乙\n1\t2\n".encode(), "a.tsv") == [{"甲": "1", "乙": "2"}]
    assert rows("甲;乙\n1;2\n".encode()) == [{"甲": "1", "乙": "2"}]


def test_excel_gives_what_a_person_sees() -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["名称", "日期", "金额", "股票"])
    sheet.append(["旷视科技", dt.datetime(2014, 1, 2), 1000.0, None])  # noqa: DTZ001 - Excel knows no zones
    sheet.append([None, None, None, None])
    sheet.append(["商汤", "2014年", 1.5, "600000"])
    data = io.BytesIO()
    book.save(data)
    found = list(read_sheet(Path("a.xlsx"), data.getvalue()).rows)
    assert [row.line for row in found] == [2, 4]
    assert found[0].cells == {"名称": "旷视科技", "日期": "2014-01-02", "金额": "1000", "股票": ""}
    assert found[1].cells["金额"] == "1.5"


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_an_input_error(data: bytes) -> None:
    try:
        sheet = read_sheet(Path("a.csv"), data)
    except InputError as error:
        if not error.where:
            raise
        return
    for row in sheet.rows:
        assert row.line >= 1
        assert set(row.cells) <= set(sheet.header)


def _book(part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A book of a header and one row, one of whose parts is changed."""
    book, plain, changed = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (["a", "b"], [1, 2]):
        sheet.append(row)
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            before = old.read(name)
            after = change(before) if name.endswith(part) else before
            assert after != before or not name.endswith(part)
            new.writestr(name, after)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("sheet1.xml", lambda text: text[:-60]),
        ("sheet1.xml", lambda text: text[:200]),
        ("workbook.xml", lambda text: text[:100]),
        ("styles.xml", lambda text: b"<x"),
        ("sheet1.xml", lambda text: text.replace(b"<v>2</v>", b"<v>NaN</v>")),
        ("sheet1.xml", lambda text: text.replace(b'r="A2"', b'r="??"')),
        ("sheet1.xml", lambda text: text.replace(b'r="2"', b'r="20000000"').replace(b"A2", b"A20000000")),
    ],
)
def test_a_damaged_book_is_refused_with_its_name(part: str, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(InputError) as caught:
        rows(_book(part, change), "a.xlsx")
    assert caught.value.where.startswith("a.xlsx")


def test_a_book_that_understates_its_size_is_read_to_its_end() -> None:
    data = _book("sheet1.xml", lambda text: text.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1"'))
    assert rows(data, "a.xlsx") == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("data", [b"\xff\xfea", b"\xff\xfea\x00\n\x00\x00\xd8"])
def test_cut_utf16_is_named(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        charset_of(data, "a.csv")
    assert caught.value.where.startswith("a.csv:")


def test_a_quote_that_is_not_closed_is_told() -> None:
    data = b'a,b\n1,2\n3,"4\n' + b"5,6\n" * 80
    found = list(read_sheet(Path("x.csv"), data).rows)
    assert found[0].cells == {"a": "1", "b": "2"}
    assert found[1].line == 3
    assert "quote is not closed" in found[1].fault


def test_a_book_that_unpacks_to_too_much_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
            with parts.open(name, "w") as part:
                for _ in range(101):
                    part.write(b" " * 1024 * 1024)
    assert len(bomb.getvalue()) < 1024 * 1024
    with pytest.raises(
        InputError, match=r"unpacks to 211,812,352 bytes; at most 209,715,200 are read"
    ) as caught:
        read_sheet(Path("bomb.xlsx"), bomb.getvalue())
    assert caught.value.where == "bomb.xlsx"


def test_a_part_that_lies_about_its_size_is_read_no_further() -> None:
    data = bytearray(_book("sheet1.xml", lambda text: text + b"<!--" + b" " * 100_000 + b"-->"))
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46  # its entry in the directory, where sizes are believed
    data[at + 24 : at + 28] = (300).to_bytes(4, "little")
    with pytest.raises(InputError, match="broken Excel file"):
        list(read_sheet(Path("a.xlsx"), bytes(data)).rows)
