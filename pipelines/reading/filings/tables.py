"""The wanted numbers in the tables of a filing, ruled or set with gaps alone.

A number belongs to the row whose label it stands beside, and to the columns whose headers stand above it, by their
places on the paper: a table that goes on overleaf keeps its headers, though its columns may be counted differently.
The unit is that of the label, else of the header, else of the line above the table (单位：千元). The heading above
says whether the words mean the whole group: 营业收入 in a note on the parent, or on a segment, is another number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from pipelines.errors import InputError
from pipelines.reading.filings.figures import (
    Figure,
    Unit,
    compact,
    read_figure,
    read_unit,
    split_unit,
    stated_unit,
)
from pipelines.reading.filings.isolation import Cell, Line, Table
from pipelines.reading.filings.items import Item, Section, item_of, read_label, section_of
from pipelines.reading.filings.periods import HEADER_LIMIT, Column, Period, Title, months_of, read_column
from pipelines.reading.filings.stated import Stated
from pipelines.records import Rejected

Found = Stated | Rejected
Layouts = Mapping[int, tuple[Line | Table, ...]]

#: What a header may hold beside words of periods.
_CORNER: Final = re.compile(
    r"项目(?:名称)?|主要会计数据|主要财务指标|科目|指标|单位.*|金额|调整后|合并|数额|"
)
#: Running text is no header, though it speaks of 上年同期.
_TEXT: Final = re.compile(r"[。；，,]|\d\.\d")
#: A number that is no year.
_VALUE: Final = re.compile(r"(?!20\d\d$)[(-]?\d[\d,.]*\)?%?")
_HEAD_MOST: Final = 32
#: In the title of a statement, or below it: 2023年1—9月.
_SINCE_JANUARY: Final = re.compile(r"年初[至到]|年1月?[-—–至~]9月")
_PAGE_NUMBER: Final = re.compile(r"(?:第?\d{1,4}页?(?:[/共]+\d{1,4}页?)?|-\d{1,4}-)")
#: How far the edges of one table may lie apart on two pages, in points.
_EDGE: Final = 6.0
_QUOTE: Final = 300
_PERSONS: Final = Unit("persons", Decimal(1), written="人")
_PERCENT: Final = Unit("share", Decimal(1), written="%")


@dataclass(slots=True)
class _Header:
    """The rows of headers above the numbers being read, and the units that they state."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    open: bool = False

    def above(self, cell: Cell) -> str:
        """The words above a cell, from top to bottom."""
        found = [one.words for row in self.rows for one in row if _over(one, cell) and one.words]
        return " ".join(dict.fromkeys(found))


def read_tables(layouts: Layouts, title: Title, furniture: frozenset[str] = frozenset()) -> Iterator[Found]:
    """The wanted numbers of all tables, page by page. `furniture` are the running heads, in the form of
    `running_heads`. What stands in a wanted place and cannot be read is rejected by itself."""
    reader = _Reader(title, furniture)
    for page in sorted(layouts):
        yield from reader.page(page, layouts[page])


def running_heads(texts: Mapping[int, str]) -> frozenset[str]:
    """The lines that stand at the head or foot of several pages, without white space and digits."""
    heads = Counter(
        head
        for text in texts.values()
        for head in {_bare(line) for line in _ends([one for one in text.split("\n") if one.strip()])}
    )
    return frozenset(head for head, times in heads.items() if times > 1 and times * 3 >= len(texts))


def _ends(lines: list[str]) -> list[str]:
    return [*lines[:2], *lines[-2:]]


def _bare(line: str) -> str:
    return re.sub(r"\d", "", compact(line[:200]))


