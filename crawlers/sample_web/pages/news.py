"""A news site of our own: robots.txt, sitemaps with days of change, a feed, articles with JSON-LD
(news.valuenet.example; `.example` is reserved for examples, RFC 2606)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from email.utils import format_datetime
from functools import cache
from html import escape
from typing import Final

from crawlers.sample_web.model import World
from crawlers.sample_web.pages.answers import Answer, Asked, missing, text
from crawlers.sample_web.pages.writing import Article, articles

HOST: Final = "news.valuenet.example"
HOSTS: Final = (HOST,)
BASE: Final = f"https://{HOST}"
SITE: Final = "示例产业新闻"
NOTE: Final = "本站是软件自带的示例网站，文章依公开事实自行撰写。站内人物（如有）均为虚构，仅供演示。"
CHINA: Final = dt.timezone(dt.timedelta(hours=8))
_FEED_LENGTH: Final = 20
_RELATED: Final = 3

_ROBOTS: Final = f"""# The sample web's news site.
User-agent: *
Disallow: /search
Disallow: /drafts/
Allow: /drafts/about.html

Sitemap: {BASE}/sitemap_index.xml
"""
_MENU: Final = (("/", "首页"), ("/about.html", "关于"), ("/rss.xml", "订阅"))


def answer(world: World, asked: Asked) -> Answer:
    path = asked.path
    if path == "/robots.txt":
        return text(_ROBOTS, "text/plain")
    if path == "/sitemap_index.xml":
        return _sitemap_index(world)
    if path == "/rss.xml":
        return _feed(world)
    if path == "/":
        return _front(world)
    if path in ("/about.html", "/drafts/about.html"):
        return text(_frame("关于本站", f"<p>{NOTE}</p>"), "text/html")
    if path == "/search":
        # Not to be visited: robots.txt says so. It answers, so that a test can tell.
        return text(_frame("搜索", "<p>没有结果。</p>"), "text/html")
    if path.startswith("/sitemap-") and path.endswith(".xml"):
        listed = [one for one in articles(world) if path == f"/sitemap-{one.day.year}.xml"]
        return _sitemap(listed) if listed else missing(asked)
    found = _by_path(world).get(path)
    return _article(world, found) if found else missing(asked)


def url(article: Article) -> str:
    return BASE + article.path


@cache
def _by_path(world: World) -> dict[str, Article]:
    return {one.path: one for one in articles(world)}


def published(article: Article) -> dt.datetime:
    """Some minute of the morning."""
    return dt.datetime(
        article.day.year, article.day.month, article.day.day, 8, article.number % 60, tzinfo=CHINA
    )


def _xml(body: str, modified: dt.datetime) -> Answer:
    return text('<?xml version="1.0" encoding="UTF-8"?>\n' + body, "application/xml", modified=modified)


def _sitemap_index(world: World) -> Answer:
    newest: dict[int, dt.datetime] = {}
    for one in articles(world):
        newest[one.day.year] = max(published(one), newest.get(one.day.year, published(one)))
    entries = "".join(
        f"<sitemap><loc>{BASE}/sitemap-{year}.xml</loc><lastmod>{day.isoformat()}</lastmod></sitemap>\n"
        for year, day in sorted(newest.items())
    )
    body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</sitemapindex>\n'
    return _xml(body, max(newest.values()))


def _sitemap(listed: Sequence[Article]) -> Answer:
    entries = "".join(
        f"<url><loc>{escape(url(one))}</loc><lastmod>{published(one).isoformat()}</lastmod></url>\n"
        for one in listed
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    return _xml(body, max(published(one) for one in listed))


def _feed(world: World) -> Answer:
    newest = sorted(articles(world), key=published, reverse=True)[:_FEED_LENGTH]
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(url(one))}</link>"
        f'<guid isPermaLink="true">{escape(url(one))}</guid>'
        f"<pubDate>{format_datetime(published(one))}</pubDate></item>\n"
        for one in newest
    )
    body = (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{SITE}</title><link>{BASE}/</link><description>{NOTE}</description><language>zh-cn</language>\n"
        f'<atom:link href="{BASE}/rss.xml" rel="self" type="application/rss+xml"/>\n{items}</channel></rss>\n'
    )
    made = _xml(body, published(newest[0]))
    return Answer(made.body, "application/rss+xml; charset=utf-8", modified=made.modified)


def _front(world: World) -> Answer:
    newest = sorted(articles(world), key=published, reverse=True)[:_FEED_LENGTH]
    links = "".join(f'<li><a href="{one.path}">{escape(one.title)}</a></li>\n' for one in newest)
    return text(_frame("首页", f"<ul>\n{links}</ul>"), "text/html", modified=published(newest[0]))


def _article(world: World, one: Article) -> Answer:
    moment = published(one)
    language = "zh-Hant" if getattr(one.about, "script", "") else "zh-CN"
    stated = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": one.title,
        "datePublished": moment.isoformat(),
        "dateModified": moment.isoformat(),
        "inLanguage": language,
        "author": {"@type": "Organization", "name": SITE},
        "publisher": {"@type": "Organization", "name": SITE},
        "mainEntityOfPage": {"@type": "WebPage", "@id": url(one)},
    }
    # What looks like the end of a script must not end this one.
    data = json.dumps(stated, ensure_ascii=False).replace("</", "<\\/")
    head = (
        f'<link rel="canonical" href="{escape(url(one))}">\n'
        f'<meta property="og:title" content="{escape(one.title)}">\n'
        f'<script type="application/ld+json">{data}</script>\n'
    )
    paragraphs = "\n".join(f"<p>{escape(words)}</p>" for words in one.paragraphs)
    body = (
        f'<article>\n<h1>{escape(one.title)}</h1>\n<div class="meta"><time datetime="{moment.isoformat()}">'
        f"{moment:%Y-%m-%d %H:%M}</time> 来源：{SITE}</div>\n"
        f'<div class="article-content">\n{paragraphs}\n</div>\n</article>\n{_related(world, one)}'
    )
    html = _frame(one.title, body, head, language)
    if one.charset == "gb18030":
        # The page and its header say UTF-8: the bytes are something else, as on some old sites.
        return Answer(html.encode("gb18030"), "text/html; charset=utf-8", modified=moment)
    return text(html, "text/html", modified=moment)


def _related(world: World, one: Article) -> str:
    """Links to other articles beside the text: their titles are no part of it."""
    listed = articles(world)
    others = [listed[(one.number * 7 + 31 * step) % len(listed)] for step in range(1, _RELATED + 1)]
    links = "".join(f'<li><a href="{other.path}">{escape(other.title)}</a></li>' for other in others)
    return f'<aside class="related sidebar"><h2>相关阅读</h2><ul>{links}</ul></aside>\n'


def _frame(title: str, body: str, head: str = "", language: str = "zh-CN") -> str:
    menu = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in _MENU)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)} - {SITE}</title>\n"
        f'<link rel="alternate" type="application/rss+xml" title="{SITE}" href="/rss.xml">\n{head}</head>\n<body>\n'
        f'<header class="site-header"><nav><ul>{menu}<li><a href="/search">搜索</a></li></ul></nav></header>\n'
        f"<main>\n{body}\n</main>\n"
        f'<footer class="site-footer"><p>{NOTE}</p><p>版权声明与联系方式见关于页。</p></footer>\n'
        "</body>\n</html>\n"
    )
