"""The notice of a public contract's award, as buyers of China publish it: who bought what from whom, for how much.

Notices hold the same labels in three forms: a table of pairs, a table with a head, and lines of `label：value`, in
sections numbered 一、二、三. Only values of labels known here are taken: those of experts, contacts, phones and
addresses never are, and a phone number inside another value is cut out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, Literal

from lxml import etree

from crawlers.parsing import tidy
from pipelines.folding import fold

Zone = Literal["head", "award", "items", "other"]
Pair = tuple[str, str, str]  # what the label means, the value, the unit in the label

_WINNER: Final = (
    "供应商 供应商名称 中标供应商 中标供应商名称 成交供应商 成交供应商名称 中标成交供应商 "
    "中标成交供应商名称 中标人 中标人名称 中标单位 中标单位名称 成交单位 成交单位名称 "
    "成交人 中标成交人 中标成交单位 中标成交单位名称 中选供应商 入围供应商 供应商乙方 "
    "乙方 乙方名称 中标供应商单位名称 成交供应商单位名称 中标机构 中标公司 中标成交人名称"
)
_AMOUNT: Final = (
    "中标金额 成交金额 中标成交金额 中标价 成交价 中标成交价 中标价格 成交价格 "
    "中标总金额 成交总金额 中标成交总金额 合同金额 合同总金额 中标额 最终报价 中标总价 "
    "成交总价 合计金额 中标成交价格"
)
_LABELS: Final[dict[str, str]] = {
    label: meaning
    for meaning, labels in {
        "winner": _WINNER,
        "amount": _AMOUNT,
        "code": "供应商编码 统一社会信用代码 供应商统一社会信用代码 社会信用代码 中标供应商统一社会信用代码",
        "package": (
            "包号 标段 标段号 标项 标项号 标项序号 分包 分包号 包组 包组号 合同包 合同包号 "
            "标包 标包号 采购包 采购包号 包件号"
        ),
        "item": (
            "货物名称 服务名称 工程名称 标的名称 采购标的 主要标的名称 标项名称 产品名称 包名称 "
            "标段名称 合同包名称 采购包名称"
        ),
        "buyer": "采购单位 采购单位名称 采购人 采购人名称 采购人甲方 甲方 甲方名称 采购人单位名称",
        "agency": "代理机构 代理机构名称 采购代理机构 采购代理机构名称 招标代理机构 采购代理机构全称",
        "project": "项目名称 采购项目名称",
        "number": "项目编号 采购项目编号 招标编号 采购编号 项目编码",
        "total": "总中标金额 总成交金额 总中标成交金额",
        "region": "行政区域",
        "published": "公告时间 公告日期 发布时间 发布日期",
        "decided": "中标日期 成交日期 中标成交日期 定标日期 合同签订日期",
        "name": "名称",
        # heads of columns, and labels that end the value before them; their own values are not taken
        "": (
            "序号 供应商地址 地址 联系人 联系电话 电话 联系方式 品牌 规格型号 型号 数量 单价 "
            "单位 服务范围 服务要求 服务标准 服务时间 评审得分 得分 排名 排序 评审总得分 "
            "综合得分 品目号 品目名称 采购方式 备注 下浮率 费率 优惠率 施工范围 施工工期 "
            "项目经理 执业证书信息 供应商联系地址 供应商联系人 项目联系人 项目联系电话 "
            "采购单位地址 采购单位联系方式 代理机构地址 代理机构联系方式 评审专家名单 评审专家 "
            "品目 邮箱 传真 法定代表人 单价元 总价 得票 价格得分 未中标原因 "
            "优惠产品简要描述信息 邮编"
        ),
    }.items()
    for label in labels.split()
}
#: Columns of a table that ranks bidders: it lists losers too.
_RANKS: Final = re.compile(r"得分|排名|排序|名次|未中标|未成交|候选")
_NUMBERED = re.compile(r"^(?:[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?|\d{1,2}[、.．)）])\s*")
_SECTION = re.compile(r"^[一二三四五六七八九十]{1,3}\s?[、.．]\s?(?P<title>.{0,60})")
_AWARD_SECTION = re.compile(r"中标|成交|合同|采购结果|供应商")
_NO_AWARD_SECTION = re.compile(
    r"标的|评审|评标|专家|期限|代理|得分|候选|未中标|未成交|终止|废标|询问|附件|补充|公告日期"
)
_CONTEXTS: Final = (
    ("agency", re.compile(r"(?:采购|招标)?代理(?:机构|公司)")),
    ("buyer", re.compile(r"采购人|采购单位")),
    ("", re.compile(r"(?:项目)?联系(?:方式|人)|监督|供应商")),
)
_LABEL = re.compile(r"(?P<label>[^\s：:，,。；;]{2,30}|名\s{1,4}称)\s{0,4}[：:]")
_UNIT = re.compile(r"\((?:单位:?)?(?:人民币)?(?P<unit>[万亿]?元)(?:人民币)?\)")
_BLOCKS: Final = frozenset(
    (
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "td",
        "th",
        "section",
        "dd",
        "dt",
    )
)

_PHONE = re.compile(r"(?<![\dA-Za-z.-])(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?![\dA-Za-z])")

_LINE_MOST: Final = 4000
_VALUE_MOST: Final = 1000
_SPAN_MOST: Final = 40
_ROWS_MOST: Final = 2000
_COLUMNS_MOST: Final = 60
_AWARDS_MOST: Final = 1000


@dataclass(slots=True)
class Award:
    """One winner of one package. `amount` is as written, `unit` what its label says (元, 万元) or empty."""

    winner: str
    where: str
    code: str = ""
    package: str = ""
    amount: str = ""
    unit: str = ""
    items: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Notice:
    """What a notice says; empty where it is silent. `ranked`: it lists candidates."""

    title: str = ""
    project: str = ""
    number: str = ""
    buyer: str = ""
    agency: str = ""
    region: str = ""
    published: str = ""
    decided: str = ""
    total: str = ""
    ranked: bool = False
    awards: list[Award] = field(default_factory=list)


def read_notice(roots: Sequence[Any], title: str = "") -> Notice:
    """The notice in some elements of a page, in their order."""
    reading = _Reading(Notice(title=title))
    for root in roots:
        reading.zone, reading.context = "head", ""
        for piece in _pieces(root):
            if isinstance(piece, str):
                reading.line(piece)
            else:
                reading.table(piece)
    return reading.done()


def meaning_of(label: str) -> tuple[str | None, str]:
    """What a label means, empty for one whose value is not taken, None for no label; and the unit that it names."""
    plain = fold(label[:60]).replace(" ", "").rstrip(":*")
    plain = _NUMBERED.sub("", plain)
    unit = _UNIT.search(plain)
    plain = _UNIT.sub("", plain).replace("(", "").replace(")", "").replace("/", "")
    plain = plain.removesuffix("如有")
    return _LABELS.get(plain), unit["unit"] if unit else ""


class _Reading:
    """The state of reading: the section, whose name a bare 名称 would be, and the award that values belong to."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        self.zone: Zone = "head"
        self.context = ""
        self._award: Award | None = None
        self._package = ""
        self._items: list[Award] = []
        self._tables = 0

    def line(self, line: str) -> None:
        section = _SECTION.match(line)
        if section is not None:
            self.zone, self.context = _zone(section["title"]), ""
        for name, form in _CONTEXTS:
            if form.match(_NUMBERED.sub("", line)) and "：" not in line[:30] and ":" not in line[:30]:
                self.context = name
                break
        for meaning, value, unit in pairs_of(line):
            if meaning == "name":
                meaning = self.context
            self._take(meaning, value, unit)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        self._tables += 1
        start = next((at for at, row in enumerate(rows) if _is_head(row)), None)
        if start is None:
            for row in rows:
                for meaning, value, unit in _cells(row):
                    self._take(meaning, value, unit)
            return
        heads = [meaning_of(cell) for cell in rows[start]]
        if any(_RANKS.search(cell) for cell in rows[start]):
            self.notice.ranked = True
            return
        if "winner" not in [meaning for meaning, _ in heads] or self.zone == "other":
            return
        into = self._items if self.zone == "items" else self.notice.awards
        for number, row in enumerate(rows[start + 1 :], start + 2):
            if len(into) >= _AWARDS_MOST:
                break
            award = _of_row(heads, row, f"table {self._tables}, row {number}")
            if award is not None:
                into.append(award)

    def done(self) -> Notice:
        notice = self.notice
        notice.number = _TENDER.sub("", notice.number)[:100].strip()
        if not notice.awards:
            notice.awards, self._items = self._items, []
        for award in notice.awards:
            own = [one for one in self._items if one.winner == award.winner]
            award.items += [item for one in own for item in one.items if item not in award.items]
            priced = [one for one in own if one.amount]
            # Of several priced items, or packages, none can be said to be the award's sum.
            same = [one for one in notice.awards if one.winner == award.winner]
            if not award.amount and len(priced) == 1 and len(same) == 1:
                award.amount, award.unit = priced[0].amount, priced[0].unit
        return notice

    def _take(self, meaning: str, value: str, unit: str) -> None:
        notice = self.notice
        if meaning not in ("amount", "total", "code"):
            value = _PHONE.sub("", value).strip()
        if not meaning or not value:
            return
        if meaning in ("project", "number", "buyer", "agency", "region", "published", "decided", "total"):
            if not getattr(notice, meaning):
                setattr(notice, meaning, value)
        elif self.zone == "other" or len(notice.awards) >= _AWARDS_MOST:
            return
        elif meaning == "winner":
            if self._award is None or self._award.winner != value or self._package:
                self._award = Award(value, f"line {len(notice.awards) + 1}", package=self._package)
                self._package = ""
                notice.awards.append(self._award)
        elif meaning == "package":
            if self._award is not None and not self._award.package and not self._award.amount:
                self._award.package = value
            else:
                self._package = value
        elif self._award is None:
            return
        elif meaning == "item":
            self._award.items.append(value)
        elif not getattr(self._award, meaning):
            setattr(self._award, meaning, value)
            if meaning == "amount":
                self._award.unit = unit


