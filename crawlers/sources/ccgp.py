"""China's government procurement site (中国政府采购网): who won a public contract from whom, for what and how much.

An award becomes a `Cooperation` of kind `contract`: the winner provides, the buyer receives. Notices name experts,
contacts and phones; none of these enters a record, a quote or what is kept with a rejection. A winner whose name
does not show that it is an organisation is rejected without its name: it may be a person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree
from scrapy.http import Request, Response

from crawlers.article import parse_html
from crawlers.award_notice import Award, Notice, read_notice
from crawlers.charset import decode
from crawlers.declaration import Declaration, Expected
from crawlers.firewall import wall_of
from crawlers.parsing import checked, reject, tidy
from crawlers.spider import Found, SourceSpider
from crawlers.urls import absolute, clean_url, host_of, on_hosts, path_of
from pipelines.amounts import read_amount
from pipelines.dates import CHINA, read_when
from pipelines.errors import InputError, UsageError
from pipelines.folding import fold
from pipelines.reading.categories import show
from pipelines.records import UNDATED, Amount, Cooperation, EntityKind, Identifier, Mention, Rejected, When

DECLARATION = Declaration(
    name="ccgp",
    title="Government procurement of China: award notices",
    title_zh="中国政府采购网中标成交公告",
    publisher="Ministry of Finance of China (财政部国库司)",
    home="https://www.ccgp.gov.cn/",
    licence="official notices: no copyright (Copyright Law of China, article 5); facts and links are kept",
    terms="the site's footer; searches are few and slow, an obstacle page ends them",
    robots="robots.txt is fetched and obeyed; one page in twenty seconds",
    hosts=("search.ccgp.gov.cn", "www.ccgp.gov.cn"),
    personal_data="experts, contacts, phones and addresses in the notices are not read; the archive has the pages",
    cadence="weekly",
    # The search answers haste with an obstacle page.
    delay=20.0,
    country="CN",
    # What is searched for is a part, and an award does not end.
    lists_all=False,
    authority=False,
    documents=(".html", ".htm"),
    version="2",
    expected=Expected(pages_least=2, records_least=1, rejected_share_most=0.2),
)

#: What the pages state for programs and the records leave out, and why. A name is the end of a path.
LEFT = {
    "meta.ArticleTitle": "stands in for the project's name in the quoted words, where there is none",
    "meta.SiteName": "the site, always the same",
    "meta.SiteDomain": "the site",
    "meta.SiteIDCode": "the site's number",
    "meta.ContentSource": "the site, or a part of it",
}

_SEARCH: Final = "https://search.ccgp.gov.cn/bxsearch"
#: Numbers that the search gives to kinds of notices.
_TYPES: Final = {"中标": "7", "成交": "11"}
_LISTED_MOST: Final = 200
_NAMES_MOST: Final = 20

_CONTENT = etree.XPath(
    "//div[@class='table'][.//td]|//div[contains(concat(' ',normalize-space(@class),' '),' vF_detail_content ')]"
)
_LIST = etree.XPath("//ul[contains(@class,'vT-srch-result-list-bid')]")
_TITLE = etree.XPath("string(//meta[@name='ArticleTitle']/@content)")
_DATED = etree.XPath("string(//meta[@name='PubDate']/@content)")
_COUNT = re.compile(r"共找到\s{0,5}(\d{1,9})\s{0,5}条")
_PAGER = re.compile(r"Pager\(\{[^{}]{0,200}?size\s{0,3}:\s{0,3}(\d{1,6})")
_AWARDED = re.compile(r"中标|成交|合同公告|采购结果")
_NOT_AWARDED = re.compile(r"废标|流标|终止|更正|变更|招标公告|失败|采购意向|资格预审")
_OBSTACLE = re.compile(r"频繁访问|访问(?:过于)?频繁|验证码|安全验证|请开启JavaScript|防火墙", re.IGNORECASE)
_NO_WINNER = frozenset(
    ("无", "/", "-", "--", "—", "——", "废标", "流标", "本项目废标", "无中标供应商", "暂无")
)

#: Words of organisations; endings that no family's names have; endings that may end a person's name.
_ORGANISED = re.compile(
    r"公司|集团|大学|学院|学校|医院|研究|中心|合作社|事务所|银行|工作室|经营部|商行|商店|门市部|经销|联盟|基金|协会|学会|"
    r"委员会|设计院|出版社|报社|电视台|(?:局|厅|部|署|院|所)$|"
    r"\b(?:co|ltd|inc|llc|gmbh|corp|corporation|company|limited|plc|university|institute)\b",
    re.IGNORECASE,
)
_PERHAPS = re.compile(r".{4,}(?:厂|店|社|站|馆|队|园|场|处|行|坊|吧|小学|中学)$")
_KINDS: Final[tuple[tuple[re.Pattern[str], EntityKind], ...]] = (
    (re.compile(r"公司|集团|厂$|\b(?:ltd|inc|llc|gmbh|corp|limited)\b", re.IGNORECASE), "company"),
    (re.compile(r"(?:大学|学院)$"), "university"),
    (re.compile(r"(?:研究院|研究所|科学院|研究中心|实验室)$"), "research institute"),
    (
        re.compile(r"(?:局|厅|委员会|人民政府|法院|检察院|办公室|海关|支队|总队|税务总局|办事处)$"),
        "government",
    ),
)
_PART = re.compile(
    r"[（(][^（）()]{0,30}(?:联合体|牵头|成员|主体|主办)[^（）()]{0,30}[）)]|联合体(?:牵头人|成员\d?|单位)?[：:]"
)
_BETWEEN = re.compile(r"[、，,；;/]|\s{1,5}(?=[^\x00-\x7f])")
_CODE = re.compile(r"[0-9A-Z]{18}")
_RATE = re.compile(r"[%％‰]|费率|下浮|折扣|优惠率|单价|每|/")
_BARE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,15}(?:\.\d{1,6})?")
_IN_FIGURES = re.compile(r"[(（:：]?\s?[￥¥]\s?(?P<sum>\d[\d,]{0,20}(?:\.\d{1,6})?)\s?(?P<unit>[万亿]?元)?")
_SCALES: Final = {"": 1.0, "元": 1.0, "万元": 1e4, "亿元": 1e8}


class CcgpSpider(SourceSpider):
    """Searches for notices of awards by words (`query`, with commas between) and days, and reads each.

    since, until: days of publication; the last week by default. pages: result pages of one search at most.
    """

    name = DECLARATION.name
    declaration = DECLARATION

    def __init__(
        self,
        *args: Any,
        query: str = "人工智能",
        since: str = "",
        until: str = "",
        pages: str | int = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.queries = [one for one in map(tidy, query.split(",")) if one]
        if not self.queries:
            raise UsageError("query wants words to look for, with commas between")
        today = dt.datetime.now(CHINA).date()
        self.until = _day(until, "until") or today
        self.since = _day(since, "since") or self.until - dt.timedelta(days=6)
        if self.since > self.until:
            raise UsageError(f"since ({self.since}) is after until ({self.until})")
        written = str(pages)
        if not (written.isascii() and written.isdecimal() and 0 < int(written[:6]) <= 500):
            raise UsageError(f"pages wants a number from 1 to 500, not {written[:20]!r}")
        self.pages = int(written)

    def start_requests_live(self) -> Iterator[Request]:
        for query in self.queries:
            for kind in _TYPES.values():
                asked = {
                    "searchtype": "1", "page_index": "1", "bidSort": "0", "buyerName": "", "projectId": "",
                    "pinMu": "0", "bidType": kind, "dbselect": "bidx", "kw": query,
                    "start_time": f"{self.since:%Y:%m:%d}", "end_time": f"{self.until:%Y:%m:%d}", "timeType": "6",
                    "displayZone": "", "zoneId": "", "pppStatus": "0", "agentName": "",
                }  # fmt: skip
                yield self.list_request(f"{_SEARCH}?{urlencode(asked)}", f"{query} {kind}")

    def owns(self, url: str) -> bool:
        host, path = host_of(url), path_of(url)
        if host == "search.ccgp.gov.cn":
            return path.rstrip("/") == "/bxsearch"
        return host in ("www.ccgp.gov.cn", "ccgp.gov.cn") and path.endswith((".htm", ".html"))

    def canonical(self, url: str) -> str:
        """Notices are found under http and https, with and without www: one page."""
        cleaned = clean_url(url) or url
        parts = urlsplit(cleaned)
        if host_of(cleaned) not in ("www.ccgp.gov.cn", "ccgp.gov.cn", "search.ccgp.gov.cn"):
            return cleaned
        host = "www.ccgp.gov.cn" if host_of(cleaned) == "ccgp.gov.cn" else parts.netloc
        return parts._replace(scheme="https", netloc=host).geturl()

    def read(self, response: Response) -> Iterator[Found]:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        try:
            if wall := wall_of(response.body, content_type):
                raise InputError(f"no notice but an obstacle: {wall}")
            if not response.body.strip() or b"\x00" in response.body[:1000]:
                raise InputError("no web page")
            text = decode(response.body, content_type)[0]
            tree = parse_html(text)
            lists = _LIST(tree)
            if lists:
                yield from self._listed(lists[0], text, response)
            elif contents := _CONTENT(tree):
                yield from _award_notice(tree, contents)
            else:
                shown = tidy(str(tree.text_content()))[:2000]
                why = "an obstacle in place of it" if _OBSTACLE.search(shown) else "a page of another kind"
                raise InputError(f"neither a notice nor a list of notices: {why}")
        except InputError as error:
            yield reject("$", error.message, kind="page", field=error.field)

    def _listed(self, results: Any, text: str, response: Response) -> Iterator[Found]:
        parts = urlsplit(response.url)
        asked = parse_qs(parts.query, keep_blank_values=True)
        page = _whole((asked.get("page_index") or ["1"])[0])
        ids: list[str] = []
        for index, item in enumerate(results.findall("./li")[:_LISTED_MOST], start=1):
            link = item.find(".//a[@href]")
            target = absolute(DECLARATION.home, str(link.get("href"))) if link is not None else None
            if target is None or not on_hosts(target, ("ccgp.gov.cn",)):
                yield reject(
                    f"li[{index}]",
                    "an entry that leads to no notice of this site",
                    kind="listing",
                    field="href",
                )
                continue
            ids.append(self.canonical(target))
            told = tidy(" ".join(str(one) for one in item.itertext()))
            if _AWARDED.search(told) and not _NOT_AWARDED.search(told):
                yield Request(ids[-1])
        plain = tidy(re.sub(r"<[^<>]{0,500}>", " ", text))
        count, pager = _COUNT.search(plain), _PAGER.search(text)
        total = int(count[1]) if count else None
        last = int(pager[1]) if pager else page
        name = f"{(asked.get('kw') or [''])[0]} {(asked.get('bidType') or [''])[0]}"
        if page < last and ids and page >= self.pages:
            reason = f"the search goes on to page {last}, but {self.pages} are read: ask for fewer days"
            yield reject("$", reason, kind="listing", field="page_index", value=page)
            return
        more = None
        if page < last and ids:
            asked["page_index"] = [str(page + 1)]
            more = self.list_request(parts._replace(query=urlencode(asked, doseq=True)).geturl(), name)
        yield from self.listing(response, name).turn(ids=ids, total=total, more=more)


def _award_notice(tree: Any, contents: Sequence[Any]) -> Iterator[Cooperation | Rejected]:
    notice = read_notice(contents[:20], tidy(str(_TITLE(tree)))[:500])
    notice.published = notice.published or tidy(str(_DATED(tree)))[:80]
    if not notice.awards:
        if _NOT_AWARDED.search(notice.title):
            why = "a notice of no award: stopped, corrected or only announced"
        elif notice.ranked:
            why = "a notice with candidates, of whom none is the winner yet"
        else:
            raise InputError("a notice with no winner that can be read", field="winner")
        yield reject("$", why, kind="cooperation", field="winner")
        return
    notice.buyer = re.split("[：:]", notice.buyer)[0].strip()
    if not notice.buyer:
        raise InputError("a notice that names no buyer", field="buyer")
    yield from read_awards(notice)


def read_awards(notice: Notice) -> Iterator[Cooperation | Rejected]:
    """The contracts of a notice that names buyer and winners. What cannot be used is rejected without its words."""
    when, slip = _when(notice)
    if slip is not None:
        yield slip
    if not is_organisation(notice.buyer):
        yield reject(
            "buyer", "a buyer that may be a person: the name is not kept", kind="cooperation", field="buyer"
        )
        return
    buyer = _mention(notice.buyer, place=notice.region)
    for award, amount in zip(notice.awards, _amounts(notice), strict=True):
        if isinstance(amount, Rejected):
            yield amount
            amount = None
        names = _winners(award.winner)
        if not names:
            yield reject(award.where, "a package without a winner", kind="cooperation", field="winner")
            continue
        if "候选" in award.winner:
            yield reject(award.where, "a candidate, not the winner", kind="cooperation", field="winner")
            continue
        if not all(map(is_organisation, names)):
            reason = "a winner that may be a person: the name is not kept"
            yield reject(award.where, reason, kind="cooperation", field="winner")
            continue
        build = partial(_contract, notice, award, names, buyer, amount, when)
        yield checked(build, locator=award.where, kind="cooperation")


def _contract(
    notice: Notice, award: Award, names: Sequence[str], buyer: Mention, amount: Amount | None, when: When
) -> Cooperation:
    code = fold(award.code).replace(" ", "").upper()
    codes = (Identifier(scheme="uscc", value=code),) if len(names) == 1 and _CODE.fullmatch(code) else ()
    about = " ".join(dict.fromkeys((notice.project or notice.title, *award.items)))
    for name in sorted((notice.buyer, *names, notice.agency), key=len, reverse=True):
        # An organisation's name says nothing of what is bought.
        about = about.replace(name, " ") if name else about
    topics = show(about[:20_000])
    words = {
        "采购项目名称": notice.project or notice.title, "项目编号": notice.number, "采购人": notice.buyer,
        "代理机构": notice.agency if is_organisation(notice.agency) and ":" not in fold(notice.agency) else "",
        "包号": award.package, "供应商名称": "、".join(names),
        "中标（成交）金额": award.amount or (notice.total if len(notice.awards) == 1 else ""),
    }  # fmt: skip
    where = [
        award.where,
        *(
            f"{key} {value}"
            for key, value in (("project", notice.number), ("package", award.package))
            if value
        ),
    ]
    return Cooperation(
        locator="; ".join(where)[:500],
        quote="；".join(f"{label}：{value}" for label, value in words.items() if value)[:1000],
        kind="contract",
        providers=tuple(_mention(name, codes=codes) for name in names),
        recipients=(buyer,),
        technologies=tuple(one.code for one in topics.technologies),
        applications=tuple(one.code for one in topics.applications),
        amount=amount,
        when=when,
    )


def _winners(written: str) -> list[str]:
    """The names in a winner's cell: one, or the members of a consortium."""
    plain = _PART.sub(" ", written).strip(" 、，,；;：:")
    if plain in _NO_WINNER:
        return []
    # What follows a colon is no part of a name.
    parts = [re.split("[：:]", one.strip(" ：:"))[0].strip() for one in _BETWEEN.split(plain)]
    parts = [one for one in parts if one]
    # A stroke or comma may belong to a name: Foo Co., Ltd.
    if len(parts) > 1 and all(map(is_organisation, parts)):
        return list(dict.fromkeys(parts))[:_NAMES_MOST]
    return [name] if (name := re.split("[：:]", plain)[0].strip()) else []


