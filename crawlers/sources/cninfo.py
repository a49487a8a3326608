"""巨潮资讯 (cninfo): the announcements of companies listed in Shanghai, Shenzhen and Beijing, and their list.

What each kind of answer gives:
- a page of announcements: each company that announces as an `Organisation`, with its stock code and the site's own
  number of it; each announcement as a `Document` whose text is its title after the company's name, so that titles
  that tell of cooperation can be read. An announcement itself is a PDF, whose address the `Document` keeps. The
  announcements for a bond or fund are documents alone: their issuer is not named;
- the list of stocks: an `Organisation` each, under the short name of its share;
- a PDF that is a periodic report: revenue, research and staff, each number as an attribute of the company whose
  code the report states (docs/filings.md). Any other PDF: nothing; its snapshot is kept.

The site answers a form. It shows no more than 3,000 announcements of one question, so a question with more is asked
again for each half of its days. The form's `stock` wants the site's own number of a company (`orgId`) beside the
code, and the number does not follow from the code: the list of stocks gives it.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import ValidationError
from scrapy.http import FormRequest, Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.parsing import at, checked, list_at, load_json, number_at, refused, reject, shown, text_at, tidy
from crawlers.spider import Found, SourceSpider
from crawlers.urls import absolute, clean_url, host_of, path_of
from pipelines.dates import CHINA, read_epoch
from pipelines.errors import InputError, UsageError
from pipelines.identifiers import read_stock
from pipelines.reading.filings import read_filing
from pipelines.records import Attribute, Document, Identifier, Mention, Organisation, Rejected

DECLARATION = Declaration(
    name="cninfo",
    title="cninfo: announcements of listed companies",
    title_zh="巨潮资讯网：上市公司公告",
    publisher="深圳证券信息有限公司 (Shenzhen Securities Information)",
    home="https://www.cninfo.com.cn/",
    licence="none stated; announcements are the companies' own, published by law for everyone to read",
    terms="facts, titles and links are kept; announcements are not republished",
    robots="robots.txt is fetched and obeyed; the site has had none",
    hosts=("www.cninfo.com.cn", "static.cninfo.com.cn"),
    personal_data="none: companies and titles of their announcements",
    cadence="daily",
    delay=3.0,
    country="CN",
    documents=(".json",),
    texts=True,
    expected=Expected(pages_least=2, records_least=4000, rejected_share_most=0.02),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "classifiedAnnouncements": "the same announcements, grouped",
    "totalSecurities": "about the answer",
    "totalRecordNum": "the count of announcements, once more",
    "totalpages": "about the answer; it counts from none",
    "categoryList": "about the answer",
    "announcements.id": "about the answer",
    "announcements.announcementId": "the address of the file holds it; it tells an entry that comes twice",
    "announcements.adjunctSize": "about the file",
    "announcements.adjunctType": "about the file",
    "announcements.storageTime": "about the file",
    "announcements.columnId": "under which headings of the site it stands",
    "announcements.pageColumn": "the board; the stock code shows it",
    "announcements.announcementType": "the site's classes: the title is read",
    "announcements.announcementTypeName": "the site's classes",
    "announcements.associateAnnouncement": "another announcement, which stands in the list itself",
    "announcements.important": "the site's opinion",
    "announcements.batchNum": "about the file",
    "announcements.announcementContent": "the beginning of the file, where the question was for words in it",
    "announcements.orgName": "always empty so far; the name of the share is kept",
    "announcements.tileSecName": "the name of the share, once more",
    "announcements.shortTitle": "the title, shortened",
    "announcements.secNameList": "the names of all shares of the company; the list of stocks gives them",
    "stockList.pinyin": "the first sounds of the name",
}

_SITE: Final = "https://www.cninfo.com.cn/new"
_QUERY: Final = f"{_SITE}/hisAnnouncement/query"
_STOCKS: Final = f"{_SITE}/data/szse_stock.json"
_FILES: Final = "https://static.cninfo.com.cn/"
#: The site gives 30 entries a page whatever is asked for, and 100 pages of one question.
_PER_PAGE: Final = 30
_SHOWN_MOST: Final = 3_000
#: How many days back a run without `since` looks.
_DAYS: Final = 30
_TITLE_LIMIT: Final = 2_000
#: Words of titles that tell of cooperation, contracts and investment.
WORDS: Final = ("战略合作", "合作协议", "框架协议", "重大合同", "中标", "对外投资", "联合实验室")
#: What the site's own form sends, in its order; of these the empty ones are left out of a page's name.
_FORM: Final = {
    "pageNum": "1", "pageSize": str(_PER_PAGE), "column": "szse", "tabName": "fulltext", "plate": "", "stock": "",
    "searchkey": "", "secid": "", "category": "", "trade": "", "seDate": "", "sortName": "", "sortType": "",
    "isHLtitle": "true",
}  # fmt: skip

_EM: Final = re.compile(r"</?em>", re.IGNORECASE)
_CODE: Final = re.compile(r"\d{5,6}")
_ORG: Final = re.compile(r"[0-9A-Za-z]{4,20}")
_SPAN: Final = re.compile(r"(\d{4}-\d\d-\d\d)~(\d{4}-\d\d-\d\d)")
_PAGE: Final = re.compile(r"[1-9][0-9]{0,4}")
_PDF: Final = b"%PDF-"


class CninfoSpider(SourceSpider):
    """Asks for the announcements since `since` (until `until`) whose titles hold one of `words`.

    Arguments: `stocks`, codes with commas between: all announcements of these companies in place of those with
    `words`. `category`, the site's names of classes with semicolons between, narrows both. `files=yes` fetches the
    announcements (PDF) that are found, too: for chosen classes, such as `category_ndbg_szsh` (annual reports), or
    companies. `column` is the site's market.
    """

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self,
        *args: Any,
        stocks: str = "",
        words: str = "",
        category: str = "",
        since: str = "",
        until: str = "",
        files: str = "no",
        column: str = "szse",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        today = dt.datetime.now(CHINA).date()
        self.since = _argument_day("since", since) if since else today - dt.timedelta(days=_DAYS)
        self.until = _argument_day("until", until) if until else today
        if self.until < self.since:
            raise UsageError(f"until ({self.until}) lies before since ({self.since})")
        self.stocks = [one.strip() for one in stocks.split(",") if one.strip()]
        if wrong := [one for one in self.stocks if not _CODE.fullmatch(one)]:
            raise UsageError(f"stocks wants codes such as 000001 with commas between, not {wrong[0][:60]!r}")
        self.words = [one.strip() for one in words.split(",") if one.strip()] or list(WORDS)
        self.category, self.files, self.column = category, files == "yes", column

    def start_requests_live(self) -> Iterator[Request]:
        yield Request(_STOCKS)
        if not self.stocks:
            for word in self.words:
                yield self._question({"searchkey": word})

    def owns(self, url: str) -> bool:
        path = path_of(url)
        if host_of(url) in DECLARATION.hosts:
            return "/hisAnnouncement/" in path or path.endswith(("_stock.json", ".pdf", ".PDF"))
        return url.startswith("file:") and path.lower().endswith(DECLARATION.documents)

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        url, body = self.page_url(response), response.body
        if path_of(url).lower().endswith(".pdf"):
            if not body.startswith(_PDF):
                yield reject(
                    "$", "no PDF came for an announcement", kind="page", raw=body[:600].decode("latin-1")
                )
            else:
                yield from read_filing(body)
            return
        try:
            answer = load_json(body)
            if at(answer, "stockList") is not None:
                yield from self._stock_list(answer)
            elif at(answer, "totalAnnouncement") is not None:
                yield from self._announcements(answer, response, url)
            else:
                raise InputError("neither announcements nor a list of stocks")
        except InputError as error:
            yield reject(
                "$", error.message, kind="page", field=error.field, raw=body[:600].decode("utf-8", "replace")
            )

    def _question(self, asked: Mapping[str, str], page: int = 1) -> Request:
        """The request for a page of the answer to a question: a form, named as if it were asked in the URL."""
        days = {"seDate": f"{self.since}~{self.until}", "column": self.column, "category": self.category}
        form = {**_FORM, **days, **asked, "pageNum": str(page)}
        named = urlencode({key: value for key, value in form.items() if value})
        return self.list_request(
            _QUERY,
            _listing_name(form),
            kind=FormRequest,
            method="POST",
            formdata=form,
            meta={"page_url": f"{_QUERY}?{named}"},
        )

    def _announcements(self, answer: Any, response: Response, url: str) -> Iterator[Found]:
        entries = list_at(answer, "announcements")
        total = number_at(answer, "totalAnnouncement") or 0
        asked = {key: value for key, value in parse_qsl(urlsplit(url).query) if key in _FORM}
        page = int(asked["pageNum"]) if _PAGE.fullmatch(asked.get("pageNum", "")) else 0
        if page == 1 and total > _SHOWN_MOST and (halves := _halves(asked.get("seDate", ""))):
            for half in halves:
                yield self._question({**asked, "seDate": half})
            return
        told: set[str] = set()
        ids = []
        for index, entry in enumerate(entries):
            where = f"$.announcements[{index}]"
            ids.append(str(at(entry, "announcementId") or where))
            for found in read_announcement(entry, where):
                if isinstance(found, Organisation):
                    key = found.subject.model_dump_json()
                    if key in told:
                        continue
                    told.add(key)
                yield found
                if isinstance(found, Document) and self.files:
                    yield Request(found.url)
        more = self._question(asked, page + 1) if page and at(answer, "hasMore") is True else None
        if total and not entries and page < 2:
            reason = f"none of {total} announcements is shown"
            yield reject("$.announcements", reason, kind="listing", field="totalAnnouncement", value=total)
            return
        state = self.listing(response, _listing_name(asked))
        yield from state.turn(ids, total=total, more=more, locator="$.announcements")

    def _stock_list(self, answer: Any) -> Iterator[Found]:
        numbers: dict[str, str] = {}
        for index, entry in enumerate(list_at(answer, "stockList")):
            where = f"$.stockList[{index}]"
            try:
                code, name = text_at(entry, "code"), text_at(entry, "zwjc")
                if not _is_stock(code):
                    raise InputError(f"no code of a stock: {code}", field="code")
                subject = _subject(code, name, text_at(entry, "orgId"))
                category = text_at(entry, "category")
            except (InputError, ValidationError) as error:
                yield refused(error, locator=where, kind="organisation", raw=entry)
                continue
            numbers[code] = text_at(entry, "orgId")
            yield Organisation(
                locator=where,
                quote=shown(entry),
                subject=subject,
                attributes=(Attribute(name="share", value=category),) if category else (),
            )
        for code in self.stocks:
            if code in numbers:
                yield self._question({"stock": f"{code},{numbers[code]}"})
            else:
                yield reject(
                    "$.stockList", "no such code in the list", kind="listing", field="code", value=code
                )


def read_announcement(entry: Any, where: str) -> Iterator[Organisation | Document | Rejected]:
    """The company and the title of one announcement; `where` is its JSON path.

    The day is that in China of the instant that the entry gives, in milliseconds since 1970.
    """
    try:
        code, name = text_at(entry, "secCode"), _plain(text_at(entry, "secName"))
        subject = _subject(code, name, text_at(entry, "orgId")) if _is_stock(code) else None
        written = text_at(entry, "announcementTitle")
        title = _plain(written)[:_TITLE_LIMIT]
        if not title:
            raise InputError("an announcement without a title", field="announcementTitle")
        instant = number_at(entry, "announcementTime")
        if instant is None:
            raise InputError("an announcement without a day", field="announcementTime")
        when = read_epoch(instant)
        file = absolute(_FILES, text_at(entry, "adjunctUrl"))
        if file is None or host_of(file) not in DECLARATION.hosts:
            raise InputError("an announcement without a file on this site", field="adjunctUrl")
    except (InputError, ValidationError) as error:
        yield refused(error, locator=where, kind="announcement", raw=entry)
        return
    quote = shown(
        {key: at(entry, key) for key in ("secCode", "secName", "announcementTitle", "announcementTime")}
    )
    if subject is not None:
        yield Organisation(locator=where, quote=quote, subject=subject)
    yield checked(
        lambda: Document(
            locator=where,
            quote=quote,
            url=file,
            title=title,
            text=title if subject is None else _after_name(name, title),
            when=when,
        ),
        locator=where,
        kind="announcement",
        raw=entry,
    )


def _after_name(name: str, title: str) -> str:
    """A title as it runs in full. Titles leave the company out, as all readers of the list see it beside them."""
    if title.startswith(name):
        return title
    return f"{name}{title}" if title.startswith("关于") else f"{name}：{title}"


def _subject(code: str, name: str, org: str) -> Mention:
    """The company of a share, by its code and the site's own number."""
    if not _ORG.fullmatch(org):
        raise InputError(f"no number of a company: {org[:60]!r}", field="orgId")
    return Mention(
        name=name,
        kind="company",
        # a company listed in Hong Kong may be of any country
        country=None if len(code) == 5 else "CN",
        identifiers=(
            Identifier(scheme="stock", value=read_stock(f"{code}.HK" if len(code) == 5 else code)),
            Identifier(scheme="cninfo:org", value=org),
        ),
    )


