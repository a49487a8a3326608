"""Writes the report: a folder of pages that a browser opens without a server.

Invariants: the same store gives the same bytes (no page says when it was made, only when the newest snapshot was);
text of the web is escaped everywhere, and no page runs a script or loads anything from elsewhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Engine, func, select

from analytics import charts, csv_files
from analytics.basis import LEVEL_WORDS, Basis
from analytics.checks import check_all
from analytics.exhibits import LANGUAGES, Exhibit, Figure, Language, Table, Words, table_of
from analytics.figures import FIGURES, figure
from analytics.report import method
from analytics.report.describing import shown_fact
from analytics.report.entity_pages import EntityPages
from analytics.report.environment import environment
from analytics.report.fact_pages import CELLS_MOST, FactPages, FactSet, Piece
from analytics.report.shown import label, shown_exhibit
from analytics.report.wording import say
from analytics.tables import TABLES, table
from analytics.trace import TracedFact, trace
from pipelines.errors import UsageError
from pipelines.store import schema

#: Nothing runs, nothing is loaded but the style sheet and pictures beside the page.
POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
#: Entities that get a page, those with the highest degrees first, besides all that a table names.
ENTITIES_MOST: Final = 5000


def _figures(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"figure_{number}" for number in range(first, last + 1))


_RESEARCH: Final = (*_figures(10, 14), "table_2", *_figures(15, 17))

CHAPTERS: Final[tuple[tuple[str, Words, tuple[str, ...]], ...]] = (
    ("sample", Words("样本库", "The store and the sample"), ("table_1", *_figures(1, 3))),
    ("business", Words("规模与融资", "Size and financing"), _figures(4, 9)),
    (
        "research",
        Words("技术层次与研发", "Layers and research"),
        (*_figures(10, 14), "table_2", *_figures(15, 17)),
    ),
    ("network", Words("价值网络结构", "Structure of the value network"), ("table_3", *_figures(18, 22))),
    ("technology", Words("技术关系", "Technology relations"), (*_figures(23, 25), "table_4", "table_5")),
    ("people", Words("人力资本关系", "Human capital"), ("figure_26", "table_6")),
    ("investment", Words("投资关系", "Investment"), ("table_7",)),
    ("categories", Words("技术体系演化", "Technologies over time"), _figures(27, 39)),
    ("areas", Words("应用领域扩展", "Areas of application over time"), _figures(40, 59)),
    ("industries", Words("人工智能和实体经济", "AI and the real economy"), _figures(60, 64)),
)

#: Told each time that a number of pages is written.
Progress = Callable[[int], None]


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
) -> Written:
    """Write the report into `out`, over an earlier one; other files there are left alone.

    only: ids of the tables and figures that are wanted, all where none is named. Raises UsageError where `out` is a
    file, or an id is none.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; a report is a folder")
    unknown = set(only) - TABLES.keys() - FIGURES.keys()
    if unknown:
        raise UsageError(f"no table or figure {', '.join(sorted(unknown))}")
    exhibits = [one for one in (*TABLES, *FIGURES) if not only or one in only]
    return _Site(engine, basis, out, entities_most, exhibits, progress or (lambda _pages: None)).write()


