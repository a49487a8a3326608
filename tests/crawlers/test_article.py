"""Articles: title, day, address, language and text, wherever a page keeps them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.article import Article, feeds_of, parse_html, read_article
from pipelines.errors import InputError
from pipelines.records import UNDATED

HOME = "https://news.valuenet.example/"


def page(head: str = "", body: str = "", title: str = "标题在此") -> str:
    text = "<p>晨雾公司与雾谷大学签署协议，双方将共建语音联合实验室，并在年内启用第一批设备。</p>" * 3
    return f"<html><head><title>{title}</title>{head}</head><body>{body}{text}</body></html>"


def article(text: str, url: str = HOME + "a.html") -> Article:
    return read_article(parse_html(text), url)


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<link rel="canonical" href="/b.html?utm_source=x#top">', HOME + "b.html"),
        (
            '<link rel="canonical" href="https://www.news.valuenet.example/b">',
            "https://www.news.valuenet.example/b",
        ),
        ('<meta property="og:url" content="/c.html">', HOME + "c.html"),
        # the front page, another site, and nonsense are no other name of this page
        ('<link rel="canonical" href="/">', HOME + "a.html"),
        ('<link rel="canonical" href="https://elsewhere.example/b">', HOME + "a.html"),
        ('<link rel="canonical" href="javascript:alert(1)">', HOME + "a.html"),
        ('<link rel="canonical" href="http://[::1">', HOME + "a.html"),
    ],
)
def test_the_lasting_address_of_a_page(head: str, url: str) -> None:
    assert article(page(head)).url == url


def test_tracking_parameters_are_no_part_of_the_address() -> None:
    assert article(page(), HOME + "a.html?id=3&spm=1.2&utm_campaign=y#z").url == HOME + "a.html?id=3"


@pytest.mark.parametrize(
    ("head", "body", "day", "confidence"),
    [
        ('<meta name="publishdate" content="2031-05-06">', "", "2031-05-06", 1.0),
        ('<meta name="og:time" content="2031年05月06日 18:05">', "", "2031-05-06", 1.0),
        ('<meta itemprop="datePublished" content="2031-05-06T23:00:00Z">', "", "2031-05-07", 1.0),
        ("", '<time datetime="2031-05-06T10:00+08:00">昨天</time>', "2031-05-06", 1.0),
        ("", "<p>2031 05/ 06 20:52:15 来源</p>", "2031-05-06", 0.8),
        ("", "<p>编号 20310506123，2031年13月40日，2031年5月6日</p>", "2031-05-06", 0.8),
        ('<script>var d={"publishDate": "2031-05-06T01:00:00.000Z"}</script>', "", "2031-05-06", 0.7),
    ],
)
def test_where_a_day_may_stand(head: str, body: str, day: str, confidence: float) -> None:
    one = article(page(head, body))
    assert str(one.when.start) == day
    assert one.confidence == confidence


def test_a_day_in_the_address_goes_before_one_in_the_text() -> None:
    one = article(page("", "<p>2001年1月1日成立</p>"), HOME + "2031-05/06/c_1.htm")
    assert str(one.when.start) == "2031-05-06"


def test_a_page_without_a_day_is_undated() -> None:
    assert article(page()).when == UNDATED


@pytest.mark.parametrize(
    "ld",
    [
        '{"@type": "NewsArticle", "headline": 5, "datePublished": ["2031"]}',
        '[1, null, {"@graph": {"@graph": []}}]',
        '"x"',
        "5",
    ],
)
def test_json_ld_of_other_shapes_is_no_matter(ld: str) -> None:
    assert article(page(f'<script type="application/ld+json">{ld}</script>')).title == "标题在此"


def test_an_article_body_in_json_ld_is_the_text() -> None:
    words = "这是正文，" * 20
    ld = f'<script type="application/ld+json">{{"@type":"Article","headline":"新标题","articleBody":"{words}"}}</script>'
    one = article(page(ld))
    assert (one.title, one.text) == ("新标题", words)


@pytest.mark.parametrize(
    ("title", "heading", "read_as"),
    [
        ("晨雾公司融资 - 雾谷网", "<h1>晨雾公司融资</h1>", "晨雾公司融资"),
        ("晨雾公司融资_雾谷网", "<h2>晨雾公司融资</h2>", "晨雾公司融资"),
        ("晨雾公司融资两亿元", "<h1>晨雾公司</h1>", "晨雾公司融资两亿元"),
        ("晨雾公司融资 - 雾谷网", "", "晨雾公司融资 - 雾谷网"),
    ],
)
def test_the_heading_shows_where_the_title_ends(title: str, heading: str, read_as: str) -> None:
    assert article(page(body=heading, title=title)).title == read_as


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ('<meta name="publishdate" content="2021-13-40">', "meta:publishdate"),
        (
            '<script type="application/ld+json">{"@type":"Report","datePublished":"soon"}</script>',
            "ld+json:datePublished",
        ),
        ('<script type="application/ld+json">{"@type": "Report", "headline": </script>', "ld+json"),
        (f'<script type="application/ld+json">"{"x" * 600_000}"</script>', "ld+json"),
    ],
)
def test_what_cannot_be_read_is_a_doubt(head: str, field: str) -> None:
    ((told, _, reason),) = article(page(head)).doubts
    assert told == field
    assert reason


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("<html><head></head><body><p>x</p></body></html>", "title"),
        ("<html><head><title>x</title></head><body></body></html>", "text"),
    ],
)
def test_a_page_without_title_or_text_is_no_article(text: str, field: str) -> None:
    with pytest.raises(InputError) as told:
        article(text)
    assert told.value.field == field


@pytest.mark.parametrize(
    ("head", "language"),
    [
        ('<meta http-equiv="content-language" content="en-us">', "en"),
        ('<meta property="og:locale" content="de_DE">', "de"),
        ("", "und"),
    ],
)
def test_the_language_of_a_page_without_chinese_characters(head: str, language: str) -> None:
    words = "<p>Mist University and Chenwu have signed an agreement on a joint laboratory for speech.</p>"
    text = f"<html><head><title>Agreement</title>{head}</head><body>{words * 3}</body></html>"
    assert article(text).language == language


def test_chinese_is_told_by_its_characters() -> None:
    assert article(page('<meta http-equiv="content-language" content="en">')).language == "zh"


def test_feeds_of_a_front_page() -> None:
    head = (
        '<link rel="alternate" type="application/atom+xml" href="/f"><link rel="alternate" href="/en">'
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">'
    )
    assert list(feeds_of(parse_html(page(head)), HOME)) == [HOME + "f"]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000,
        "<p>公司。</p>" * 14_000,
        "<table><tr><td>一</td></tr></table>" * 7_000,
        "2021-13-40 " * 100_000,
        "<p>" + " " * 2_000_000,
        "<script>" + '"publishDate":   ' * 50_000 + "</script>",
        "<time datetime='" + "1" * 100_000 + "'>",
    ],
)
@pytest.mark.timeout(60)  # what runs away takes hours
def test_hostile_pages_come_to_an_end(body: str) -> None:
    with suppress(InputError):
        article(page(body=body))


def test_too_many_elements_are_not_read() -> None:
    with pytest.raises(InputError, match="elements"):
        parse_html(page(body="<b>x</b>" * 40_000))


@given(st.text(max_size=300), st.text(max_size=100))
@settings(max_examples=100, deadline=None)
def test_no_page_raises_but_for_its_own_reasons(text: str, url: str) -> None:
    with suppress(InputError):
        assert article(f"<html><head>{text}</head><body>{text}</body></html>", HOME + url).title
