"""The filings of algorithms with the Cyberspace Administration of China (国家互联网信息办公室, CAC).

Two registers: recommendation algorithms (互联网信息服务算法备案, since 2022-08, with a class of algorithm) and deep
synthesis (深度合成服务算法备案, since 2023-06, with a role). Each batch is an announcement page with a Word file.
The way there: list of announcements → announcement → Word file → a `Product` for each row of its table.

A row is read or rejected, never skipped: header rows alone say nothing. A remark that names an earlier filer
(原主体名称“甲”变更为“乙”) stays a remark: it may be a new name, or a filing handed over to another company,
and the list does not say which.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Final, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree, html
from scrapy.http import Request, Response

from crawlers.declaration import Declaration, Expected
from crawlers.listing import Listing
from crawlers.parsing import QUOTE_LIMIT, at, checked, list_at, load_json, number_at, reject, text_at, tidy
from crawlers.spider import Found, SourceSpider
from crawlers.trees import html_tree
from crawlers.urls import absolute, clean_url, host_of, on_hosts, path_of
from crawlers.word import TableRow, read_rows
from pipelines.errors import InputError
from pipelines.records import UNDATED, Mention, Product, Rejected, When

DECLARATION = Declaration(
    name="cac",
    title="CAC algorithm filings",
    title_zh="网信办算法备案清单（互联网信息服务算法、深度合成服务算法）",
    publisher="国家互联网信息办公室 (Cyberspace Administration of China)",
    home="https://www.cac.gov.cn/",
    licence="none stated; official announcements of an administrative body (Copyright Law of the PRC, article 5)",
    terms="published for the public to look up; facts, quotations and links are kept, files are not republished",
    robots="robots.txt is fetched and obeyed; a firewall page may come in place of a file and is rejected",
    hosts=("www.cac.gov.cn", "beian.cac.gov.cn"),
    personal_data="none: companies, institutes and their products",
    cadence="weekly",
    delay=3.0,
    country="CN",
    # An old batch stays published and is not read again in every run, so a run alone ends nothing.
    lists_all=False,
    authority=True,
    documents=(".docx",),
    expected=Expected(pages_least=2, records_least=10, rejected_share_most=0.02),
)

#: What the answers hold and the records leave out, and why. A name is the end of a path.
LEFT = {
    "序号": "the row's number in its file: the filing number names the row",
    "list.pubtime": "the day of announcement: the batch's month is the filing's date",
    "datas.noticeId": "the site's own number of a notice",
    "datas.type": "the kind of notice: its title says the same",
    "datas.createTime": "the day of announcement, as above",
}

_LIST = "https://www.cac.gov.cn/cms/JsonList"
#: 网信发布, the channel of announcements.
_CHANNEL = "A093702"
_LISTED: Final = "announcements"
_PER_PAGE = 20
_PAGES_MOST = 300
#: The filing system's own short list of notices, each with the address of its announcement.
_NOTICES = "https://beian.cac.gov.cn/api/notice/list"

_FILING = re.compile(r"算法备案(?:信息|清单)")
_TITLE = re.compile(r"(?P<register>[^\s（(]{0,30}备案)清单\s*[（(]\s*(?P<year>20\d\d)年(?P<month>\d{1,2})月")
_REGISTERS: Final = (
    ("深度合成", "深度合成服务算法备案"),
    ("互联网信息服务", "互联网信息服务算法备案"),
)
#: 网信算备 and 21 digits: division (6), filer (6), kind and product (3), year (2), serial (4).
_NUMBER = re.compile(r"网信算备(?P<province>\d\d)\d{19}号")
_NOTHING: Final = frozenset({"", "-", "--", "—", "——", "/", "无"})
#: The heads of the columns, by what they hold.
_COLUMNS: Final = {
    "算法名称": "name",
    "算法类别": "category",
    "角色": "category",
    "主体名称": "bearer",
    "应用产品": "products",
    "主要用途": "use",
    "备案编号": "number",
    "备注": "remark",
    "序号": "row",
}
_NEEDED: Final = frozenset({"name", "bearer", "number"})
_QUOTED: Final = ("name", "bearer", "number", "remark")
_CATEGORY_TELLS: Final = {"算法类别": "互联网信息服务算法备案", "角色": "深度合成服务算法备案"}
#: GB/T 2260: the first two digits of a division.
PROVINCES: Final = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区",
    "21": "辽宁省", "22": "吉林省", "23": "黑龙江省",
    "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省", "37": "山东省",
    "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区", "46": "海南省",
    "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "54": "西藏自治区",
    "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区", "65": "新疆维吾尔自治区",
    "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip

_LINKS = etree.XPath("//a[@href]")
_ITEMS = etree.XPath("//li//a[@href]")
_PARSER_LIMIT = 5_000_000


class CacSpider(SourceSpider):
    """Visits the announcements, then the Word file of each batch."""

    name = DECLARATION.name
    declaration = DECLARATION

    def start_requests_live(self) -> Iterator[Request]:
        yield self._page(_list_url(1))
        yield Request(_NOTICES)

    def _page(self, url: str) -> Request:
        return self.list_request(url, _LISTED)

    def owns(self, url: str) -> bool:
        return on_hosts(url, DECLARATION.hosts) or path_of(url).lower().endswith(DECLARATION.documents)

    def canonical(self, url: str) -> str:
        return clean_url(url) or url

    def read(self, response: Response) -> Iterator[Found]:
        body, url = response.body, response.url
        if body[:4] == b"PK\x03\x04" or path_of(url).lower().endswith(DECLARATION.documents):
            yield from read_word(body, url)
        elif "downloadfile" in path_of(url).lower():
            yield not_a_list(body)
        elif body.lstrip()[:1] in (b"{", b"["):
            yield from _read_index(body, url, self.listing(response, _LISTED), self._page)
        else:
            yield from _read_page(body, url)


def read_word(data: bytes, where: str) -> Iterator[Product | Rejected]:
    """The filings of one batch, out of the bytes of its Word file; `where` names the file in rejections."""
    try:
        rows = list(read_rows(data))
    except InputError as error:
        yield reject(where, error.message, kind="file")
        return
    columns: dict[int, str] = {}
    table, titles, found = 0, "", False
    title: tuple[str, When] = ("", UNDATED)
    for row in rows:
        if row.table != table:
            table, titles = row.table, " ".join(row.before)
        cells = [tidy(cell) for cell in row.cells]
        if header := _header(cells):
            dated = _title(titles, cells)
            # A table that goes on with its heads repeated has no title of its own.
            title = title if found and dated[1] == UNDATED else dated
            columns, found = header, True
            continue
        if not columns:
            titles += " ".join(cells)  # a title inside the table, above its head
            continue
        yield _product(row, cells, columns, title)
    if not found:
        yield reject(
            where, "no table with the heads 算法名称, 主体名称 and 备案编号", kind="file", raw=titles
        )


def not_a_list(body: bytes) -> Rejected:
    """Why the bytes that came for an attachment are no Word list."""
    head = body[:600].decode("utf-8", "replace")
    if body[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        reason = "an old .doc file: only .docx is read"
    elif body[:5] == b"%PDF-":
        reason = "a PDF: only .docx is read"
    elif not body.strip():
        reason = "an empty answer in place of the Word list"
    elif b"<" in body[:600]:
        reason = "a page (of the site's firewall, perhaps) in place of the Word list"
    else:
        reason = "no Word file"
    return reject("$", reason, kind="file", raw=head)


def _header(cells: list[str]) -> dict[int, str]:
    """Which column holds what, where the row is the head of a list; else nothing."""
    columns = {
        index: _COLUMNS[plain]
        for index, cell in enumerate(cells)
        if (plain := cell.replace(" ", "")) in _COLUMNS
    }
    return columns if set(columns.values()) >= _NEEDED else {}


def _title(titles: str, head: list[str]) -> tuple[str, When]:
    """The register and the batch's month; where the title does not say, the heads tell the register alone."""
    told = next((_CATEGORY_TELLS[cell] for cell in head if cell in _CATEGORY_TELLS), "")
    match = _TITLE.search(titles)
    if match is None:
        return told or "算法备案", UNDATED
    register = next(
        (name for word, name in _REGISTERS if word in match["register"]), told or match["register"]
    )
    month, written = int(match["month"]), f"{match['year']}年{match['month']}月"
    if not 1 <= month <= 12:
        return register, When(as_written=written)
    return register, When(start=dt.date(int(match["year"]), month, 1), precision="month", as_written=written)