def is_organisation(name: str) -> bool:
    """Whether a name shows by its words that it is no person's."""
    if not 3 <= len(name) <= 300:
        return False
    return (_ORGANISED.search(name) or _PERHAPS.fullmatch(name)) is not None


def _mention(name: str, *, place: str = "", codes: tuple[Identifier, ...] = ()) -> Mention:
    kind = next((kind for form, kind in _KINDS if form.search(name)), None)
    chinese = bool(place or codes)
    return Mention(
        name=name, kind=kind, country="CN" if chinese else None, place=place[:300] or None, identifiers=codes
    )


def _when(notice: Notice) -> tuple[When, Rejected | None]:
    """The day of the award, else of the notice."""
    slip = None
    for name, written in (("decided", notice.decided), ("published", notice.published)):
        if not written:
            continue
        try:
            return read_when(written[:80]), slip
        except InputError as error:
            # the words may be anything: they are not kept
            reason = (
                f"a day that cannot be read ({len(written)} characters): {error.message.rpartition(': ')[2]}"
            )
            slip = reject(name, reason[:300], kind="cooperation", field="when")
    return UNDATED, slip


def _amounts(notice: Notice) -> Iterator[Amount | Rejected | None]:
    """The sum of each award, in its order; one that cannot be read is rejected."""
    total = _sum(notice.total, "")
    bare = [_bare(one.amount) if not one.unit else None for one in notice.awards]
    scale = _scale(bare, total)
    for award, number in zip(notice.awards, bare, strict=True):
        if not award.amount:
            yield total if len(notice.awards) == 1 and total is not None else None
        elif number is not None and not number:
            yield Amount(as_written=award.amount[:300])  # no sum: a rate was agreed
        elif number is not None and scale:
            yield Amount(
                as_written=award.amount[:300], low=number * scale, high=number * scale, currency="CNY"
            )
        elif number is not None:
            reason = "a number without a unit, which the notice's total does not explain"
            yield reject(award.where, reason, kind="cooperation", field="amount", value=award.amount[:80])
        elif (found := _sum(award.amount, award.unit)) is not None:
            yield found
        else:
            reason = f"a sum that cannot be read ({len(award.amount)} characters)"
            yield reject(award.where, reason, kind="cooperation", field="amount")


