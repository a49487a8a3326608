"""Visiting a web site by the ways that sites offer to programs, whatever its pages are then read for.

robots.txt → its sitemaps (indexes of sitemaps too) → pages; a site that names no sitemap is asked for /sitemap.xml
and for the feeds of its front page. What a response is, its bytes tell: an archived response, also one of an
archive from elsewhere, is read the same way as one just fetched.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, Final

import feedparser
from scrapy.http import Request, Response

from crawlers.article import Article, feeds_of, parse_html, read_article
from crawlers.charset import decode
from crawlers.firewall import wall_of
from crawlers.parsing import checked, reject, tidy
from crawlers.spider import Found, SourceSpider
from crawlers.trees import xml_tree
from crawlers.urls import absolute, clean_url, host_of, on_hosts, path_of
from pipelines.dates import read_when
from pipelines.errors import InputError, UsageError
from pipelines.records import Document, Rejected

_UNPACKED_MOST: Final = 60_000_000
_LINKS_MOST: Final = 50_000
#: The library of feeds takes a second a megabyte, and more for mark-up within mark-up.
_FEED_MOST: Final = 8_000_000
_FEED_MARKS_MOST: Final = 200_000
_DEPTH_MOST: Final = 3
_SITEMAP_LINE = re.compile(
    r"^[ \t]{0,8}sitemap[ \t]{0,8}:[ \t]{0,8}(\S{1,2000})", re.IGNORECASE | re.MULTILINE
)
_BINARY: Final = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"RIFF")


class WebSiteSpider(SourceSpider):
    """Visits the sites in `site`; `since` (a day) leaves out what the sitemap says is older.

    Subclass it: set `declaration`, and say in `read_page` and `read_front` what the pages are read for.
    """

    #: Whether the front page is visited even where a sitemap lists the pages.
    always_front = False

    def __init__(self, *args: Any, site: str | None = None, since: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.declaration.home if site is None else site
        cleaned = [clean_url(one.strip()) for one in site.split(",") if one.strip()]
        self.sites = [one for one in cleaned if one is not None]
        if not self.sites or len(self.sites) != len(cleaned):
            raise UsageError(f"site wants web addresses with commas between, not {site!r}")
        try:
            self.since = read_when(since).start if since else None
        except InputError as error:
            raise UsageError(f"since wants a day such as 2024-01-31: {error.message}") from error

    def start_requests_live(self) -> Iterator[Request]:
        for site in self.sites:
            target = absolute(site, "/robots.txt")
            assert target is not None
            # A site without robots.txt allows everything, and may still have a sitemap.
            yield Request(target, meta={"handle_httpstatus_list": [404, 410], "site": site})

    def owns(self, url: str) -> bool:
        return clean_url(url) is not None

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read_page(self, tree: Any, url: str) -> Iterator[Found]:
        """What a page below the front page says. Raises InputError for a page that cannot be used."""
        yield from article_on(tree, url)

    def read_front(self, tree: Any, url: str) -> Iterator[Found]:
        """What the front page says, besides its feeds."""
        yield from ()

    def read(self, response: Response) -> Iterator[Found]:
        url, body = response.url, response.body
        robots = path_of(url) == "/robots.txt"
        if response.status >= 400 and not robots:
            yield reject("$", f"the site answers with status {response.status}", kind="page")
            return
        try:
            body = _unpacked(body)
            if robots:
                yield from self._robots(body if response.status < 400 else b"", response)
            elif (kind := _kind(body)) == "sitemap":
                yield from self._sitemap(body, url, int(response.meta.get("depth_of_index", 0)))
            elif kind == "feed":
                yield from self._feed(body, url)
            else:
                content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
                yield from self._page(body, url, content_type)
        except InputError as error:
            yield reject("$", error.message, kind="page", field=error.field, raw=_start(body))

    def _robots(self, body: bytes, response: Response) -> Iterator[Found]:
        url = response.url
        text = decode(body[:500_000])[0]
        targets = [absolute(url, line) for line in _SITEMAP_LINE.findall(text)[:200]]
        found = list(dict.fromkeys(one for one in targets if one))
        for target in found:
            # Sitemaps may lie on another host (a store of files): robots.txt vouches for them.
            yield Request(target)
        if not found and (sitemap := absolute(url, "/sitemap.xml")):
            yield Request(sitemap, meta={"handle_httpstatus_list": [404, 410]})
        if not found or self.always_front:
            home = str(response.meta.get("site") or absolute(url, "/"))
            yield Request(home, meta={"front": True})

    def _sitemap(self, body: bytes, url: str, depth: int) -> Iterator[Found]:
        try:
            root = xml_tree(body)
        except InputError as error:
            yield reject("$", f"the sitemap is broken: {error.message}", kind="listing", raw=_start(body))
            return
        index = _local(root) == "sitemapindex"
        if index and depth >= _DEPTH_MOST:
            yield reject("$", f"indexes of sitemaps nested more than {_DEPTH_MOST} deep", kind="listing")
            return
        entries: list[tuple[str, str]] = []
        for entry in root:
            if _local(entry) in ("url", "sitemap"):
                said = {_local(child): tidy(child.text or "") for child in entry}
                entries.append((said.get("loc", ""), said.get("lastmod", "")))
        yield from self._links(entries, url, {"depth_of_index": depth + 1} if index else {}, dated=not index)

    def _feed(self, body: bytes, url: str) -> Iterator[Found]:
        if len(body) > _FEED_MOST or body.count(b"<") + body.count(b"&") > _FEED_MARKS_MOST:
            reason = (
                f"the feed is larger than {_FEED_MOST:,} bytes, or has more than {_FEED_MARKS_MOST:,} tags"
            )
            yield reject("$", reason, kind="listing", raw=_start(body))
            return
        # A stream, not bytes: given bytes or text, the library may take them for the name of a file to open.
        try:
            feed = feedparser.parse(BytesIO(body))
        except Exception as error:  # it guesses charsets and repairs XML, and names no error as its own
            yield reject("$", f"the feed cannot be read: {error}", kind="listing", raw=_start(body))
            return
        if not feed.entries:
            said = feed.get("bozo_exception") or "no entries"
            yield reject("$", f"the feed cannot be read: {said}", kind="listing", raw=_start(body))
            return
        entries = [(str(entry.get("link", "")), _changed(entry)) for entry in feed.entries]
        # A feed says when an entry was published, not when its page last changed.
        yield from self._links(entries, url, {}, dated=False)

    def _links(
        self, entries: Iterable[tuple[str, str]], url: str, meta: dict[str, int], *, dated: bool
    ) -> Iterator[Found]:
        """A request for each page listed, on this site and not too old; what is left out is counted."""
        hosts = {host_of(one).removeprefix("www.") for one in (*self.sites, url)}
        seen: set[str] = set()
        elsewhere, unread = 0, ""
        for link, changed in entries:
            if len(seen) >= _LINKS_MOST:
                yield reject("$", f"more than {_LINKS_MOST:,} pages listed", kind="listing")
                break
            target = absolute(url, link)
            if target is None or not on_hosts(target, hosts):
                elsewhere, unread = elsewhere + 1, unread or link
            elif target not in seen and self._new(changed):
                seen.add(target)
                modified = last_change(changed) if dated else None
                yield Request(target, meta=dict(meta) if modified is None else {"modified": modified})
        if elsewhere:
            reason = f"{elsewhere} entries lead to no page of this site"
            yield reject("$", reason, kind="listing", field="loc", value=unread)

    def _new(self, changed: str) -> bool:
        """Whether a page is to be visited: also where nothing readable says when it changed."""
        if self.since is None or not changed:
            return True
        try:
            day = read_when(changed).start
        except InputError:
            return True
        return day is None or day >= self.since

    def _page(self, body: bytes, url: str, content_type: str) -> Iterator[Found]:
        if not body.strip():
            raise InputError("an empty answer")
        wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16, where every other byte may be zero
        if body.startswith(_BINARY) or (b"\x00" in body[:1000] and not wide):
            raise InputError("no web page: a file of another kind")
        if body.lstrip()[:1] in (b"{", b"["):
            raise InputError("no web page: data for programs")
        if wall := wall_of(body, content_type):
            raise InputError(f"no page of the site: {wall}")
        tree = parse_html(decode(body, content_type)[0])
        if path_of(url) not in ("", "/"):
            yield from self.read_page(tree, url)
            return
        feeds = list(feeds_of(tree, url))
        yield from (Request(feed) for feed in feeds)
        told = list(self.read_front(tree, url))
        yield from told
        if not feeds and not told:
            yield reject("$", "a front page that names no feed", kind="listing")


def article_on(tree: Any, url: str) -> Iterator[Document | Rejected]:
    """The article on a page, and what of it could not be read. Raises InputError where there is none."""
    article = read_article(tree, url)
    for field, value, reason in article.doubts:
        yield reject(_locator(article), reason, kind="document", field=field, value=value)
    yield checked(lambda: _document(article), locator=_locator(article), kind="document", raw=article.title)


def last_change(written: str) -> dt.datetime | None:
    """The last instant at which a page changed, by a sitemap's or feed's word; None where it says nothing readable.

    A day alone, which may be any zone's, lasts until it has ended everywhere.
    """
    if not written or len(written) > 80:
        return None
    try:
        instant = dt.datetime.fromisoformat(written)
    except ValueError:
        instant = None
    if instant is not None and instant.tzinfo is not None:
        return instant
    try:
        day = read_when(written)
    except InputError:
        return None
    if day.start is None or day.precision != "day" or not 1990 <= day.start.year <= 2200:
        return None
    return dt.datetime.combine(day.start, dt.time(), dt.UTC) + dt.timedelta(hours=36)


def _document(article: Article) -> Document:
    return Document(
        locator=_locator(article),
        quote=article.title[:1000],
        confidence=article.confidence,
        url=article.url,
        title=article.title,
        text=article.text,
        language=article.language,
        when=article.when,
    )


def _locator(article: Article) -> str:
    return f"title: {article.title_from}; date: {article.date_from or 'none'}; text: main content"


def _kind(body: bytes) -> str:
    """What the first element says that the bytes are: a sitemap, a feed, or something else."""
    head = body[:3000].lower()
    if b"<html" in head or b"<!doctype html" in head:
        return "page"
    if b"<urlset" in head or b"<sitemapindex" in head:
        return "sitemap"
    return "feed" if any(tag in head for tag in (b"<rss", b"<feed", b"<rdf:rdf")) else "page"


def _changed(entry: Any) -> str:
    """When a feed's entry last changed, as written. (Asked for a missing `updated`, the library warns.)"""
    return next((str(entry[key]) for key in ("updated", "published") if key in entry.keys()), "")  # noqa: SIM118


def _start(body: bytes) -> str:
    return body[:600].decode("utf-8", "replace")


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _unpacked(body: bytes) -> bytes:
    """The bytes of a gzip file, up to a limit; other bytes as they are. Raises InputError for a broken one."""
    if body[:2] != b"\x1f\x8b":
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        out = unpacker.decompress(body, _UNPACKED_MOST + 1)
    except zlib.error as error:
        raise InputError(f"a broken gzip file: {error}") from error
    if len(out) > _UNPACKED_MOST:
        raise InputError(f"unpacks to more than {_UNPACKED_MOST:,} bytes")
    if not unpacker.eof:
        raise InputError("a gzip file cut short")
    return out
