"""An article out of a web page: title, day of publication, text, language, lasting address.

What the page states for machines (JSON-LD of schema.org, then meta elements) goes before what its address, its text
or its scripts let us guess; a guess has a confidence below 1. Nothing is followed, run or fetched, and size, depth
and count of everything looked at are bounded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import trafilatura
from lxml import etree

from crawlers.json_ld import Doubt, nodes, scripts, types_of
from crawlers.parsing import tidy
from crawlers.trees import html_tree
from crawlers.urls import absolute
from pipelines.dates import CHINA, read_when
from pipelines.errors import InputError
from pipelines.records import TEXT_LIMIT, UNDATED, When

PAGE_LIMIT: Final = 5_000_000
#: An article's page has a few thousand elements; one with more than the second number is not read at all.
LARGE: Final = 8_000
ELEMENTS_MOST: Final = 30_000
#: A text that is shorter, in characters, or a smaller share of what stands in the page's paragraphs, is doubted.
MEAGRE: Final = 30
FOUND_LEAST: Final = 0.6
#: Types of schema.org that are an article.
_ARTICLES: Final = frozenset(
    {
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "BlogPosting",
        "Report",
        "PressRelease",
    }
)
#: Names of meta elements (property, name, itemprop) that give the day of publication, the most trusted first.
_DATE_METAS: Final = (
    "article:published_time", "og:article:published_time", "datepublished", "og:release_date", "publishdate",
    "pubdate", "publish_time", "og:time", "article:published", "parsely-pub-date", "sailthru.date",
    "dc.date.issued", "dcterms.created", "dc.date", "date",
)  # fmt: skip
_TITLE_METAS: Final = ("og:title", "twitter:title")

_META = etree.XPath("//meta[@content]")
_CANONICAL = etree.XPath("//link[@rel and @href]")
_TITLE = etree.XPath("string(//title)")
_HEADINGS = etree.XPath("//h1|//h2")
_TIMES = etree.XPath("//time[@datetime]")
_BODY_TEXT = etree.XPath("//body//text()[not(ancestor::script|ancestor::style|ancestor::noscript)]")
_FEEDS = etree.XPath("//link[@rel='alternate' and @href]")

_SHOWN_DAY = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d) ?[-/年.] ?(?P<m>\d{1,2}) ?[-/月.] ?(?P<d>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<y2>20\d\d) (?P<m2>\d{1,2})/ ?(?P<d2>\d{1,2})(?!\d)"
)
_PATH_DAY = re.compile(
    r"/(?P<y>(?:19|20)\d\d)[-/]?(?P<m>0[1-9]|1[0-2])(?:[-/]?(?P<d>0[1-9]|[12]\d|3[01]))(?=[/_.-]|$)"
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)")
_SEPARATORS: Final = " -_|–—·"
_HAN = re.compile(r"[㐀-鿿]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}")
#: The words before the text among which a shown date is the article's.
_HEAD_LIMIT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says as an article. `title_from` and `date_from` name the place; `doubts` are the parts that
    were there and could not be read, as (field, value, reason)."""

    url: str
    title: str
    text: str
    language: str
    when: When
    title_from: str
    date_from: str
    confidence: float
    doubts: tuple[Doubt, ...]


def parse_html(text: str) -> Any:
    """The tree of a page. Raises InputError for what is no HTML, too large or empty."""
    if len(text) > PAGE_LIMIT:
        raise InputError(f"{len(text):,} characters are more than the {PAGE_LIMIT:,} that are read")
    tree = html_tree(text.encode("utf-8", "replace"))
    if sum(1 for _ in islice(tree.iter(), ELEMENTS_MOST + 1)) > ELEMENTS_MOST:
        raise InputError(f"more than the {ELEMENTS_MOST:,} elements that are read")
    return tree


def feeds_of(tree: Any, url: str) -> Iterator[str]:
    """The addresses of the RSS and Atom feeds that a page names."""
    for link in _FEEDS(tree)[:50]:
        kind, target = str(link.get("type", "")).lower(), absolute(url, str(link.get("href")))
        if target and ("rss+xml" in kind or "atom+xml" in kind):
            yield target


