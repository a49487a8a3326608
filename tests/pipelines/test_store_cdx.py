"""The index of the archive: keys as the other tools make them, lines in their order, every record found by its line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from warcio.archiveiterator import ArchiveIterator

from pipelines.errors import InputError
from pipelines.store.archive import Archive
from pipelines.store.cdx import index, lines_of, url_key

DAY = dt.datetime(2026, 1, 5, 6, 7, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.ror.org/v2/x?filter=a%3ACN&page=1", "org,ror,api)/v2/x?filter=a:cn&page=1"),
        ("http://www.Example.com:80/a/B/?b=2&a=1", "com,example)/a/b?a=1&b=2"),
        ("https://example.com", "com,example)/"),
        ("https://例子.中国/路径?名=值", "xn--fiqs8s,xn--fsqu00a)/%e8%b7%af%e5%be%84?%e5%90%8d=%e5%80%bc"),
        ("http://1.2.3.4:8080/x", "4,3,2,1:8080)/x"),
        ("https://a.example/a//b/../c#part", "example,a)/a/c"),
        ("https://a.example/%7Euser/%2525", "example,a)/~user/%25"),
        ("https://a.example/x?sid=0123456789abcdef0123456789abcdef&a=1", "example,a)/x?a=1"),
        ("https://user:pw@a.example/a b?", "example,a)/a%20b"),
        ("file:///lists/A 1.docx", "file:/lists/a%201.docx"),
        ("https://[broken/", "https://[broken/"),
    ],
)
def test_keys_are_those_of_other_tools(url: str, key: str) -> None:
    assert url_key(url) == key


@given(st.text(max_size=60))
def test_any_url_has_a_key_on_one_line(rest: str) -> None:
    for url in (f"https://a.example/{rest}", f"https://{rest}/", rest):
        key = url_key(url)
        assert url_key(url) == key
        assert not url.startswith("https://a.") or (key.isascii() and not any(one.isspace() for one in key))


def test_every_line_leads_to_its_record(store: Engine, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", store, "test")
    bodies = {
        f"https://{host}.example/{number}": f"{host}{number}".encode() for host in "ba" for number in range(3)
    }
    for url, body in bodies.items():
        archive.add(url, body, headers={"Content-Type": "text/html; charset=utf-8"}, fetched_at=DAY)
    shot = archive.add("file:///x/列表.docx", b"bytes", fetched_at=DAY)
    archive.revisit("https://a.example/0", shot, DAY, DAY + dt.timedelta(days=1))
    archive.revisit("https://a.example/0", shot, DAY, DAY + dt.timedelta(days=2), not_modified=True)
    archive.close()
    (path,) = (tmp_path / "archive").iterdir()
    lines = list(index([path]))
    assert lines == sorted(lines, key=lambda line: line.encode())
    assert len(lines) == 8
    for line in lines:
        key, moment, text = line.split(" ", 2)
        fields = json.loads(text)
        with path.open("rb") as file:
            file.seek(int(fields["offset"]))
            record = next(ArchiveIterator(file))
            assert record.rec_headers.get_header("WARC-Target-URI") == fields["url"]
            body = record.content_stream().read()
        if fields["mime"] == "warc/revisit":
            assert moment == "20260106060708"
        elif fields["url"] in bodies:
            assert body == bodies[fields["url"]]
            assert (fields["mime"], fields["status"], moment) == ("text/html", "200", "20260105060708")
        assert url_key(fields["url"]) == key
        assert fields["digest"].startswith("sha256:")


def test_no_archive_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="no WARC file"):
        list(lines_of(path))