class _Site:
    def __init__(
        self,
        engine: Engine,
        basis: Basis,
        out: Path,
        entities_most: int,
        exhibits: Sequence[str],
        progress: Progress,
    ) -> None:
        self.engine, self.basis, self.out, self.progress = engine, basis, out, progress
        self.exhibits: dict[str, Exhibit] = {
            one: table(basis, one) if one in TABLES else figure(basis, one) for one in exhibits
        }
        self.figures = [one for one in self.exhibits.values() if isinstance(one, Figure)]
        self.tables: list[Table] = [table_of(one) for one in self.exhibits.values()]
        self.fact_pages = FactPages()
        self.cells: dict[str, str] = {}
        named = {
            str(one) for shown in self.tables if "entity" in shown.frame for one in shown.frame["entity"]
        }
        self.entities = EntityPages(basis, entities_most, frozenset(named))
        self.checks = check_all(self.tables)
        self.pages = 0
        self.environment = environment()
        self.snapshot_date = _newest_snapshot(engine, basis)

    def write(self) -> Written:
        self._register()
        entity_facts = {one: self.entities.facts(one) for one in self.entities.listed}
        for facts in entity_facts.values():
            if len(facts) > self.fact_pages.most:
                self.fact_pages.add(facts, "")
        every = {int(one) for one in self.fact_pages.facts()}
        every.update(int(one) for facts in entity_facts.values() for one in facts)
        view, heads = self.basis.facts.view, self.basis.heads
        traced = {one.fact: one for one in trace(self.engine, every, view, heads=heads)}
        self._shared_files()
        for language in LANGUAGES:
            _Pages(self, language, traced).write(entity_facts)
        pictures = len(charts.FORMATS) * len(LANGUAGES) * len(self.figures)
        failed = sum(not one.ok for one in self.checks)
        return Written(self.out, self.pages, len(self.tables), pictures, failed)

    def _register(self) -> None:
        """Give every cell with facts behind it the page that shows them."""
        for shown in self.tables:
            for row in range(len(shown.frame)):
                for column in shown.columns:
                    if column.numeric and column.name != "rank" and shown.value(row, column.name) is not None:
                        path = f"{shown.row_path(row)}/{column.name}"
                        self.cells[path] = self.fact_pages.add(shown.behind(row, column.name), path)

    def _shared_files(self) -> None:
        _write(self.out / "style.css", (Path(__file__).parent / "style.css").read_text(encoding="utf-8"))
        for shown in self.tables:
            _write(self.out / "data" / f"{shown.id}.csv", table_csv(shown))
        folder = self.out / "pictures"
        folder.mkdir(parents=True, exist_ok=True)
        for exhibit in self.figures:
            for language in LANGUAGES:
                for ending, data in charts.pictures(exhibit, language).items():
                    (folder / f"{exhibit.id}_{language}{ending}").write_bytes(data)


