"""Crossref: which organisations wrote papers together, by the affiliations as publishers deposited them.

A work gives a `Cooperation` of kind *joint paper* between the affiliations of its authors, as written: mostly with
department and address, now and then with a ROR id. Two departments of one university are two names here, until
resolution joins them. Works of fewer than two affiliations, or of very many, are no cooperation of any two, and are
counted as rejected; so are works whose publisher cut addresses in pieces, where a country stands as one.

A department without its organisation (`Department of Physics`) is another one in every paper: its scope is the DOI.
"""

from __future__ import annotations

import datetime as dt
import html
import os
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import (
    at,
    list_at,
    load_json,
    number_at,
    refused,
    reject,
    shown,
    text_at,
    texts_at,
    tidy,
)
from crawlers.settings import user_agent
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.identifiers import read_ror
from pipelines.records import UNDATED, Cooperation, Identifier, Mention, Rejected, When
from pipelines.taxonomy import taxonomy

DECLARATION = Declaration(
    name="crossref",
    title="Crossref works",
    title_zh="Crossref 论文元数据",
    publisher="Crossref and its member publishers",
    home="https://www.crossref.org/",
    licence="facts without copyright, as Crossref says; abstracts, which are not read, are their publishers'",
    terms="the polite pool: a mail address in the user agent (VALUENET_CONTACT); headers tell the rate",
    robots="robots.txt is fetched and obeyed; the API is made for programs",
    hosts=("api.crossref.org",),
    personal_data="none is kept: authors are left out, their affiliations are kept",
    cadence="monthly",
    delay=1.0,
    expected=Expected(pages_least=5, records_least=50, rejected_share_most=0.2),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "status": "about the answer",
    "message-version": "about the answer",
    "message.items-per-page": "about the answer",
    "message.query.*": "about the answer",
    "message.total-results": "held against what was read, where a listing is followed",
    "author.given": "no authors are kept",
    "author.family": "no authors are kept",
    "author.name": "no authors are kept",
    "author.suffix": "no authors are kept",
    "author.sequence": "no authors are kept",
    "author.ORCID": "no authors are kept: ORCID has who works where",
    "author.authenticated-orcid": "no authors are kept",
    "author.role.*": "no authors are kept",
    "affiliation.place": "the affiliation as written names it mostly",
    "affiliation.department": "the organisation is kept",
    "affiliation.acronym": "the organisation is kept",
    "affiliation.id.asserted-by": "about the entry",
    "editor.*": "an editor's affiliation is no cooperation",
    "title": "what a paper is about is not read",
    "type": "a paper of whatever type",
    "institution.*": "who published it",
    "publisher": "who published it",
    "publisher-location": "who published it",
    "member": "who published it",
    "prefix": "who published it",
    "source": "who published it",
    "container-title": "where it was published",
    "short-container-title": "where it was published",
    "ISSN": "where it was published",
    "issn-type.*": "where it was published",
    "ISBN": "where it was published",
    "isbn-type.*": "where it was published",
    "journal-issue.*": "where it was published",
    "volume": "where it was published",
    "issue": "where it was published",
    "page": "where it was published",
    "special_numbering": "where it was published",
    "article-number": "where it was published",
    "edition-number": "where it was published",
    "event.*": "where it was presented",
    "archive": "where it is kept",
    "link.*": "where it is kept",
    "resource.primary.URL": "where it is kept",
    "URL": "the DOI once more",
    "alternative-id": "the publisher's own number",
    "indexed.*": "about the entry",
    "created.*": "about the entry",
    "deposited.*": "about the entry",
    "content-created.*": "about the entry",
    "content-updated.*": "about the entry",
    "content-domain.*": "about the entry",
    "score": "about the answer",
    "published.*": "the date of issue is the first of these",
    "published-print.*": "the date of issue is the first of these",
    "published-online.*": "the date of issue is the first of these",
    "published-other.*": "the date of issue is the first of these",
    "posted.*": "the date of issue is the first of these",
    "accepted.*": "before it was published",
    "approved.*": "before it was published",
    "license.*": "of the text, which is not read",
    "funder.*": "who paid: no technology passes",
    "reference-count": "citations",
    "references-count": "citations",
    "is-referenced-by-count": "citations",
    "reference.*": "citations",
    "relation.*": "other versions and reviews of it",
    "update-policy": "other versions of it",
    "updated-by.*": "other versions of it",
    "version.version": "other versions of it",
    "assertion.*": "what its publisher adds, in free form",
    "abstract": "what a paper is about is not read",
    "description": "what a paper is about is not read",
    "subtitle": "what a paper is about is not read",
    "language": "what a paper is about is not read",
    "group-title": "what a paper is about is not read",
    "subtype": "a paper of whatever type",
    "clinical-trial-number.*": "what a paper is about is not read",
}

