"""What is read out of a filing, the words that rows and headings have for it, and where each may be looked for.

The attributes are those of all sources: `revenue`, `research_expense` (what the income statement charges),
`research_spend` (all that was spent, with what became an asset), `research_share` (spend by revenue, percent),
`rd_staff`, `staff`. A period that is no year has its months in the name: `revenue_3_months`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.reading.filings.figures import Measure, Unit, compact, read_unit
from pipelines.reading.filings.periods import Period

#: Parts of a report, by their headings. "" is any part that is not known.
Section = Literal["", "figures", "income", "analysis", "research", "staff", "parent", "elsewhere"]

_CONSOLIDATED: Final[frozenset[Section]] = frozenset(("figures", "income", "analysis"))
_OWN_WORDS: Final[frozenset[Section]] = frozenset(("", "figures", "analysis", "research", "staff"))


@dataclass(frozen=True, slots=True)
class Item:
    """A wanted number. `label` matches the whole label of its row; `sections` are where the words mean the whole
    company; `fallback` gives way to the item of the same name that is none."""

    name: str
    measure: Measure
    label: re.Pattern[str]
    sections: frozenset[Section]
    fallback: bool = False

    @property
    def moment(self) -> bool:
        return self.measure == "persons"

    def attribute(self, period: Period) -> str:
        """The attribute's name for a period."""
        whole = self.moment or period.months == 12
        return self.name if whole else f"{self.name}_{period.months}_months"


def _item(
    name: str, measure: Measure, label: str, sections: frozenset[Section], fallback: bool = False
) -> Item:
    return Item(name, measure, re.compile(label), sections, fallback)


_SPEND: Final = r"(?:本期)?(?:研发|研究开发)(?:投入|支出)(?:合计|总额|金额|总计|合计金额)?"
ITEMS: Final = (
    _item("revenue", "money", r"营业收入(?:合计|总计)?", _CONSOLIDATED),
    _item("revenue", "money", r"营业总收入(?:合计|总计)?", _CONSOLIDATED, fallback=True),
    _item("research_expense", "money", r"研发费用", _CONSOLIDATED),
    _item("research_spend", "money", _SPEND, _OWN_WORDS),
    _item("research_share", "share", _SPEND + r"占(?:当期)?营业(?:总)?收入的?(?:比例|比重)", _OWN_WORDS),
    _item(
        "rd_staff", "persons",
        r"(?:公司)?(?:研发|研究开发)人员的?(?:(?:数量|人数|总数)(?:合计)?|总计|合计)", _OWN_WORDS,
    ),
    _item(
        "staff", "persons",
        r"(?:报告期末|期末)?(?:公司)?(?:在职)?(?:员工|职工)的?"
        r"(?:(?:总?数量?|总?人数)(?:合计|总计)?|总计|合计)", _OWN_WORDS,
    ),
)  # fmt: skip

_ORDINAL: Final = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[、.](?!\d)|其中:?|加:|减:|#|△|\*)+"
)
_ASIDE: Final = re.compile(r"\(([^()]{1,8})\)$")
_MARK: Final = re.compile(
    r"(?:\((?:注?[\d一二三四五六七八九]?|注\d?)\)|\[[\d注]{1,3}\]|注\d{0,2}|(?<![*①-⑳⁰-⁹¹²³])[*①-⑳⁰-⁹¹²³]+|:)$"
)

_HEADINGS: Final[tuple[tuple[Section, re.Pattern[str]], ...]] = (
    # the first that matches counts: what is not the whole company's comes first
    ("parent", re.compile(r"(?<!合并及)母公司.{0,100}(?:利润表|财务报表|注释)|^公司利润表")),
    (
        "income",
        re.compile(
            r"^(?:合并(?:及(?:母)?公司)?)?(?:年初[至到]报告期末|本报告期|年度|半年度|季度)?利润表(?:\(续\))?$"
        ),
    ),
    ("figures", re.compile(r"主要(?:会计数据|财务数据|财务指标)(?!.{0,100}(?:变动的情况|差异))")),
    (
        "analysis",
        re.compile(r"相关科目变动分析表|营业收入构成$|主营业务分析$|^费用$|主要财务数据同比变动"),
    ),
    ("research", re.compile(r"研发投入(?:情况)?(?:表|$)|研发人员(?:情况|构成)|^研发投入")),
    ("staff", re.compile(r"员工(?:\([^()]{0,20}\))?的?(?:基本)?(?:情况|数量|构成)")),
    (
        "elsewhere",
        re.compile(
            r"资产负债表|现金流量表|权益变动表|非经常性损益|股东(?:信息|总数|情况)|前十名|分部(?:信息|报告)|控股参股|"
            r"关联方|财务报表(?:项目)?(?:附)?注释?|子公司|联营|合营|分行业|分产品|分地区"
        ),
    ),
)
_NUMBERED: Final = re.compile(
    r"^(?:第[一二三四五六七八九十\d]{1,3}[节章部]|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)|"
    r"\d{1,2}[、.](?!\d)|\(\d{1,2}\)|[①-⑳])"
)
_SENTENCE: Final = re.compile(r"[。；;，,]")
_HEADING_LIMIT: Final = 60

#: Words of pages that may matter, for the choice of pages whose tables are rebuilt. White space is away by then.
WANTED: Final = (
    r"主要会计数据|主要财务数据|主要财务指标|利润表|科目变动分析|营业收入构成|研发投入|研究开发(?:投入|支出)|研发支出|"
    r"研发人员|在职员工|员工情况|员工数量|员工总计|职工人数|母公司财务报表"
)
#: Words of a page that goes on with the table of the page before.
GOES_ON: Final = r"营业收入|营业总收入|研发费用|研发投入|研发支出|研究开发|研发人员|员工|职工"


def read_label(words: str) -> tuple[str, Unit | None]:
    """A row's label without its number, its unit and footnote marks; and the unit, where the label states one."""
    plain, unit = compact(words[:200]), None
    for _ in range(4):
        before = plain
        plain = _MARK.sub("", _ORDINAL.sub("", plain))
        if (match := _ASIDE.search(plain)) and (found := read_unit(match[1].removeprefix("单位:"))):
            plain, unit = plain[: match.start()], found
        if plain == before:
            break
    return plain, unit


def item_of(label: str) -> Item | None:
    """The item that a label (of `read_label`) names, if any."""
    if len(label) > 40:
        return None
    return next((one for one in ITEMS if one.label.fullmatch(label)), None)


def section_of(line: str) -> Section | None:
    """The part of the report that a line opens; None where it is no heading."""
    plain = compact(line[:200])
    if not plain or len(plain) > _HEADING_LIMIT or _SENTENCE.search(plain):
        return None
    numbered = bool(_NUMBERED.match(plain))
    bare = _ORDINAL.sub("", plain)
    for section, form in _HEADINGS:
        if form.search(bare):
            return section
    return "" if numbered else None
