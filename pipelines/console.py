"""What the commands say, and where: data on stdout, everything else on stderr.

Invariants: with `--json` stdout holds one JSON document and nothing besides; no cell or message carries
control characters to the terminal, since the words in it were written by strangers.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

DEFAULT_STORE = "sqlite:///valuenet.db"

#: Control characters (C0, C1, delete), line separators and the marks that turn writing direction around:
#: white space becomes a blank, the rest a visible replacement character.
_HARMLESS = {
    **dict.fromkeys([*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"),
    **dict.fromkeys([*range(0xD800, 0xE000)], "\ufffd"),
    **dict.fromkeys([9, 10, 11, 12, 13, 0x85, 0x2028, 0x2029], " "),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Front:
    """What was said before the sub-command. `store` is an SQLAlchemy URL; `verbosity` is -1, 0 or 1;
    `log_format` is text, or json: then each line on stderr is one JSON object."""

    store: str = DEFAULT_STORE
    verbosity: int = 0
    log_format: str = "text"


def front() -> Front:
    """The options of the command that is running; outside of one, the environment's or the defaults."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Front) if context else None
    return found or Front(os.environ.get("VALUENET_STORE") or DEFAULT_STORE)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


def harmless(text: object) -> str:
    """The words on one line, with nothing in them that a terminal would obey."""
    return str(text).translate(_HARMLESS)


def note(message: str) -> None:
    """A word to the person on stderr; silent under `--quiet`."""
    if front().verbosity < 0:
        return
    if front().log_format == "json":
        from pipelines.log_lines import said_line  # it needs this module

        click.echo(said_line("info", "valuenet", message), err=True)
    else:
        click.echo(harmless(message), err=True)


def emit(data: Any, as_json: bool) -> None:
    """Print the data of a command on stdout: as JSON, or for reading.

    For reading, rows (mappings) become a table, one mapping lines of `name: value`, anything else a line.
    Raises TypeError for values that have no form in JSON.
    """
    if as_json:
        text = json.dumps(plain(data), ensure_ascii=False, indent=2, allow_nan=False)
        click.echo(text.encode("utf-8", "replace").decode())
    elif isinstance(data, Mapping):
        for name, value in data.items():
            click.echo(f"{harmless(name)}: {_cell(value)}")
    elif isinstance(data, Sequence) and data and all(isinstance(row, Mapping) for row in data):
        table(data, list(dict.fromkeys(name for row in data for name in row)))
    elif isinstance(data, Iterable) and not isinstance(data, str):
        for value in data:
            click.echo(_cell(value))
    else:
        click.echo(_cell(data))


def table(rows: Iterable[Mapping[str, Any] | Sequence[Any]], columns: Sequence[str], title: str = "") -> None:
    """Print rows on stdout: framed on a terminal, tab-separated with a header line anywhere else.

    A row is a mapping by column name (a missing one is empty) or a sequence in the columns' order.
    """
    cells = [
        [_cell(row.get(name) if isinstance(row, Mapping) else row[at]) for at, name in enumerate(columns)]
        for row in rows
    ]
    if not sys.stdout.isatty():
        for line in [list(columns), *cells]:
            click.echo("\t".join(line))
        return
    # Text objects and not strings: rich would obey markup such as [link=...] in a name.
    framed = Table(title=Text(harmless(title)) if title else None, title_justify="left")
    numbers = [bool(cells) and all(_is_number(line[at]) for line in cells) for at in range(len(columns))]
    for name, number in zip(columns, numbers, strict=True):
        framed.add_column(Text(harmless(name)), justify="right" if number else "left", overflow="fold")
    for line in cells:
        framed.add_row(*(Text(cell) for cell in line))
    Console(file=sys.stdout).print(framed)


@contextmanager
def progress(total: int | None, label: str) -> Iterator[Callable[[int], None]]:
    """A bar on stderr while the block works; call the value with how many steps were done since.

    `total` is None where it is not known. Only on a terminal, and not under `--quiet`.
    """
    if not sys.stderr.isatty() or front().verbosity < 0:
        yield lambda steps: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(harmless(label).replace("[", "("), total=total)
        yield lambda steps: bar.advance(task, steps)


def plain(value: Any) -> Any:
    """The value in the types that JSON has. Not-a-number, infinity and not-a-time become null.

    Raises TypeError naming the type for anything that has no such form.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if hasattr(value, "item") and callable(value.item):  # a number out of an array
        value = value.item()
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat() if value == value else None  # not-a-time differs from itself
    if isinstance(value, PurePath):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, Set):
        return sorted((plain(inner) for inner in value), key=str)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(inner) for inner in value]
    raise TypeError(f"no form in JSON for {type(value).__name__}")


def _cell(value: Any) -> str:
    """One value as a person reads it: nothing for unknown, at most four decimals, lists with semicolons."""
    if isinstance(value, str):
        return harmless(value)
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) >= 0.001 or value == 0 else f"{value:.2e}"
    if isinstance(value, list):
        return "; ".join(_cell(inner) for inner in value)
    if isinstance(value, dict):
        return "; ".join(f"{harmless(name)}: {_cell(inner)}" for name, inner in value.items())
    return harmless(value)


def _is_number(cell: str) -> bool:
    try:
        float(cell or "0")
    except ValueError:
        return False
    return True
