"""Every command with its options, its example and what it answers with, as click knows them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Final

import click

from tools.reference.markdown import MADE, code, plain, table
from valuenet import COMMANDS, main

#: Commands that answer with 1 where they worked and found something wrong, with what.
FAILS: Final = {
    "valuenet crawl": "a source could not be visited, or gave far less than usual",
    "valuenet import": "no row of a file could be used",
    "valuenet schedule run": "with `--once`: a visit failed",
    "valuenet queue work": "with `--once`: a visit failed",
    "valuenet read": "a text could not be read",
    "valuenet archive check": "something in the archive is missing or is not what was written",
    "valuenet doctor": "something is wrong",
}

_START: Final = """# Commands

`valuenet [--store URL] COMMAND`: the store stands before the sub-command. Every command has `--help`; one that
prints data has `--json`.

## Exit codes

| code | means |
|---|---|
| 0 | done |
| 1 | failed: what was wrong and what to do stands on stderr; what was finished before is kept |
| 2 | used wrongly: an unknown option, a value that cannot work |
| 130 | stopped from the keyboard; what was finished before is kept |

Data goes to stdout, everything else to stderr.

"""


def commands_page() -> str:
    """The page, in the order of `valuenet --help`."""
    top = click.Context(main, info_name="valuenet")
    parts = [MADE, _START, "## valuenet\n\n", _options(main, top)]
    for heading in dict.fromkeys(door.heading for door in COMMANDS.values()):
        parts.append(f"## {heading}\n\n")
        for name, door in COMMANDS.items():
            if door.heading == heading:
                command = main.get_command(top, name)
                assert command is not None
                parts += (_described(*one) for one in walk(command, click.Context(command, top, name)))
    return "".join(parts).rstrip() + "\n"


def walk(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """The command and all below it."""
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk(below, click.Context(below, context, name))


def _described(command: click.Command, context: click.Context) -> str:
    path = context.command_path
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    words = [f"### {path}\n\n", f"```text\n{usage}\n```\n\n", _help(command), _options(command, context)]
    if command.epilog:
        example = command.epilog.removeprefix("Example:").strip()
        words.append(f"Example: {plain(example)}\n\n" if ", " in example else f"Example: {code(example)}\n\n")
    if path in FAILS:
        words.append(f"Exit code 1 also where {FAILS[path]}.\n\n")
    return "".join(words)


def _help(command: click.Command) -> str:
    """The help in paragraphs; one that click leaves as it is (\\b) stays so."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(command.help or "").partition("\f")[0])
    return "".join(
        f"```text\n{one.lstrip(chr(8)).strip(chr(10))}\n```\n\n"
        if one.startswith("\b")
        else f"{plain(one)}\n\n"
        for one in paragraphs
        if one.strip()
    )


def _options(command: click.Command, context: click.Context) -> str:
    records = [
        record
        for one in command.get_params(context)
        if isinstance(one, click.Option)
        and "--help" not in one.opts
        and (record := one.get_help_record(context))
    ]
    return table(("option", "means"), ((code(name), plain(said)) for name, said in records))