def pairs_of(line: str) -> Iterator[Pair]:
    """The known labels of a line with their values; a value ends where another label begins, known or not."""
    line = line[:_LINE_MOST]
    found: list[tuple[int, int, str | None, str]] = []
    for match in _LABEL.finditer(line):
        meaning, unit = meaning_of(match["label"])
        before = line[: match.start()]
        inside = bool(found) and not before[found[-1][1] :].strip()
        if meaning == "" and inside:
            continue  # an answer such as 下浮率：12% where a sum is asked for
        if meaning is None and (inside or _MEMBER.search(match["label"]) or before.rstrip() == before):
            continue  # words of the value, such as a title with a colon
        found.append((match.start(), match.end(), meaning, unit))
    for index, (_, end, meaning, unit) in enumerate(found):
        stop = found[index + 1][0] if index + 1 < len(found) else len(line)
        if meaning is not None:
            value = _NUMBERED_END.sub("", tidy(line[end:stop]))
            yield meaning, value[:_VALUE_MOST].strip("，,；;。 "), unit


_TENDER = re.compile(r"[(（]招标文件编号.*")
_MEMBER = re.compile(r"联合体|牵头|成员|主体")
#: The number of the next label, left at the end of the value before it.
_NUMBERED_END = re.compile(r"\s\d{1,2}[.、．]$")


