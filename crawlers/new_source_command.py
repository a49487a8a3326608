"""The command new-source: a working source of a kind, to be fitted to its site."""

from __future__ import annotations

from pathlib import Path

import click

from crawlers.scaffolding import KINDS, project_root, scaffold
from pipelines.console import emit, json_option


@click.command(
    epilog="Example: valuenet new-source city_registry --kind api --home https://data.example.org/"
)
@click.argument("name")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(list(KINDS)),
    help="How the site gives what it has (see above).",
)
@click.option("--home", default="", metavar="URL", help="The site's address; default: an invented one.")
@click.option(
    "--title", default="", metavar="TEXT", help="What the source is called in lists; default: its name."
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="The checkout to write into; default: the one that the current folder lies in.",
)
@json_option
def new_source_command(name: str, kind: str, home: str, title: str, into: Path | None, as_json: bool) -> None:
    """Write a new source NAME: its file, its tests, its saved pages with the expected records.

    \b
    KIND says how the site gives what it has:
        api     a JSON API whose listing has pages
        pages   pages that list, and a page of details for each entry
        feed    a feed (RSS or Atom) and the articles that it names

    What is written works, against invented pages, and its tests pass; fit it to the site from there
    (docs/new-source.md walks through it). Nothing that is there is written over.
    """
    root = project_root((into or Path.cwd()).resolve())
    made = scaffold(name, kind, home, title)
    made.write(root)
    paths = [path.as_posix() for path in made.files]
    if as_json:
        emit({"name": name, "kind": kind, "files": paths}, True)
        return
    for path in paths:
        click.echo(f"wrote {path}")
    source = f"crawlers/sources/{name}.py"
    click.echo(
        f"""
Next:
  1. Its tests pass as it stands:
       python -m pytest -n0 tests/crawlers/test_source_{name}.py tests/crawlers/test_sources.py -k {name}
  2. Read the site's robots.txt, terms and licence; write them into DECLARATION in {source}.
  3. Fit the addresses and the reading to the site, and its pages in tests/crawlers/pages/{name}/
     (of your own writing, in the site's format, never copied). What reading them gives is written anew by
       python -m tests.crawlers.expect {name}
  4. valuenet crawl {name} --limit 5, then valuenet status --rejected."""
    )
