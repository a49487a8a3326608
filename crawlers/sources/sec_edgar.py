"""EDGAR of the U.S. Securities and Exchange Commission: who files there, what they report, what they raised.

What each kind of answer gives (told apart by what it holds, so that files under any name can be read):
- submissions of a filer (`CIK##########.json`): an `Organisation`, see `sec_filers`, and the way to its notices of
  sale (Form D) and to the older pages of its list of filings;
- company facts: yearly figures, see `sec_facts`;
- a Form D (`primary_doc.xml`): see `sec_form_d`;
- the list of tickers: an `Organisation` each;
- the folder of a quarter's daily indexes: the way to each of them;
- the daily index (`*.idx`) and the feed of current filings: the way to each Form D in it.

robots.txt of www.sec.gov shuts `/cgi-bin/`, where the feed of current filings lies: a visit goes by the daily
index.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import (
    at,
    checked,
    list_at,
    load_json,
    number_at,
    object_at,
    reject,
    shown,
    text_at,
    tidy,
)
from crawlers.sources.sec_entities import cik_of, filing_url
from crawlers.sources.sec_facts import read_facts
from crawlers.sources.sec_filers import identifiers, read_filer
from crawlers.sources.sec_form_d import parse_xml, read_form_d
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from pipelines.errors import InputError, UsageError
from pipelines.records import Attribute, Mention, Organisation

DECLARATION = Declaration(
    name="sec_edgar",
    title="SEC EDGAR: filers, company facts, Form D",
    title_zh="美国证监会 EDGAR：申报公司、财务数据、Form D 融资",
    publisher="U.S. Securities and Exchange Commission",
    home="https://www.sec.gov/edgar",
    licence="public domain (work of the U.S. government)",
    terms="at most 10 requests a second to all its hosts together; the user agent names a contact",
    robots="robots.txt is fetched and obeyed; www.sec.gov shuts /cgi-bin/ and opens /Archives/edgar/data",
    hosts=("www.sec.gov", "data.sec.gov"),
    personal_data="Form D names executive officers, directors and promoters; of them name and posts alone are read",
    cadence="daily",
    # Two hosts at this rate are below half of what is allowed.
    delay=0.5,
    country=None,
    # Names in capitals, with the state after a stroke, and thousands of funds: not for running text.
    authority=False,
    documents=(".json", ".xml", ".idx"),
    expected=Expected(pages_least=2, records_least=1000, rejected_share_most=0.02),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "ownerOrg": "which office of the Commission looks after the filer",
    "insiderTransactionForOwnerExists": "about filings",
    "insiderTransactionForIssuerExists": "about filings",
    "investorWebsite": "the website is kept",
    "description": "of a filer: always empty; of a concept or state: its name explained",
    "category": "which duties of reporting the filer has",
    "fiscalYearEnd": "the yearly figures carry their days",
    "flags": "about the entry",
    "phone": "a phone",
    "addresses.mailing.*": "where mail goes, often an agent's",
    "addresses.business.street1": "street level: city and country are kept",
    "addresses.business.street2": "street level",
    "addresses.business.zipCode": "street level",
    "addresses.business.isForeignLocation": "the country says it",
    "addresses.business.foreignStateTerritory": "the country is kept",
    "addresses.business.country": "the name of the country whose code is read",
    "recent.reportDate": "filings other than Form D are not visited",
    "recent.acceptanceDateTime": "the day of filing, once more",
    "recent.act": "about the filing",
    "recent.fileNumber": "about the filing: an amendment is known by its issuer and the day of the first sale",
    "recent.filmNumber": "about the filing",
    "recent.items": "which parts a filing has; it is not visited",
    "recent.core_type": "the form, once more",
    "recent.size": "about the file",
    "recent.isXBRL": "about the file",
    "recent.isInlineXBRL": "about the file",
    "recent.isXBRLNumeric": "about the file",
    "recent.primaryDocDescription": "the form, once more",
    "files.filingFrom": "chooses what is visited",
    "reportDate": "as in `recent`",
    "acceptanceDateTime": "as in `recent`",
    "act": "as in `recent`",
    "fileNumber": "as in `recent`",
    "filmNumber": "as in `recent`",
    "items": "as in `recent`",
    "core_type": "as in `recent`",
    "size": "as in `recent`",
    "isXBRL": "as in `recent`",
    "isInlineXBRL": "as in `recent`",
    "isXBRLNumeric": "as in `recent`",
    "primaryDocDescription": "as in `recent`",
    "label": "the concept's name for readers",
    "accn": "which report states the value",
    "fy": "the year of the report, not of the value",
    "frame": "the calendar period nearest to the value's own",
    "facts.*": "concepts beside those of `sec_facts.CONCEPTS`, quarters, and what later reports state anew",
    "directory.name": "the folder's own name",
    "directory.parent-dir": "the folder above",
    "directory.item.type": "an icon",
    "directory.item.size": "about the file",
    "directory.item.last-modified": "about the file",
    "schemaVersion": "about the file",
    "issuerAddress.street1": "street level: city and country are kept",
    "issuerAddress.street2": "street level",
    "issuerAddress.zipCode": "street level",
    "issuerPhoneNumber": "a phone",
    "yearOfInc.withinFiveYears": "the year is kept, where it is said",
    "yearOfInc.overFiveYears": "no year",
    "relatedPersonAddress.*": "a person's address",
    "investmentFundInfo.is40Act": "about duties of registration",
    "federalExemptionsExclusions.item": "by which rule the sale needs no registration",
    "newOrAmendment.isAmendment": "the type of the form says it",
    "newOrAmendment.previousAccessionNumber": "an amendment is known by its issuer and the day of the first sale",
    "dateOfFirstSale.yetToOccur": "no sale yet: the amount sold says it",
    "durationOfOffering.*": "how long the offer is meant to last",
    "typesOfSecuritiesOffered.*": "what was sold; who bought it is not said",
    "businessCombinationTransaction.*": "whether it belongs to a merger",
    "minimumInvestmentAccepted": "a condition of the offer",
    "salesCompensationList.*": "brokers and their addresses",
    "offeringSalesAmounts.totalRemaining": "the offer less what was sold",
    "investors.*": "how many bought; who they are is not said",
    "salesCommissionsFindersFees.*": "what the sale cost",
    "useOfProceeds.*": "what of it goes to the persons named",
    "signatureBlock.authorizedRepresentative": "about the signature",
    "signature.issuerName": "the issuer, once more",
    "signature.signatureName": "who signed; the day is kept",
    "signature.nameOfSigner": "who signed",
    "signature.signatureTitle": "who signed",
    "feed.*": "about the feed, or the filing's day and size: the filing itself is visited",
}

_DATA: Final = "https://data.sec.gov"
_WWW: Final = "https://www.sec.gov"
_TICKERS: Final = f"{_WWW}/files/company_tickers.json"
_FORMS: Final = frozenset(("D", "D/A"))
#: Form D came to be filed as data in September 2008.
_FIRST_DATA: Final = dt.date(2008, 9, 1)
#: How many days back a run without `since` looks.
_DAYS: Final = 7
#: No run looks back further: for more there are the indexes of whole quarters.
_DAYS_MOST: Final = 400
_PER_FEED: Final = 100
_ENTRY_LIMIT: Final = 100_000

_OWN: Final = re.compile(
    r"/submissions/CIK|/api/xbrl/companyfacts/|/files/company_tickers\.json$|"
    r"/Archives/edgar/daily-index/.*(?:\.idx|/index\.json)$|"
    r"/Archives/edgar/data/.*primary_doc\.xml$|/cgi-bin/browse-edgar$"
)
_ROW: Final = re.compile(
    r"(?P<left>.*\S)\s+(?P<cik>\d{1,10})\s+\d{4}-?\d\d-?\d\d\s+(?P<file>edgar/data/\S+)\s*"
)
_FILE: Final = re.compile(r"edgar/data/(?P<cik>\d{1,10})/(?P<accession>\d{10}-\d{2}-\d{6})\.txt")
_FOLDER: Final = re.compile(r"/Archives/edgar/daily-index/\d{4}/QTR[1-4]/index\.json$")
_DAY_INDEX: Final = re.compile(r"form\.(\d{8})\.idx")
_FILING_PAGE: Final = re.compile(r"/Archives/edgar/data/(?P<cik>\d{1,10})/(?P<accession>\d{18})/")
_OLDER: Final = re.compile(r"CIK(?P<cik>\d{10})-submissions-\d{3}\.json")


class SecEdgarSpider(SourceSpider):
    """Visits the list of tickers and the notices of sale of the last days (since `since`, such as 2024-01-31).

    Arguments: `ids`, CIKs with commas between: these filers alone, with their facts and notices of sale.
    `companies=yes`: all filers in the list of tickers too. `feed=yes`: the feed of current filings in place of the
    daily index (where robots.txt opens it).
    """

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self,
        *args: Any,
        ids: str = "",
        since: str = "",
        companies: str = "no",
        feed: str = "no",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.ciks = [_argument_cik(one.strip()) for one in ids.split(",") if one.strip()]
        self.since = _argument_day(since) if since else None
        self.companies, self.feed = companies == "yes", feed == "yes"

    def start_requests_live(self) -> Iterator[Request]:
        for cik in self.ciks:
            yield Request(_submissions(cik))
        if self.ciks:
            return
        yield Request(_TICKERS)
        if self.feed:
            yield self._feed_request(0)
            return
        today = dt.datetime.now(dt.UTC).date()
        first = max(self.since or today - dt.timedelta(days=_DAYS), today - dt.timedelta(days=_DAYS_MOST))
        for year, quarter in _quarters(first, today):
            # Holidays have no index: the folder says which days do.
            folder = f"{_WWW}/Archives/edgar/daily-index/{year}/QTR{quarter}"
            yield Request(f"{folder}/index.json", meta={"since": first.isoformat()})

    def owns(self, url: str) -> bool:
        path = path_of(url)
        if host_of(url) in DECLARATION.hosts:
            return bool(_OWN.search(path))
        return url.startswith("file:") and path.lower().endswith(DECLARATION.documents)

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        body = response.body
        head = body[:400].lstrip(b"\xef\xbb\xbf \t\r\n")
        try:
            if head.startswith(b"{"):
                yield from self._read_json(load_json(body), response)
            elif head.startswith(b"<"):
                root = parse_xml(body)
                yield from self._read_feed(root, response) if root.tag == "feed" else read_form_d(root)
            elif head.startswith(b"Description:"):
                yield from _read_index(body)
            else:
                raise InputError("neither JSON, XML nor an index of filings")
        except InputError as error:
            # what came may be a person's entry: nothing of it is kept here
            yield reject("$", error.message, kind="page", field=error.field)

    def _read_json(self, answer: Any, response: Response) -> Iterator[Found]:
        if at(answer, "facts") is not None:
            yield from read_facts(answer)
        elif at(answer, "filings") is not None:
            yield from read_filer(answer)
            yield from self._filings(
                object_at(answer, "filings.recent"), cik_of(at(answer, "cik")), "$.filings.recent"
            )
            yield from self._older(answer)
            if self.companies or self.ciks:  # many filers have none, which is no error of a page led to
                yield Request(f"{_DATA}/api/xbrl/companyfacts/CIK{cik_of(at(answer, 'cik'))}.json")
        elif at(answer, "accessionNumber") is not None:
            found = _OLDER.search(path_of(response.url))
            if found is None:
                raise InputError("a page of filings whose address does not say whose")
            expected = response.meta.get("filings")
            count = len(list_at(answer, "accessionNumber"))
            if expected is not None and expected != count:
                reason = "another number of filings than the first page says"
                yield reject("$", reason, kind="listing", field="filingCount", value=f"{expected} → {count}")
            yield from self._filings(answer, cik_of(found["cik"]), "$")
        elif at(answer, "directory") is not None:
            yield from _read_folder(answer, response)
        elif all(isinstance(one, dict) and "cik_str" in one for one in answer.values()) and answer:
            yield from self._tickers(answer)
        else:
            raise InputError("no kind of answer that is known")

    def _tickers(self, answer: dict[str, Any]) -> Iterator[Found]:
        """The filers with shares on an exchange: one with several tickers stands there several times."""
        tickers: dict[str, list[str]] = {}
        first: dict[str, tuple[str, Any]] = {}
        for key, entry in answer.items():
            where = f"$.{key[:20]}"
            try:
                cik, ticker = cik_of(entry["cik_str"]), text_at(entry, "ticker")
                if not ticker:
                    raise InputError("no ticker", field="ticker")
            except InputError as error:
                yield reject(where, error.message, kind="organisation", field=error.field, raw=entry)
                continue
            first.setdefault(cik, (where, entry))
            tickers.setdefault(cik, []).append(ticker)
            if text_at(first[cik][1], "title") != text_at(entry, "title"):
                yield reject(where, "two names for one CIK", kind="organisation", field="title", raw=entry)
        for cik, (where, entry) in first.items():
            yield checked(
                lambda cik=cik, where=where, entry=entry: Organisation(  # type: ignore[misc]
                    locator=where,
                    quote=shown(entry),
                    subject=Mention(
                        name=text_at(entry, "title"),
                        kind="company",
                        identifiers=identifiers(cik, tickers[cik]),
                    ),
                    attributes=tuple(
                        Attribute(name="ticker", value=one) for one in dict.fromkeys(tickers[cik])
                    ),
                ),
                locator=where,
                kind="organisation",
                raw=entry,
            )
            if self.companies:
                yield Request(_submissions(cik))

    def _filings(self, listed: Any, cik: str, where: str) -> Iterator[Found]:
        """The way to each Form D in a list of filings, which is a table written column by column."""
        numbers, forms = list_at(listed, "accessionNumber"), list_at(listed, "form")
        files, days = list_at(listed, "primaryDocument"), list_at(listed, "filingDate")
        if len({len(one) for one in (numbers, forms, files, days)}) != 1:
            yield reject(where, "columns of different lengths", kind="listing", field="accessionNumber")
            return
        for index, (number, form, file, day) in enumerate(zip(numbers, forms, files, days, strict=True)):
            # Before 2008 a Form D was paper, and a filing of that time has no such document.
            if not isinstance(form, str) or form not in _FORMS or not str(file).endswith("primary_doc.xml"):
                continue
            if self.since is not None and str(day) < self.since.isoformat():
                continue
            try:
                yield Request(filing_url(cik, str(number)))
            except InputError as error:
                yield reject(
                    f"{where}.accessionNumber[{index}]", error.message, kind="listing", field=error.field
                )

    def _older(self, answer: Any) -> Iterator[Found]:
        least = max(self.since or _FIRST_DATA, _FIRST_DATA).isoformat()
        for index, one in enumerate(list_at(answer, "filings.files")):
            name, until = text_at(one, "name"), text_at(one, "filingTo")
            if not _OLDER.fullmatch(name):
                where = f"$.filings.files[{index}]"
                yield reject(where, "no page of filings", kind="listing", field="name", value=name)
            elif until >= least:
                yield Request(f"{_DATA}/submissions/{name}", meta={"filings": number_at(one, "filingCount")})

    def _feed_request(self, start: int) -> Request:
        asked = {"action": "getcurrent", "type": "D", "owner": "include", "start": start, "count": _PER_FEED}
        url = f"{_WWW}/cgi-bin/browse-edgar?{urlencode({**asked, 'output': 'atom'})}"
        return self.list_request(url, "current filings")

    def _read_feed(self, root: Any, response: Response) -> Iterator[Found]:
        """The way to each Form D in the feed. A filing stands there once for each party to it; asking for D gives
        all forms whose names begin so."""
        entries = root.findall("entry")
        ids = []
        for number, entry in enumerate(entries, 1):
            title = tidy(entry.findtext("title") or "")
            ids.append(f"{tidy(entry.findtext('id') or '')} {title}")
            category, link = entry.find("category"), entry.find("link")
            if category is None or category.get("term") not in _FORMS:
                continue
            found = _FILING_PAGE.search("" if link is None else path_of(str(link.get("href"))))
            if found is None:
                reason = "an entry whose link leads to no filing"
                yield reject(f"/feed/entry[{number}]", reason, kind="listing", field="link", value=title)
                continue
            yield Request(filing_url(found["cik"], found["accession"]))
        written = parse_qs(urlsplit(response.url).query).get("start", ["0"])[0]
        start = int(written) if written.isascii() and written.isdecimal() and len(written) < 8 else 0
        more = self._feed_request(start + _PER_FEED) if len(entries) >= _PER_FEED else None
        yield from self.listing(response, "current filings").turn(ids, more=more, locator="/feed")


def _submissions(cik: str) -> str:
    return f"{_DATA}/submissions/CIK{cik}.json"


def _quarters(first: dt.date, last: dt.date) -> Iterator[tuple[int, int]]:
    """Year and quarter of all days from the first to the last."""
    for number in range(first.year * 4 + (first.month - 1) // 3, last.year * 4 + (last.month - 1) // 3 + 1):
        yield number // 4, number % 4 + 1


def _read_folder(answer: Any, response: Response) -> Iterator[Found]:
    """The way to the index of each day since the one that the visit asks for; each stands there by form, by
    company and otherwise."""
    if not _FOLDER.search(path_of(response.url)):
        raise InputError("a folder other than those of the daily index")
    since = str(response.meta.get("since", "")).replace("-", "")
    for name in dict.fromkeys(text_at(one, "name") for one in list_at(answer, "directory.item")):
        day = _DAY_INDEX.fullmatch(name)
        if day is not None and day[1] >= since:
            yield Request(response.url.removesuffix("index.json") + name)


def _read_index(body: bytes) -> Iterator[Found]:
    """The way to each Form D in a daily index: by form or by company, with columns of fixed width."""
    try:
        lines = body.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        lines = body.decode("latin-1").splitlines()
    rule = next((number for number, line in enumerate(lines[:40]) if line.startswith("-----")), None)
    # The heads may be broken into two lines; the first holds what is needed of them.
    head = next((line for line in lines[:rule] if "Form Type" in line and "Company Name" in line), None)
    if rule is None or head is None:
        raise InputError("an index of filings without heads")
    form, name = head.index("Form Type"), head.index("Company Name")
    seen: set[str] = set()
    for number, line in enumerate(lines[rule + 1 : rule + 1 + _ENTRY_LIMIT], rule + 2):
        row = _ROW.fullmatch(line) if len(line) < 1000 else None
        if row is None:
            if line.strip():
                yield reject(f"line {number}", "no row of the index", kind="listing")
            continue
        said = row["left"][form:name] if form < name else row["left"][form:]
        if said.strip() not in _FORMS:
            continue
        file = _FILE.fullmatch(row["file"])
        if file is None:
            yield reject(
                f"line {number}", "no file of a filing", kind="listing", field="File Name", value=row["file"]
            )
        elif file["accession"] not in seen:  # joint issuers have a row each
            seen.add(file["accession"])
            yield Request(filing_url(file["cik"], file["accession"]))
    if len(lines) - rule - 1 > _ENTRY_LIMIT:
        yield reject("$", f"more than the {_ENTRY_LIMIT:,} rows that are read", kind="listing")


def _argument_day(written: str) -> dt.date:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise UsageError(f"since wants a day such as 2024-01-31, not {written[:60]!r}") from None


def _argument_cik(written: str) -> str:
    try:
        return cik_of(written)
    except InputError as error:
        raise UsageError(f"ids wants CIKs with commas between: {error.message}") from error