def _cells(row: Sequence[str]) -> Iterator[Pair]:
    """The pairs of a row such as: label, value, label, value; and the lines of a cell that stands alone."""
    at = 0
    while at < len(row):
        meaning, unit = meaning_of(row[at])
        if meaning is not None and at + 1 < len(row):
            yield meaning, row[at + 1][:_VALUE_MOST], unit
            # A cell that spans columns stands in each of them.
            value = row[at + 1]
            at += 2
            while at < len(row) and row[at] == value:
                at += 1
            continue
        yield from pairs_of(row[at])
        at += 1


def _is_head(row: Sequence[str]) -> bool:
    """Whether a row names columns: two labels side by side, and the winner's or the ranking's among all."""
    meanings = [meaning_of(cell)[0] for cell in row]
    beside = any(
        left is not None and right is not None and row[at] != row[at + 1]
        for at, (left, right) in enumerate(pairwise(meanings))
    )
    return beside and ("winner" in meanings or any(_RANKS.search(cell) for cell in row))


def _of_row(heads: Sequence[tuple[str | None, str]], row: Sequence[str], where: str) -> Award | None:
    award = Award("", where)
    for (meaning, unit), cell in zip(heads, row, strict=False):
        value = cell[:_VALUE_MOST]
        if meaning not in ("amount", "code"):
            value = _PHONE.sub("", value).strip()
        if not value or not meaning:
            continue
        if meaning == "item":
            award.items.append(value)
        elif meaning in ("winner", "code", "package", "amount") and not getattr(award, meaning):
            setattr(award, meaning, value)
            if meaning == "amount":
                award.unit = unit
    if not award.winner or meaning_of(award.winner)[0] is not None:
        return None
    return award


