"""What a published table or figure is: words in two languages, columns, rows, notes, the facts behind each cell.

Invariants: a row is named by its key columns, and no two rows bear one name; a value that nobody knows is empty,
never zero; whatever is shown can name the facts that it was computed from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.simple_graph import Ints
from pipelines.errors import UsageError

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

#: key: names the row. entity: a name that leads to an entity's page. text: words. count: a whole number.
#: number: with decimals. share: percent.
ColumnKind = Literal["key", "entity", "text", "count", "number", "share"]

#: Of a row (its position) and a column: ids of the facts behind the cell.
Behind = Callable[[int, str], Ints]


@dataclass(frozen=True, slots=True)
class Words:
    """The same in Chinese and in English."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `english` names the column of the frame that has its English words, if there is one;
    `decimals` are those shown, the frame keeps the number in full; a column that is not `shown` only names rows."""

    name: str
    words: Words
    kind: ColumnKind
    unit: Words | None = None
    decimals: int = 0
    english: str = ""
    shown: bool = True

    @property
    def numeric(self) -> bool:
        return self.kind in ("count", "number", "share")

    def heading(self, language: Language) -> str:
        """Label with unit."""
        unit = f" ({self.unit.of(language)})" if self.unit else ""
        return self.words.of(language) + unit


@dataclass(frozen=True, eq=False)
class Table:
    """A table.

    frame: a row each, index 0..n-1, with all columns of `columns`; besides them `entity` (the id) where a column is
    of that kind. keys: the columns that name a row; with two, rows that share the first make a block of their own,
    titled by `blocks`. main: the column meant by a path that ends at the row. behind: see `Behind`.
    upright: shown with a line for each column and a column for each row. whole: the shares in a row are
    all those of one whole.
    """

    id: str
    title: Words
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    main: str
    frame: pd.DataFrame
    behind: Behind
    notes: tuple[Words, ...] = ()
    blocks: Mapping[str, Words] = field(default_factory=dict)
    upright: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if self.frame.duplicated(list(self.keys)).any():
            raise ValueError(f"{self.id}: two rows bear one name")

    @property
    def number(self) -> str:
        """`3` of `table_3`."""
        return self.id.rpartition("_")[2]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def row_path(self, row: int) -> str:
        """`table_4/2021/3`."""
        return "/".join([self.id, *(str(self.frame[key].iloc[row]) for key in self.keys)])

    def paths(self) -> Iterator[tuple[str, int, str]]:
        """Every cell's path with its row and column; a row's own path means its main column."""
        for row in range(len(self.frame)):
            path = self.row_path(row)
            yield path, row, self.main
            for column in self.columns:
                if column.name not in self.keys:
                    yield f"{path}/{column.name}", row, column.name

    def value(self, row: int, column: str) -> Any:
        """The value as a plain Python one; None for what nobody knows."""
        value = self.frame[column].iloc[row]
        if value is None or value is pd.NA or value != value:
            return None
        return value.item() if isinstance(value, np.generic) else value

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        """Blocks of rows: the first key and the rows that share it; one block where there is one key."""
        if len(self.keys) < 2:
            yield "", list(range(len(self.frame)))
            return
        found: dict[str, list[int]] = {}
        for row, first in enumerate(self.frame[self.keys[0]]):
            found.setdefault(str(first), []).append(row)
        yield from found.items()

    def rows(self) -> list[dict[str, Any]]:
        """The rows as mappings by column name, with the entity's id where there is one: for JSON and CSV."""
        extra = [name for name in ("entity",) if name in self.frame]
        english = [column.english for column in self.columns if column.english]
        names = [*(column.name for column in self.columns), *english, *extra]
        return [{name: self.value(row, name) for name in names} for row in range(len(self.frame))]


#: line: years against values. stacked: shares of a whole by year. loglog: points on logarithmic axes.
#: bars: a whole and its shares, a bar a row. columns: one series, a column a row, in the rows' order. ranked: one
#: series, a bar a row, the first on top. network: nodes and edges, see `Drawn`.
ChartKind = Literal["line", "stacked", "loglog", "bars", "columns", "ranked", "network"]


@dataclass(frozen=True, eq=False)
class Drawn:
    """A network as it is drawn. places: (n, 2); degrees: (n,), the area of a node; groups: (n,), its colour, with a
    position in `words`; edges: (m, 2), positions of nodes; named: the nodes that bear their names; reach: half the
    side of the square to be drawn, around 0, where networks are to be compared (0: what the places need)."""

    places: NDArray[np.float64]
    degrees: NDArray[np.int64]
    groups: NDArray[np.int64]
    words: tuple[Words, ...]
    edges: NDArray[np.int64]
    named: tuple[tuple[int, Words], ...]
    reach: float = 0.0


@dataclass(frozen=True, eq=False)
class Figure:
    """A drawn table. series: the columns drawn; x: the column along the horizontal axis (of bars, columns and
    ranked: that of the labels).

    line: for loglog, (exponent, least, share at least) of a fitted power law, drawn as a straight line.
    """

    table: Table
    chart: ChartKind
    x: str
    series: tuple[str, ...]
    y_title: Words
    x_title: Words
    line: tuple[float, float, float] | None = None
    drawn: Drawn | None = None

    @property
    def id(self) -> str:
        return self.table.id


Exhibit = Table | Figure


def table_of(exhibit: Exhibit) -> Table:
    """The table, or the one behind a figure."""
    return exhibit.table if isinstance(exhibit, Figure) else exhibit


def no_facts(_row: int, _column: str) -> Ints:
    """For cells that rest on no fact of the store."""
    return np.zeros(0, dtype=np.int64)


def chosen(wanted: str, titles: Mapping[str, Words], kind: Literal["table", "figure"]) -> str:
    """The id that a number (`3`), an id (`table_3`) or words of a title mean; UsageError unless just one does."""
    word = wanted.strip().casefold()
    for identity, title in titles.items():
        if word in (identity, identity.rpartition("_")[2], title.zh.casefold(), title.en.casefold()):
            return identity
    found = [one for one, title in titles.items() if word and word in f"{title.zh}\n{title.en}".casefold()]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{one.rpartition('_')[2]} {title.zh} ({title.en})" for one, title in titles.items())
    raise UsageError(f"{wanted!r} names {'several' if found else 'no'} {kind}; there are: {listed}")