_API: Final = "https://api.crossref.org/works"
#: At most 1,000 are allowed; these keep an answer below some megabytes.
_ROWS: Final = 200
#: A paper of more organisations than these is the work of a community, and says nothing of any two of them.
PARTIES_MOST: Final = 30

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DOI = re.compile(r"10\.\d{4,9}/\S{1,200}")
_FEW: Final = "fewer than two organisations"
_MANY: Final = f"more than {PARTIES_MOST} organisations"
_PIECES: Final = "addresses in pieces, where a country stands as an organisation"
_DEPARTMENT = re.compile(
    r"\b(?:departments?|division|faculty|program(?:me)?|section|unit|school)\b", re.IGNORECASE
)
_WHOLE = re.compile(
    r"universi|institut|college|hospital|academ|laborator|centre|center|company|\b(?:inc|ltd|corp|co|gmbh|llc)\b",
    re.IGNORECASE,
)


class CrossrefSpider(SourceSpider):
    """Lists works by words of their authors' affiliations. Arguments: `affiliation` (China), `topic` (words of
    title and journal; artificial intelligence), `ror` (ids with commas between, in place of both), `since` (a
    day; a month ago), `ids` (DOIs with commas between, in place of a list)."""

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self,
        *args: Any,
        affiliation: str = "China",
        topic: str = "artificial intelligence",
        ror: str = "",
        since: str = "",
        ids: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        month_ago = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=31)
        self.since = since or month_ago.isoformat()
        if not _DATE.fullmatch(self.since):
            raise InputError(f"no day such as 2024-01-31: {since[:20]!r}", field="since")
        self.affiliation, self.topic = affiliation, topic
        self.rors = [read_ror(one) for one in ror.split(",") if one.strip()]
        self.dois = [one.strip() for one in ids.split(",") if one.strip()]
        if bad := [one for one in self.dois if not _DOI.fullmatch(one)]:
            raise InputError(f"no DOIs: {', '.join(bad)[:200]}", field="ids")

    def start_requests_live(self) -> Iterator[Request]:
        for one in self.dois:
            yield Request(f"{_API}/{quote(one, safe='/')}", headers=_polite())
        if self.dois:
            return
        filters = ["has-affiliation:true", f"from-pub-date:{self.since}"]
        filters += [f"ror-id:https://ror.org/{one}" for one in self.rors]
        asked: dict[str, Any] = {"filter": ",".join(filters)}
        if not self.rors:
            asked |= {"query.affiliation": self.affiliation, "query.bibliographic": self.topic}
        asked |= {"select": "DOI,type,title,issued,author", "rows": _ROWS, "cursor": "*"}
        yield self.list_request(f"{_API}?{urlencode(asked)}", "works", headers=_polite())

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and "/works" in path_of(url)

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        try:
            answer = load_json(response.body)
            kind = text_at(answer, "message-type")
            if kind == "work-list":
                yield from self._listed(answer, response)
            elif kind == "work":
                yield _work(at(answer, "message"), "$.message")
            elif kind == "work-agency":
                yield reject(
                    "$.message", "tells who registered it, alone", kind="endpoint", field="message-type"
                )
            else:
                yield reject(
                    "$", f"no work: {kind or 'no message'}", kind="page", field="message-type", raw=answer
                )
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("$", error.message, kind="page", field=error.field, raw=raw)

    def _listed(self, answer: Any, response: Response) -> Iterator[Found]:
        items = list_at(answer, "message.items")
        silent: dict[str, int] = {}
        for index, one in enumerate(items):
            found = _work(one, f"$.message.items[{index}]")
            if isinstance(found, Rejected) and found.reason in (_FEW, _MANY, _PIECES):
                silent[found.reason] = silent.get(found.reason, 0) + 1
            else:
                yield found
        for reason, count in silent.items():
            said = f"works with {reason}: {count}"
            yield reject("$.message.items", said, kind="cooperation", field="author.affiliation", value=count)
        following = text_at(answer, "message.next-cursor")
        total = number_at(answer, "message.total-results")
        followed = bool(response.meta.get("listing"))
        more = None
        # the last page has a cursor too, which gives an empty page
        if following and items:
            parts = urlsplit(response.url)
            asked = parse_qs(parts.query)
            asked["cursor"] = [following]
            target = parts._replace(query=urlencode(asked, doseq=True, errors="replace")).geturl()
            url = clean_url(target) if following.isascii() else None
            if url is None:
                said = "a cursor that fits no address"
                yield reject("$.message.next-cursor", said, kind="listing", field="next-cursor")
                return
            more = self.list_request(url, "works", headers=_polite())
        if followed:
            ids = [text_at(one, "DOI") for one in items]
            listing = self.listing(response, "works")
            if total is not None and len(listing.seen | set(ids)) >= total:
                more = None
            yield from listing.turn(ids, total=total, more=more, locator="$.message.total-results")
        elif more is not None:
            yield more