def _scale(bare: Sequence[float | None], total: Amount | None) -> float:
    """What bare numbers are multiples of, by the notice's total: 1 or 10,000; 0 where it does not tell."""
    numbers = [one for one in bare if one is not None]
    if not numbers or total is None or total.low is None or len(numbers) != len(bare):
        return 0.0
    whole = sum(numbers)
    for scale in (1.0, 1e4):
        if whole and abs(whole * scale - total.low) <= max(1.0, total.low * 1e-6):
            return scale
    return 0.0


def _bare(written: str) -> float | None:
    plain = fold(written).replace(" ", "")
    return float(plain.replace(",", "")) if _BARE.fullmatch(plain) else None


def _sum(written: str, unit: str) -> Amount | None:
    """A sum with its unit, in it or in its label. A rate or a price apiece is kept in its words, without bounds."""
    short = written[:300].strip()
    plain = fold(short).replace(" ", "").removesuffix("整")
    if not plain:
        return None
    if unit in _SCALES and (number := _bare(plain.lstrip("¥￥"))) is not None:
        value = number * _SCALES[unit]
        known = unit or plain[0] in "¥￥"
        if not value:
            return Amount(as_written=short)
        return Amount(as_written=short, low=value, high=value, currency="CNY") if known else None
    plain = re.sub(r"\((?:人民币)?([万亿]?元)(?:人民币)?\)", r"\1", plain).replace("(人民币)", "")
    for one in (plain, *(match["sum"] + (match["unit"] or "元") for match in _IN_FIGURES.finditer(plain))):
        try:
            found = read_amount(one)
        except InputError:
            continue
        if found.low is None or found.currency is None:
            continue
        bounds = (found.low, found.high) if found.low else (None, None)
        return Amount(
            as_written=short, low=bounds[0], high=bounds[1], currency=found.currency if found.low else None
        )
    return Amount(as_written=short[:80]) if _RATE.search(plain) and len(short) <= 80 else None


def _whole(written: str) -> int:
    return int(written) or 1 if written.isascii() and written.isdecimal() and len(written) < 6 else 1


def _day(written: str, name: str) -> dt.date | None:
    if not written:
        return None
    try:
        return read_when(written).start
    except InputError as error:
        raise UsageError(f"{name} wants a day such as 2024-01-31: {error.message}") from error
