"""News sites: the real pages with the titles and days that they show, and the ways to them."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from crawlers.sources.news import NewsSpider
from pipelines.errors import UsageError
from pipelines.records import Document
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import read, respond
from tests.shared import shared

#: Title, day and language as a reader of each page sees them.
REAL = {
    "cn_news.warc.gz": {
        "doc-iicezzrq4972166": ("苹果发布新iPhone 11：64GB售5499元 256GB售6799元", "2019-09-11", "zh"),
        "doc-ihqfskcn2160999": ('60万"12306账号"外泄? 中铁总辟谣称消息不实', "2018-12-28", "zh"),
        "14526474_0": ("疫情防控常态化下，长春市的新经济之路", "2020-09-11", "zh"),
        "7PM49H7yjs5": ("运营商 5G 手机促销方式曝光，禁止提供购机补贴", "2019-09-07", "zh"),
        # declares gb2312 and, above it, UTF-8
        "content_25340717": ("话剧《约定无期限》河北各市巡演结束", "2012-06-04", "zh"),
        "1000200033136171577956287380194268_1": ("益阳：“数字”是优长", "2020-01-02", "zh"),
        "WS65571297a310d5acd876f404": ("外国专家：中美合作共赢符合国际社会利益", "2023-11-17", "zh"),
        "c_1129981476": ("短缺药品保供稳价 全力保障临床用药需求", "2023-11-17", "zh"),
    },
    "sitemap_rss.warc.gz": {
        "idUSKBN1ZI0EH": (
            "'Parasite' scores historic upset at SAG awards, boosting Oscar chances", "2020-01-19", "en",
        ),
        "2019-10-flint-flake-tool": (
            "Flint flake tool partially covered by birch tar adds to evidence of Neanderthal complex thinking",
            "2019-10-22", "en",
        ),
        "www.cnet.de": (
            "So können Internet-User nach dem EuGH-Urteil für den Schutz sensibler Daten sorgen",
            "2014-05-14", "de",
        ),
        "rocket-pass-4": (
            "Rocket Pass 4 in Rocket League brings with it a new rally-inspired car", "2019-08-21", "en",
        ),
    },
}  # fmt: skip
#: Words out of the middle of a text, which a wrong charset or a wrong main part would lose.
WORDS = {
    "content_25340717": "话剧",
    "c_1129981476": "国家卫生健康委",
    "14526474_0": "长春",
    "doc-ihqfskcn2160999": "12306",
    "www.cnet.de": "EuGH",
}

HOME = "https://news.valuenet.example/"


@pytest.mark.shared
@pytest.mark.parametrize("archive", REAL)
def test_the_real_pages_give_documents_with_the_right_title_and_day(archive: str) -> None:
    expected, spider = dict(REAL[archive]), NewsSpider()
    for url, body in responses(shared("web", archive)):
        key = next(one for one in expected if one in url)
        title, day, language = expected.pop(key)
        (document,) = list(spider.read(respond(url, body)))
        assert isinstance(document, Document), url
        assert (document.title, str(document.when.start), document.language) == (title, day, language)
        assert document.when.precision == "day"
        assert len(document.text) > 150
        assert WORDS.get(key, "") in document.text
        assert "�" not in document.text
        assert document.quote == title
    assert not expected


@pytest.mark.shared
def test_a_guessed_day_is_not_certain() -> None:
    pages = dict(responses(shared("web", "cn_news.warc.gz")))
    told = {}
    for url, body in pages.items():
        (document,) = list(NewsSpider().read(respond(url, body)))
        assert isinstance(document, Document)
        told[url] = (document.confidence, document.locator.split("; ")[1])
    assert told["https://readhub.cn/topic/7PM49H7yjs5"] == (0.7, "date: script:publishDate")
    assert told["http://www.news.cn/fortune/2023-11/17/c_1129981476.htm"] == (0.9, "date: url")
    assert sum(confidence == 1 for confidence, _ in told.values()) == 5


def page(head: str = "", body: str = "", title: str = "标题在此") -> bytes:
    text = "<p>晨雾公司与雾谷大学签署协议，双方将共建语音联合实验室，并在年内启用第一批设备。</p>" * 3
    return f"<html><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{body}{text}</body></html>".encode()


def reading(body: bytes, url: str = HOME + "a.html", **arguments: str) -> dict[str, Any]:
    return read(NewsSpider(**arguments), respond(url, body))


def document(body: bytes, url: str = HOME + "a.html") -> dict[str, Any]:
    (one,) = reading(body, url)["records"]
    return dict(one)


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ('<meta name="publishdate" content="2021-13-40">', "meta:publishdate"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"soon"}</script>',
            "ld+json:datePublished",
        ),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>', "ld+json"),
        (f'<script type="application/ld+json">{"[" * 3000}</script>', "ld+json"),
    ],
)
def test_what_cannot_be_read_is_rejected_beside_the_document(head: str, field: str) -> None:
    found = reading(page(head))
    assert [one["field"] for one in found["rejected"]] == [field]
    assert found["rejected"][0]["locator"]
    assert found["records"][0]["title"] == "标题在此"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty answer"),
        (b"%PDF-1.7 ...", "no web page"),
        (b"\x89PNG\r\n", "no web page"),
        (b"abc\x00def", "no web page"),
        (b'{"a": 1}', "data for programs"),
        (b"<html><head></head><body><p>x</p></body></html>", "without a title"),
        (b"<html><head><title>x</title></head><body></body></html>", "without running text"),
        (page(body="<b>x</b>" * 40_000), "elements"),
        (page(body="x" * 5_000_001), "characters are more"),
        (gzip.compress(b"<urlset>" + b" " * 60_000_001, mtime=0), "unpacks to more"),
        (gzip.compress(page(), mtime=0)[:80], "cut short"),
        (b"\x1f\x8b\x08" + b"\xff" * 99, "broken gzip"),
    ],
)
def test_what_is_no_article_is_rejected(body: bytes, reason: str) -> None:
    found = reading(body)
    assert not found["records"]
    assert [one["kind"] for one in found["rejected"]] == ["page"]
    assert reason in found["rejected"][0]["reason"]


def test_a_robots_txt_without_sitemap_leads_to_the_usual_places() -> None:
    for body in (b"User-agent: *\nDisallow:\n", b""):
        found = reading(body, HOME + "robots.txt")
        assert [one["url"] for one in found["requests"]] == [HOME + "sitemap.xml", HOME]


def test_a_packed_sitemap_is_unpacked() -> None:
    entries = f"<urlset><url><loc>{HOME}a</loc></url><url><loc>{HOME}a#b</loc></url></urlset>".encode()
    found = reading(gzip.compress(entries), HOME + "sitemap.xml.gz")
    assert [one["url"] for one in found["requests"]] == [HOME + "a"]


def test_indexes_in_a_circle_come_to_an_end() -> None:
    index = f"<sitemapindex><sitemap><loc>{HOME}sitemap.xml</loc></sitemap></sitemapindex>".encode()
    spider = NewsSpider()
    meta: dict[str, Any] = {}
    for step in range(10):
        found = read(spider, respond(HOME + "sitemap.xml", index, {"meta": meta}))
        if not found["requests"]:
            assert "nested" in found["rejected"][0]["reason"]
            assert step == 3
            return
        meta = found["requests"][0]["meta"]
    pytest.fail("never ends")


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset><url><loc>x</loc>",
        b'<!DOCTYPE u [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
        b"<rss><channel></channel></rss>",
        b"<rss",
    ],
)
def test_a_broken_listing_is_rejected(body: bytes) -> None:
    found = reading(body, HOME + "feed.xml")
    assert not found["requests"]
    assert [one["kind"] for one in found["rejected"]] == ["listing"]


def test_the_body_of_a_feed_is_never_a_name_of_a_file(tmp_path: Any) -> None:
    file = tmp_path / "<rss"
    file.write_text("<rss><channel><item><link>https://news.valuenet.example/x</link></item></channel></rss>")
    found = reading(str(file).encode(), HOME + "feed.xml")
    assert not found["requests"]


@pytest.mark.parametrize(
    "arguments", [{"site": "ftp://x"}, {"site": ""}, {"site": HOME + ",nonsense"}, {"since": "soon"}]
)
def test_wrong_arguments_are_told(arguments: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        NewsSpider(**arguments)


def test_several_sites_are_visited() -> None:
    spider = NewsSpider(site="https://a.example/, https://b.example/news/")
    assert [one.url for one in spider.start_requests_live()] == [
        "https://a.example/robots.txt",
        "https://b.example/robots.txt",
    ]
