"""The command import; apart from those that visit the web, so that it starts without Scrapy."""

from __future__ import annotations

from pathlib import Path

import click

from crawlers.importing import import_file
from crawlers.kinds import kinds
from crawlers.options import archive_option
from crawlers.summary import Summary, merged, show
from pipelines.console import front, harmless, json_option, progress
from pipelines.errors import InputError
from pipelines.store.archive import archive_folder
from pipelines.store.session import open_store


@click.command(
    epilog="Example: valuenet import financing rounds_2014.csv rounds_2015.xlsx --mapping mine.yaml"
)
@click.argument("kind", type=click.Choice(sorted(kinds())))
@click.argument("file", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="M.yaml",
    help="Which column is which field; not needed for a known header.",
)
@click.option("--source", metavar="NAME", help="The source's name in the store; default: the mapping's.")
@archive_option
@json_option
def import_command(
    kind: str,
    file: tuple[Path, ...],
    mapping: Path | None,
    source: str | None,
    archive: str | None,
    as_json: bool,
) -> None:
    """Take in CSV or Excel FILEs of a KIND, which says what a row is.

    UTF-8 and GB18030 are recognised. Files whose columns are called by known names, Chinese or English, need no
    mapping (docs/import.md lists them); for others write one:

    \b
        kind: financing
        source: {name: my-rounds, title: Rounds we bought, publisher: Some Data, licence: internal}
        columns: {date: 日期, target: 被投企业, investors: 投资方, round: 轮次, amount: 金额}
        lists: {investors: "、"}
        absent: [未披露]

    A row that cannot be read is kept as rejected with its line and column; the others go in.
    """
    engine = open_store(front().store, create=True)
    folder = archive_folder(engine, archive)
    summaries: list[Summary] = []
    refused = 0
    with progress(None, "reading rows") as advance:
        for path in file:
            try:
                summaries.append(
                    import_file(engine, folder, kind, path, mapping=mapping, source=source, advance=advance)
                )
            except InputError as error:
                refused += 1
                click.echo(f"Error: {harmless(error)}", err=True)
    show(merged(summaries), as_json)
    engine.dispose()
    if refused:
        raise SystemExit(1)
