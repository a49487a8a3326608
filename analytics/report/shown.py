"""Tables and figures as a page shows them in one language: headings, blocks of rows, cells with their links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from analytics.charts import is_empty
from analytics.exhibits import Column, Exhibit, Figure, Language, Table, table_of
from analytics.report.describing import cell_text, display
from analytics.report.rank_ranges import NOTE, RANKINGS
from analytics.report.wording import say


@dataclass(frozen=True, slots=True)
class ShownCell:
    """`facts` names the page of the facts behind it, `entity` the page of who it names; `id` is the cell's path;
    `beside` stands beside it in grey: the range of a rank."""

    text: str
    numeric: bool = False
    id: str = ""
    facts: str = ""
    entity: str = ""
    head: bool = False
    beside: str = ""


@dataclass(frozen=True, slots=True)
class ShownBlock:
    title: str
    heads: tuple[ShownCell, ...]
    rows: tuple[tuple[ShownCell, ...], ...]


@dataclass(frozen=True, slots=True)
class ShownExhibit:
    """`picture` is the name of the drawn figure's files without their ending; empty for a table, and where there is
    nothing to draw."""

    id: str
    label: str
    title: str
    blocks: tuple[ShownBlock, ...]
    notes: tuple[str, ...]
    picture: str
    height: int


_NONE: Final[Mapping[str, str]] = MappingProxyType({})

#: Path of a cell → the name of the page of its facts; empty for none.
FactsPage = Callable[[str], str]


def shown_exhibit(
    exhibit: Exhibit,
    language: Language,
    facts_page: FactsPage,
    entities: frozenset[str],
    ranges: Mapping[str, str] = _NONE,
) -> ShownExhibit:
    """The exhibit for a page; `entities` are those that have a page, `ranges` those of ranks, by the row's path."""
    table = table_of(exhibit)
    blocks = tuple(
        _block(table, name, rows, language, facts_page, entities) for name, rows in table.parts() if rows
    )
    notes = [note.of(language) for note in table.notes]
    if table.id in RANKINGS and any(table.row_path(row) in ranges for row in range(len(table.frame))):
        blocks = tuple(
            _with_ranges(block, [ranges.get(table.row_path(row), "") for row in rows], table)
            for block, rows in zip(blocks, (rows for _, rows in table.parts() if rows), strict=True)
        )
        notes.append(NOTE.of(language))
    return ShownExhibit(
        id=table.id,
        label=label(table, language),
        title=table.title.of(language),
        blocks=blocks,
        notes=tuple(notes),
        height=680 if isinstance(exhibit, Figure) and exhibit.chart == "network" else 480,
        picture=f"{table.id}_{language}" if isinstance(exhibit, Figure) and not is_empty(exhibit) else "",
    )


def _with_ranges(block: ShownBlock, ranges: list[str], table: Table) -> ShownBlock:
    """The block with the range of each row beside its rank, which is the first of the columns shown."""
    if table.upright or not any(ranges):
        return block
    rows = tuple(
        (replace(line[0], beside=beside), *line[1:]) for line, beside in zip(block.rows, ranges, strict=True)
    )
    return replace(block, rows=rows)


def label(table: Table, language: Language) -> str:
    """`表3`, `Figure 22`."""
    kind = say(table.id.partition("_")[0], language)
    return f"{kind}{table.number}" if language == "zh" else f"{kind} {table.number}"


def _block(
    table: Table,
    name: str,
    rows: list[int],
    language: Language,
    facts_page: FactsPage,
    entities: frozenset[str],
) -> ShownBlock:
    # The first of two keys titles the block.
    hidden = table.keys[0] if len(table.keys) > 1 else ""
    columns = [column for column in table.columns if column.shown and column.name != hidden]
    title = table.blocks[name].of(language) if name in table.blocks else name
    lines = [
        [_cell(table, row, column, language, facts_page, entities) for column in columns] for row in rows
    ]
    heads = [ShownCell(column.heading(language), column.numeric) for column in columns]
    if table.upright:
        turned = [
            (ShownCell(head.text, head=True), *(line[at] for line in lines))
            for at, head in enumerate(heads)
            if at > 0
        ]
        heads = [ShownCell(heads[0].text), *(ShownCell(line[0].text, numeric=True) for line in lines)]
        return ShownBlock(title, tuple(heads), tuple(turned))
    return ShownBlock(title, tuple(heads), tuple(tuple(line) for line in lines))


def _cell(
    table: Table,
    row: int,
    column: Column,
    language: Language,
    facts_page: FactsPage,
    entities: frozenset[str],
) -> ShownCell:
    value = table.value(row, column.name)
    path = f"{table.row_path(row)}/{column.name}"
    if column.kind == "key":
        return ShownCell(cell_text(value, column), head=len(table.keys) == 1)
    if column.english:
        english = str(table.value(row, column.english) or "")
        text = str(value or "")
        if column.kind == "entity":
            text = display(text, english, language)
        elif language == "en" and english:
            text = english
        entity = str(table.value(row, "entity")) if column.kind == "entity" else ""
        return ShownCell(text, entity=entity if entity in entities else "")
    facts = facts_page(path) if column.numeric and value is not None and column.name != "rank" else ""
    return ShownCell(cell_text(value, column), column.numeric, path, facts)