def _zone(title: str) -> Zone:
    if meaning_of(title.partition("：")[0].partition(":")[0])[0] in ("project", "number", "buyer"):
        return "head"
    if "标的" in title:
        return "items"
    if _AWARD_SECTION.search(title) and not _NO_AWARD_SECTION.search(title):
        return "award"
    return "other"


def _pieces(root: Any) -> Iterator[str | list[list[str]]]:
    """The lines of text and the tables below an element, in their order."""
    line: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in ("script", "style", "noscript") or not tag:
                walk.skip_subtree()
            elif tag == "table" and element.find(".//table") is None:
                yield from _flushed(line)
                yield _grid(element)
                walk.skip_subtree()
                continue
            elif tag in _BLOCKS:
                yield from _flushed(line)
            if tag not in ("script", "style", "noscript", "") and element.text:
                line.append(element.text)
            continue
        if tag in _BLOCKS:
            yield from _flushed(line)
        if element is not root and element.tail:
            line.append(element.tail)
    yield from _flushed(line)


def _flushed(line: list[str]) -> Iterator[str]:
    text = tidy("".join(line))
    line.clear()
    if text:
        yield text


def _grid(table: Any) -> list[list[str]]:
    """The cells' texts with spans filled in, so that each row has its columns."""
    rows: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}
    for tr in table.iter("tr"):
        if len(rows) >= _ROWS_MOST:
            break
        row: list[str] = []
        for cell in tr.iterchildren("td", "th"):
            _from_above(row, below)
            text = tidy(" ".join(str(one) for one in cell.itertext()))
            wide, tall = _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(wide):
                if len(row) >= _COLUMNS_MOST:
                    break
                if tall > 1:
                    below[len(row)] = (text, tall - 1)
                row.append(text)
        _from_above(row, below)
        rows.append(row)
    return rows


def _from_above(row: list[str], below: dict[int, tuple[str, int]]) -> None:
    """Fill in the cells that reach down into the row; `below`: their texts, and how many rows they still reach."""
    while len(row) in below:
        text, left = below.pop(len(row))
        if left > 1:
            below[len(row)] = (text, left - 1)
        row.append(text)


def _span(cell: Any, name: str) -> int:
    written = str(cell.get(name, "1")).strip()
    return (
        min(int(written), _SPAN_MOST) if written.isascii() and written.isdecimal() and len(written) < 5 else 1
    )