def _is_stock(code: str) -> bool:
    """Whether a code is a share's; bonds and funds have codes too, under names that are no company's.
    Raises InputError for what is no code at all."""
    if not _CODE.fullmatch(code) or not code.isascii():
        raise InputError(f"no code of a security: {code[:60]!r}", field="code")
    try:
        return len(code) == 5 or bool(read_stock(code))
    except InputError:
        return False


def _plain(written: str) -> str:
    """A text without the marks around the words that were asked for, and without escapes."""
    return tidy(html.unescape(_EM.sub("", written)))


def _listing_name(asked: Mapping[str, str]) -> str:
    told = ("column", "stock", "searchkey", "category", "seDate")
    return " ".join(f"{key}={asked[key]}" for key in told if asked.get(key)) or "announcements"


def _halves(span: str) -> tuple[str, str] | None:
    """The two halves of a span of days such as 2024-01-01~2024-01-31; None for a single day, or none."""
    match = _SPAN.fullmatch(span)
    try:
        first, last = (dt.date.fromisoformat(day) for day in match.groups()) if match else (None, None)
    except ValueError:
        return None
    if first is None or last is None or last <= first:
        return None
    middle = first + (last - first) // 2
    return f"{first}~{middle}", f"{middle + dt.timedelta(days=1)}~{last}"


def _argument_day(name: str, written: str) -> dt.date:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise UsageError(f"{name} wants a day such as 2024-01-31, not {written[:60]!r}") from None
