"""Paths of published cells: `table_3/2021/edges`, `table_7/institutional/1`, `supplement_3/2021/edges`.

A path is the exhibit's id, the row's keys and the column; without the column it means the row's main one.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.exhibits import Exhibit, Table, Words, chosen, table_of
from analytics.figures import FIGURES, figure
from analytics.simple_graph import Ints
from analytics.supplements import SUPPLEMENTS, supplement
from analytics.tables import TABLES, table
from pipelines.errors import UsageError

_NEAR: Final = 5
#: Longer paths are not looked at.
_PATH_LIMIT: Final = 300


@dataclass(frozen=True, eq=False)
class Cell:
    """A published cell: where it stands, what it says, and the facts behind it (ids, rising)."""

    path: str
    title: Words
    heading: Words
    value: Any
    facts: Ints


def exhibit(engine: Engine, basis: Basis, identity: str) -> Exhibit:
    """The table, figure or supplement of that id; UsageError names near ones where there is none."""
    if identity in TABLES:
        return table(basis, identity)
    if identity in FIGURES:
        return figure(basis, identity)
    if identity in SUPPLEMENTS:
        return supplement(engine, basis, identity)
    known = [*TABLES, *FIGURES, *SUPPLEMENTS]
    raise UsageError(f"there is no table or figure {identity!r}; {_near(identity, known)}")


def any_table(engine: Engine, basis: Basis, wanted: str) -> Table:
    """The table or supplement that an id, a number (`3`, and `s3` for a supplement) or words of a title mean."""
    word = wanted.strip().casefold()
    numbered = word.removeprefix("supplement_").removeprefix("s")
    if numbered != word and numbered.isdigit():
        return supplement(engine, basis, f"supplement_{numbered}")
    titles = {one: title for one, (title, _) in TABLES.items()}
    if word.isdigit() or word in titles:
        return table(basis, wanted)
    titles |= {one: title for one, (title, _) in SUPPLEMENTS.items()}
    return table_of(exhibit(engine, basis, chosen(wanted, titles, "table")))


def find(engine: Engine, basis: Basis, path: str) -> Cell:
    """The cell of a path; UsageError names near ones where there is none."""
    path = path.strip().strip("/")[:_PATH_LIMIT]
    shown = table_of(exhibit(engine, basis, path.partition("/")[0]))
    return cell_of(shown, path)


def cell_of(shown: Table, path: str) -> Cell:
    """The cell of a path in one table; UsageError as above."""
    places = {known: (row, column) for known, row, column in shown.paths()}
    if path not in places:
        raise UsageError(f"there is no cell {path!r}; {_near(path, list(places))}")
    row, column = places[path]
    full = path if path.endswith(f"/{column}") else f"{path}/{column}"
    return Cell(
        full, shown.title, shown.column(column).words, shown.value(row, column), shown.behind(row, column)
    )


def _near(wanted: str, known: list[str]) -> str:
    if not known:
        return "the table is empty"
    near = difflib.get_close_matches(wanted, known, _NEAR, cutoff=0.5)
    if near:
        return f"near ones: {', '.join(near)}"
    return f"there are, for example: {', '.join(known[:_NEAR])}"
