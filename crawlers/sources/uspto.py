"""The US patent office (USPTO): the weekly files of grants and applications in XML, and results of its search.

A week's file holds thousands of documents and unpacks to hundreds of millions of bytes. It goes from the network
to the disk, and is read from there as a stream, one document at a time; each patent is a page of its own,
`FILE#NUMBER`, so that memory stays flat and a broken document costs itself alone.

Live, the files come from the bulk data of the Open Data Portal, which wants a key. Answers of the public search,
which is made for people, are read where someone hands them in.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlencode

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.concatenated_xml import documents_in
from crawlers.declaration import Declaration, Expected, Key
from crawlers.middlewares.bulk import BULK
from crawlers.parsing import at, list_at, load_json, refused, reject, text_at
from crawlers.patents import parse_xml, read_day
from crawlers.ppubs import read_results
from crawlers.red_book import read_patent
from crawlers.spider import Found, Page, SourceSpider, page_url
from crawlers.urls import clean_url, host_of, on_hosts, path_of
from pipelines.errors import InputError, UsageError
from pipelines.records import Patent, Rejected
from pipelines.store.types import now

DECLARATION = Declaration(
    name="uspto",
    title="United States Patent and Trademark Office: bulk data of patents",
    title_zh="美国专利商标局专利批量数据",
    publisher="United States Patent and Trademark Office",
    home="https://data.uspto.gov/",
    licence="public domain",
    terms="a free key of the Open Data Portal; each file is fetched once, one after the other",
    robots="robots.txt is fetched and obeyed; the API is made for programs",
    hosts=("api.uspto.gov", "data.uspto.gov", "ppubs.uspto.gov"),
    personal_data="names of inventors and of owners who are persons; no addresses",
    cadence="weekly",
    delay=15.0,
    country=None,
    documents=(".xml", ".zip", ".json", ".json.gz"),
    keys=(
        Key(
            env="VALUENET_USPTO_KEY",
            why="a key of the Open Data Portal, free: data.uspto.gov, My ODP",
            place="header:X-API-KEY",
            required=True,
        ),
    ),
    bulk=True,
    expected=Expected(pages_least=1, records_least=1000, rejected_share_most=0.01),
)

#: What the documents and answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    **{
        f"us-patent-{kind}.{name}": why
        for kind in ("grant", "application")
        for name, why in (
            ("lang", "they are all in English"),
            ("dtd-version", "about the format"),
            ("file", "about the file"),
            ("status", "about the file"),
            ("id", "about the file"),
            ("date-produced", "about the file"),
            ("country", "the same as the publication's"),
            ("date-publ", "the same as the publication's"),
        )
    },
    "us-bibliographic-data-*.lang": "they are all in English",
    "us-bibliographic-data-application.country": "the same as the publication's",
    "application-reference.appl-type": "utility, design, plant: the number's letters tell",
    "us-application-series-code": "a part of the application's number",
    "us-term-of-grant.*": "how long the right lasts",
    "classification-ipc.edition": "the edition of the classes",
    "classification-*.ipc-version-indicator.date": "the edition of the classes",
    "classification-*.cpc-version-indicator.date": "the edition of the classes",
    "classification-*.classification-level": "core or advanced, a difference given up",
    "classification-*.symbol-position": "the order is kept",
    "classification-*.classification-value": "whether the class is of the invention or besides it",
    "classification-*.action-date.date": "when the class was given",
    "classification-*.generating-office.country": "which office gave the class",
    "classification-*.classification-status": "how the class was given",
    "classification-*.classification-data-source": "how the class was given",
    "classification-*.scheme-origination-code": "the scheme",
    "combination-set.group-number": "how classes go together; each class is kept",
    "combination-rank.rank-number": "how classes go together; each class is kept",
    "us-bibliographic-data-*.classification-national.*": "the American scheme, given up in 2015",
    "invention-title.id": "about the text",
    "us-references-cited.*": "citations, not taken in",
    "references-cited.*": "citations, not taken in",
    "number-of-claims": "texts are not kept",
    "us-exemplary-claim": "texts are not kept",
    "us-field-of-classification-search.*": "where the examiner looked",
    "field-of-search.*": "where the examiner looked",
    "figures.*": "pictures are not kept",
    "related-publication.*": "the application's own publication is a document of its own",
    "us-provisional-application.document-id.country": "only the date is kept",
    "us-provisional-application.document-id.doc-number": "only the date is kept",
    "us-provisional-application.document-id.kind": "only the date is kept",
    "parent-doc.document-id.country": "only the date is kept",
    "parent-doc.document-id.doc-number": "only the date is kept",
    "parent-doc.parent-status": "only the date is kept",
    "child-doc.*": "the document itself",
    "priority-claim.sequence": "the order of the claims",
    "priority-claim.kind": "by which treaty",
    "priority-claim.country": "only the date is kept",
    "priority-claim.doc-number": "only the date is kept",
    "*applicant.sequence": "the order is kept",
    "*applicant.designation": "for which countries",
    "us-applicant.app-type": "applicants beside inventors are all alike",
    "us-applicant.applicant-authority-category": "why it may apply",
    "inventor.sequence": "the order is kept",
    "inventor.designation": "for which countries",
    "*applicant.nationality.country": "of persons nothing but the name is kept",
    "applicant.residence.country": "of persons nothing but the name is kept",
    "applicant.addressbook.address.*": "of persons nothing but the name is kept",
    "inventor.addressbook.address.*": "of persons nothing but the name is kept",
    "us-applicant.addressbook.address.state": "the city is kept",
    "us-applicant.residence.country": "the address has the country",
    "assignee.addressbook.address.state": "the city is kept",
    "agents.*": "attorneys are not taken in",
    "correspondence-address.*": "attorneys are not taken in",
    "examiners.*": "examiners are not taken in",
    "pct-or-regional-*.*": "the international application has documents of its own",
    "us-patent-*.abstract.*": "texts are not kept: title and classes say what it is about",
    "us-patent-*.drawings.*": "pictures are not kept",
    "us-patent-*.description.*": "texts are not kept",
    "us-patent-*.us-claim-statement": "texts are not kept",
    "us-patent-*.claims.*": "texts are not kept",
    # results of the search
    "query.*": "what was asked",
    "page": "how results are shown",
    "totalPages": "how results are shown",
    "hlSnippets": "how results are shown",
    "duration": "how long the search took",
    "highlightingTime": "how long the search took",
    "qtime": "how long the search took",
    "cursorMarker": "where the next page begins, which is not asked for",
    "totalResults": "the same as numFound",
    "numberOfFamilies": "how results are grouped",
    "perPage": "how results are shown",
    "patents.publicationReferenceDocumentNumber*": "a part of the id",
    "patents.compositeId": "the search's own id",
    "patents.type": "the id tells",
    "patents.mainClassificationCode": "the American scheme, given up in 2015",
    "patents.primaryExaminer": "examiners are not taken in",
    "patents.assistantExaminer": "examiners are not taken in",
    "patents.*Start": "pages of pictures",
    "patents.*End": "pages of pictures",
    "patents.pageCount*": "pages of pictures",
    "patents.previouslyViewed": "about whoever asked",
    "patents.unused": "about the search",
    "patents.image*": "pages of pictures",
    "patents.languageIndicator": "they are all in English",
    "patents.databaseName": "the id tells",
    "patents.documentId": "the same as the id",
    "patents.documentSize": "about the text",
    "patents.score": "how well it answers the search",
    "patents.kindCode": "a part of the id",
    "patents.urpn*": "citations, not taken in",
    "patents.governmentInterest": "a text, not kept",
    # the list of files
    "count": "how many products or files are listed",
    "bulkDataProductBag.product*Text": "about the product",
    "bulkDataProductBag.productIdentifier": "the product that was asked for",
    "bulkDataProductBag.productFromDate": "about the product",
    "bulkDataProductBag.productToDate": "about the product",
    "bulkDataProductBag.productTotalFileSize": "about the product",
    "bulkDataProductBag.productFileTotalQuantity": "about the product",
    "bulkDataProductBag.modifiedDateTime": "about the product",
    "bulkDataProductBag.daysOfWeekText": "about the product",
    "bulkDataProductBag.mimeTypeIdentifierArrayText": "about the product",
    "fileDataBag.fileSize": "the file shows it",
    "fileDataBag.fileDataToDate": "a file is of one day",
    "fileDataBag.fileTypeText": "the name's ending tells",
    "fileDataBag.fileReleaseDate": "the later change is kept in mind",
}

_API: Final = "https://api.uspto.gov/api/v1/datasets/products/"
#: Weekly files of whole texts: grants and applications.
PRODUCTS: Final = "PTGRXML,APPXML"
_OWNED = re.compile(r"/api/(?:v1/datasets/products/|searches/)")
_PRODUCT = re.compile(r"[A-Z0-9]{3,20}")
_REVISED = re.compile(r"_r[0-9]{1,3}(?=\.zip$)")
_UNPACKED_MOST: Final = 200_000_000
#: Rejections of a file that are kept; more are a broken file.
_REFUSED_MOST: Final = 10_000


class UsptoSpider(SourceSpider):
    """Reads the files of `products` (names of the portal, with commas between) of the days `since` to `until`, by
    default the last two weeks. `countries` (such as `CN,HK`) keeps only patents that have a party from there."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self,
        *args: Any,
        products: str = PRODUCTS,
        since: str = "",
        until: str = "",
        countries: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.products = [one.strip().upper() for one in products.split(",") if one.strip()]
        if not self.products or not all(_PRODUCT.fullmatch(one) for one in self.products):
            raise UsageError(f"products wants names such as {PRODUCTS}, not {products!r}")
        self.until = _day(until, "until") or now().date()
        self.since = _day(since, "since") or self.until - dt.timedelta(days=14)
        if self.since > self.until:
            raise UsageError(f"since ({self.since}) comes after until ({self.until})")
        self.countries = frozenset(one.strip().upper() for one in countries.split(",") if one.strip())

    def start_requests_live(self) -> Iterator[Request]:
        span = {"fileDataFromDate": self.since, "fileDataToDate": self.until, "includeFiles": "true"}
        for product in self.products:
            yield self.list_request(f"{_API}{product}?{urlencode(span)}", product)

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and _OWNED.match(path_of(url)) is not None

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    # ── files on the disk ───────────────────────────────────────────────────────────────────────

    def parse(self, response: Response, **given: Any) -> Iterator[Request | Page]:
        file = response.request.meta.get("file") if response.request is not None else None
        if not isinstance(file, Path) or response.status != 200:
            yield from super().parse(response, **given)
            return
        with file.open("rb") as stream:
            if _is_data(stream):
                whole = stream.read(_UNPACKED_MOST + 1)
                yield from super().parse(response.replace(body=whole), **given)
                return
            yield from self._patents(stream, response)

    def _patents(self, stream: BinaryIO, response: Response) -> Iterator[Page]:
        """A page for each patent of the file, and one for the file, with what cannot be given to a patent."""
        url = self.canonical(page_url(response))
        whole = Page(url, response)
        try:
            for number, found in self._documents(stream):
                page = Page(f"{url}#{number}" if number else url, response)
                for one in found:
                    (page.rejected if isinstance(one, Rejected) else page.records).append(one)  # type: ignore[arg-type]
                if number:
                    yield page
                elif len(whole.rejected) < _REFUSED_MOST:
                    whole.rejected += page.rejected
        except InputError as error:
            whole.rejected.append(reject("file", error.message, kind="page", field=error.field))
        yield whole

    def _documents(self, stream: BinaryIO) -> Iterator[tuple[str, list[Patent | Rejected]]]:
        """What each document of a stream gives, with the number of its patent (empty where there is none)."""
        for part in documents_in(stream):
            where = f"document[{part.number}]"
            try:
                if part.refused:
                    raise InputError(part.refused)
                found = list(read_patent(parse_xml(part.body), where))
            except (InputError, ValidationError) as error:
                start = part.body[:300].decode("utf-8", "replace")
                found = [refused(error, locator=where, kind="patent", raw=start)]
            patent = next((one for one in found if isinstance(one, Patent)), None)
            if patent is None or self._is_wanted(patent):
                yield patent.number if patent is not None else "", found

    def _is_wanted(self, patent: Patent) -> bool:
        return not self.countries or any(one.party.country in self.countries for one in patent.parties)

    # ── answers in memory ───────────────────────────────────────────────────────────────────────

    def read(self, response: Response) -> Iterator[Found]:
        try:
            body = _unpacked(response.body)
            if not body.strip():
                raise InputError("an empty answer")
            if body.lstrip()[:1] in (b"{", b"["):
                answer = load_json(body, _UNPACKED_MOST)
                if at(answer, "bulkDataProductBag") is not None:
                    yield from self._files(answer, response)
                elif at(answer, "patents") is not None:
                    yield from read_results(answer)
                else:
                    raise InputError("neither a list of files nor results of a search")
                return
            for _, found in self._documents(io.BytesIO(body)):
                yield from found
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("$", error.message, kind="page", field=error.field, raw=raw)

    def _files(self, answer: Any, response: Response) -> Iterator[Found]:
        """The requests for the files of a product, of each day the last revision."""
        wanted: dict[str, tuple[str, Any]] = {}
        names: list[str] = []
        for number, product in enumerate(list_at(answer, "bulkDataProductBag")):
            for index, file in enumerate(list_at(product, "productFileBag.fileDataBag")):
                where = f"$.bulkDataProductBag[{number}].productFileBag.fileDataBag[{index}]"
                try:
                    name, day = text_at(file, "fileName"), read_day(text_at(file, "fileDataFromDate")).start
                    target = clean_url(text_at(file, "fileDownloadURI"))
                    if target is None or not on_hosts(target, DECLARATION.hosts):
                        raise InputError("no address of the portal", field="fileDownloadURI")
                    changed = _moment(text_at(file, "fileLastModifiedDateTime"))
                except InputError as error:
                    yield refused(error, locator=where, kind="listing", raw=file)
                    continue
                names.append(name)
                if name.lower().endswith(".zip") and day is not None and self.since <= day <= self.until:
                    plain = _REVISED.sub("", name)
                    if name >= wanted.get(plain, ("", None))[0]:
                        wanted[plain] = (name, Request(target, meta=_of_file(target, changed)))
        yield from (request for _, request in wanted.values())
        yield from self.listing(response, path_of(response.url).rpartition("/")[2]).turn(ids=names)


