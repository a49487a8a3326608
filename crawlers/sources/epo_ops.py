"""The EPO's Open Patent Services (OPS 3.2): patents of all offices, searched by applicants and classes.

A search gives at most 2,000 documents, so a longer time is halved until each part fits; its pages carry the whole
bibliographic data. Access is by a token, got with a key and its secret, which lasts some twenty minutes. What the
service says of its load and of our quota sets the pace, and ends a run that would go beyond
(`crawlers/ops_quota.py`).

Left alone: legal events, claims, descriptions, pictures, numbers in other spellings.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapy.exceptions import CloseSpider
from scrapy.http import FormRequest, Request, Response
from twisted.python.failure import Failure

from crawlers.context import context_of
from crawlers.declaration import Declaration, Expected, Key
from crawlers.exchange_documents import ids_of, read_document, read_member
from crawlers.ops_quota import pace, service_of
from crawlers.parsing import at, load_json, reject
from crawlers.patents import child, children, document_number, local, parse_xml, words
from crawlers.spider import Found, Page, SourceSpider
from crawlers.urls import clean_url, host_of, path_of
from pipelines.dates import read_when
from pipelines.errors import InputError, UsageError
from pipelines.store.types import now

DECLARATION = Declaration(
    name="epo_ops",
    title="Open Patent Services of the European Patent Office",
    title_zh="欧洲专利局开放专利服务 OPS",
    publisher="European Patent Office",
    home="https://www.epo.org/en/searching-for-patents/data/web-services/ops",
    licence="free of charge under the EPO's terms for patent information; facts of documents are free",
    terms="a registered key; fair use: 4 GB a week without fee, and the pace that each answer names",
    robots="robots.txt is fetched and obeyed; the API is made for programs",
    hosts=("ops.epo.org",),
    personal_data="names of inventors and of applicants who are persons; no addresses",
    cadence="weekly",
    # 15 searches a minute, the pace of a busy service; answers may ask for a slower one.
    delay=4.0,
    documents=(".xml",),
    keys=(
        Key(
            env="VALUENET_EPO_KEY",
            why="the consumer key of an app at developers.epo.org, free",
            required=True,
        ),
        Key(env="VALUENET_EPO_SECRET", why="the consumer secret of the same app", required=True),
    ),
    expected=Expected(pages_least=1, records_least=50, rejected_share_most=0.02),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "exchange-document.system": "the service's name",
    "exchange-document.abstract.lang": "the text is not kept",
    "exchange-document.abstract.p": "the text is not kept: the title and the classes say what it is about",
    "bibliographic-data.publication-reference.document-id.country": "the same as the document's",
    "bibliographic-data.publication-reference.document-id.doc-number": "the same as the document's",
    "bibliographic-data.publication-reference.document-id.kind": "the same as the document's",
    "bibliographic-data.publication-reference.document-id.document-id-type": "each form has the same date",
    "application-reference.doc-id": "the service's number of the application",
    "application-reference.is-representative": "which application stands for others in the service",
    "application-reference.document-id.kind": "the kind of an application; the publication's is kept",
    "classification-ipcr.sequence": "the order is kept",
    "patent-classification.sequence": "the order is kept",
    "patent-classifications.patent-classification.classification-symbol": "a symbol of one office's own scheme",
    "patent-classification.classification-scheme.office": "who keeps the scheme",
    "patent-classification.classification-value": "whether the class is of the invention or besides it",
    "patent-classification.generating-office": "which office gave the class",
    "combination-set.*": "how classes go together; each class is kept",
    "priority-claim.sequence": "the order of the claims",
    "priority-claim.kind": "by which treaty",
    "priority-claim.document-id.document-id-type": "only the date is kept",
    "priority-claim.document-id.country": "only the date is kept",
    "priority-claim.document-id.doc-number": "only the date is kept",
    "priority-claim.document-id.kind": "only the date is kept",
    "priority-claim.priority-active-indicator": "the date is kept, whatever became of the claim",
    "priority-claim.priority-linkage-type": "how documents of the family hang together",
    "references-cited.*": "citations, not taken in",
    "query.syntax": "it is always CQL",
    "biblio-search.query": "the query is in the page's address",
    "range.end": "the page ends where its entries do",
    "publication-reference.system": "the service's name",
    "biblio-search.search-result.publication-reference.family-id": "the document's own page says it",
    "patent-family.legal": "whether legal events were asked for",
    "patent-family.publication-reference.document-id.*": "what was asked for",
}

_API: Final = "https://ops.epo.org/3.2/rest-services/"
_TOKEN_URL: Final = "https://ops.epo.org/3.2/auth/accesstoken"  # noqa: S105 - an address, no secret
#: The service gives 100 documents a page, and no more than 2,000 to one query.
_PER_PAGE: Final = 100
_MOST: Final = 2_000
#: A token is renewed so many seconds before it ends.
_EARLY: Final = 60.0
#: A page that a closed service refused is asked for again so often.
_AGAIN_MOST: Final = 2
#: What a search may answer with: errors come with a fault that says why, and 404 says that nothing was found.
_ANSWERED: Final = [400, 401, 403, 404, 413, 429, 500, 502, 503, 504]
#: Applicants from China, and the classes at the core of artificial intelligence (`cl` is IPC or CPC).
QUERY: Final = (
    "pa=[CN] and (cl=G06N or cl=G06V or cl=G06F18 or cl=G06F40 or cl=G06T7 or cl=G10L15 or cl=G10L17)"
)

_READ = re.compile(r"/rest-services/(?:published-data/(?:search|publication)|family/publication)(?:/|$)")
_BIBLIO = ("biblio", "full-cycle")
_DATES = re.compile(r'pd within "([0-9]{8}) ([0-9]{8})"')


class EpoOpsSpider(SourceSpider):
    """Searches by `query` (CQL) what was published from `since` to `until` (days; by default the last 31).

    `families=yes` asks for the members of each document's family as well: one more request for each.
    """

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self,
        *args: Any,
        query: str = QUERY,
        since: str = "",
        until: str = "",
        families: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.query, self.families = query, families.lower() in ("yes", "1", "true")
        self.until = _day(until, "until") or now().date()
        self.since = _day(since, "since") or self.until - dt.timedelta(days=31)
        if self.since > self.until:
            raise UsageError(f"since ({self.since}) comes after until ({self.until})")
        self._token, self._ends = "", 0.0
        self._asking = False
        self._waiting: list[Request] = []

    # ── where it goes ───────────────────────────────────────────────────────────────────────────

    async def start(self) -> AsyncIterator[Any]:
        if self.replayed is not None:
            async for request in super().start():
                yield request
            return
        first = [one async for one in super().start()]
        for request in self._with_token(first):
            yield request

    def start_requests_live(self) -> Iterator[Request]:
        yield self._search(self.since, self.until, 1)

    def owns(self, url: str) -> bool:
        path = path_of(url)
        if host_of(url) not in DECLARATION.hosts or not _READ.search(path):
            return False
        return "/publication/" not in path or "/family/" in path or path.endswith(_BIBLIO)

    def canonical(self, url: str) -> str:
        cleaned = clean_url(url) or url
        return cleaned.replace("http://ops.epo.org/", "https://ops.epo.org/", 1)

    def _search(self, first: dt.date, last: dt.date, begin: int) -> Request:
        query = f'({self.query}) and pd within "{first:%Y%m%d} {last:%Y%m%d}"'
        span = f"{begin}-{min(begin + _PER_PAGE - 1, _MOST)}"
        url = f"{_API}published-data/search/biblio?{urlencode({'q': query, 'Range': span})}"
        return self.list_request(url, f"{first}/{last}", meta={"handle_httpstatus_list": _ANSWERED})

    # ── the token and the pace ──────────────────────────────────────────────────────────────────

    def parse(self, response: Response, **given: Any) -> Iterator[Request | Page]:
        request = response.request
        if self.replayed is not None or request is None:
            yield from super().parse(response, **given)
            return
        if _is_refused_token(response) and not request.meta.get("renewed"):
            self._token = ""
            again = request.replace(dont_filter=True, meta={**request.meta, "renewed": True})
            yield from self._with_token([again])
            return
        asked = pace(_headers(response), service_of(path_of(response.url)), response.status)
        if asked.pause and not asked.stop and response.status != 200:
            times = int(request.meta.get("asked_again", 0))
            if times < _AGAIN_MOST:
                self._slow_down(response, max(asked.delay, asked.pause))
                again = request.replace(dont_filter=True, meta={**request.meta, "asked_again": times + 1})
                yield from self._with_token([again])
                return
        requests: list[Request] = []
        for found in super().parse(response, **given):
            if isinstance(found, Request):
                requests.append(found)
            else:
                yield found
        if asked.stop:
            raise CloseSpider(asked.stop)
        self._slow_down(response, max(asked.delay, asked.pause))
        yield from self._with_token(requests)

    def _slow_down(self, response: Response, delay: float) -> None:
        engine = self.crawler.engine
        if engine is None or response.request is None:
            return
        slot = engine.downloader.slots.get(engine.downloader.get_slot_key(response.request))
        if slot is not None:
            least = self.settings.getfloat("DOWNLOAD_DELAY")
            slot.delay = max(least, delay)
            slot.randomize_delay = False

    def _with_token(self, requests: Iterable[Request]) -> Iterator[Request]:
        """The requests, if there is a token for them; else the request for one, for which they wait."""
        wanted = list(requests)
        if not wanted:
            return
        if self._token and time.monotonic() < self._ends - _EARLY:
            yield from (self._signed(one) for one in wanted)
            return
        self._waiting += wanted
        if not self._asking:
            self._asking = True
            pair = f"{self.secret('VALUENET_EPO_KEY')}:{self.secret('VALUENET_EPO_SECRET')}"
            basic = base64.b64encode(pair.encode()).decode("ascii")
            yield FormRequest(
                _TOKEN_URL,
                formdata={"grant_type": "client_credentials"},
                callback=self.take_token,
                errback=self.no_token,
                dont_filter=True,
                priority=10,
                meta={
                    "private": True,
                    "secret_headers": {"Authorization": f"Basic {basic}"},
                    "depth_reset": True,
                },
            )

    def _signed(self, request: Request) -> Request:
        headers = {"Authorization": f"Bearer {self._token}"}
        # our pace is the service's, not the throttle's
        steady = {"autothrottle_dont_adjust_delay": True}
        return request.replace(meta={**request.meta, **steady, "secret_headers": headers})

    def take_token(self, response: Response) -> Iterator[Request]:
        """The answer to the request for a token: what waited for it goes out."""
        self._asking = False
        try:
            answer = load_json(response.body, 100_000)
            token, lasts = at(answer, "access_token"), str(at(answer, "expires_in") or "1200")
        except InputError:
            token, lasts = None, ""
        if response.status != 200 or not isinstance(token, str) or not token.isprintable() or not token:
            raise CloseSpider(f"the EPO gives no token (status {response.status}): are key and secret right?")
        self._token = token
        self._ends = time.monotonic() + (float(lasts) if lasts.isdecimal() and len(lasts) < 8 else 1200.0)
        waiting, self._waiting = self._waiting, []
        yield from (self._signed(one) for one in waiting)

    def no_token(self, failure: Failure) -> None:
        """No answer to the request for a token: what waited for it was not reached either."""
        self._asking = False
        self.unanswered(failure)
        context_of(self.crawler).unreachable.extend(f"{one.url} (no token)" for one in self._waiting)
        self._waiting.clear()

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    def read(self, response: Response) -> Iterator[Found]:
        try:
            root = parse_xml(response.body)
            if local(root) == "fault":
                yield from self._fault(root, response)
                return
            if response.status != 200:
                raise InputError(f"the host answered {response.status}")
            if local(root) != "world-patent-data":
                raise InputError(f"no answer of OPS, but <{local(root)[:100]}>")
            search, family = child(root, "biblio-search"), child(root, "patent-family")
            if search is not None:
                yield from self._results(search, response)
            elif family is not None:
                yield from self._family(family)
            else:
                documents = child(root, "exchange-documents")
                if child(documents, "exchange-document") is None:
                    raise InputError("neither documents nor a search nor a family")
                yield from self._documents(documents, "exchange-documents")
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("/", error.message, kind="page", field=error.field, raw=raw)

    def _fault(self, root: Any, response: Response) -> Iterator[Found]:
        code, message = words(child(root, "code")), words(child(root, "message"))
        if code.endswith("EntityNotFound") and "/search" in path_of(response.url):
            yield from self.listing(response, _span(response.url)).turn(ids=[], total=0)
            return
        raise InputError(f"{code}: {message}"[:500], field="fault")

    def _family(self, family: Any) -> Iterator[Found]:
        yield from _numbered(family, "family-member", "patent-family", read_member)
        here = sum(1 for _ in children(family, "family-member"))
        if (said := _count(family.get("total-result-count"))) != here:
            reason = f"a family of {said}, of which {here} are here"
            yield reject("patent-family", reason, kind="listing", field="total-result-count", value=said)

    def _documents(self, documents: Any, where: str) -> Iterator[Found]:
        yield from _numbered(documents, "exchange-document", where, read_document)
        if self.families:
            for one in children(documents, "exchange-document"):
                said = [one.get(name, "").strip() for name in ("country", "doc-number", "kind")]
                if all(said):
                    yield Request(f"{_API}family/publication/docdb/{'.'.join(said)}")

    def _results(self, search: Any, response: Response) -> Iterator[Found]:
        """The documents of a page of results, or the requests for them; then the next page."""
        total = _count(search.get("total-result-count"))
        begin = _count(getattr(child(search, "range"), "attrib", {}).get("begin")) or 1
        halves = self._halves(response.url, total)
        if halves:
            yield from halves
            return
        result = child(search, "search-result")
        ids: list[str] = []
        for documents in children(result, "exchange-documents"):
            yield from self._documents(documents, f"search-result/exchange-documents[{len(ids) + 1}]")
            ids += [
                ".".join(one.get(name, "") for name in ("country", "doc-number", "kind"))
                for one in children(documents, "exchange-document")
            ]
        for reference in children(result, "publication-reference"):
            for country, number, kind in ids_of(reference):
                ids.append(f"{country}.{number}.{kind}")
                yield from _asked_for(country, number, kind, f"search-result[{len(ids)}]")
        if total > _MOST:
            reason = f"{total} documents of one day or query, of which the service shows {_MOST}"
            yield reject("biblio-search", reason, kind="listing", field="total-result-count", value=total)
        more = None
        following = begin + len(ids)
        if ids and following <= min(total, _MOST):
            more = self._next(response.url, following)
        # beyond the service's limit the total is no promise
        yield from self.listing(response, _span(response.url)).turn(
            ids=ids, total=total if total <= _MOST else None, more=more, locator="biblio-search"
        )

    def _halves(self, url: str, total: int) -> list[Request]:
        """Two searches in place of one that finds more than the service shows."""
        found = _DATES.search(_asked(url).get("q", ""))
        if total <= _MOST or found is None:
            return []
        try:
            first, last = (dt.date.fromisoformat(one) for one in found.groups())
        except ValueError:
            return []
        if first >= last:
            return []
        middle = first + (last - first) // 2
        return [self._search(first, middle, 1), self._search(middle + dt.timedelta(days=1), last, 1)]

    def _next(self, url: str, begin: int) -> Request:
        parts, asked = urlsplit(url), _asked(url)
        asked["Range"] = f"{begin}-{min(begin + _PER_PAGE - 1, _MOST)}"
        return self.list_request(
            parts._replace(query=urlencode(asked)).geturl(),
            _span(url),
            meta={"handle_httpstatus_list": _ANSWERED},
        )


def _numbered(parent: Any, name: str, where: str, read: Any) -> Iterator[Found]:
    for number, one in enumerate(children(parent, name), start=1):
        yield from read(one, f"{where}/{name}[{number}]")


def _asked_for(country: str, number: str, kind: str, where: str) -> Iterator[Found]:
    try:
        document_number(country, number, kind)
    except InputError as error:
        yield reject(
            where, error.message, kind="listing", field=error.field, value=f"{country}.{number}.{kind}"
        )
        return
    yield Request(f"{_API}published-data/publication/docdb/{country}.{number}.{kind}/biblio")


def _asked(url: str) -> dict[str, str]:
    try:
        return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    except ValueError:
        return {}


def _span(url: str) -> str:
    """The listing that a page of results is of: its days, or its query."""
    query = _asked(url).get("q", "")
    found = _DATES.search(query)
    if found is None:
        return query[:200]
    return "/".join(f"{one[:4]}-{one[4:6]}-{one[6:]}" for one in found.groups())


def _count(text: str | None) -> int:
    """A whole number of an attribute. Raises InputError for anything else."""
    text = (text or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise InputError(f"no number: {text[:40]!r}", field="total-result-count")
    return int(text)


def _headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): values[-1].decode("latin-1")
        for name, values in response.headers.items()
        if values
    }


def _is_refused_token(response: Response) -> bool:
    if response.status not in (400, 401, 403):
        return False
    head = response.body[:2000].lower()
    return b"access_token" in head or b"access token" in head


def _day(text: str, name: str) -> dt.date | None:
    if not text:
        return None
    try:
        day = read_when(text).start
    except InputError as error:
        raise UsageError(f"{name} wants a day such as 2024-01-31: {error.message}") from error
    if day is None:
        raise UsageError(f"{name} wants a day such as 2024-01-31")
    return day
