"""The policy library on the site of China's government (中国政府网): policies with issuers, number and date.

One answer holds several classes, each with a total and a list of its own, cut by the same page number; a search
in one class alone gives a single list. Titles carry the marks of the search. A document has two days: that of its
making (`ptime`), which it is dated by, and that of its publication (`pubtime`), for what has no other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import html
from pydantic import ValidationError
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import (
    at,
    checked,
    list_at,
    load_json,
    number_at,
    object_at,
    refused,
    reject,
    shown,
    text_at,
    tidy,
)
from crawlers.spider import Found, SourceSpider
from crawlers.urls import clean_url, host_of, on_hosts, path_of
from pipelines.dates import CHINA, read_epoch, read_when
from pipelines.errors import InputError, UsageError
from pipelines.records import UNDATED, Mention, Policy, Rejected, When

DECLARATION = Declaration(
    name="gov_cn_policy",
    title="Policy library of the central government of China",
    title_zh="中国政府网国务院政策文件库",
    publisher="General Office of the State Council of China (中国政府网)",
    home="https://sousuo.www.gov.cn/zcwjk/policyDocumentLibrary",
    licence="official documents: no copyright (Copyright Law of China, article 5); the site asks to be named",
    terms="https://www.gov.cn/home/2014-02/18/content_5046260.htm",
    robots="robots.txt is fetched and obeyed; one search a few seconds",
    hosts=("sousuo.www.gov.cn",),
    personal_data="none: public bodies and their documents",
    cadence="weekly",
    delay=5.0,
    country="CN",
    # What a search finds is not all that the library holds, and a policy does not end by being found no more.
    lists_all=False,
    authority=True,
    expected=Expected(pages_least=1, records_least=20, rejected_share_most=0.05),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "msg": "the code in words",
    "paramsVO.*": "the question itself, and the address of whoever asked",
    "searchVO.extendresult.*": "counts by year, body and theme: the entries are counted here",
    "searchVO.ztflTree.*": "the library's tree of themes, with counts",
    "searchVO.totalCount": "of all classes together, always 0; each class tells its own",
    "searchVO.currentNum": "about the answer",
    "searchVO.pageSize": "about the answer",
    "searchVO.maxPageSize": "about the answer",
    "searchVO.currentPage": "about the answer",
    "searchVO.totalpage": "about the answer",
    "searchVO.searchTime": "about the answer",
    "searchVO.startTime": "about the answer",
    "searchVO.netTime": "about the answer",
    "searchVO.cost": "about the answer",
    "searchVO.r": "about the answer",
    "searchVO.number": "about the answer",
    "searchVO.cache": "about the answer",
    "catName": "the class, which its key tells",
    "catMap.*.currentNum": "entries asked for on a page",
    "listVO.id": "tells the entries of a listing apart; the page's address is kept",
    "listVO.currentNum": "always 0",
    "listVO.totalCount": "always 0",
    "listVO.dateType": "how the site shows the day",
    "listVO.theme": "whether the site made a special page of it",
    "listVO.personal": "about the reader, not the document",
    "listVO.summary": "the opening of the text, cut by the search",
    "listVO.childtype": "the library's theme: kept in the quoted words",
    "listVO.index": "the library's shelf mark; the official number is kept",
    "listVO.pubtime": "the day of publication, which pubtimeStr gives as shown",
    "listVO.subjectword": "key words chosen by the library",
}

_API: Final = "https://sousuo.www.gov.cn/search-gov/data"
_PER_PAGE: Final = 50
CLASSES: Final = ("gongwen", "bumenfile", "gongbao", "otherfile")
#: The classes that can be searched alone, by the parameter `t`.
_ALONE: Final = {
    "zhengcelibrary_gw": "gongwen",
    "zhengcelibrary_bm": "bumenfile",
    "zhengcelibrary_gb": "gongbao",
}
_FOUND: Final = 200
_NOTHING_FOUND: Final = 1001
_ENTRIES_MOST: Final = 1000
#: An entry with neither number nor issuer may be an explanation of a policy and not the policy itself.
_UNSURE: Final = 0.5

_BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s、，,；;/]+")
_AND_OTHERS = re.compile(r"等(?:[0-9一二三四五六七八九十]{0,3}(?:个)?(?:部门|单位|部委))?$")
#: A line of a title that is the document's number: 国发〔2030〕1号, 某部令（第2号）, 公告2030年第3号.
_NUMBER_LINE = re.compile(
    r"(?P<who>[^《》〔〕\d]{0,40}?)[（(〔\[]?(?:\d{4}(?:年|〕|\]|[)）]))?第?\d{1,5}号[)）]?"
)
_ORDER = re.compile(r"(?:中华人民共和国)?(?P<who>[^\d（）()]{2,30})令[（(]?第(?P<n>\d{1,5})号[)）]?")
_COUNCIL: Final = "国务院"
#: Bodies that issue policies with ministries, and are no part of the government.
_NO_AUTHORITY = re.compile(r"(?:科学院|工程院|大学|学院|公司|集团|协会|学会|联合会|总工会|科协)$")


class GovCnPolicySpider(SourceSpider):
    """Searches titles for each of `query` (with commas between), and keeps the `classes` named.

    `since`, `until`: days of publication. classes: of `CLASSES`, with commas between; all by default.
    """

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self,
        *args: Any,
        query: str = "人工智能",
        classes: str = ",".join(CLASSES),
        since: str = "",
        until: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.queries = [one for one in map(tidy, query.split(",")) if one]
        if not self.queries:
            raise UsageError("query wants words to look for in titles, with commas between")
        self.classes = tuple(one for one in map(tidy, classes.split(",")) if one)
        if not self.classes or not set(self.classes) <= set(CLASSES):
            raise UsageError(f"classes wants one or more of {', '.join(CLASSES)}, not {classes!r}")
        self.since, self.until = _day(since, "since"), _day(until, "until")

    def start_requests_live(self) -> Iterator[Request]:
        for query in self.queries:
            asked = {"t": "zhengcelibrary", "q": query, "timetype": "timeqb", "mintime": "", "maxtime": ""}
            if self.since or self.until:
                today = dt.datetime.now(CHINA).date()
                asked["timetype"] = "timezd"
                asked["mintime"] = str(self.since or "1949-10-01")
                asked["maxtime"] = str(self.until or today)
            asked |= {
                "sort": "pubtime",
                "sortType": "1",
                "searchfield": "title",
                "p": "1",
                "n": str(_PER_PAGE),
            }
            yield self.list_request(f"{_API}?{urlencode(asked)}", query)

    def owns(self, url: str) -> bool:
        return host_of(url) in DECLARATION.hosts and path_of(url).rstrip("/") == "/search-gov/data"

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        try:
            answer = load_json(response.body)
            code = number_at(answer, "code")
            if code == _NOTHING_FOUND:
                return
            if code != _FOUND:
                reason = f"the library answers with code {code}: {text_at(answer, 'msg') or 'no word'}"
                yield reject("$.code", reason, kind="page", field="code", value=code)
                return
            lists = _lists(answer, response.url)
            yield from self._entries(lists)
            yield from self._onward(lists, response)
        except InputError as error:
            raw = response.body[:600].decode("utf-8", "replace")
            yield reject("$", error.message, kind="page", field=error.field, raw=raw)

    def _entries(self, lists: Mapping[str, Any]) -> Iterator[Policy | Rejected]:
        for name, (where, _, entries) in lists.items():
            if name in CLASSES and name not in self.classes:
                continue
            if name not in CLASSES:
                yield reject(
                    where, "an unknown class of documents", kind="policy", field="catMap", value=name
                )
                continue
            for index, entry in enumerate(entries[:_ENTRIES_MOST]):
                yield from read_policy(entry, f"{where}[{index}]")
            if len(entries) > _ENTRIES_MOST:
                yield reject(where, f"more than {_ENTRIES_MOST} entries on one page", kind="listing")

    def _onward(self, lists: Mapping[str, Any], response: Response) -> Iterator[Found]:
        """The next page, as long as one of the classes goes on; a class that is no longer shown has ended."""
        parts = urlsplit(response.url)
        asked = parse_qs(parts.query, keep_blank_values=True)
        page, size = _whole(asked, "p", 1), _whole(asked, "n", _PER_PAGE)
        now = {name: total for name, (_, total, _) in lists.items()}
        totals = {**(response.meta.get("totals") or {}), **now}
        ids = [
            f"{name}/{one.get('id')}"
            for name, (_, _, entries) in lists.items()
            for one in entries[:_ENTRIES_MOST]
            if isinstance(one, Mapping)
        ]
        name = (asked.get("q") or [""])[0]
        more = None
        if any(total > page * size for total in totals.values()):
            asked["p"] = [str(page + 1)]
            url = parts._replace(query=urlencode(asked, doseq=True)).geturl()
            more = self.list_request(url, name, meta={"totals": totals})
        yield from self.listing(response, name).turn(ids=ids, total=sum(totals.values()), more=more)


def read_policy(entry: Any, where: str) -> Iterator[Policy | Rejected]:
    """The policy of one entry; `where` is its JSON path. What of it cannot be read is rejected by itself."""
    try:
        title, number, order = _named(entry)
        number = text_at(entry, "pcode") or text_at(entry, "wenhao") or text_at(entry, "fwzh") or number
        issuers = _issuers(text_at(entry, "puborg") or text_at(entry, "fwdw") or order)
        written = text_at(entry, "url")
        told = ("pcode", "wenhao", "fwzh", "puborg", "fwdw", "ptime", "pubtimeStr", "childtype")
        seen = {"title": title, **{key: said for key in told if (said := at(entry, key))}}
    except (InputError, ValidationError) as error:
        yield refused(error, locator=where, kind="policy", raw=entry)
        return
    url = clean_url(written) or ""
    if not on_hosts(url, ("gov.cn",)):
        yield reject(
            f"{where}.url", "no address of a government's page", kind="policy", field="url", value=written
        )
        url = ""
    when = UNDATED
    try:
        when = _when(entry)
    except InputError as error:
        yield refused(error, locator=where, kind="policy", raw=seen)
    yield checked(
        lambda: Policy(
            locator=where,
            quote=shown(seen),
            confidence=1.0 if number or issuers else _UNSURE,
            title=title,
            number=number,
            issuers=issuers,
            url=url,
            when=when,
        ),
        locator=where,
        kind="policy",
        raw=entry,
    )


def _lists(answer: Any, url: str) -> dict[str, tuple[str, int, Sequence[Any]]]:
    """Where each class's list stands, its total and its entries. Raises InputError where there is none."""
    classes = object_at(answer, "searchVO.catMap")
    if classes:
        return {
            str(name): (
                f"$.searchVO.catMap.{name}.listVO"[:400],
                number_at(said, "totalCount") or 0,
                list_at(said, "listVO"),
            )
            for name, said in list(classes.items())[:50]
            if said is not None
        }
    kind = _ALONE.get((parse_qs(urlsplit(url).query).get("t") or [""])[0], "")
    entries = at(answer, "searchVO.listVO")
    if kind and entries is not None:
        total = number_at(answer, "searchVO.totalCount") or 0
        return {kind: ("$.searchVO.listVO", total, list_at(answer, "searchVO.listVO"))}
    raise InputError("neither a list of policies nor a word that nothing was found", field="searchVO")


