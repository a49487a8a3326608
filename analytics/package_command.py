"""The command that writes an edition as a data package."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from analytics.asking import Asked, asking, basis_of, opened
from analytics.data_package import write_package
from analytics.package_check import check_package
from pipelines import console
from pipelines.console import emit, json_option, note
from pipelines.errors import UsageError


@click.command(epilog="Example: valuenet package 2021 --out package-2021")
@click.argument("edition")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The package's folder."
)
@click.option(
    "--pass-on", multiple=True, metavar="SOURCE",
    help="Answer for passing on the facts of a source that states no licence; repeat for several.",
)  # fmt: skip
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing: whether the package in DIR is whole, and made from this store.",
)
@click.option("--data-only", is_flag=True, help="Without the tables and figures of the report.")
@json_option
@asking
def package_command(
    edition: str,
    out: Path,
    pass_on: tuple[str, ...],
    check: bool,
    data_only: bool,
    as_json: bool,
    asked: Asked,
) -> None:
    """Write EDITION as a data package: CSV and Parquet, what every column means, licences, checksums."""
    if asked.sample not in (None, edition):
        raise UsageError(f"the edition is {edition}; --sample names another one")
    if check:
        with opened() as engine:
            found = check_package(engine, out)
        emit(asdict(found), as_json)
        if not found.sound:
            click.get_current_context().exit(1)
        return
    with opened() as engine:
        basis = basis_of(engine, Asked(edition, asked.level, asked.subsidiaries, asked.known))
        with console.progress(None, "writing files") as advance:
            done = write_package(
                engine, basis, out, vouched=pass_on, exhibits=not data_only, progress=advance
            )
    emit(asdict(done), as_json)
    for source, facts in done.withheld.items():
        note(f"Held back: {facts} facts of {source}; see sources.csv for the reason, and --pass-on.")
