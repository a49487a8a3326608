"""The wanted numbers in the sentences of a filing.

Narrow on purpose: a clause must begin with the period (报告期内, 2023年), go on with the company itself, and name
the number outright. Sentences about subsidiaries, segments, plans, or figures by other accounting standards are
left alone. What is read here stands in for a number that no table has, and is a second look at one that a table
has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipelines.errors import InputError
from pipelines.folding import fold_in_place
from pipelines.reading.filings.figures import Unit, read_figure, read_unit
from pipelines.reading.filings.items import ITEMS, Item
from pipelines.reading.filings.periods import Period, Title, months_of, read_column
from pipelines.reading.filings.stated import Stated

_NUMBER: Final = r"(?P<number>-?\d[\d,]{0,20}(?:\.\d{1,8})?)"
_UNIT: Final = r"(?P<unit>(?:十亿|百万|千万|亿|万|千)?元)(?!/)"
_IS: Final = r"(?:金额|总额|合计|共计|累计)?(?:达到|达|为|共|约为|约|人民币){0,3}"
_WHO: Final = r"(?:,?(?:本公司|公司|本集团|集团)(?:合并口径)?)?(?:共|累计|全年|合计)?"
_YEAR: Final = r"20\d\d年(?:度|全年|上半年|半年度|第?一季度|前三季度|1-[369]月)?"
_WHEN: Final = rf"(?P<when>{_YEAR}|本?报告期内?|本期)"
_DAY: Final = r"(?:截至|截止)(?P<when>20\d\d年(?:末|底|\d{1,2}月3[01]日)|本?报告期末|本?期末)"
_AT: Final = r"(?:^|(?<=[。；;，,、:\n]))"
_MONEY: Final = _AT + _WHEN + _WHO
_PERSONS: Final = r"(?P<unit>人|名)(?![次年均])"


@dataclass(frozen=True, slots=True)
class _Pattern:
    item: Item
    form: re.Pattern[str]


def _named(name: str) -> Item:
    return next(one for one in ITEMS if one.name == name)


_PATTERNS: Final = tuple(
    _Pattern(_named(name), re.compile(form))
    for name, form in (
        ("revenue", _MONEY + r"(?:实现|取得)?(?:合并)?营业收入" + _IS + _NUMBER + _UNIT),
        ("research_expense", _MONEY + r"(?:发生|投入)?研发费用" + _IS + _NUMBER + _UNIT),
        ("research_spend", _MONEY + r"(?:实现)?研发投入" + _IS + _NUMBER + _UNIT),
        (
            "research_share",
            _MONEY + r"研发投入(?:" + _IS + r"[\d,.]{1,24}(?:亿|百万|千万|万|千)?元,?)?"
            r"占(?:同期|当期|公司)?营业(?:总)?收入的?(?:比例|比重)?" + _IS + _NUMBER + r"(?P<unit>%)",
        ),
        (
            "staff",
            _AT + _DAY + _WHO + r"(?:拥有|共有|有)?(?:在职|在册)?(?:员工|职工)(?:总数|人数|总人数)?"
            r"(?:合计|共计|共有|共|为|达)?" + _NUMBER + _PERSONS,
        ),
        (
            "rd_staff",
            _AT + _DAY + _WHO + r"(?:拥有|共有|有)?(?:(?:在职|在册)?(?:员工|职工)(?:总数|人数|总人数)?(?:共|为)?"
            r"[\d,]{1,12}[人名],其中,?)?研发人员(?:数量|人数|总数|合计|共计|共|为|达){0,2}" + _NUMBER + _PERSONS,
        ),
    )
)  # fmt: skip
#: Sentences that are not about the company as a whole, or not by the standards that the report is kept in.
_OTHERS: Final = re.compile(
    r"子公司|孙公司|分公司|分部|板块|事业部|控股|参股|标的|客户|供应商|同行|行业|预计|预期|计划|目标|力争|将达|承诺|国际财务报告准则|"
    r"香港财务报告准则|业绩公布|(?:美|港|欧|日)元|母公司|募集|模拟|备考|调整前"
)
_SENTENCE: Final = re.compile(r"[^。；;!？?\n]{1,600}[。；;!？?]?")
#: Words that open a sentence of figures; and how much of the width a line fills that ends something before it.
_OPENS: Final = re.compile(r"20\d\d年|报告期|本报告期|本期|截至|截止")
_SHORT: Final = 0.6
_QUOTE: Final = 300


def read_sentences(texts: Mapping[int, str], title: Title) -> Iterator[Stated]:
    """What the sentences of each page (number → words) state, with line and page. A sentence that runs on overleaf
    is not read."""
    for page in sorted(texts):
        plain, starts = _joined(texts[page])
        for sentence in _SENTENCE.finditer(plain):
            if _OTHERS.search(sentence[0]) or not re.search(r"营业|研发|员工|职工", sentence[0]):
                continue
            for pattern in _PATTERNS:
                for match in pattern.form.finditer(sentence[0]):
                    line = bisect_right(starts, sentence.start() + match.start())
                    if found := _stated(pattern.item, match, title, f"page:{page} line:{line}", sentence[0]):
                        yield found


def _joined(text: str) -> tuple[str, list[int]]:
    """The words of a page in one string, without white space, and where each of its lines starts in that.
    Half-width and full-width forms are one; Chinese is written without spaces, so nothing is lost. A line end
    stays where a short line (a heading, a row of a table) stands before one that opens a sentence of figures."""
    lines = [re.sub(r"\s", "", fold_in_place(line)) for line in text.split("\n")]
    full = max(map(len, lines), default=0)
    parts, starts, length = [], [], 0
    for plain, above in zip(lines, ["", *lines], strict=False):
        if above and len(above) < _SHORT * full and _OPENS.match(plain):
            parts.append("\n")
            length += 1
        starts.append(length)
        parts.append(plain)
        length += len(plain)
    return "".join(parts), starts


def _stated(item: Item, match: re.Match[str], title: Title, where: str, sentence: str) -> Stated | None:
    """None where the number or the period is none after all."""
    try:
        figure = read_figure(match["number"] + ("%" if match["unit"] == "%" else ""))
    except InputError:
        return None
    unit: Unit | None = read_unit(match["unit"])
    period = _period(match["when"], title)
    if figure is None or unit is None or period is None:
        return None
    if item.moment:
        period = months_of(period.end.year, 1, period.end.month)
        if figure.value != int(figure.value):
            return None
    quote = sentence[max(0, match.start() - 40) : match.end() + 60][:_QUOTE]
    return Stated(item, period, figure, unit, where, quote, sure=False)


def _period(when: str, title: Title) -> Period | None:
    return read_column(
        when.removesuffix("内").replace("底", "末").replace("全年", "年"), title, to_date=None
    ).period