def _named(entry: Any) -> tuple[str, str, str]:
    """Title, number and issuer as the title states them. The gazette puts the number on a line of its own.

    Raises InputError where there is no title.
    """
    written = at(entry, "title")
    if written is not None and not isinstance(written, str):
        raise InputError("a text was expected", field="title")
    lines = [one for one in (_plain(line) for line in _BREAK.split((written or "")[:20_000])) if one]
    numbers = [one for one in lines if len(lines) > 1 and _NUMBER_LINE.fullmatch(one)]
    title = " ".join(one for one in lines if one not in numbers) or " ".join(lines)
    if not title:
        raise InputError("a policy without a title", field="title")
    number = numbers[0] if numbers else ""
    order = _ORDER.fullmatch(number)
    if order is None:
        return title, number, ""
    # Elsewhere in the library an order of the State Council has its short number.
    short = f"国令第{order['n']}号" if order["who"] == _COUNCIL else number
    return title, short, order["who"]


def _plain(line: str) -> str:
    """The words of a line without the marks of the search."""
    if "<" not in line and "&" not in line:
        return tidy(line)
    try:
        return tidy(html.fromstring(f"<p>{line}</p>").text_content())
    except (ValueError, html.etree.LxmlError):
        return tidy(re.sub(r"<[^<>]{0,200}>", "", line))


def _issuers(written: str) -> tuple[Mention, ...]:
    names = [_AND_OTHERS.sub("", one) for one in _BETWEEN.split(written)]
    return tuple(
        Mention(name=one, kind=None if _NO_AUTHORITY.search(one) else "government", country="CN")
        for one in dict.fromkeys(filter(None, names))
    )


def _when(entry: Any) -> When:
    """The day of making, else of publication. Raises InputError where what stands there is no day."""
    # 0 stands for no day, and is no first of January 1970.
    made = number_at(entry, "ptime")
    if made:
        return read_epoch(made)
    if published := text_at(entry, "pubtimeStr"):
        return read_when(published)
    return UNDATED


def _whole(asked: Mapping[str, list[str]], name: str, default: int) -> int:
    written = (asked.get(name) or [""])[0]
    number = int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else default
    return number or default


def _day(written: str, name: str) -> dt.date | None:
    if not written:
        return None
    try:
        return read_when(written).start
    except InputError as error:
        raise UsageError(f"{name} wants a day such as 2024-01-31: {error.message}") from error