def read_article(tree: Any, url: str) -> Article:
    """The article on a page. Raises InputError, naming the field, where the page has no title or no text."""
    stated, doubts = _json_ld(tree)
    metas = _metas(tree)
    title, title_from = _title(tree, stated, metas)
    if not title:
        raise InputError("a page without a title", field="title")
    body = _text(tree, stated, title)
    if not body:
        raise InputError("a page without running text", field="text")
    language = _language(tree, stated, metas, title + body)
    when, date_from, confidence = _date(tree, stated, metas, url, language, doubts)
    return Article(
        url=_address(tree, metas, url),
        title=title,
        text=body,
        language=language,
        when=when,
        title_from=title_from,
        date_from=date_from,
        confidence=confidence,
        doubts=tuple(doubts),
    )


def _json_ld(tree: Any) -> tuple[Mapping[str, Any], list[Doubt]]:
    """The first article among the page's JSON-LD, and what there could not be read."""
    doubts: list[Doubt] = []
    for value, doubt in scripts(tree):
        if doubt is not None:
            doubts.append(doubt)
            continue
        if found := next((node for _, node in nodes(value) if types_of(node) & _ARTICLES), None):
            return found, doubts
    return {}, doubts


def _metas(tree: Any) -> dict[str, str]:
    """The first content of each meta element, by its name in lower case."""
    found: dict[str, str] = {}
    for meta in _META(tree)[:500]:
        for key in ("property", "name", "itemprop", "http-equiv"):
            if (name := str(meta.get(key, "")).strip().lower()) and (
                content := tidy(str(meta.get("content")))
            ):
                found.setdefault(name, content[:2000])
    return found


def _title(tree: Any, stated: Mapping[str, Any], metas: dict[str, str]) -> tuple[str, str]:
    headline = stated.get("headline") or stated.get("name")
    if isinstance(headline, str) and tidy(headline):
        return tidy(headline)[:500], "ld+json:headline"
    headings = [tidy(one.text_content())[:500] for one in _HEADINGS(tree)[:50]]
    candidates = [(f"meta:{name}", metas[name]) for name in _TITLE_METAS if name in metas]
    candidates.append(("title", tidy(str(_TITLE(tree)))[:500]))
    for source, candidate in candidates:
        if not candidate:
            continue
        # The site's name follows the title; the heading shows where the title ends.
        for heading in headings:
            if len(heading) >= 4 and candidate.startswith(heading):
                rest = candidate[len(heading) :]
                if not rest or rest[0] in _SEPARATORS:
                    return heading, source
        return candidate, source
    return next(((one, "heading") for one in headings if one), ("", ""))


def _text(tree: Any, stated: Mapping[str, Any], title: str) -> str:
    body = stated.get("articleBody")
    if isinstance(body, str) and len(tidy(body)) >= 40:
        return body.strip()[:TEXT_LIMIT]
    found = trafilatura.extract(deepcopy(tree), include_comments=False, with_metadata=False, fast=True)
    # Its second opinions cost more than all else on a page, and on large pages grow with the square of the
    # paragraphs: they are asked only where the first found little of what stands in paragraphs.
    large = sum(1 for _ in islice(tree.iter(), LARGE + 1)) > LARGE
    written = sum(len(tidy(one.text_content())) for one in tree.iter("p"))
    if not large and len(found or "") < max(MEAGRE, written * FOUND_LEAST):
        found = trafilatura.extract(deepcopy(tree), include_comments=False, with_metadata=False)
    lines = [line for line in map(tidy, (found or "").splitlines()) if line]
    # The heading over the text is no part of it.
    lines = [line for index, line in enumerate(lines) if index >= 3 or line != title]
    return "\n".join(lines)[:TEXT_LIMIT]


def _language(tree: Any, stated: Mapping[str, Any], metas: dict[str, str], text: str) -> str:
    """Chinese by its characters, whatever the page declares; else what it declares; else unknown (`und`)."""
    sample = text[:20_000]
    if len(_HAN.findall(sample)) * 5 >= len(sample):
        return "zh"
    declared = (
        stated.get("inLanguage"),
        tree.get("lang"),
        metas.get("content-language"),
        metas.get("og:locale"),
    )
    for written in declared:
        if isinstance(written, str) and (match := _LANGUAGE.match(written.strip())):
            return match[0].lower()
    return "und"


