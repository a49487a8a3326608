"""The command changes: what sources newly say, say otherwise, or no longer say."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import Engine, select

from crawlers.feed import json_pieces, lines, rss_pieces
from crawlers.telling import tell_changes
from crawlers.webhook import Webhook
from pipelines.console import emit, front, json_option, note
from pipelines.errors import UsageError
from pipelines.store import schema
from pipelines.store.changes import FACT_KINDS, Asked, Position, changes, settled
from pipelines.store.session import open_store
from pipelines.store.types import now

#: So far back, where nothing is said.
USUAL = dt.timedelta(days=7)


@click.command(
    epilog="Example: valuenet changes --since 2026-01-01 --source ror --format rss --out changes.xml"
)
@click.option(
    "--since",
    metavar="DATE|TIME",
    help="From this moment on (UTC, if it names no zone); default: 7 days ago.",
)
@click.option(
    "--until", metavar="DATE|TIME", help="Before this moment; default: now, or when a visit under way began."
)
@click.option("--entity", metavar="NAME|ID", help="Only facts in which this entity stands.")
@click.option("--source", metavar="NAME", help="Only what this source says.")
@click.option("--kind", type=click.Choice(FACT_KINDS), help="Only facts of this kind.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "rss"]), default="text", help="Default: text."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write into this file, whole or not at all.",
)
@click.option(
    "--link", default="http://localhost/", metavar="URL", help="For RSS: the page that the feed belongs to."
)
@click.option(
    "--webhook",
    metavar="URL",
    help="Send what this receiver has not been told yet (https, or this computer).",
)
@json_option
def changes_command(
    since: str | None,
    until: str | None,
    entity: str | None,
    source: str | None,
    kind: str | None,
    form: str,
    out: Path | None,
    link: str,
    webhook: str | None,
    as_json: bool,
) -> None:
    """What became new, changed, came back or is gone, with the page and the words.

    \b
    new      a question that the source had never answered
    changed  another answer to a question; with what was said before
    back     an answer that was given before is given again
    gone     no page says the fact any more, and the question has no other answer

    A fact that moves between pages is no change. A visit under way is told of when it is over.

    With --webhook the changes are posted as JSON, signed with VALUENET_WEBHOOK_SECRET. The store remembers how far
    the receiver is; a receiver that is new is told from --since on (default: from now on).
    """
    engine = open_store(front().store)
    try:
        if source is not None:
            _check_source(engine, source)
        begin = _moment(since, "--since") if since else None
        if webhook is not None:
            if out is not None or until is not None:
                raise UsageError("--webhook goes with neither --out nor --until")
            start = Position(begin) if begin else None
            sent = tell_changes(
                engine, Webhook(webhook), since=start, source=source, kind=kind, entity=entity
            )
            emit({"sent": sent}, as_json)
            return
        with engine.connect() as connection:
            end = settled(connection)
            if until:
                end = min(end, _moment(until, "--until"))
            start_at = begin or now() - USUAL
            found = changes(connection, Asked(Position(start_at), end, source, kind, entity))
            is_screen = out is None and sys.stdout.isatty()
            pieces: Iterable[str]
            if as_json or form == "json":
                pieces = json_pieces(found, start_at, end)
            elif form == "rss":
                pieces = rss_pieces(found, end, _title(source, entity), link)
            else:
                pieces = (line + "\n" for line in lines(found, "  " if is_screen else "\t"))
            _write(pieces, out)
    finally:
        engine.dispose()


def _title(source: str | None, entity: str | None) -> str:
    of = ", ".join(part for part in (entity, source) if part)
    return f"Changes: {of}" if of else "Changes"


def _write(pieces: Iterable[str], out: Path | None) -> None:
    if out is None:
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    note(f"wrote {out}")


def _moment(text: str, option: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"{option} wants a day or a time such as 2026-01-31 or 2026-01-31T12:00, not {text!r}"
        ) from error
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _check_source(engine: Engine, source: str) -> None:
    with engine.connect() as connection:
        names = list(
            connection.execute(select(schema.source.c.name).order_by(schema.source.c.name)).scalars()
        )
    if source not in names:
        raise UsageError(
            f"nothing is kept of a source {source!r}; there are: {', '.join(names) or 'none yet'}"
        )
