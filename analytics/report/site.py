"""Writes the report: a folder of pages that a browser opens without a server.

Invariants: the same store gives the same bytes (no page says when it was made, only when the newest snapshot was);
text of the web is escaped everywhere; no page loads anything from elsewhere, and the one script that there is, the
search's, runs on the pages with a search box alone; the pages to begin with are written last, so that a report that
was broken off has none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from analytics import charts, csv_files
from analytics.basis import Basis
from analytics.exhibits import LANGUAGES, Language, Table
from analytics.explorer.page import RootLinks, write_explorer
from analytics.out_folder import refuse_ways_out
from analytics.report.content import ENTITIES_MOST, Content
from analytics.report.pages import Pages
from analytics.report.parts import tasks
from analytics.report.search_index import write_index
from analytics.report.writing import write_text
from analytics.working import done, workers_of
from pipelines.errors import UsageError

#: Told each time that a number of pages is written.
Progress = Callable[[int], None]
#: A report with fewer pages of facts and entities is written by one process.
FEW_PAGES: Final = 1000
_ASSETS: Final = ("style.css", "search.js")


@dataclass(frozen=True, slots=True)
class Written:
    """What a report consists of: its folder, and how many pages, tables and pictures are in it."""

    folder: Path
    pages: int
    tables: int
    pictures: int
    checks_failed: int


def write_report(
    engine: Engine,
    basis: Basis,
    out: Path,
    *,
    entities_most: int = ENTITIES_MOST,
    only: Collection[str] = (),
    progress: Progress | None = None,
    workers: int | None = None,
) -> Written:
    """Write the report into `out`, over an earlier one; other files there are left alone.

    workers: how many processes draw and write; one a processor where a report is large.
    only: ids of the tables, figures and supplements that are wanted, all where none is named. Raises UsageError
    where `out` is a file or holds a link that leads elsewhere, or an id is none.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; a report is a folder")
    refuse_ways_out(out)
    content = Content(engine, basis, entities_most, only)
    told = progress or (lambda _pages: None)
    languages = [Pages(content, language, out, told) for language in LANGUAGES]
    for one in languages:
        one.forget_first()
    _shared_files(content, out)
    count = sum(one.write() for one in languages)
    found = tasks(
        content, [Pages(content, language, out, lambda _pages: None) for language in LANGUAGES], out
    )
    if content.explorer:  # it takes longest: first
        found.insert(0, partial(_explorer, content, out))
    few = len(content.fact_pages.shelves) + len(content.entities.listed) < FEW_PAGES
    for pages in done(found, 1 if few and workers is None else workers_of(workers), partial(_begin, engine)):
        count += pages
        told(pages)
    count += sum(one.write_first() for one in languages)
    pictures = len(charts.FORMATS) * len(LANGUAGES) * len(content.figures)
    failed = sum(not one.ok for one in content.checks)
    return Written(out, count, len(content.tables), pictures, failed)


def _begin(engine: Engine) -> None:
    """A process of its own has connections of its own."""
    engine.dispose(close=False)


def _shared_files(content: Content, out: Path) -> None:
    for name in _ASSETS:
        write_text(out / name, (Path(__file__).parent / name).read_text(encoding="utf-8"))
    for shown in content.tables:
        write_text(out / "data" / f"{shown.id}.csv", table_csv(shown))
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    write_index(content, out / "search")
    if content.changes is not None:
        rows = content.changes.found.rows
        values = ([None if one != one else one for one in row] for row in rows.itertuples(index=False))
        csv_files.write_csv(out / "data" / "changes.csv", list(rows.columns), values)


def _explorer(content: Content, out: Path) -> int:
    write_explorer(content.engine, content.basis, out / "explorer", root_links=_ways_back(content))
    return 0


def _ways_back(content: Content) -> RootLinks:
    """From the explorer to the report's pages."""
    home: dict[Language, str] = {"zh": "../index.html", "en": "../en/index.html"}
    entity: dict[Language, str] = {"zh": "../entities/{entity}.html", "en": "../en/entities/{entity}.html"}
    return RootLinks(home, entity, content.entities.pages)


def table_csv(shown: Table) -> str:
    """A table as CSV: the names of its columns, values in full, gaps empty."""
    rows = shown.rows()
    names = list(rows[0]) if rows else [column.name for column in shown.columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([csv_files.cell(row[name]) for name in names] for row in rows)
    return out.getvalue()
