"""What sources of sites share: sitemaps and their days, the ways to the pages, archives from elsewhere."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.sources.site import SiteSpider
from crawlers.web_site import last_change
from tests.crawlers.saved_pages import read, respond
from tests.crawlers.web import serve
from tests.program import data

HOME = "https://news.valuenet.example/"
TEXT = "<p>晨雾公司与雾谷大学签署协议，双方将共建语音联合实验室，并在年内启用第一批设备。</p>" * 3


def article(title: str, charset: str = "utf-8") -> bytes:
    return f"<html><head><meta charset='{charset}'><title>{title}</title></head><body>{TEXT}</body></html>".encode(
        charset
    )


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2031-05-06T07:08:09Z", "2031-05-06 07:08:09+00:00"),
        ("2031-05-06T07:08:09.123+08:00", "2031-05-06 07:08:09.123000+08:00"),
        # a day, wherever it is
        ("2031-05-06", "2031-05-07 12:00:00+00:00"),
        ("2031-05-06T07:08:09", "2031-05-07 12:00:00+00:00"),
        ("2031-05", "None"),
        ("soon", "None"),
        ("", "None"),
        ("9999-12-31", "None"),
        ("x" * 100_000, "None"),
    ],
)
def test_the_last_instant_of_a_change(written: str, instant: str) -> None:
    assert str(last_change(written)) == instant


def test_a_sitemap_says_when_its_pages_changed_and_a_feed_does_not() -> None:
    sitemap = f"<urlset><url><loc>{HOME}a</loc><lastmod>2031-05-06T00:00:00Z</lastmod></url><url><loc>{HOME}b</loc></url></urlset>"
    found = read(SiteSpider(), respond(HOME + "sitemap.xml", sitemap.encode()))
    assert found["requests"] == [
        {"url": HOME + "a", "meta": {"modified": "2031-05-06 00:00:00+00:00"}}, {"url": HOME + "b"},
    ]  # fmt: skip
    index = (
        f"<sitemapindex><sitemap><loc>{HOME}s.xml</loc><lastmod>2031-05-06</lastmod></sitemap></sitemapindex>"
    )
    found = read(SiteSpider(), respond(HOME + "sitemap.xml", index.encode()))
    assert found["requests"] == [{"url": HOME + "s.xml", "meta": {"depth_of_index": 1}}]
    feed = f"<rss version='2.0'><channel><item><link>{HOME}c</link><pubDate>Tue, 06 May 2031 00:00:00 GMT</pubDate></item></channel></rss>"
    found = read(SiteSpider(), respond(HOME + "feed.xml", feed.encode()))
    assert found["requests"] == [{"url": HOME + "c"}]


def test_the_front_page_of_a_site_is_read_beside_its_sitemap() -> None:
    robots = f"User-agent: *\nSitemap: {HOME}s.xml\n".encode()
    assert [one["url"] for one in read(SiteSpider(), respond(HOME + "robots.txt", robots))["requests"]] == [
        HOME + "s.xml", HOME,
    ]  # fmt: skip


def test_a_firewall_is_no_page() -> None:
    wall = b"<html><script>document.cookie='a=b';location.reload()</script></html>"
    found = read(SiteSpider(), respond(HOME + "a.html", wall))
    assert [one["kind"] for one in found["rejected"]] == ["page"]
    assert not found["records"]


class _Writer(WARCWriter):  # type: ignore[misc] # warcio ships no types
    """Without digests, for which warcio leaves temporary files open."""

    def ensure_digest(self, record: object, block: bool = True, payload: bool = True) -> None:
        return


class Elsewhere:
    """A WARC file as other crawlers write them."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("wb")
        self._writer = _Writer(self._out, gzip=True)

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()

    def add(
        self, kind: str, url: str, body: bytes, headers: dict[str, str] | None = None, **warc: str
    ) -> None:
        http = None
        if kind in ("response", "revisit"):
            http = StatusAndHeaders(
                warc.pop("status", "200 OK"), list((headers or {}).items()), protocol="HTTP/1.1"
            )
        elif kind == "request":
            http = StatusAndHeaders("GET / HTTP/1.1", [("User-Agent", "elsewhere/1.0")], is_http_request=True)
        named = {name.replace("_", "-"): value for name, value in warc.items()}
        record = self._writer.create_warc_record(
            url, kind, payload=io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=named,
            warc_content_type="" if http else (headers or {}).get("Content-Type", "text/plain"),
        )  # fmt: skip
        self._writer.write_record(record)


def chunked(body: bytes, size: int = 100) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