def _address(tree: Any, metas: dict[str, str], url: str) -> str:
    """The page's lasting address: the canonical link, then og:url, on condition that it is another name of this
    page: on its own site, and not the front page that broken templates name."""
    links = (
        str(link.get("href"))
        for link in _CANONICAL(tree)[:100]
        if "canonical" in str(link.get("rel")).lower()
    )
    own = absolute(url, url) or url
    for written in (*links, metas.get("og:url", "")):
        target = absolute(url, written)
        if target and _site(target) == _site(own) and (target.count("/") > 3 or not target.endswith("/")):
            return target
    return own


def _site(url: str) -> str:
    host = url.split("/")[2].partition(":")[0]
    return host.removeprefix("www.").removeprefix("m.")


def _date(
    tree: Any,
    stated: Mapping[str, Any],
    metas: dict[str, str],
    url: str,
    language: str,
    doubts: list[Doubt],
) -> tuple[When, str, float]:
    """The day of publication, where it was found, and how far to trust it."""
    outright: list[tuple[str, object]] = [("ld+json:datePublished", stated.get("datePublished"))]
    outright += [(f"meta:{name}", metas.get(name)) for name in _DATE_METAS]
    outright += [("time", one.get("datetime")) for one in _TIMES(tree)[:1]]
    for source, written in outright:
        if not isinstance(written, str) or not tidy(written):
            continue
        try:
            return _day(tidy(written), language), source, 1.0
        except InputError as error:
            doubts.append((source, written[:200], error.message))
    words = tidy(" ".join(str(piece) for piece in _BODY_TEXT(tree)[:5000])[:_HEAD_LIMIT])
    shown, in_path = _first_day(_SHOWN_DAY, words), _first_day(_PATH_DAY, url)
    if in_path is not None:
        # A day in the address is the page's; a day in the text may be another event's.
        return in_path, "url", 0.9
    if shown is not None:
        return shown, "text", 0.8
    if stamp := _in_scripts(tree, language):
        return stamp, "script:publishDate", 0.7
    return UNDATED, "", 1.0


def _day(written: str, language: str) -> When:
    """The day of a date or instant. An instant of a Chinese page is a day in China, any other the day as written.

    Raises InputError where it is neither.
    """
    if language == "zh" and _INSTANT.fullmatch(written):
        try:
            instant = dt.datetime.fromisoformat(written)
        except ValueError:
            return read_when(written)
        return When(start=instant.astimezone(CHINA).date(), precision="day", as_written=written)
    try:
        return read_when(written)
    except InputError:
        # Stamps of other forms (+0800 after a blank, milliseconds) still begin with the day.
        if (head := re.match(r"\d{4}-\d\d-\d\d(?=[T ])", written)) is not None:
            found = read_when(head[0])
            return found.model_copy(update={"as_written": written[:80]})
        raise


def _first_day(form: re.Pattern[str], text: str) -> When | None:
    for match in form.finditer(text):
        parts = [int(part) for part in match.groups() if part is not None]
        try:
            day = dt.date(*parts)
        except ValueError:
            continue
        return When(start=day, precision="day", as_written=match[0].strip("/"))
    return None


_STAMP = re.compile(
    r'"(?:publishDate|datePublished|publish_time|pubDate)"\s{0,4}:\s{0,4}"(?P<stamp>[^"]{8,40})"'
)
_SCRIPTS = etree.XPath("//script[not(@src)]/text()")


def _in_scripts(tree: Any, language: str) -> When | None:
    """The earliest day of publication in the data that a page brings for its scripts."""
    days: list[When] = []
    for script in _SCRIPTS(tree)[:100]:
        for match in _STAMP.finditer(str(script)[:1_000_000]):
            try:
                days.append(_day(match["stamp"], language))
            except InputError:
                continue
    dated = [one for one in days if one.start is not None]
    return min(dated, key=lambda one: (one.start or dt.date.max, one.as_written)) if dated else None