def _of_file(url: str, changed: dt.datetime | None) -> dict[str, Any]:
    meta: dict[str, Any] = {BULK: True, "page_url": url, "depth_reset": True}
    return meta if changed is None else {**meta, "modified": changed}


def _moment(text: str) -> dt.datetime | None:
    """`2024-01-02 03:04:05` of the portal, in UTC to be sure; None where nothing is said."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"no moment: {text[:40]!r}", field="fileLastModifiedDateTime") from error
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _is_data(stream: BinaryIO) -> bool:
    """Whether a file is JSON, plain or in gzip; the stream then stands at its beginning again."""
    head = stream.read(200)
    stream.seek(0)
    return head[:2] == b"\x1f\x8b" or head.lstrip()[:1] in (b"{", b"[")


def _unpacked(body: bytes) -> bytes:
    """The bytes of a gzip file, up to a limit; other bytes as they are."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        with gzip.open(io.BytesIO(body)) as file:
            out = file.read(_UNPACKED_MOST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"a broken gzip file: {error}") from error
    if len(out) > _UNPACKED_MOST:
        raise InputError(f"unpacks to more than {_UNPACKED_MOST:,} bytes")
    return out


def _day(text: str, name: str) -> dt.date | None:
    if not text:
        return None
    try:
        return read_day(text).start
    except InputError as error:
        raise UsageError(f"{name} wants a day such as 2024-01-31: {error.message}") from error
