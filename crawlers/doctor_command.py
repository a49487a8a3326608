"""The command doctor. It stands in this room because only here the keys of the sources are known."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import click

from crawlers.options import archive_option
from crawlers.registry import declarations
from pipelines.console import emit, front, json_option, note, progress, table
from pipelines.operations.doctor.finding import LEVELS, Finding
from pipelines.operations.doctor.looking import look
from pipelines.operations.doctor.settings import keys


@click.command(epilog="Example: valuenet doctor --full")
@click.option("--full", is_flag=True, help="Read every snapshot of the archive, not a sample.")
@click.option("--all", "every", is_flag=True, help="List what is as it should be, too.")
@archive_option
@json_option
def doctor_command(full: bool, every: bool, archive: str | None, as_json: bool) -> None:
    """Look for what is missing, set wrongly, stale or contradictory, and say how to mend it. Nothing is
    changed.

    Exit code 1 if there is an error.
    """
    found: list[Finding] = []
    with progress(None, "looking") as advance:
        for one in (*keys(_wanted()), *look(front().store, archive, full=full)):
            found.append(one)
            advance(1)
    found.sort(key=lambda one: LEVELS.index(one.level))
    if as_json:
        emit([asdict(one) for one in found], True)
    else:
        shown = [one for one in found if every or one.level != "ok"]
        if shown:
            table([asdict(one) for one in shown], ["level", "area", "what", "mend"])
        counts = Counter(one.level for one in found)
        note(", ".join(f"{counts[level]} {level}" for level in LEVELS))
    if any(one.level == "error" for one in found):
        raise SystemExit(1)


def _wanted() -> dict[str, tuple[str, bool, str]]:
    return {key.env: (one.name, key.required, key.why) for one in declarations() for key in one.keys}