def _polite() -> dict[str, str]:
    """Who we are as Crossref's polite pool wants it: a mail address, marked as one."""
    contact = os.environ.get("VALUENET_CONTACT", "").strip()
    return {"User-Agent": user_agent(f"mailto:{contact}")} if "@" in contact else {}


def _work(entry: Any, where: str) -> Cooperation | Rejected:
    """The joint paper of a work's affiliations."""
    doi = ""
    try:
        doi = text_at(entry, "DOI")
        if not _DOI.fullmatch(doi):
            raise InputError(f"no DOI: {doi[:80]!r}", field="DOI")
        parties: dict[str, Mention] = {}
        for author in list_at(entry, "author"):
            for one in list_at(author, "affiliation"):
                name = tidy(html.unescape(text_at(one, "name")))
                if name and taxonomy("countries").find(name.rstrip(".")) is not None:
                    return reject(where, _PIECES, kind="cooperation", field="author.affiliation", value=name)
                party = _party(name, tuple(_rors(one)), doi)
                key = next((each.value for each in party.identifiers), name.casefold())
                parties.setdefault(key, party)
        if not 2 <= len(parties) <= PARTIES_MOST:
            few = _FEW if len(parties) < 2 else _MANY
            return reject(where, few, kind="cooperation", field="author.affiliation", value=len(parties))
        title = next(iter(texts_at(entry, "title")), "")
        return Cooperation(
            locator=f"{where} (doi:{doi})",
            quote=shown(
                {"DOI": doi, "title": title[:300], "affiliations": [one.name for one in parties.values()]}
            ),
            kind="joint paper",
            parties=tuple(parties.values()),
            when=_issued(entry),
        )
    except (InputError, ValidationError) as error:
        return refused(error, locator=where, kind="cooperation", raw={"DOI": doi})


def _party(name: str, rors: tuple[Identifier, ...], doi: str) -> Mention:
    bare = not rors and _DEPARTMENT.search(name) is not None and _WHOLE.search(name) is None
    return Mention(name=name, identifiers=rors, scope=f"doi:{doi}" if bare else "")


def _rors(affiliation: Any) -> Iterator[Identifier]:
    for one in list_at(affiliation, "id"):
        if text_at(one, "id-type").upper() == "ROR":
            yield Identifier(scheme="ror", value=read_ror(text_at(one, "id")))


def _issued(entry: Any) -> When:
    """The day of issue, to the year, month or day. `[[null]]` stands for none."""
    parts = list_at(entry, "issued.date-parts")
    first = parts[0] if parts else []
    if not isinstance(first, list):
        raise InputError(f"a list was expected, not {shown(first, 80)}", field="issued.date-parts")
    if first in ([], [None]):
        return UNDATED
    if len(first) > 3 or any(isinstance(one, bool) or not isinstance(one, int) for one in first):
        raise InputError(f"no date: {shown(first, 80)}", field="issued.date-parts")
    return read_when("-".join(f"{one:02}" for one in first))
