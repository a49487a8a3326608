"""A news site of our own: robots.txt, sitemaps with days of change, a feed, articles with JSON-LD
(news.valuenet.example; `.example` is reserved for examples, RFC 2606)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from typing import Final

from crawlers.sample_web.model import World
from crawlers.sample_web.pages.answers import Answer, Asked, missing, text
from crawlers.sample_web.pages.writing import Article, Told, number_of, path_of, told_in, write

HOST: Final = "news.valuenet.example"
HOSTS: Final = (HOST,)
BASE: Final = f"https://{HOST}"
SITE: Final = "示例产业新闻"
NOTE: Final = "本站是软件自带的示例网站，文章依公开事实自行撰写。站内人物（如有）均为虚构，仅供演示。"
GENERATED_NOTE: Final = (
    "本站是软件生成的示例网站，站内机构、人物与事件均为虚构，仅供测试，与任何真实机构或人物无关。"
)
#: A sitemap holds no more addresses than the protocol allows.
SITEMAP_MOST: Final = 50_000
CHINA: Final = dt.timezone(dt.timedelta(hours=8))
_FEED_LENGTH: Final = 20
_RELATED: Final = 3

_ROBOTS: Final = """# The sample web's news site.
User-agent: *
Disallow: /search
Disallow: /drafts/
Allow: /drafts/about.html

