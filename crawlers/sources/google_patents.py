"""Google Patents: single pages of patents, by their numbers. robots.txt allows these pages and no search.

A page states its facts as microdata (`itemprop`). It has two lists of owners: the original one is read as
applicants, the current one as assignees. Google standardises both and vouches for neither, and its priority date is
an assumption: records of this source are a little less sure than those of the offices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from scrapy.http import Request, Response

from crawlers.article import parse_html
from crawlers.charset import decode
from crawlers.declaration import Declaration, Expected
from crawlers.parsing import checked, reject, shown, tidy
from crawlers.patents import (
    CLASSES_MOST,
    PARTIES_MOST,
    Parts,
    class_symbol,
    distinct,
    document_number,
    inventor_scope,
    party,
    read_day,
    stage_of,
)
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from pipelines.errors import InputError, UsageError
from pipelines.records import UNDATED, Patent, PatentParty, Rejected, When

DECLARATION = Declaration(
    name="google_patents",
    title="Google Patents",
    title_zh="谷歌专利",
    publisher="Google",
    home="https://patents.google.com/",
    licence="facts of published patents; Google's own additions are left",
    terms="single pages, slowly; no searches; nothing is republished",
    robots="robots.txt is fetched and obeyed: it allows /patent/ and forbids the rest",
    hosts=("patents.google.com",),
    personal_data="names of inventors; no addresses",
    cadence="once",
    delay=10.0,
    documents=(".html",),
    expected=Expected(pages_least=1, records_least=1),
)

#: Named meta elements that are left: all that they say stands in the microdata too, but for the texts.
LEFT = {
    "meta.viewport": "about the page",
    "meta.referrer": "about the page",
    "meta.description": "the abstract, not kept",
    "meta.DC.type": "every page is a patent",
    "meta.DC.title": "the same as the microdata",
    "meta.DC.date": "the same as the microdata",
    "meta.DC.description": "the abstract, not kept",
    "meta.DC.contributor": "the same as the microdata",
    "meta.DC.relation": "citations, not taken in",
    "meta.citation_*": "the same as the microdata, and citations",
}

#: Microdata that is left, by its path of item properties; `*` is all below.
LEFT_ITEMS = {
    "pageTitle": "the number and the title again",
    "type": "every page is a patent",
    "pdfLink": "the document itself",
    "numberWithoutCodes": "a part of the number",
    "kindCode": "a part of the number",
    "countryCode": "a part of the number",
    "countryName": "a part of the number",
    "publicationDescription": "the kind of document in words; the number has its code",
    "priorArtKeywords": "made by Google",
    "priorArtDate": "the same as the priority date",
    "legalStatusIfi": "made by a company, not by the office",
    "legalStatusIfi.*": "made by a company, not by the office",
    "otherLanguages": "the same page in another language",
    "otherLanguages.*": "the same page in another language",
    "directAssociations": "the other publications of the application have their own pages",
    "directAssociations.*": "the other publications of the application have their own pages",
    "events": "legal events, not taken in",
    "events.*": "legal events, not taken in",
    "legalEvents": "legal events, not taken in",
    "legalEvents.*": "legal events, not taken in",
    "links": "the same patent at the offices",
    "links.*": "the same patent at the offices",
    "abstract": "texts are not kept: title and classes say what it is about",
    "abstract.*": "texts are not kept",
    "description": "texts are not kept",
    "description.*": "texts are not kept",
    "claims": "texts are not kept",
    "claims.*": "texts are not kept",
    "application": "the numbers again, and the documents of the application",
    "application.*": "the numbers again, and the documents of the application",
    "family": "its number is kept; the documents of the family have their own pages",
    "family.*": "the documents of the family have their own pages",
    "backwardReferences": "citations, not taken in",
    "backwardReferences.*": "citations, not taken in",
    "detailedNonPatentLiterature": "citations, not taken in",
    "detailedNonPatentLiterature.*": "citations, not taken in",
    "docdbFamily": "the documents of the family have their own pages",
    "docdbFamily.*": "the documents of the family have their own pages",
    "similarDocuments": "found by Google",
    "similarDocuments.*": "found by Google",
    "classifications": "a class, by its code",
    "classifications.classifications": "a class, by its code",
    "classifications.classifications.Description": "what the class is called",
    "classifications.classifications.FirstCode": "the order of classes is kept",
    "classifications.classifications.IsCPC": "CPC and IPC name their classes alike",
    "landscapes": "made by Google",
    "landscapes.*": "made by Google",
}

_SITE: Final = "https://patents.google.com/patent/"
_PATH = re.compile(r"/patent/([A-Z]{2}[A-Z0-9]{1,20})(?:/([a-z]{2}))?/?")
_NUMBER = re.compile(r"([A-Z]{2})([A-Z]{0,2}[0-9]{1,14})([A-Z][0-9]?)?")
_FAMILY = re.compile(r"ID=([0-9]{1,12})")
#: Offices whose documents are Chinese: their pages are asked for in Chinese.
_CHINESE: Final = ("CN", "TW", "HK")
_CONFIDENCE: Final = 0.9


class GooglePatentsSpider(SourceSpider):
    """Reads the patents `numbers` (publication numbers with commas between; by default one, to try it)."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(self, *args: Any, numbers: str = "CN101551481B", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = [tidy(one).upper() for one in numbers.split(",") if one.strip()]
        wrong = [one for one in self.numbers if not _NUMBER.fullmatch(one)]
        if wrong or not self.numbers:
            raise UsageError(
                f"numbers wants publication numbers such as CN101551481B, not {', '.join(wrong)!r}"
            )

    def start_requests_live(self) -> Iterator[Request]:
        for number in dict.fromkeys(self.numbers):
            yield Request(f"{_SITE}{number}/{'zh' if number.startswith(_CHINESE) else 'en'}")

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and _PATH.fullmatch(path_of(url)) is not None

    def canonical(self, url: str) -> str:
        return (clean_url(url) or url).partition("?")[0].rstrip("/")

    def read(self, response: Response) -> Iterator[Found]:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        try:
            if not response.body.strip():
                raise InputError("an empty answer")
            tree = parse_html(decode(response.body, content_type)[0])
            items = _items(tree)
            if not items.get("publicationNumber"):
                raise InputError(
                    "no page of a patent: it states no publication number", field="publicationNumber"
                )
            yield from _patent(items, _codes(tree), _family(tree))
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("html", error.message, kind="page", field=error.field, raw=raw)