class _Reader:
    """Goes through the pages from top to bottom, and knows what was stated above."""

    def __init__(self, title: Title, furniture: frozenset[str]) -> None:
        self.title, self.furniture = title, furniture
        self.section: Section = ""
        self.heading = ""
        self.unit: Unit | None = None
        self.unit_words = ""
        self.header = _Header()
        self.used = False
        self.edges: tuple[float, float] | None = None
        self.last_page = 0

    def page(self, page: int, blocks: tuple[Line | Table, ...]) -> Iterator[Found]:
        if page != self.last_page + 1:
            # pages between were not looked at: nothing goes on over them but the part of the report
            self.header, self.edges, self.unit = _Header(), None, None
        self.last_page = page
        for number, block in enumerate(blocks, start=1):
            if isinstance(block, Table):
                yield from self._table(page, block)
            else:
                yield from self._line(page, number, block)

    def _table(self, page: int, table: Table) -> Iterator[Found]:
        edges = _edges(table)
        if edges is None:
            return
        if self.edges is None or max(abs(a - b) for a, b in zip(self.edges, edges, strict=True)) > _EDGE:
            self.header = _Header()
        for number, row in enumerate(table.rows, start=1):
            words = [cell.words for cell in row if cell.words.strip()]
            if len(words) == 1 and (found := section_of(words[0])) is not None and len(row) < 3:
                self.section, self.heading = found, words[0]
                continue
            yield from self._row(f"page:{page} table:{table.number} row:{number}", row)
        self.edges, self.header.open, self.used = edges, False, True

    def _line(self, page: int, number: int, line: Line) -> Iterator[Found]:
        """A line outside of ruled tables: a heading, a unit, or a row of a table without rules."""
        plain = compact(line.words[:400])
        if _PAGE_NUMBER.fullmatch(plain) or _bare(line.words) in self.furniture:
            return
        try:
            unit = stated_unit(line.words) if len(plain) < 80 else None
        except InputError as error:
            self.unit = None
            yield _rejected(f"page:{page} line:{number}", error.message, "unit", line.words)
            return
        if unit is not None or ("单位:" in plain and "编制单位" not in plain):
            self.unit, self.header, self.edges, self.used = unit, _Header(), None, False
            self.unit_words = line.words
            return
        if self.used:
            # words between two tables: the unit above the first was not said of the second
            self.unit, self.used = None, False
        if len(line.cells) > 1:
            yield from self._row(f"page:{page} line:{number}", line.cells)
            return
        self.edges = None
        section = section_of(line.words)
        if section is None:
            if self.section == "income" and _SINCE_JANUARY.search(plain):
                self.heading += line.words[:HEADER_LIMIT]
        else:
            self.section, self.heading, self.unit, self.header = section, line.words, None, _Header()

    def _row(self, where: str, row: tuple[Cell, ...]) -> Iterator[Found]:
        for cell in row:
            if "单位" in cell.words and len(cell.words) < HEADER_LIMIT:
                try:
                    if (stated := stated_unit(cell.words)) is not None:
                        self.unit, self.unit_words = stated, cell.words
                except InputError as error:
                    yield _rejected(where, error.message, "unit", cell.words)
        label, unit = read_label(row[0].words) if row else ("", None)
        item = item_of(label)
        if item is None:
            self._note_header(row)
            return
        self.header.open = False
        if self.section in item.sections:
            yield from self._numbers(where, row, item, unit)

    def _note_header(self, row: tuple[Cell, ...]) -> None:
        """Keep a row of headers; two in a row are one header of two lines."""
        words = [cell.words for cell in row if cell.words.strip()]
        values = any(_VALUE.fullmatch(compact(cell.words)) for cell in row[1:])
        if not words or values or any(_TEXT.search(one) or len(compact(one)) > _HEAD_MOST for one in words):
            self.header.open = False
            return
        columns = [read_column(one, self.title, to_date=True) for one in words]
        heads = sum(one.period is not None or one.aside for one in columns)
        corners = sum(bool(_CORNER.fullmatch(compact(one))) for one in words)
        if heads + corners < len(words) - (1 if row[0].words.strip() else 0) or not heads + corners:
            self.header.open = False
            return
        if self.header.open:
            self.header.rows.append(row)
        else:
            self.header = _Header([row], open=True)

    def _numbers(self, where: str, row: tuple[Cell, ...], item: Item, unit: Unit | None) -> Iterator[Found]:
        base: Period | None = None
        values = [cell for cell in row[1:] if cell.words.strip()]
        for cell in values:
            place = f"{where} col:{cell.column}"
            header = self.header.above(cell)
            column = read_column(header, self.title, base, self._to_date())
            if not self.header.rows and len(values) == 1 and item.name not in ("revenue", "research_expense"):
                # 在职员工的数量合计 and its number alone: the report's own
                column = Column(self.title.to_date)
            if column.aside:
                continue
            try:
                words, beside = split_unit(cell.words) if item.measure == "money" else (cell.words, None)
                figure = read_figure(words)
                if figure is None:
                    continue
                if column.period is None:
                    raise InputError(f"no period is told by the header {header[:60]!r}", field="period")
                base = column.period if "上年" not in compact(header) else base
                chosen = beside or self._unit(item, figure, unit, header)
                _check(item, figure)
            except InputError as error:
                yield _rejected(
                    place, error.message, item.name, cell.words, self._quote(row[0], header, cell)
                )
                continue
            period = (
                months_of(column.period.end.year, 1, column.period.end.month)
                if item.moment
                else column.period
            )
            yield Stated(item, period, figure, chosen, place, self._quote(row[0], header, cell))

    def _unit(self, item: Item, figure: Figure, unit: Unit | None, header: str) -> Unit:
        """The nearest unit that fits what is counted. Raises InputError where none is stated."""
        if item.measure == "persons":
            return _PERSONS
        if item.measure == "share":
            if figure.percent or (unit and unit.measure == "share") or "%" in compact(header):
                return _PERCENT
            raise InputError("no % stands beside the share", field="unit")
        inner = re.search(r"\(([^()]{1,8})\)", compact(header))
        for one in (unit, read_unit(inner[1]) if inner else None, self.unit):
            if one is not None and one.measure == "money":
                return one
        raise InputError("no unit is stated", field="unit")

    def _to_date(self) -> bool | None:
        """Whether 本期 of this table runs from the beginning of the year, where its heading says so."""
        plain = compact(self.heading)
        if _SINCE_JANUARY.search(plain):
            return True
        return False if "本报告期" in plain else None

    def _quote(self, label: Cell, header: str, cell: Cell) -> str:
        parts = (label.words, header, cell.words, self.unit_words if self.unit else "")
        return " | ".join(" ".join(part.split()) for part in parts if part.strip())[:_QUOTE]


def _check(item: Item, figure: Figure) -> None:
    """Raises InputError for a number that cannot be what it stands for."""
    if figure.percent and item.measure != "share":
        raise InputError("a share where a number was expected", field=item.name)
    if item.measure == "persons" and (figure.value < 0 or figure.value != int(figure.value)):
        raise InputError("no number of persons", field=item.name)
    if item.measure == "share" and figure.value < 0:
        raise InputError("a share below nothing", field=item.name)


def _rejected(where: str, reason: str, name: str, value: str, raw: str = "") -> Rejected:
    return Rejected(locator=where, reason=reason, kind="field", field=name, value=value[:_QUOTE], raw=raw)


def _edges(table: Table) -> tuple[float, float] | None:
    cells = [cell for row in table.rows for cell in row]
    return (min(one.left for one in cells), max(one.right for one in cells)) if cells else None


def _over(header: Cell, cell: Cell) -> bool:
    """Whether a header stands above a cell: they share more than half of the narrower one's width."""
    shared = min(header.right, cell.right) - max(header.left, cell.left)
    return shared > 0.5 * min(header.right - header.left, cell.right - cell.left)
