"""The command `compare`: our numbers beside printed ones, or one edition beside another."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pandas as pd

from analytics.asking import Asked, asking, basis_of, opened
from analytics.compare import Comparison, compare
from analytics.compare_editions import REASONS, EditionComparison, compare_editions
from analytics.sample import show
from pipelines import console
from pipelines.console import emit, json_option, note
from pipelines.errors import UsageError


@click.command(epilog="Example: valuenet compare 2022 --with 2021 --json")
@click.argument("edition")
@click.argument("published", required=False, type=click.Path(path_type=Path), metavar="[PUBLISHED.yaml]")
@click.option("--text", type=click.Path(path_type=Path), metavar="FILE", help="The printed report's text.")
@click.option("--with", "other", metavar="EDITION", help="Another edition instead of printed numbers.")
@click.option(
    "--with-known",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The other edition as it was known at the end of that day. Default: when it was frozen.",
)
@click.option(
    "--only", multiple=True, metavar="ID", help="With --with: table_3, figure_27 and so on; all if none."
)
@json_option
@asking
def compare_command(
    edition: str,
    published: Path | None,
    text: Path | None,
    other: str | None,
    with_known: dt.datetime | None,
    only: tuple[str, ...],
    as_json: bool,
    asked: Asked,
) -> None:
    """Our numbers of EDITION beside printed ones, and the checks that the printed ones fail; or, with --with,
    beside those of another edition, with the reason of every difference."""
    if asked.sample not in (None, edition):
        raise UsageError(f"the edition is {edition}; --sample names another one")
    if (published is None) == (other is None):
        raise UsageError("compare with a file of printed numbers or, by --with, with another edition")
    if other is None and (with_known or only):
        raise UsageError("--with-known and --only go with --with")
    if other is not None and text is not None:
        raise UsageError("--text goes with printed numbers")
    asked = replace(asked, sample=edition)
    if published is not None:
        _with_printed(asked, published, text, as_json)
    elif other is not None:
        _with_edition(asked, other, with_known, only, as_json)


def _with_printed(asked: Asked, published: Path, text: Path | None, as_json: bool) -> None:
    with opened() as engine:
        done = compare(engine, basis_of(engine, asked), published, text)
    if as_json:
        emit(
            {
                "rows": _plain(done.rows),
                "checks": done.checks,
                "text_slips": done.slips,
                "not_compared": done.left,
            },
            True,
        )
        return
    shown = ["row", "column", "name", "printed", "ours", "difference", "printed_place", "our_place"]
    console.table(_plain(done.rows), shown)
    _say_slips(done)


def _say_slips(done: Comparison) -> None:
    for one in done.failed:
        note(f"printed {one.table}: fails “{one.words.en}”: {one.found}")
    for slip in done.slips:
        note(f"printed text: {slip.text} where {slip.printed} is printed: “{slip.around}”")
    note(
        f"{len(done.failed)} of {len(done.checks)} checks fail. Not compared: {', '.join(done.left) or 'nothing'}."
    )


def _with_edition(
    asked: Asked, other: str, known: dt.datetime | None, only: tuple[str, ...], as_json: bool
) -> None:
    with opened() as engine:
        if known is None:
            moment = show(engine, other).frozen_at
        else:
            moment = known.replace(tzinfo=dt.UTC) + dt.timedelta(days=1, milliseconds=-1)
        ours = basis_of(engine, asked)
        theirs = basis_of(engine, replace(asked, sample=other, known=moment))
        done = compare_editions(engine, ours, theirs, only)
    if as_json:
        emit(
            {
                "edition": asked.sample,
                "other": other,
                "other_known": moment,
                "rows": _plain(done.rows),
                "alike": done.alike,
                "entered": done.entered,
                "left": done.left,
            },
            True,
        )
        return
    columns = ["path", "name", "other", "ours", "difference", "new", "gone", "sample", "resolved"]
    rows = [row | {"reason": REASONS[row["reason"]].en} for row in _plain(done.rows)]
    console.table(rows, [*columns, "reason"])
    _say_editions(done)


def _say_editions(done: EditionComparison) -> None:
    note(f"{len(done.rows)} cells differ, {done.alike} are alike.")
    note(f"Companies in the sample since: {len(done.entered)}; no longer: {len(done.left)}.")


def _plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as mappings, gaps as None."""
    return [
        {str(name): None if value is None or value != value else value for name, value in row.items()}
        for row in rows.to_dict("records")
    ]
