"""Tables of Word files: merged cells, wrappers, limits, and files that mean harm."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.word import read_rows
from pipelines.errors import InputError
from tests.crawlers.word_files import archive_of, cell, paragraph, plain, table, word


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_rows(data)]


def test_rows_are_numbered_and_know_the_words_before_their_table() -> None:
    rows = list(
        read_rows(word(paragraph("一"), plain(["a"], ["b"]), paragraph("二"), paragraph("三"), plain(["c"])))
    )
    assert [(row.table, row.row, row.before) for row in rows] == [
        (1, 1, ("一",)),
        (1, 2, ("一",)),
        (2, 1, ("二", "三")),
    ]


def test_merged_cells_give_their_text_in_every_place() -> None:
    first = [cell("a", '<w:vMerge w:val="restart"/>'), cell("b", '<w:gridSpan w:val="2"/>')]
    second = [cell("", "<w:vMerge/>"), cell("c"), cell("d")]
    third = [cell("", '<w:vMerge w:val="continue"/>'), cell("e"), cell("f")]
    fourth = [cell("g", '<w:vMerge w:val="restart"/>'), cell("h"), cell("i")]
    assert cells(word(table(first, second, third, fourth))) == [
        ("a", "b", "b"),
        ("a", "c", "d"),
        ("a", "e", "f"),
        ("g", "h", "i"),
    ]


def test_a_row_that_starts_further_right() -> None:
    row = '<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>' + cell("x") + "</w:tr>"
    assert cells(word(f"<w:tbl>{row}</w:tbl>")) == [("", "", "x")]


def test_tracked_changes_content_controls_and_drawings() -> None:
    inner = (
        "<w:tc><w:sdt><w:sdtContent><w:p><w:del><w:r><w:delText>旧</w:delText><w:t>旧</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:r><w:Fallback><w:t>新</w:t></w:Fallback></w:r></w:p>"
        "</w:sdtContent></w:sdt></w:tc>"
    )
    rows = f"<w:sdt><w:sdtContent><w:tr>{inner}</w:tr></w:sdtContent></w:sdt>"
    wrapped = f"<w:sdt><w:sdtContent><w:tbl>{rows}</w:tbl></w:sdtContent></w:sdt>"
    assert cells(word(wrapped)) == [("新",)]


def test_paragraphs_and_breaks_are_line_breaks() -> None:
    inner = (
        "<w:tc><w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc>"
    )
    assert cells(word(f"<w:tbl><w:tr>{inner}</w:tr></w:tbl>")) == [("a\nb\nc",)]


def test_the_strict_form_of_the_format_is_read_too() -> None:
    assert cells(word(plain(["a"]), namespace="http://purl.oclc.org/ooxml/wordprocessingml/main")) == [("a",)]


def bomb() -> bytes:
    out = BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(101):
            part.write(b" " * 1_000_000)
    return out.getvalue()


def lying_bomb() -> bytes:
    """The same, with a small size in the archive's list of contents."""
    data = bytearray(bomb())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


def many_parts() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2001):
            archive.writestr(f"p{number}", b"")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bomb(), "unpacks to more than"),
        (lying_bomb(), "no readable Word file"),
        (many_parts(), "parts is no Word list"),
        (b"x" * 30_000_001, "more than the"),
        (word(table([cell("a", '<w:gridSpan w:val="99999"/>')])), "columns"),
        (archive_of("word/document.xml", b"<a>" * 5000), "broken"),
        (archive_of("word/document.xml", b"<a/>"), "no body"),
        (archive_of("else.xml", b"<a/>"), "without word/document.xml"),
        (b"", "no readable Word file"),
    ],
    ids=["bomb", "lying bomb", "parts", "bytes", "columns", "depth", "body", "part", "empty"],
)
def test_harmful_and_broken_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        list(read_rows(data))


def test_entities_are_not_resolved() -> None:
    xml = (
        '<!DOCTYPE d [<!ENTITY c SYSTEM "file:///etc/passwd">]><w:document xmlns:w="x"><w:body><w:tbl><w:tr><w:tc>'
        "<w:p><w:r><w:t>a&c;</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    )
    assert cells(archive_of("word/document.xml", xml.encode())) == [("a",)]


@given(st.binary(max_size=400))
def test_no_part_of_any_bytes_raises_another_error(xml: bytes) -> None:
    for data in (xml, archive_of("word/document.xml", xml)):
        with pytest.raises(InputError):
            list(read_rows(data))


@given(st.lists(st.lists(st.text("甲乙 ab&<>\"'", max_size=6), min_size=1, max_size=8), max_size=6))
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    assert cells(word(plain(*rows))) == [tuple(text.strip() for text in row) for row in rows]
