"""The pages of a report in one language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from analytics.basis import LEVEL_WORDS
from analytics.compare_editions import REASONS
from analytics.exhibits import Figure, Language
from analytics.report import method
from analytics.report.changes import NAMES_MOST, ROWS_MOST, Changes
from analytics.report.chapters import Chapter
from analytics.report.content import Content
from analytics.report.describing import cell_text, moment, shown_fact, signed
from analytics.report.environment import environment
from analytics.report.fact_pages import CELLS_MOST, IN_FULL, FactSet, Piece
from analytics.report.inline_charts import inline_chart
from analytics.report.shown import ShownExhibit, label, shown_exhibit
from analytics.report.summary import Piece as Said
from analytics.report.wording import say
from analytics.report.writing import write_text
from analytics.trace import TracedFact

#: Nothing runs, nothing is loaded but the style sheet and pictures beside the page.
POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
#: Of the pages with a search box: the report's own script, and the index that it loads.
SEARCH_POLICY: Final = POLICY.replace("default-src 'none';", "default-src 'none'; script-src 'self';")


class Pages:
    """Writes the pages: those of the report with `write`, those of facts and entities one by one."""

    def __init__(
        self, content: Content, language: Language, out: Path, progress: Callable[[int], None]
    ) -> None:
        self.content, self.language, self.progress = content, language, progress
        self.folder = out if language == "zh" else out / language
        self.written = 0
        self.fact_macro = environment().get_template("parts.html").module.fact  # type: ignore[attr-defined]  # macros are attributes of the module

    def t(self, key: str) -> str:
        return say(key, self.language)

    def write(self) -> int:
        """Write all pages but the first and those of facts and entities; returns how many."""
        content = self.content
        for at, chapter in enumerate(content.chapters):
            self._chapter(at, chapter)
        self._whole()
        self._about()
        self._page("search.html", "search.html", policy=SEARCH_POLICY, current="search")
        self._page(
            "entities.html",
            "entities.html",
            current="entities",
            entities=[content.entities.row(one, self.language) for one in content.entities.listed],
        )
        return self.written

    # ── the report itself ─────────────────────────────────────────────────────────────────────────

    def _edition(self) -> dict[str, Any]:
        """What a reader of any edition has to know first."""
        basis = self.content.basis
        return {
            "years": f"{basis.years[0]}–{basis.last}",
            "sample_size": f"{len(basis.sample):,}",
            "level": LEVEL_WORDS[basis.facts.view.level].of(self.language),
            "failed": sum(not one.ok for one in self.content.checks),
            "checked": len(self.content.checks),
        }

    def write_first(self) -> int:
        """Write the page to begin with, when all others are there: a report without it is not finished."""
        before = self.written
        self._first()
        return self.written - before

    def forget_first(self) -> None:
        """Take away the first page of an earlier report, which this one is written over."""
        (self.folder / "index.html").unlink(missing_ok=True)

    def _first(self) -> None:
        summary, language = self.content.summary, self.language
        self._page(
            "index.html", "index.html", policy=SEARCH_POLICY, current="report", chapters=self._listed(),
            key_numbers=[
                {"words": one.words.of(language), "text": one.text, "href": self.content.place(one.path)}
                for one in summary.key_numbers()
            ],
            sentences=[self._sentence(one) for one in summary.sentences(language)], explorer=self._explorer(""),
            **self._edition(),
        )  # fmt: skip

    def _sentence(self, pieces: Iterable[Said]) -> list[dict[str, str]]:
        known = self.content.entities.pages
        return [
            {
                "text": one.text,
                "href": f"entities/{one.entity}.html"
                if one.entity in known
                else self.content.place(one.path)
                if one.path
                else "",
            }
            for one in pieces
        ]

    def _listed(self) -> list[dict[str, Any]]:
        """The chapters as lists of contents show them."""
        content, language = self.content, self.language
        tables = {one.id: one for one in content.tables}
        return [
            {
                "id": chapter.id,
                "page": chapter.page,
                "title": chapter.title.of(language),
                "exhibits": [
                    {
                        "id": one,
                        "label": label(tables[one], language),
                        "title": tables[one].title.of(language),
                        "href": content.place(one),
                    }
                    for one in chapter.exhibits
                ],
            }
            for chapter in content.chapters
        ]

    def _chapter(self, at: int, chapter: Chapter) -> None:
        listed = self._listed()
        self._page(
            chapter.page, "chapter.html", current="report", number=at + 1, title=chapter.title.of(self.language),
            exhibits=[self._exhibit(one) for one in chapter.exhibits],
            before=listed[at - 1] if at else None, after=listed[at + 1] if at + 1 < len(listed) else None,
        )  # fmt: skip

    def _exhibit(self, identity: str) -> dict[str, Any]:
        content = self.content
        exhibit = content.exhibits[identity]
        shown = shown_exhibit(
            exhibit, self.language, content.cells.__getitem__, content.entities.pages, content.ranges
        )
        chart = None
        if isinstance(exhibit, Figure):
            chart = inline_chart(exhibit, self.language, self._facts_address)
        drawn = isinstance(exhibit, Figure) and exhibit.chart == "network"
        return {"shown": shown, "chart": chart, "explorer": self._explorer("../") if drawn else ""}

    def _explorer(self, base: str, entity: str = "") -> str:
        """The page to look around in the networks, opened at an entity, as a page calls it that has its language's
        folder at `base`; empty where the report has none."""
        if not self.content.explorer:
            return ""
        page = "explorer/index.html" if self.language == "zh" else "../explorer/en.html"
        return f"{base}{page}{f'#node={entity}' if entity else ''}"

    def _facts_address(self, path: str) -> str:
        """Where the facts of a cell are, as a chapter's page calls it."""
        name = self.content.cells.get(path, "")
        return f"../facts/{name}.html" if name else ""

    def _whole(self) -> None:
        """The whole report on one page, for printing: no links into other files, which paper has not."""
        chapters = [
            {"id": one.id, "title": one.title.of(self.language), "exhibits": self._printed(one)}
            for one in self.content.chapters
        ]
        sentences = [
            "".join(piece.text for piece in one) for one in self.content.summary.sentences(self.language)
        ]
        self._page(
            "whole.html", "whole.html", current="", chapters=chapters, sentences=sentences, **self._method(),
            **self._edition(),
        )  # fmt: skip

    def _printed(self, chapter: Chapter) -> list[ShownExhibit]:
        return [
            shown_exhibit(
                self.content.exhibits[one], self.language, lambda _path: "", frozenset(), self.content.ranges
            )
            for one in chapter.exhibits
        ]

    # ── about the report ──────────────────────────────────────────────────────────────────────────

    def _method(self) -> dict[str, Any]:
        basis, language = self.content.basis, self.language
        return {
            "settings": method.settings(basis, language),
            "rule": method.rule(basis, language),
            "definitions": [(name.of(language), text.of(language)) for name, text in method.DEFINITIONS],
        }

    def _about(self) -> None:
        content, language = self.content, self.language
        self._page("method.html", "method.html", current="method", **self._method())
        self._page(
            "sources.html",
            "sources.html",
            current="sources",
            sources=method.sources(content.engine, language),
        )
        labels = {one.id: f"{label(one, language)} {one.title.of(language)}" for one in content.tables}
        checks = [
            {
                "label": labels.get(one.table, self.t("summary")),
                "href": content.place(one.table) if one.table in labels else "index.html",
                "words": one.words.of(language),
                "ok": one.ok,
                "found": one.found,
            }
            for one in content.checks
        ]
        self._page("checks.html", "checks.html", current="checks", checks=checks, **self._edition())
        if content.changes is not None:
            self._changes(content.changes)

    def _changes(self, changes: Changes) -> None:
        found, language = changes.found, self.language
        tables = {one.id: one for one in self.content.tables}
        rows = []
        for row in found.rows.head(ROWS_MOST).to_dict("records"):
            shown = tables[row["table"]]
            column = shown.column(row["column"])
            path = str(row["path"])
            rows.append(
                {
                    "label": f"{label(shown, language)} {path.partition('/')[2]}",
                    "href": self.content.place(path) if path in self.content.cells else "",
                    "name": row["name"],
                    "other": cell_text(_known(row["other"]), column),
                    "ours": cell_text(_known(row["ours"]), column),
                    "difference": signed(_known(row["difference"]), column),
                    "reason": REASONS[row["reason"]].of(language),
                }
            )
        self._page(
            "changes.html", "changes.html", current="changes", earlier=changes.edition, rows=rows,
            known=moment(changes.known) if changes.known else self.t("known_now"), differ=f"{len(found.rows):,}",
            alike=f"{found.alike:,}", more=max(len(found.rows) - ROWS_MOST, 0),
            entered="、".join(found.entered[:NAMES_MOST]), entered_count=len(found.entered),
            left="、".join(found.left[:NAMES_MOST]), left_count=len(found.left),
        )  # fmt: skip

    # ── facts ─────────────────────────────────────────────────────────────────────────────────────

    def of_set(self, found: FactSet, traced: Mapping[int, TracedFact]) -> None:
        """The page of a set of facts; `traced` has them where they are few. Its pieces are pages of their own."""
        content = self.content
        titles = {shown.id: shown.title.of(self.language) for shown in content.tables}
        cells = [
            {"path": path, "title": titles[path.partition("/")[0]], "href": content.place(path)}
            for path in found.cells[:CELLS_MOST]
            if path
        ]
        heading = self.t("facts_behind")
        if len(found.cells) == 1 and cells:
            heading = f"{heading} {cells[0]['path']}"
        more = max(len(found.cells) - CELLS_MOST, 0)
        pages = content.fact_pages
        facts = pages.in_order(found.facts).tolist()
        few, many = len(facts) <= IN_FULL, len(facts) > pages.lines
        self._facts_page(
            found.name, heading, len(facts),
            facts=self._facts(facts, traced) if few else Markup(),
            lines=Markup() if few or many else content.lines.html(facts, self.language),
            pieces=pages.pieces(found.facts) if many else [], cells=cells, more_cells=more,
        )  # fmt: skip

    def of_piece(self, piece: Piece) -> None:
        """A page of lines."""
        lines = self.content.lines.html(piece.facts.tolist(), self.language)
        self._facts_page(piece.name, self._piece(piece), len(piece.facts), lines=lines)

    def of_shelf(self, shelf: Piece, traced: Mapping[int, TracedFact]) -> None:
        """A page of facts in full; `traced` has them."""
        facts = self._facts(shelf.facts.tolist(), traced)
        self._facts_page(shelf.name, self._piece(shelf), len(shelf.facts), facts=facts)

    def _piece(self, piece: Piece) -> str:
        year = self.t("undated") if piece.year is None else f"{self.t('of_year')} {piece.year}"
        return year if piece.parts == 1 else f"{year} ({self.t('part')} {piece.part}/{piece.parts})"

    def _facts_page(
        self,
        name: str,
        heading: str,
        count: int,
        *,
        facts: Markup = Markup(),  # noqa: B008  # a constant
        lines: Markup = Markup(),  # noqa: B008  # a constant
        pieces: Iterable[Piece] = (),
        cells: Iterable[dict[str, str]] = (),
        more_cells: int = 0,
    ) -> None:
        listed = [
            {"name": piece.name, "label": self._piece(piece), "count": f"{len(piece.facts):,}"}
            for piece in pieces
        ]
        self._page(
            f"facts/{name}.html", "facts.html", heading=heading, count=f"{count:,}", facts=facts, lines=lines,
            pieces=listed, cells=cells, more_cells=more_cells,
        )  # fmt: skip

    def of_entity(self, entity: str, traced: Mapping[int, TracedFact]) -> None:
        """An entity's page; `traced` has its attributes' facts, and all of its facts where they are few."""
        content = self.content
        pages, every = content.fact_pages, content.entity_facts[entity]
        facts = pages.in_order(every).tolist()
        few, many = len(facts) <= IN_FULL, len(facts) > pages.lines

        def href(fact: int) -> str:
            return f"#f{fact}" if few else f"../facts/{pages.shelf(fact)}.html#f{fact}"

        shown = content.entities.page(
            entity, self.language, traced, href, content.histories.get(entity), content.names.get(entity, ())
        )
        self._page(
            f"entities/{_file(entity)}.html", "entity.html", **shown, count=f"{len(facts):,}",
            explorer=self._explorer("../", entity) if entity in content.entities.degree else "",
            facts_page=pages.add(every, "") if many else "",
            facts=self._facts(facts, traced) if few else Markup(),
            lines=Markup() if few or many else content.lines.html(facts, self.language),
        )  # fmt: skip

    def _facts(self, facts: Iterable[int], traced: Mapping[int, TracedFact]) -> Markup:
        """The facts as HTML."""
        known = self.content.entities.pages
        return Markup().join(
            self.fact_macro(shown_fact(traced[one], self.language, known), "../", self.t) for one in facts
        )

    def _page(
        self, path: str, template: str, *, policy: str = POLICY, current: str = "", **shown: Any
    ) -> None:
        depth = path.count("/")
        root = "../" * (depth + (self.language != "zh"))
        other = root + (f"en/{path}" if self.language == "zh" else path)
        fixed: Mapping[str, Any] = {
            "language": self.language, "t": self.t, "root": root, "base": "../" * depth, "other": other,
            "policy": policy, "current": current, "changed": self.content.changes is not None,
            "edition": self.content.basis.edition.name,
            "version": method.version(),
            "snapshot_date": self.content.snapshot_date or self.t("no_snapshot"),
        }  # fmt: skip
        write_text(self.folder / path, environment().get_template(template).render(**fixed, **shown))
        self.written += 1
        self.progress(1)


def _known(value: Any) -> Any:
    """None for a gap."""
    return None if value is None or value != value else value


def _file(entity: str) -> str:
    """An entity's id as the name of a file; ids are letters and digits by construction."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", entity):
        raise ValueError(f"{entity!r} is no entity's id")
    return entity
