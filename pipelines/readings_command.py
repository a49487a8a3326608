"""The command readings: what readers were unsure of, shown and decided from the command line."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipelines.console import emit, front, json_option, note, table
from pipelines.errors import InputError, UsageError
from pipelines.reading.fact_json import TYPES, date_of, fact_json
from pipelines.reading.lines import whole_file, write_line
from pipelines.store import readings
from pipelines.store.session import open_store, writing

#: A mended fact is a small file.
FILE_LIMIT = 1_000_000
T = TypeVar("T")

_number = click.argument("reading", metavar="READING")
_by = click.option("--by", metavar="NAME", help="Who decides; default: your user name.")
_reason = click.option("--reason", default="", metavar="WORDS", help="Why.")


@click.group(epilog="Example: valuenet readings list --type investment")
def readings_command() -> None:
    """Facts that readers found in documents and were not sure enough of: shown, decided, exported.

    The same is done in a browser: valuenet review.
    """


@readings_command.command("list", epilog="Example: valuenet readings list --limit 20")
@click.option("--type", "kind", type=click.Choice(TYPES), help="Only facts of this type.")
@click.option("--after", metavar="READING", help="Those behind this one.")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    metavar="N",
    help="At most so many.",
)
@json_option
def list_command(kind: str | None, after: str | None, limit: int, as_json: bool) -> None:
    """What waits for a person, the surest first."""
    number = None if after is None else _id(after)
    engine = open_store(front().store)
    try:
        with engine.connect() as connection:
            found = readings.waiting(connection, number, limit, type=kind)
            counts = readings.count(connection)
    finally:
        engine.dispose()
    rows = [_row(one) for one in found]
    if as_json:
        emit(rows, True)
    elif rows:
        shown = ["reading", "type", "roles", "status", "date", "confidence", "method", "quote", "url"]
        table(rows, shown)
        note(f"waiting: {sum(counts.values())}")
    else:
        note("Nothing waits.")


@readings_command.command("accept", epilog="Example: valuenet readings accept 1a2b3c4d5e6f7081")
@_number
@_by
@_reason
@json_option
def accept_command(reading: str, by: str | None, reason: str, as_json: bool) -> None:
    """Accept a reading as it stands: it is a fact at once."""
    _decide(reading, "accepted", by, reason, None, as_json)


@readings_command.command(
    "mend", epilog="Example: valuenet readings mend 1a2b3c4d5e6f7081 --fact mended.json"
)
@_number
@click.option(
    "--fact",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The fact as it should be: JSON as `valuenet readings list --json` has it under fact.",
)
@_by
@_reason
@json_option
def mend_command(reading: str, fact: Path, by: str | None, reason: str, as_json: bool) -> None:
    """Put a reading right: the words of every role must stand in its text. It is a fact at once."""
    try:
        with fact.open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
        data = json.loads(raw)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("cannot be read as JSON", where=str(fact)) from error
    if len(raw) > FILE_LIMIT or not isinstance(data, dict):
        raise InputError("no JSON object, or too large for a fact", where=str(fact))
    _decide(reading, "mended", by, reason, data, as_json)


@readings_command.command(
    "reject", epilog="Example: valuenet readings reject 1a2b3c4d5e6f7081 --reason 'a rumour'"
)
@_number
@_by
@_reason
@json_option
def reject_command(reading: str, by: str | None, reason: str, as_json: bool) -> None:
    """Reject a reading: the text does not say so."""
    _decide(reading, "rejected", by, reason, None, as_json)


@readings_command.command("undo", epilog="Example: valuenet readings undo 1a2b3c4d5e6f7081")
@_number
@json_option
def undo_command(reading: str, as_json: bool) -> None:
    """Take a decision back: the reading waits again."""
    number = _id(reading)
    one = _writing(lambda connection: readings.undo(connection, number))
    emit({"reading": f"{one.id:016x}", "state": one.state}, as_json)


@readings_command.command("export", epilog="Example: valuenet readings export --out examples.jsonl")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the examples are written, a line each.",
)
@json_option
def export_command(out: Path, as_json: bool) -> None:
    """Write what people decided as examples to train readers on: text, facts as they are right, what was read."""
    engine = open_store(front().store)
    count = 0
    try:
        with engine.connect() as connection, whole_file(out) as file:
            for one in readings.examples(connection):
                write_line(file, one)
                count += 1
    finally:
        engine.dispose()
    emit({"out": str(out), "examples": count}, as_json)


def _decide(
    reading: str,
    verdict: readings.Verdict,
    by: str | None,
    reason: str,
    mended: dict[str, Any] | None,
    as_json: bool,
) -> None:
    number, name = _id(reading), by or _user()
    facts = _writing(lambda connection: readings.decide(connection, number, verdict, name, reason, mended))
    emit({"reading": f"{number:016x}", "state": verdict, "by": name, "facts": facts}, as_json)
    if not facts and verdict != "rejected":
        note("The store has no kind of fact for it; the decision is kept.")


def _writing(work: Callable[[Any], T]) -> T:
    engine = open_store(front().store)
    try:
        with writing(engine) as connection:
            return work(connection)
    finally:
        engine.dispose()


def _id(text: str) -> int:
    """A reading's id as it is shown: sixteen hexadecimal digits."""
    try:
        number = int(text, 16)
    except ValueError:
        number = -1
    if not 0 <= number < 2**63:
        raise UsageError(f"{text!r} is no reading; valuenet readings list shows them")
    return number


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError("say with --by who decides") from error


def _row(one: readings.Waiting) -> dict[str, Any]:
    return {
        "reading": f"{one.id:016x}",
        "type": one.type,
        "roles": {role: [piece.text for piece in pieces] for role, pieces in one.fact.roles.items()},
        "status": one.fact.status,
        "date": date_of(one.fact.when),
        "confidence": one.confidence,
        "method": one.method,
        "quote": one.quote,
        "url": one.url,
        "source": one.source,
        "published": one.published,
        "fact": fact_json(one.fact),
    }