def _patent(items: dict[str, list[str]], codes: list[str], family: str) -> Iterator[Patent | Rejected]:
    parts = Parts("itemprop")
    written = items["publicationNumber"][0]
    found = _NUMBER.fullmatch(written)
    if found is None:
        raise InputError(f"no publication number: {written[:60]!r}", field="publicationNumber")
    country, kind = found[1], found[3] or ""
    number = document_number(country, found[2], kind)
    owners = items.get("assigneeOriginal", [])
    scope = inventor_scope(owners or items.get("assigneeCurrent", []), number)
    parties: list[PatentParty | None] = [
        *(parts.take("assigneeOriginal", None, party, "applicant", one) for one in owners[:PARTIES_MOST]),
        *(
            parts.take("assigneeCurrent", None, party, "assignee", one)
            for one in items.get("assigneeCurrent", [])[:PARTIES_MOST]
        ),
        *(
            parts.take("inventor", None, party, "inventor", one, kind="person", scope=scope)
            for one in items.get("inventor", [])[:PARTIES_MOST]
        ),
    ]
    classes = [parts.take("classifications", "", class_symbol, one) for one in codes[:CLASSES_MOST]]
    dates = {name: _date(items, name, parts) for name in ("filingDate", "publicationDate", "priorityDate")}
    title = next(iter(items.get("title", [])), "")
    yield from parts.refused
    yield checked(
        lambda: Patent(
            locator="itemprop",
            quote=shown({"number": written, "title": title, "assigneeOriginal": owners[:20]}),
            confidence=_CONFIDENCE,
            number=number,
            title=title,
            parties=distinct(one for one in parties if one is not None),
            classes=tuple(dict.fromkeys(one for one in classes if one)),
            filed=dates["filingDate"],
            published=dates["publicationDate"],
            priority=dates["priorityDate"],
            application=next(iter(items.get("applicationNumber", [])), "")[:100],
            family=family,
            stage=stage_of(country, kind),
        ),
        locator="itemprop",
        kind="patent",
        raw=number,
    )


def _items(tree: Any) -> dict[str, list[str]]:
    """The properties of the page's own item, in order.

    Properties of other items on the page (cited patents, the family) have the same names and are left.
    """
    found: dict[str, list[str]] = {}
    for one in tree.iter():
        name = one.get("itemprop") if isinstance(one.tag, str) else None
        if name is None:
            continue
        above = [up.get("itemprop") for up in one.iterancestors() if up.get("itemprop") is not None]
        if above:
            continue
        value = tidy(one.get("datetime") or one.get("content") or one.text_content())
        if value and len(found.setdefault(name, [])) < PARTIES_MOST:
            found[name].append(value)
    return found


def _codes(tree: Any) -> list[str]:
    """The codes of the classes, in order. Above each, a page lists all that it is below: the last one is marked."""
    found = []
    for one in tree.xpath("//li[@itemprop='classifications' or @itemprop='cpcs']"):
        if one.xpath("./meta[@itemprop='Leaf' and @content='true']"):
            found += [tidy(code.text_content()) for code in one.xpath("./span[@itemprop='Code']")]
    return [one for one in found if one]


def _date(items: dict[str, list[str]], name: str, parts: Parts) -> When:
    written = next(iter(items.get(name, [])), "")
    return parts.take(name, UNDATED, read_day, written) if written else UNDATED


def _family(tree: Any) -> str:
    for section in tree.xpath("//section[@itemprop='family']/h2"):
        if found := _FAMILY.fullmatch(tidy(section.text_content())):
            return str(found[1])
    return ""
