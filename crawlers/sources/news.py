"""Articles of news sites, found by the ways that sites offer to programs.

An article becomes a `Document`: kept for reading, never republished. What a company's site states of itself for
programs is read by the source `site`.
"""

from __future__ import annotations

from crawlers.declaration import Declaration, Expected
from crawlers.web_site import WebSiteSpider

DECLARATION = Declaration(
    name="news",
    title="Articles of company and news sites",
    title_zh="企业与新闻网站文章",
    publisher="each site (argument `site`: one or more addresses, with commas between)",
    home="https://news.valuenet.example/",
    licence="each site's own: facts, short quotations and links are kept, articles are not republished",
    terms="each site's own, to be read before it is added",
    robots="each site's robots.txt is fetched and obeyed; sitemaps and feeds are preferred to links",
    hosts=("news.valuenet.example",),
    personal_data="persons in their public roles, as articles name them",
    cadence="daily",
    delay=2.0,
    country=None,
    # A site shows what is new: what it no longer lists has not ended.
    lists_all=False,
    authority=False,
    texts=True,
    expected=Expected(pages_least=1, records_least=1, rejected_share_most=0.2),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "ld+json.@context": "says that the words are schema.org's",
    "ld+json.image.*": "pictures are not kept",
    "ld+json.author.*": "who wrote the article is no fact of the industry",
    "ld+json.publisher.*": "the site is known by its address",
    "ld+json.dateModified": "the day of publication is kept",
    "ld+json.description": "the text itself is read",
    "meta.description": "the text itself is read",
    "meta.keywords": "the text itself is read",
    "rss.version": "the feed's items are the same in every version",
    "channel.title": "the site's name",
    "channel.link": "the site's address",
    "channel.description": "about the site",
    "item.title": "the article gives its title",
    "item.description": "the article gives its text",
    "item.guid": "the article's address is kept",
    "feed.title": "the site's name",
    "feed.id": "the site's address",
    "feed.updated": "about the feed",
    "entry.title": "the article gives its title",
    "entry.id": "the article's address is kept",
    "entry.summary": "the article gives its text",
    "url.changefreq": "a hint for other visitors",
    "url.priority": "a hint for other visitors",
}


class NewsSpider(WebSiteSpider):
    """Visits the sites in `site`; `since` (a day) leaves out what the sitemap says is older."""

    name = DECLARATION.name
    declaration = DECLARATION