Sitemap: {base}/sitemap_index.xml
"""
_MENU: Final = (("/", "首页"), ("/about.html", "关于"), ("/rss.xml", "订阅"))


def answer(world: World, asked: Asked) -> Answer:
    path = asked.path
    if path == "/robots.txt":
        return text(_ROBOTS.format(base=f"https://{asked.host}"), "text/plain")
    if path in ("/about.html", "/drafts/about.html"):
        return text(_frame("关于本站", f"<p>{_note(world)}</p>", world=world), "text/html")
    if path == "/search":
        # Not to be visited: robots.txt says so. It answers, so that a test can tell.
        return text(_frame("搜索", "<p>没有结果。</p>", world=world), "text/html")
    site = sites(world).get(asked.host)
    if site is None:
        return missing(asked)
    if path == "/sitemap_index.xml":
        return _sitemap_index(site)
    if path == "/rss.xml":
        return _feed(world, site)
    if path == "/":
        return _front(world, site)
    if path in site.parts:
        return _sitemap(site, site.parts[path])
    if path in site.months:
        return _month(world, site, path)
    found = site.by_path.get(path)
    return _article(world, site, found) if found else missing(asked)


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """What one host has to show; articles are written when they are asked for. `told`: what they tell, by number;
    `parts`: sitemap → its articles; `months`: listing page → its articles."""

    base: str
    told: list[Told]
    by_path: dict[str, Told]
    parts: dict[str, list[Told]]
    months: dict[str, list[Told]]
    newest: list[Told]
    revised: Mapping[int, dt.date]

    def changed(self, fact: Told) -> dt.datetime:
        """When the page last changed: some minute of the morning."""
        number = number_of(fact)
        return _morning(self.revised.get(number, fact.when.reported), number)


@lru_cache(maxsize=4)
def sites(world: World) -> dict[str, Site]:
    """The news sites of a world, by host."""
    hosts: dict[str, list[Told]] = {host: [] for host in world.press}
    for fact in told_in(world):
        hosts[host_of(world, number_of(fact))].append(fact)
    return {host: _site(world, host, told) for host, told in hosts.items()}


def _site(world: World, host: str, told: list[Told]) -> Site:
    told.sort(key=number_of)
    years: dict[int, list[Told]] = {}
    months: dict[str, list[Told]] = {}
    for fact in told:
        day = fact.when.reported
        years.setdefault(day.year, []).append(fact)
        months.setdefault(f"/archive/{day.year}-{day.month:02d}.html", []).append(fact)
    parts = {
        f"/sitemap-{year}{f'-{at // SITEMAP_MOST + 1}' if at else ''}.xml": listed[at : at + SITEMAP_MOST]
        for year, listed in sorted(years.items())
        for at in range(0, len(listed), SITEMAP_MOST)
    }
    newest = sorted(told, key=lambda one: (one.when.reported, number_of(one) % 60), reverse=True)
    by_path = {path_of(fact): fact for fact in told}
    return Site(f"https://{host}", told, by_path, parts, months, newest[:_FEED_LENGTH], world.revised)


def host_of(world: World, number: int) -> str:
    """The host on which the article of a number stands."""
    return world.press[number % len(world.press)]


def url(article: Article) -> str:
    """The address of an article of the bundled world."""
    return BASE + article.path


def url_of(world: World, fact: Told) -> str:
    """The address of the article that tells a fact, in any world."""
    return f"https://{host_of(world, number_of(fact))}{path_of(fact)}"


def published(article: Article) -> dt.datetime:
    """Some minute of the morning."""
    return _morning(article.day, article.number)


def _morning(day: dt.date, number: int) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, 8, number % 60, tzinfo=CHINA)


def _xml(body: str, modified: dt.datetime) -> Answer:
    return text('<?xml version="1.0" encoding="UTF-8"?>\n' + body, "application/xml", modified=modified)


def _sitemap_index(site: Site) -> Answer:
    newest = {path: max(map(site.changed, listed)) for path, listed in site.parts.items()}
    entries = "".join(
        f"<sitemap><loc>{site.base}{path}</loc><lastmod>{day.isoformat()}</lastmod></sitemap>\n"
        for path, day in newest.items()
    )
    body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</sitemapindex>\n'
    return _xml(body, max(newest.values()))


def _sitemap(site: Site, listed: Sequence[Told]) -> Answer:
    entries = "".join(
        f"<url><loc>{site.base}{path_of(one)}</loc><lastmod>{site.changed(one).isoformat()}</lastmod></url>\n"
        for one in listed
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    return _xml(body, max(map(site.changed, listed)))


def _feed(world: World, site: Site) -> Answer:
    written = [(write(world, one), site.base + path_of(one)) for one in site.newest]
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(link)}</link>"
        f'<guid isPermaLink="true">{escape(link)}</guid>'
        f"<pubDate>{format_datetime(published(one))}</pubDate></item>\n"
        for one, link in written
    )
    body = (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{SITE}</title><link>{site.base}/</link><description>{_note(world)}</description>"
        "<language>zh-cn</language>\n"
        f'<atom:link href="{site.base}/rss.xml" rel="self" type="application/rss+xml"/>\n{items}</channel></rss>\n'
    )
    made = _xml(body, max(map(site.changed, site.newest)))
    return Answer(made.body, "application/rss+xml; charset=utf-8", modified=made.modified)


def _front(world: World, site: Site) -> Answer:
    return _links("首页", world, site, site.newest)


def _month(world: World, site: Site, path: str) -> Answer:
    return _links(f"{path[9:16]} 文章", world, site, site.months[path])


def _links(title: str, world: World, site: Site, listed: Sequence[Told]) -> Answer:
    links = "".join(
        f'<li><a href="{path_of(one)}">{escape(write(world, one).title)}</a></li>\n' for one in listed
    )
    modified = max(map(site.changed, listed))
    return text(_frame(title, f"<ul>\n{links}</ul>", world=world), "text/html", modified=modified)


def _article(world: World, site: Site, fact: Told) -> Answer:
    one, link = write(world, fact), site.base + path_of(fact)
    moment, changed = published(one), site.changed(fact)
    language = "zh-Hant" if getattr(one.about, "script", "") else "zh-CN"
    stated = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": one.title,
        "datePublished": moment.isoformat(),
        "dateModified": changed.isoformat(),
        "inLanguage": language,
        "author": {"@type": "Organization", "name": SITE},
        "publisher": {"@type": "Organization", "name": SITE},
        "mainEntityOfPage": {"@type": "WebPage", "@id": link},
    }
    # What looks like the end of a script must not end this one.
    data = json.dumps(stated, ensure_ascii=False).replace("</", "<\\/")
    head = (
        f'<link rel="canonical" href="{escape(link)}">\n'
        f'<meta property="og:title" content="{escape(one.title)}">\n'
        f'<script type="application/ld+json">{data}</script>\n'
    )
    paragraphs = "\n".join(f"<p>{escape(words)}</p>" for words in one.paragraphs)
    body = (
        f'<article>\n<h1>{escape(one.title)}</h1>\n<div class="meta"><time datetime="{moment.isoformat()}">'
        f"{moment:%Y-%m-%d %H:%M}</time> 来源：{SITE}</div>\n"
        f'<div class="article-content">\n{paragraphs}\n</div>\n</article>\n{_related(world, site, one)}'
    )
    html = _frame(one.title, body, head, language, world=world)
    if one.charset == "gb18030":
        # The page and its header say UTF-8: the bytes are something else, as on some old sites.
        return Answer(html.encode("gb18030"), "text/html; charset=utf-8", modified=changed)
    return text(html, "text/html", modified=changed)


def _related(world: World, site: Site, one: Article) -> str:
    """Links beside the text, whose words are no part of it: to other articles; in a generated world, whose pages
    change one by one, to the month's listing."""
    if world.generated:
        day = one.day
        links = f'<li><a href="/archive/{day:%Y-%m}.html">{day:%Y-%m}</a></li>'
    else:
        steps = range(1, _RELATED + 1)
        others = [site.told[(one.number * 7 + 31 * step) % len(site.told)] for step in steps]
        links = "".join(
            f'<li><a href="{path_of(other)}">{escape(write(world, other).title)}</a></li>' for other in others
        )
    return f'<aside class="related sidebar"><h2>相关阅读</h2><ul>{links}</ul></aside>\n'


def _note(world: World) -> str:
    return GENERATED_NOTE if world.generated else NOTE


def _frame(title: str, body: str, head: str = "", language: str = "zh-CN", *, world: World) -> str:
    menu = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in _MENU)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)} - {SITE}</title>\n"
        f'<link rel="alternate" type="application/rss+xml" title="{SITE}" href="/rss.xml">\n{head}</head>\n<body>\n'
        f'<header class="site-header"><nav><ul>{menu}<li><a href="/search">搜索</a></li></ul></nav></header>\n'
        f"<main>\n{body}\n</main>\n"
        f'<footer class="site-footer"><p>{_note(world)}</p><p>版权声明与联系方式见关于页。</p></footer>\n'
        "</body>\n</html>\n"
    )