def _product(
    row: TableRow, cells: list[str], columns: dict[int, str], title: tuple[str, When]
) -> Product | Rejected:
    locator = f"table[{row.table}]/row[{row.row}]"
    raw = " | ".join(cells)
    if not any(cells):
        return reject(locator, "an empty row", kind="product")
    value = dict.fromkeys(_COLUMNS.values(), "")
    for index, column in columns.items():
        if index < len(cells) and not value[column]:  # of two heads alike, the first that says something
            value[column] = cells[index]
    for field in ("name", "bearer", "number"):
        if value[field] in _NOTHING:
            return reject(
                locator, "the cell is empty", kind="product", field=field, value=value[field], raw=raw
            )
    register, when = title
    number = _NUMBER.fullmatch(value["number"].replace(" ", ""))
    return checked(
        lambda: Product(
            locator=locator,
            quote=" | ".join(filter(None, (value[one] for one in _QUOTED)))[:QUOTE_LIMIT],
            # A number of another form is kept as written, but neither its digits nor the row is taken on trust.
            confidence=1.0 if number else 0.9,
            bearer=Mention(
                name=value["bearer"],
                country="CN",
                place=PROVINCES.get(number["province"]) if number else None,
            ),
            name=value["name"],
            register_name=register,
            number=value["number"],
            category=value["category"],
            products="" if value["products"] in _NOTHING else value["products"],
            use=value["use"],
            remark=value["remark"],
            status=_status(value["remark"]),
            when=when,
        ),
        locator=locator,
        kind="product",
        raw=raw,
    )


