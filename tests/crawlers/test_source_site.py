"""Sites of companies: facts beside articles, pages that are neither, and the recorded pages."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request

from crawlers.sources.news import NewsSpider
from crawlers.sources.site import SiteSpider
from pipelines.records import Document, Organisation, Record, Rejected
from tests.crawlers.archives import responses
from tests.crawlers.saved_pages import read, respond
from tests.shared import shared

HOME = "https://news.valuenet.example/"
TEXT = "<p>晨雾公司与雾谷大学签署协议，双方将共建语音联合实验室，并在年内启用第一批设备。</p>" * 3


def reading(ld: str, body: str = TEXT, url: str = HOME + "a.html") -> dict[str, Any]:
    page = f"<html><head><meta charset='utf-8'><title>标题在此</title>{ld}</head><body>{body}</body></html>"
    return read(SiteSpider(), respond(url, page.encode()))


def script(text: str) -> str:
    return f"<script type='application/ld+json'>{text}</script>"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("archive", "told"),
    [("cn_news.warc.gz", {"Document": 8}), ("sitemap_rss.warc.gz", {"Document": 4, "Organisation": 1})],
)
def test_the_recorded_pages_give_the_same_articles_as_news(archive: str, told: dict[str, int]) -> None:
    counts: Counter[str] = Counter()
    for url, body in responses(shared("web", archive)):
        found = list(SiteSpider().read(respond(url, body)))
        counts.update(type(one).__name__ for one in found)
        articles = [one for one in found if isinstance(one, Document)]
        assert articles == [one for one in NewsSpider().read(respond(url, body)) if isinstance(one, Document)]
        for one in found:
            if isinstance(one, Organisation):
                assert (one.subject.name, one.attributes[0].value) == (
                    "KnowTechie",
                    "https://knowtechie.com/",
                )
    assert counts == told


def test_a_page_may_state_facts_without_any_text() -> None:
    found = reading(script('{"@type": "Organization", "name": "晨雾"}'), body="")
    assert [one["type"] for one in found["records"]] == ["Organisation"]
    assert not found["rejected"]


def test_a_page_of_nothing_is_rejected() -> None:
    assert [one["kind"] for one in reading("", body="")["rejected"]] == ["page"]


@pytest.mark.parametrize("kind", ["JobPosting", "Product", "Event"])
def test_jobs_and_goods_are_left(kind: str) -> None:
    found = reading(script(f'{{"@type": "{kind}", "name": "x"}}'))
    assert found == {"records": [], "rejected": [], "requests": []}


def test_an_article_that_shows_goods_is_an_article() -> None:
    found = reading(
        script('[{"@type": "Product", "name": "x"}, {"@type": "NewsArticle", "headline": "标题"}]')
    )
    assert [one["type"] for one in found["records"]] == ["Document"]


def test_broken_facts_are_told_once() -> None:
    found = reading(script('{"@type": '))
    assert [one["field"] for one in found["rejected"]] == ["ld+json"]
    assert [one["type"] for one in found["records"]] == ["Document"]


def test_a_front_page_gives_facts_and_feeds() -> None:
    feed = "<link rel='alternate' type='application/atom+xml' href='/atom.xml'>"
    found = reading(feed + script('{"@type": "Corporation", "name": "晨雾"}'), url=HOME)
    assert [one["type"] for one in found["records"]] == ["Organisation"]
    assert [one["url"] for one in found["requests"]] == [HOME + "atom.xml"]
    assert [one["kind"] for one in reading("", url=HOME)["rejected"]] == ["listing"]


def test_any_page_of_the_web_is_its_own() -> None:
    spider = SiteSpider()
    assert spider.owns("http://anything.example/x?y=1")
    assert not spider.owns("dns:anything.example")
    assert not spider.owns("ftp://anything.example/x")
    assert spider.canonical("HTTP://Anything.example:80/x?utm_source=y#z") == "http://anything.example/x"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<html>", "<p>", "</p>", "<script type='application/ld+json'>", "</script>", "[", "]", "{", "}",
                         '"@type"', ":", '"Organization"', ",", '"name"', "<urlset>", "<url>", "<loc>", "<rss>", "<title>"])
        | st.text(max_size=6),
        max_size=30,
    )
)  # fmt: skip
def test_any_soup_gives_records_or_rejections(parts: list[str]) -> None:
    for one in SiteSpider().read(respond(HOME + "x", "".join(parts).encode("utf-8", "replace"))):
        assert isinstance(one, Record | Rejected | Request)