HTML = {"Content-Type": "text/html"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere.warc.gz"
    with Elsewhere(path) as warc:
        warc.add("request", "https://a.example/1.html", b"")
        warc.add(
            "response",
            "https://a.example/1.html",
            gzip.compress(article("压缩的标题")),
            {**HTML, "Content-Encoding": "gzip"},
        )
        warc.add(
            "metadata",
            "https://a.example/1.html",
            b"fetchTimeMs: 12\r\n",
            {"Content-Type": "application/warc-fields"},
        )
        warc.add(
            "response",
            "https://b.example/2.html",
            chunked(article("分块的标题")),
            {**HTML, "Transfer-Encoding": "chunked"},
        )
        both = {**HTML, "Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}
        warc.add("response", "https://b.example/3.html", chunked(gzip.compress(article("两者皆有"))), both)
        # the body was unpacked, and its length changed, by the other crawler
        plain = {**HTML, "X-Crawl-Content-Encoding": "br", "X-Crawl-Content-Length": "12"}
        warc.add(
            "response",
            "https://c.example/4.html",
            article("旧式编码", "gb18030"),
            {**plain, "Content-Type": "text/html; charset=gb2312"},
        )
        warc.add(
            "response", "https://c.example/5.html", article("名不副实"), {**HTML, "Content-Encoding": "gzip"}
        )
        warc.add(
            "response", "https://c.example/6.html", article("截断的标题")[:-60], HTML, WARC_Truncated="length"
        )
        warc.add("response", "https://c.example/7.pdf", b"%PDF-1.7 x", {"Content-Type": "application/pdf"})
        warc.add("response", "https://c.example/8.html", b"gone", HTML, status="404 Not Found")
        warc.add("revisit", "https://d.example/9.html", b"", HTML, WARC_Payload_Digest="sha1:AAAA",
                 WARC_Profile="http://netpreserve.org/warc/1.0/revisit/identical-payload-digest")  # fmt: skip
        warc.add(
            "conversion", "https://a.example/1.html", "只是文字".encode(), {"Content-Type": "text/plain"}
        )
        warc.add(
            "response", "dns:a.example", b"20310101 a.example. 1 IN A 192.0.2.1", {"Content-Type": "text/dns"}
        )
    return path


def test_an_archive_from_elsewhere_is_read(archive: Path, tmp_path: Path) -> None:
    (summary,) = data("crawl", "site", "--replay", archive, cwd=tmp_path)
    assert summary["records"] == 6, summary
    told = str(data("status", "--rejected", cwd=tmp_path))
    assert "https://c.example/7.pdf" in told
    assert "dns:" not in told


def test_the_live_way_from_robots_to_pages(tmp_path: Path) -> None:
    pages: dict[str, tuple[str, bytes]] = {
        "/https/news.valuenet.example/robots.txt": ("text/plain", f"Sitemap: {HOME}sitemap.xml".encode()),
        "/https/news.valuenet.example/sitemap.xml": (
            "application/xml",
            f"<urlset><url><loc>{HOME}1.html</loc><lastmod>2020-05-06</lastmod></url>"
            f"<url><loc>{HOME}2.html</loc></url></urlset>".encode(),
        ),
        "/https/news.valuenet.example/": ("text/html", FRONT),
        "/https/news.valuenet.example/1.html": ("text/html", article("第一篇")),
        "/https/news.valuenet.example/2.html": ("text/html", article("第二篇")),
    }

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        kind, body = pages.get(path, ("text/plain", b""))
        return (200 if path in pages else 404), {"Content-Type": kind}, body

    with serve(answer) as web:
        (first,) = data("crawl", "site", "--web", web.base, cwd=tmp_path)
        asked = len(web.paths)
        (again,) = data("crawl", "site", "--web", web.base, cwd=tmp_path)
        later = web.paths[asked:]
    assert first["records"] == 3
    assert first["outcome"] == "complete"
    # what the sitemap says did not change since is not asked for again
    assert not [one for one in later if one.endswith("/1.html")]
    assert [one for one in later if one.endswith("/2.html")]
    assert again["facts_ended"] == 0


FRONT = (
    "<html><head><title>晨雾</title><script type='application/ld+json'>"
    '{"@type": "Corporation", "name": "晨雾智能", "url": "https://news.valuenet.example/"}'
    "</script></head><body><p>欢迎</p></body></html>"
).encode()


def test_nothing_of_a_page_is_an_exception() -> None:
    for body in (
        b"<html>",
        b"\xff\xfe\x00",
        b"<urlset>",
        b"<rss>",
        b"<html><script type='application/ld+json'>[[[",
    ):
        found: Any = read(SiteSpider(), respond(HOME + "x", body))
        assert found["rejected"]
