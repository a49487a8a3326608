"""Records of WARC files made to harm: headers and bodies have bounds, and what comes after them is read."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipelines.errors import InputError, StoreError
from pipelines.store.archive import BODY_LIMIT, Archive, read_snapshot, read_warc
from pipelines.store.cdx import lines_of
from pipelines.store.warc_records import LINE_MOST, LINES_MOST

HEAD = (
    b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/%b\r\n"
    b"WARC-Date: 2024-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
    b"Content-Length: %d\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
)


def record(name: bytes, rest: bytes, length: int = 0) -> bytes:
    """A record, packed; `rest` is what follows the two lines of the response. length: what the record says of
    itself, the truth if it is 0."""
    head = HEAD.partition(b"HTTP/")[0]
    own = HEAD[len(head) :] + rest
    return gzip.compress(head % (name, length or len(own)) + own + b"\r\n\r\n", 1)


GOOD = record(b"good", b"\r\n<p>good</p>")


@pytest.mark.parametrize(
    "rest",
    [b"X: " + b"a" * (LINE_MOST + 1) + b"\r\n\r\n", b"X: y\r\n" * (LINES_MOST // 6 + 1) + b"\r\n"],
    ids=["a line", "many lines"],
)
def test_headers_without_end_are_left_and_the_next_record_is_read(rest: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(GOOD + record(b"bomb", rest) + GOOD)
    assert [(one.url, one.body) for one in read_warc(path)] == [
        ("https://a.example/good", b"<p>good</p>")
    ] * 2


def test_a_file_of_one_endless_header_is_no_warc_file(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.1\r\nWARC-Type: " + b"a" * 20_000_000, 1))
    for read in (read_warc, lines_of):
        with pytest.raises(InputError, match="no WARC file"):
            list(read(path))


def test_a_body_of_more_than_memory_takes_is_left_out_with_its_reason(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.warc.gz"
    bomb = record(b"bomb", b"\r\n" + bytes(BODY_LIMIT + 1))
    path.write_bytes(GOOD + bomb + GOOD)
    assert [one.url for one in read_warc(path)] == ["https://a.example/good"] * 2
    assert "a body of more than 67,108,864 bytes" in caplog.text
    with pytest.raises(StoreError, match="a body of more than"):
        read_snapshot(tmp_path, path.name, len(GOOD))
    assert len(list(lines_of(path))) == 3


@pytest.mark.parametrize("length", [-5, 10**15])
def test_a_lie_about_the_length_harms_nobody(length: int, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(record(b"lie", b"\r\nx", length) + GOOD)
    assert "https://a.example/good" in [one.url for one in read_warc(path)]


def test_what_is_written_is_read(store: Engine, tmp_path: Path) -> None:
    archive = Archive(tmp_path, store, "a")
    long = "https://a.example/" + "a" * 50_000
    archive.add(long, b"x", headers={"Link": "y" * 60_000}, fetched_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    archive.close()
    (path,) = tmp_path.glob("*.warc.gz")
    assert [one.url for one in read_warc(path)] == [long]


@pytest.mark.parametrize(
    ("lost", "instead"),
    [(b"WARC-Target-URI: https://a.example/%b\r\n", b"X: %b\r\n"), (b"HTTP/1.1 200 OK", b"NONSENSE 20 OK!")],
    ids=["its address", "its status"],
)
def test_a_record_that_lost_a_part_is_left_and_the_next_is_read(
    lost: bytes, instead: bytes, tmp_path: Path
) -> None:
    body = HEAD.partition(b"HTTP/")[2] + b"\r\n<p>x</p>"
    damaged = HEAD.replace(lost, instead) % (b"x", len(b"HTTP/" + body)) + b"\r\n<p>x</p>\r\n\r\n"
    path = tmp_path / "x.warc.gz"
    path.write_bytes(GOOD + gzip.compress(damaged, 1) + GOOD)
    assert [one.body for one in read_warc(path)] == [b"<p>good</p>"] * 2
    assert list(lines_of(path))
