"""The command explorer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from analytics.asking import Asked, asking, basis_of, opened
from analytics.explorer.page import PAGES, write_explorer
from pipelines.console import emit, json_option, note
from pipelines.errors import UsageError


@click.command(epilog="Example: valuenet explorer 2021 --out explorer")
@click.argument("edition")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The explorer's folder."
)
@json_option
@asking
def explorer_command(edition: str, out: Path, as_json: bool, asked: Asked) -> None:
    """Write a page to look around in the networks of all years of EDITION; a browser opens it without a server."""
    if asked.sample not in (None, edition):
        raise UsageError(f"the edition is {edition}; --sample names another one")
    with opened() as engine:
        basis = basis_of(engine, Asked(edition, asked.level, asked.subsidiaries, asked.known))
        done = write_explorer(engine, basis, out)
    emit(asdict(done), as_json)
    for page in PAGES.values():
        note(f"Open {out / page}")