class _Pages:
    """The pages in one language. Facts are rendered once, however many pages show them."""

    def __init__(self, site: _Site, language: Language, traced: dict[int, TracedFact]) -> None:
        self.site, self.language, self.traced = site, language, traced
        self.folder = site.out if language == "zh" else site.out / language
        self.rendered: dict[int, Markup] = {}
        self.fact_macro = site.environment.get_template("parts.html").module.fact  # type: ignore[attr-defined]  # macros are attributes of the module

    def t(self, key: str) -> str:
        return say(key, self.language)

    def write(self, entity_facts: dict[str, Any]) -> None:
        site, language = self.site, self.language
        chapters = [
            {
                "id": identity,
                "title": title.of(language),
                "exhibits": [
                    shown_exhibit(site.exhibits[one], language, site.cells.__getitem__, site.entities.pages)
                    for one in listed
                    if one in site.exhibits
                ],
            }
            for identity, title, listed in CHAPTERS
            if site.exhibits.keys() & set(listed)
        ]
        basis = site.basis
        self._page(
            "index.html", "index.html", chapters=chapters, years=f"{basis.years[0]}–{basis.last}",
            sample_size=f"{len(basis.sample):,}", level=LEVEL_WORDS[basis.facts.view.level].of(language),
        )  # fmt: skip
        self._page(
            "method.html", "method.html",
            settings=method.settings(basis, language), rule=method.rule(basis, language),
            definitions=[(name.of(language), text.of(language)) for name, text in method.DEFINITIONS],
            sources=method.sources(site.engine, language),
        )  # fmt: skip
        labels = {shown.id: f"{label(shown, language)} {shown.title.of(language)}" for shown in site.tables}
        checks = [
            {
                "table": one.table,
                "label": labels[one.table],
                "words": one.words.of(language),
                "ok": one.ok,
                "found": one.found,
            }
            for one in site.checks
        ]
        self._page("checks.html", "checks.html", checks=checks)
        self._page(
            "entities.html",
            "entities.html",
            entities=[site.entities.row(one, language) for one in site.entities.listed],
        )
        for found in site.fact_pages.sets.values():
            self._set(found)
        for entity, facts in entity_facts.items():
            self._entity(entity, [int(one) for one in facts])

    def _set(self, found: FactSet) -> None:
        titles = {shown.id: shown.title.of(self.language) for shown in self.site.tables}
        cells = [{"path": path, "title": titles[path.partition("/")[0]]} for path in found.cells if path]
        facts = [int(one) for one in found.facts]
        large = len(facts) > self.site.fact_pages.most
        pieces = self.site.fact_pages.pieces(facts, self.traced) if large else []
        heading = self.t("facts_behind")
        if len(cells) == 1:
            heading = f"{heading} {cells[0]['path']}"
        self._facts_page(
            found.name, heading, len(facts), [] if large else self._in_order(facts), cells, pieces
        )
        for piece in pieces:
            self._facts_page(piece.name, self._piece(piece), len(piece.facts), list(piece.facts), [], [])

    def _piece(self, piece: Piece) -> str:
        year = self.t("undated") if piece.year is None else f"{self.t('of_year')} {piece.year}"
        return year if piece.parts == 1 else f"{year} ({self.t('part')} {piece.part}/{piece.parts})"

    def _facts_page(
        self,
        name: str,
        heading: str,
        count: int,
        facts: list[int],
        cells: list[dict[str, str]],
        pieces: list[Piece],
    ) -> None:
        path = f"facts/{name}.html"
        listed = [
            {"name": piece.name, "label": self._piece(piece), "count": f"{len(piece.facts):,}"}
            for piece in pieces
        ]
        self._page(
            path, "facts.html", heading=heading, count=f"{count:,}", facts=self._facts(facts), pieces=listed,
            cells=cells[:CELLS_MOST], more_cells=max(len(cells) - CELLS_MOST, 0),
        )  # fmt: skip

    def _entity(self, entity: str, facts: list[int]) -> None:
        site = self.site
        large = len(facts) > site.fact_pages.most
        places: dict[int, str] = {}
        page = ""
        if large:
            page = site.fact_pages.add(site.entities.facts(entity), "")
            for piece in site.fact_pages.pieces(facts, self.traced):
                places.update(dict.fromkeys(piece.facts, f"../facts/{piece.name}.html"))
        shown = site.entities.page(
            entity, self.language, self.traced, lambda fact: f"{places.get(fact, '')}#f{fact}"
        )
        self._page(
            f"entities/{_file(entity)}.html", "entity.html", **shown, count=f"{len(facts):,}", facts_page=page,
            facts=Markup("") if large else self._facts(self._in_order(facts)),
        )  # fmt: skip

    def _in_order(self, facts: Iterable[int]) -> list[int]:
        known = [self.traced[one] for one in facts if one in self.traced]
        known.sort(key=lambda one: (one.valid_from is None, one.valid_from, one.fact))
        return [one.fact for one in known]

    def _facts(self, facts: list[int]) -> Markup:
        """The facts as HTML, each rendered the first time that it is asked for."""
        for one in facts:
            if one not in self.rendered:
                shown = shown_fact(self.traced[one], self.language, self.site.entities.pages)
                self.rendered[one] = self.fact_macro(shown, "../", self.t)
        return Markup("").join(self.rendered[one] for one in facts)

    def _page(self, path: str, template: str, **shown: Any) -> None:
        depth = path.count("/")
        root = "../" * (depth + (self.language != "zh"))
        other = root + (f"en/{path}" if self.language == "zh" else path)
        text = self.site.environment.get_template(template).render(
            language=self.language, t=self.t, root=root, base="../" * depth, other=other, policy=POLICY,
            edition=self.site.basis.edition.name, version=method.version(),
            snapshot_date=self.site.snapshot_date or self.t("no_snapshot"), **shown,
        )  # fmt: skip
        _write(self.folder / path, text)
        self.site.pages += 1
        self.site.progress(1)


def table_csv(shown: Table) -> str:
    """A table as CSV: the names of its columns, values in full, gaps empty."""
    rows = shown.rows()
    names = list(rows[0]) if rows else [column.name for column in shown.columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([csv_files.cell(row[name]) for name in names] for row in rows)
    return out.getvalue()


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


def _file(entity: str) -> str:
    """An entity's id as the name of a file; ids are letters and digits by construction."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", entity):
        raise ValueError(f"{entity!r} is no entity's id")
    return entity


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)

    def fill(file: Any) -> None:
        file.write(text)

    csv_files.write_whole(path, fill)
