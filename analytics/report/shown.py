"""Tables and figures as a page shows them in one language: headings, blocks of rows, cells with their links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analytics.charts import is_empty
from analytics.exhibits import Column, Exhibit, Figure, Language, Table, table_of
from analytics.report.describing import cell_text, display
from analytics.report.wording import say


@dataclass(frozen=True, slots=True)
class ShownCell:
    """`facts` names the page of the facts behind it, `entity` the page of who it names; `id` is the cell's path."""

    text: str
    numeric: bool = False
    id: str = ""
    facts: str = ""
    entity: str = ""
    head: bool = False


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


#: Path of a cell → the name of the page of its facts; empty for none.
FactsPage = Callable[[str], str]


def shown_exhibit(
    exhibit: Exhibit, language: Language, facts_page: FactsPage, entities: frozenset[str]
) -> ShownExhibit:
    """The exhibit for a page; `entities` are those that have a page."""
    table = table_of(exhibit)
    blocks = tuple(
        _block(table, name, rows, language, facts_page, entities) for name, rows in table.parts() if rows
    )
    return ShownExhibit(
        id=table.id,
        label=label(table, language),
        title=table.title.of(language),
        blocks=blocks,
        notes=tuple(note.of(language) for note in table.notes),
        height=680 if isinstance(exhibit, Figure) and exhibit.chart == "network" else 480,
        picture=f"{table.id}_{language}" if isinstance(exhibit, Figure) and not is_empty(exhibit) else "",
    )


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
