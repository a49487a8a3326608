"""The commands of this room that visit the web: crawl, sources, serve."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from crawlers.arguments import accepted, chosen
from crawlers.options import archive_option
from crawlers.registry import declarations, spider_of
from crawlers.running import Plan, crawl
from crawlers.sample_web.faults import Faults
from crawlers.sample_web.server import SampleWeb
from crawlers.summary import show
from pipelines.console import emit, front, json_option, progress, table
from pipelines.store import schema
from pipelines.store.archive import archive_folder
from pipelines.store.session import open_store


@click.command(epilog="Example: valuenet --store sqlite:///ai.db crawl cac ror --limit 20")
@click.argument("source", nargs=-1, required=True)
@click.option(
    "--replay",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Read these WARC files (or, for sources of documents, files) in place of the network; repeatable.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after about N pages a source.")
@click.option(
    "--full", is_flag=True, help="Fetch and read every page again, also those that have not changed."
)
@click.option(
    "--believe", is_flag=True, help="Believe this run although it gives far less than runs before: it shrank."
)
@click.option(
    "--site",
    multiple=True,
    metavar="URL",
    help="For the sources site and news: the sites to read; repeatable.",
)
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="[SOURCE.]NAME=VALUE",
    help="What a source is asked for (see: valuenet sources SOURCE); repeatable. A file of them: VALUENET_SOURCES.",
)
@click.option("--web", metavar="URL", help="Visit this stand-in for the live web (see: valuenet serve).")
@archive_option
@json_option
def crawl_command(
    source: tuple[str, ...],
    replay: tuple[Path, ...],
    limit: int | None,
    full: bool,
    believe: bool,
    site: tuple[str, ...],
    given: tuple[str, ...],
    web: str | None,
    archive: str | None,
    as_json: bool,
) -> None:
    """Visit SOURCEs, keep every response, and store what they say.

    Each source ends with a line of counts: pages kept (snapshots), records read, records rejected (kept with
    their reason), and facts that are new, changed or unchanged. Running it again changes nothing but the
    time at which each fact was last seen.
    """
    arguments = chosen(source, given, site)
    engine = open_store(front().store, create=True)
    folder = archive_folder(engine, archive)
    with progress(None, "reading pages") as advance:
        summaries = crawl(
            engine,
            folder,
            source,
            Plan(replay, web, limit, arguments, full, believe),
            lambda _name, pages: advance(pages),
        )
    show(summaries, as_json)
    engine.dispose()
    if any(summary.outcome == "failed" for summary in summaries):
        raise SystemExit(1)


@click.command(epilog="Example: valuenet sources ror")
@click.argument("source", required=False)
@json_option
def sources_command(source: str | None, as_json: bool) -> None:
    """The sources there are, or one of them in full: publisher, licence, terms, robots, rate, last run."""
    chosen = [spider_of(source).declaration] if source else declarations()
    last = _last_runs()
    rows: list[dict[str, Any]] = [
        {
            "source": one.name,
            "title": one.title,
            "publisher": one.publisher,
            "licence": one.licence,
            "cadence": one.cadence,
            "last run": last.get(one.name, {}).get("ended", "never"),
            "outcome": last.get(one.name, {}).get("outcome", ""),
        }
        for one in chosen
    ]
    if source or as_json:
        for row, one in zip(rows, chosen, strict=True):
            row |= {
                "title_zh": one.title_zh,
                "home": one.home,
                "hosts": ", ".join(one.hosts),
                "terms": one.terms,
                "robots": one.robots,
                "delay (s)": one.delay,
                "personal data": one.personal_data,
                "a full run names all": one.lists_all,
                "expected pages": one.expected.pages_least,
                "expected records": one.expected.records_least,
                "arguments": ", ".join(accepted(spider_of(one.name))),
                "keys": ", ".join(key.env for key in one.keys),
            }
    if as_json:
        emit(rows, True)
    elif source:
        emit(rows[0], False)
    else:
        table(rows, list(rows[0]) if rows else ["source"])


def _last_runs() -> dict[str, dict[str, str]]:
    """The newest run of each source, where there is a store already."""
    try:
        engine = open_store(front().store)
    except Exception:  # no store yet: the sources can be looked at all the same
        return {}
    run = schema.run
    with engine.connect() as connection:
        rows = connection.execute(select(run.c.source, run.c.ended_at, run.c.outcome).order_by(run.c.id))
        last = {
            row.source: {
                "ended": f"{row.ended_at:%Y-%m-%d %H:%M}" if row.ended_at else "running",
                "outcome": row.outcome,
            }
            for row in rows
        }
    engine.dispose()
    return last


@click.command(
    epilog="Example: valuenet serve --port 8801, then open "
    "http://127.0.0.1:8801/https/news.valuenet.example/, or visit it: valuenet crawl ror --web "
    "http://127.0.0.1:8801"
)
@click.option(
    "--port", default=8801, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port."
)
@click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the CSV files into this directory.",
)
@click.option(
    "--world",
    metavar="SEED[:SIZE]",
    help="Serve a made-up world in place of the bundled one; at size 1 it has 60,000 organisations.",
)
@click.option(
    "--truth",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write what a store that has read it must hold, as CSV, into this directory.",
)
@click.option(
    "--faults",
    metavar="SEED[:RATE[:PERMANENT]]",
    help="Let a share of the pages (half of them) fail in the ways of the web, and of the articles for good.",
)
def serve_command(
    port: int, files: Path | None, world: str | None, truth: Path | None, faults: str | None
) -> None:
    """Serve the sample web on this machine until interrupted (Ctrl-C)."""
    # Made worlds and the truth need libraries that no other command of this room needs.
    from crawlers.sample_web.generator import world_from
    from crawlers.sample_web.truth import truth as truth_of

    served = world_from(world) if world else None
    try:
        web = SampleWeb(port, world=served, faults=Faults.read(faults) if faults is not None else None)
    except OSError as error:
        raise click.ClickException(f"cannot listen on port {port}: {error.strerror or error}") from error
    if files:
        for path in web.write_files(files):
            click.echo(f"wrote {path}", err=True)
    if truth:
        for path in truth_of(web.world).write(truth):
            click.echo(f"wrote {path}", err=True)
    click.echo(f"serving at {web.base}/<scheme>/<host>/<path>")
    for host in web.hosts:
        click.echo(f"  https://{host}/  at  {web.url(f'https://{host}/')}")
    sys.stdout.flush()
    try:
        web.serve()
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        web.close()