def _status(remark: str) -> Literal["active", "changed", "cancelled"]:
    """Cancelled where the remark says so; changed where it says anything else of the filing."""
    if "注销" in remark:
        return "cancelled"
    return "active" if remark in _NOTHING else "changed"


def _list_url(page: int) -> str:
    return f"{_LIST}?{urlencode({'channelCode': _CHANNEL, 'perPage': _PER_PAGE, 'pageno': page})}"


def _read_index(body: bytes, url: str, listing: Listing, ask: Callable[[str], Request]) -> Iterator[Found]:
    """Announcements of filings out of a list in JSON: a page of the channel, or the filing system's notices.

    ask: makes the request for another page of the list.
    """
    try:
        answer = load_json(body)
        if number_at(answer, "errno"):
            yield reject(
                "$", text_at(answer, "errmsg") or "the site reports an error", kind="listing", raw=answer
            )
            return
        if at(answer, "datas") is not None:
            entries = [(text_at(one, "title"), text_at(one, "content")) for one in list_at(answer, "datas")]
            yield from _announcements(entries, url, "$.datas")
            return
        if at(answer, "list") is None:
            yield reject("$", "neither a list of announcements nor of notices", kind="listing", raw=answer)
            return
        listed = list_at(answer, "list")
        entries = [(text_at(one, "topic"), text_at(one, "infourl")) for one in listed]
        now = number_at(answer, "totalRec") or 0
    except InputError as error:
        raw = body[:600].decode("utf-8", "replace")
        yield reject("$", error.message, kind="listing", field=error.field, raw=raw)
        return
    yield from _announcements(entries, url, "$.list")
    page = _page_number(url)
    more = ask(_list_url(page + 1)) if page * _PER_PAGE < now and page < _PAGES_MOST else None
    ids = [link for _, link in entries]
    yield from listing.turn(ids, total=now, more=more, locator="$.totalRec")


def _page_number(url: str) -> int:
    written = parse_qs(urlsplit(url).query).get("pageno", ["1"])[0]
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 1


def _announcements(entries: list[tuple[str, str]], url: str, where: str) -> Iterator[Found]:
    seen: set[str] = set()
    for index, (title, link) in enumerate(entries):
        if not _FILING.search(title):
            continue
        target = absolute(url, link)
        if target is None or not on_hosts(target, DECLARATION.hosts):
            reason = "an announcement without an address on this site"
            yield reject(f"{where}[{index}]", reason, kind="listing", value=link, raw=title)
        elif target not in seen:
            seen.add(target)
            yield Request(target)


def _read_page(body: bytes, url: str) -> Iterator[Found]:
    """The Word files of an announcement, or the announcements of a list in HTML."""
    if len(body) > _PARSER_LIMIT or not body.strip():
        yield reject("$", f"a page of {len(body)} bytes", kind="page")
        return
    try:
        tree = html_tree(body, _charset(body), keep_comments=True)
    except InputError as error:
        yield reject(
            "$", f"not HTML: {error.message}", kind="page", raw=body[:600].decode("utf-8", "replace")
        )
        return
    files = list(dict.fromkeys(filter(None, (_attachment(link, url) for link in _LINKS(tree)))))
    for target in files:
        # The site gives its files to readers of the announcement alone.
        yield Request(target, headers={"Referer": url})
    if files:
        return
    entries = [
        (tidy(link.get("title") or link.text_content()), str(link.get("href"))) for link in _ITEMS(tree)
    ]
    listed = list(_announcements(entries, url, "li"))
    yield from listed
    if not listed:
        text = tidy(tree.text_content())[:600]
        yield reject(
            "$", "neither a list of filings nor an announcement with a Word file (a firewall page, perhaps)",
            kind="page", raw=text,
        )  # fmt: skip


def _attachment(link: html.HtmlElement, base: str) -> str | None:
    """The address of a batch's Word file, where the link leads to one."""
    href = str(link.get("href"))
    target = absolute(base, href)
    if target is None or host_of(target) not in DECLARATION.hosts:
        return None
    path = path_of(target).lower()
    if path.endswith(".docx"):
        return target
    if "downloadfile" in path and "清单" in tidy(link.text_content()) + "".join(
        parse_qs(urlsplit(target).query).get("fText", [])
    ):
        return target
    return None


def _charset(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
