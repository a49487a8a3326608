"""Files of many documents: one at a time, whatever lies between them, and never more in memory than one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import concatenated_xml
from crawlers.concatenated_xml import Part, documents_in, documents_of
from pipelines.errors import InputError

HEAD = b'<?xml version="1.0"?>\n'


def bodies(data: bytes) -> list[bytes]:
    return [one.body for one in documents_in(io.BytesIO(data))]


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("between", [b"\n", b"", b"\r\n\r\n", b"  \n"])
def test_documents_are_told_apart_by_their_declarations(between: bytes) -> None:
    documents = [HEAD + b"<a>%d</a>" % number for number in range(5)]
    assert bodies(between.join(documents)) == documents
    assert bodies(b"\n" + between.join(documents) + b"\n\n") == documents


def test_a_document_without_a_declaration_is_one_too() -> None:
    assert bodies(b"<a/>\n" + HEAD + b"<b/>") == [b"<a/>", HEAD + b"<b/>"]
    assert bodies(b"") == bodies(b" \n") == []


def test_the_files_of_a_zip_are_numbered_on(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    path.write_bytes(
        zipped(("a.xml", HEAD + b"<a/>" + HEAD + b"<b/>"), ("read.me", b"x"), ("c.XML", HEAD + b"<c/>"))
    )
    assert [(one.number, one.body[-4:]) for one in documents_of(path)] == [
        (1, b"<a/>"),
        (2, b"<b/>"),
        (3, b"<c/>"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"\x00" * 100,
        zipped(("a.txt", b"x")),
        zipped(("a.xml", HEAD + b"<a/>" * 1000))[:-60],
        zipped(("a.xml", HEAD + b"<a/>" * 1000)).replace(b"\x78", b"\x79"),
    ],
)
def test_a_broken_zip_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="zip file"):
        bodies(data)


def test_a_document_that_is_too_large_is_skipped_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concatenated_xml, "DOCUMENT_MOST", 1000)
    monkeypatch.setattr(concatenated_xml, "_CHUNK", 64)
    found = list(
        documents_in(io.BytesIO(HEAD + b"<a/>" + HEAD + b"<b>" + b"x" * 5000 + b"</b>" + HEAD + b"<c/>"))
    )
    assert [one.number for one in found] == [1, 2, 3]
    assert [bool(one.refused) for one in found] == [False, True, False]
    assert found[2] == Part(3, HEAD + b"<c/>")
    (last,) = documents_in(io.BytesIO(HEAD + b"x" * 5000))
    assert "more than 1,000 bytes" in last.refused


def test_a_file_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concatenated_xml, "UNPACKED_MOST", 10_000_000)
    bomb = zipped(("a.xml", HEAD + b"<a>" + b"0" * 30_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(InputError, match="more than 10,000,000 bytes"):
        bodies(bomb)


@given(
    st.lists(st.binary(max_size=60).filter(lambda one: b"<?xml " not in one), max_size=6), st.integers(1, 9)
)
def test_no_byte_is_lost_wherever_the_pieces_end(texts: list[bytes], chunk: int) -> None:
    documents = [HEAD + b"<a>" + one for one in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(concatenated_xml, "_CHUNK", chunk)
        assert bodies(b"".join(documents)) == [one.strip() for one in documents]
