"""What the pages of a report show, the same in both languages: exhibits, cells, facts, entities, checks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Final

import numpy as np
from sqlalchemy import Engine, func, select

from analytics.basis import Basis
from analytics.cells import exhibit
from analytics.checks import Check, check_all
from analytics.exhibits import Exhibit, Figure, Table, table_of
from analytics.figures import FIGURES
from analytics.report.changes import changes
from analytics.report.chapters import Chapter, chapters
from analytics.report.entity_pages import EntityPages
from analytics.report.fact_lines import FactLines
from analytics.report.fact_pages import FactPages
from analytics.report.histories import History, histories
from analytics.report.rank_ranges import rank_ranges
from analytics.report.summary import Summary
from analytics.report.written_names import WrittenName, written_names
from analytics.simple_graph import Ints
from analytics.supplements import SUPPLEMENTS
from analytics.tables import TABLES
from analytics.trace import TracedFact, trace
from pipelines.errors import UsageError
from pipelines.store import schema

#: Entities that get a page, those with the highest degrees first, besides all that a table names.
ENTITIES_MOST: Final = 5000


class Content:
    """Everything is computed when it is made, but for `names` and `histories`, which are read when asked for."""

    def __init__(self, engine: Engine, basis: Basis, entities_most: int, only: Collection[str]) -> None:
        """`only`: ids of tables, figures, supplements; all where none is named. UsageError for an unknown one."""
        every = [*TABLES, *FIGURES, *SUPPLEMENTS]
        unknown = set(only) - set(every)
        if unknown:
            raise UsageError(f"no table or figure {', '.join(sorted(unknown))}")
        self.engine, self.basis = engine, basis
        self.exhibits: dict[str, Exhibit] = {
            one: exhibit(engine, basis, one) for one in every if not only or one in only
        }
        self.chapters: list[Chapter] = chapters(self.exhibits)
        self.pages = {one: chapter.page for chapter in self.chapters for one in chapter.exhibits}
        self.figures = [one for one in self.exhibits.values() if isinstance(one, Figure)]
        self.tables: list[Table] = [table_of(one) for one in self.exhibits.values()]
        self.summary = Summary(basis, self.exhibits)
        self.changes = changes(engine, basis, self.exhibits)
        # the ranges are those of this supplement, which says what they mean
        self.ranges = rank_ranges(engine, basis, self.exhibits) if "supplement_6" in self.exhibits else {}
        #: Whether the report has the page to look around in the networks.
        self.explorer = any(isinstance(one, Figure) and one.chart == "network" for one in self.figures)
        self.checks: list[Check] = [*check_all(self.tables), *self.summary.check()]
        named = {
            str(one) for table in self.tables if "entity" in table.frame for one in table.frame["entity"]
        }
        self.entities = EntityPages(basis, entities_most, frozenset(named))
        self.fact_pages = FactPages(basis.facts.facts.set_index("fact")["date"])
        self.cells: dict[str, str] = {}
        for one in self.tables:
            self._register(one)
        self.entity_facts: dict[str, Ints] = {one: self.entities.facts(one) for one in self.entities.listed}
        for facts in self.entity_facts.values():
            if len(facts) > self.fact_pages.lines:
                self.fact_pages.add(facts, "")
        shown: Ints = np.unique(np.concatenate([self.fact_pages.facts(), *self.entity_facts.values()]))
        self.fact_pages.shelve(shown)
        self.lines = FactLines(basis, shown, self.fact_pages.shelf)
        self.snapshot_date = _newest_snapshot(engine, basis)

    def _register(self, shown: Table) -> None:
        """Give every cell with facts behind it the page that shows them."""
        for row in range(len(shown.frame)):
            for column in shown.columns:
                if column.numeric and column.name != "rank" and shown.value(row, column.name) is not None:
                    path = f"{shown.row_path(row)}/{column.name}"
                    self.cells[path] = self.fact_pages.add(shown.behind(row, column.name), path)

    def traced(self, facts: Iterable[int]) -> dict[int, TracedFact]:
        """These facts, by id, in order of valid time."""
        found = trace(self.engine, facts, self.basis.facts.view, heads=self.basis.heads)
        return {one.fact: one for one in found}

    @cached_property
    def names(self) -> dict[str, list[WrittenName]]:
        """The names as written of the entities that have a page."""
        return written_names(self.engine, self.basis, self.entities.pages)

    @cached_property
    def histories(self) -> dict[str, History]:
        """Identifiers and decisions of the entities that have a page."""
        return histories(self.engine, self.basis, self.entities.listed)

    def place(self, path: str) -> str:
        """Where a cell, a row or an exhibit is shown: an address within the report's folder of a language."""
        return f"{self.pages[path.partition('/')[0]]}#{path}"


def _newest_snapshot(engine: Engine, basis: Basis) -> str:
    query = select(func.max(schema.snapshot.c.last_seen))
    if basis.facts.view.known is not None:
        query = query.where(schema.snapshot.c.first_seen <= basis.facts.view.known)
    with engine.connect() as connection:
        newest = connection.execute(query).scalar_one()
    if newest is None:
        return ""
    known = basis.facts.view.known
    return f"{min(newest, known) if known else newest:%Y-%m-%d}"
