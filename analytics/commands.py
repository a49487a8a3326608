"""The commands of this room: network, measure, table, figure, report, trace, compare."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from analytics.asking import Asked, asking, basis_of, opened
from analytics.cells import any_table, find
from analytics.charts import FORMATS, save
from analytics.compare_command import compare_command
from analytics.exhibits import Column, Language, Table
from analytics.figures import figure
from analytics.network_commands import measure_command, network_command
from analytics.report.describing import cell_text
from analytics.report.figure_page import write_figure_page
from analytics.report.pdf import print_pdf
from analytics.report.site import table_csv, write_report
from analytics.trace import TracedFact, trace
from pipelines import console
from pipelines.console import emit, harmless, json_option, note
from pipelines.errors import UsageError

__all__ = [
    "compare_command",
    "figure_command",
    "measure_command",
    "network_command",
    "report_command",
    "table_command",
    "trace_command",
]

_language_option = click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Of titles and labels.",
)
_year_option = click.option(
    "--year",
    "years",
    multiple=True,
    type=int,
    help="Only these years; repeat for several. Default: the edition's.",
)
_top_option = click.option(
    "--top", type=click.IntRange(1), default=20, show_default=True, help="Rows of a ranking."
)


@click.command(epilog="Example: valuenet table 4 --year 2019 --year 2021 --language en")
@click.argument("wanted", metavar="N|NAME")
@_year_option
@_top_option
@_language_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, values in full.")
@json_option
@asking
def table_command(
    wanted: str,
    years: tuple[int, ...],
    top: int,
    language: Language,
    as_csv: bool,
    as_json: bool,
    asked: Asked,
) -> None:
    """A table of the report, by its number (s3: of the supplements) or words of its title."""
    with opened() as engine:
        found = any_table(engine, basis_of(engine, asked, years, top), wanted)
    _print_table(found, language, as_csv, as_json)


@click.command(epilog="Example: valuenet figure 27 --out technologies.svg --language en")
@click.argument("wanted", metavar="N|NAME")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE.png|.svg|.html", help="Draw it into a file."
)
@_year_option
@_language_option
@click.option("--csv", "as_csv", is_flag=True, help="Print its numbers as CSV.")
@json_option
@asking
def figure_command(
    wanted: str,
    out: Path | None,
    years: tuple[int, ...],
    language: Language,
    as_csv: bool,
    as_json: bool,
    asked: Asked,
) -> None:
    """A figure of the report, by its number or words of its title: drawn with --out, else its numbers."""
    if out is not None and out.suffix.lower() not in (*FORMATS, ".html"):
        raise UsageError(f"{out.name}: a figure is drawn as .png, .svg or .html")
    with opened() as engine:
        found = figure(basis_of(engine, asked, years), wanted)
    if out is None or as_csv or as_json:
        _print_table(found.table, language, as_csv, as_json)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix.lower() == ".html":
            write_figure_page(found, out, language)
        else:
            save(found, out, language)
        note(f"Wrote {out}")


def _print_table(found: Table, language: Language, as_csv: bool, as_json: bool) -> None:
    if as_csv and as_json:
        raise UsageError("--csv and --json exclude each other")
    if as_csv:
        click.echo(table_csv(found), nl=False)
        return
    notes = [one.of(language) for one in found.notes]
    if as_json:
        emit({"id": found.id, "title": found.title.of(language), "rows": found.rows(), "notes": notes}, True)
        return
    columns = [column for column in found.columns if column.shown]
    rows = [[_text(found, row, column, language) for column in columns] for row in range(len(found.frame))]
    console.table(rows, [column.heading(language) for column in columns], title=found.title.of(language))
    for one in notes:
        note(one)


def _text(found: Table, row: int, column: Column, language: Language) -> str:
    """A cell for reading; in English where it has English words."""
    english = found.value(row, column.english) if language == "en" and column.english else None
    return cell_text(english or found.value(row, column.name), column)


@click.command(epilog="Example: valuenet report 2021 --out report")
@click.argument("edition")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The report's folder."
)
@_top_option
@click.option(
    "--only", multiple=True, metavar="ID", help="table_3, figure_22 and so on; all where none is named."
)
@click.option("--pdf", is_flag=True, help="Print both languages into PDF files as well; needs a Chromium.")
@json_option
@asking
def report_command(
    edition: str, out: Path, top: int, only: tuple[str, ...], pdf: bool, as_json: bool, asked: Asked
) -> None:
    """Write every table and figure of EDITION as pages, CSV and pictures; index.html is where to begin."""
    if asked.sample not in (None, edition):
        raise UsageError(f"the edition is {edition}; --sample names another one")
    with opened() as engine:
        basis = basis_of(engine, Asked(edition, asked.level, asked.subsidiaries, asked.known), (), top)
        with console.progress(None, "writing pages") as advance:
            done = write_report(engine, basis, out, only=only, progress=advance)
    files = [print_pdf(out, language) for language in ("zh", "en")] if pdf else []
    emit({**asdict(done), "pdf": files} if files or as_json else asdict(done), as_json)
    if done.checks_failed:
        note(f"{done.checks_failed} checks failed: see checks.html")


@click.command(epilog="Example: valuenet trace table_7/institutional/1 --limit 5")
@click.argument("cell")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="Facts shown; 0: all.")
@_year_option
@_top_option
@json_option
@asking
def trace_command(
    cell: str, limit: int, years: tuple[int, ...], top: int, as_json: bool, asked: Asked
) -> None:
    """From a published CELL (table_3/2021/edges) down to the facts, the quoted words, and where they stand."""
    with opened() as engine:
        basis = basis_of(engine, asked, years, top)
        found = find(engine, basis, cell)
        facts = trace(engine, found.facts, asked.view, heads=basis.heads)
    shown = facts[:limit] if limit else facts
    if as_json:
        emit(
            {
                "cell": found.path,
                "title": found.title,
                "column": found.heading,
                "value": found.value,
                "facts_total": len(facts),
                "facts": shown,
            },
            True,
        )
        return
    click.echo(f"{found.path} = {found.value}")
    click.echo(f"{found.title.zh} ({found.title.en}), {found.heading.zh} ({found.heading.en})")
    click.echo(f"{len(facts)} facts")
    for fact in shown:
        for line in _lines(fact):
            click.echo(harmless(line))
    if len(shown) < len(facts):
        note(f"{len(facts) - len(shown)} more; --limit 0 shows all.")


_INDENT: Final = "    "


def _lines(fact: TracedFact) -> list[str]:
    """A fact for reading: what it says, then each place where it stands."""
    said = " ".join(part for part in (fact.kind, fact.value, fact.as_written) if part)
    lines = ["", f"{fact.valid_from or 'undated'}  {said}  [fact {fact.fact}, {fact.source}]"]
    for one in fact.bearers:
        meant = f" = {one.name} ({one.entity})" if one.entity else " (not resolved)"
        lines.append(f"{_INDENT}{one.role}: {one.written}{meant}")
    for place in fact.evidence:
        lines.append(f"{_INDENT}“{place.quote}”" if place.quote else f"{_INDENT}(no words quoted)")
        lines.append(f"{_INDENT}{place.url}  {place.locator}")
        lines.append(
            f"{_INDENT}{place.method} {place.method_version}, seen {place.first_seen:%Y-%m-%d} to "
            f"{place.last_seen:%Y-%m-%d}; {place.archive} @ {place.offset} sha256:{place.sha256}"
        )
    return lines
