"""The command archive: index it for replay tools, find what lies in it, check that every cited byte is there,
and let go of what nothing rests on."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine, func, or_, select

from pipelines.console import emit, front, json_option, note, progress, table
from pipelines.errors import InputError
from pipelines.operations.pruning import Going, plan, prune
from pipelines.store import schema
from pipelines.store.archive import archive_folder, read_snapshot
from pipelines.store.cdx import index
from pipelines.store.session import open_store
from pipelines.store.types import now

WARC = (".warc.gz", ".warc")
#: So many faults are listed; all are counted.
LISTED_MOST = 50
_folder_option = click.option(
    "--archive", metavar="DIR", help="The archive; default: beside the store (or VALUENET_ARCHIVE)."
)


@click.group(epilog="Example: valuenet archive check")
def archive_command() -> None:
    """The archive of all that was fetched: WARC files, which any standard tool reads."""


@archive_command.command("index", epilog="Example: valuenet archive index --out valuenet.cdxj")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write into FILE; default: index.cdxj in the archive. - prints it.",
)
@_folder_option
def index_command(out: Path | None, archive: str | None) -> None:
    """Write the index by URL and digest (CDXJ) that pywb and other replay tools read."""
    engine = open_store(front().store)
    folder = archive_folder(engine, archive)
    engine.dispose()
    paths = sorted(path for path in folder.glob("*") if path.name.endswith(WARC))
    if not paths:
        raise InputError("there is no WARC file", where=str(folder))
    if out is not None and str(out) == "-":
        for line in index(paths):
            click.echo(line)
        return
    target = out or folder / "index.cdxj"
    part, count = target.with_name(f".{target.name}.{os.getpid()}.part"), 0
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for line in index(paths):
                file.write(line + "\n")
                count += 1
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    note(f"wrote {target}: {count} records of {len(paths)} files")


@archive_command.command("find", epilog="Example: valuenet archive find https://api.ror.org/v2/organizations")
@click.argument("what")
@click.option("--source", metavar="NAME", help="Only what this source fetched.")
@json_option
def find_command(what: str, source: str | None, as_json: bool) -> None:
    """Every content of a URL, or every URL of a content (its SHA-256), with its place in the archive."""
    engine = open_store(front().store)
    shot = schema.snapshot
    query = select(
        shot.c.source, shot.c.url, shot.c.sha256, shot.c.status, shot.c.content_type, shot.c.size, shot.c.archive,
        shot.c.offset, shot.c.first_seen, shot.c.last_seen,
    ).where(or_(shot.c.sha256 == what.removeprefix("sha256:").lower(), shot.c.url == what))  # fmt: skip
    if source:
        query = query.where(shot.c.source == source)
    with engine.connect() as connection:
        rows = [
            dict(row) for row in connection.execute(query.order_by(shot.c.url, shot.c.first_seen)).mappings()
        ]
    engine.dispose()
    if as_json:
        emit(rows, True)
    elif rows:
        table(rows, list(rows[0]))
    else:
        note("Nothing of the kind lies in the archive.")


@archive_command.command("check", epilog="Example: valuenet archive check --source ror")
@click.option("--source", metavar="NAME", help="Only what this source fetched.")
@_folder_option
@json_option
def check_command(source: str | None, archive: str | None, as_json: bool) -> None:
    """Read every snapshot that the store cites, and compare its SHA-256. Exit code 1 if one fails."""
    engine = open_store(front().store)
    folder = archive_folder(engine, archive)
    shot = schema.snapshot
    wanted = [shot.c.source == source] if source else []
    with engine.connect() as connection:
        total = connection.execute(select(func.count()).select_from(shot).where(*wanted)).scalar_one()
    bad = 0
    listed: list[dict[str, Any]] = []
    with progress(total, "reading snapshots") as advance:
        for fault in faults(engine, folder, source):
            advance(1)
            if fault is not None:
                bad += 1
                listed += [fault] if len(listed) < LISTED_MOST else []
    engine.dispose()
    if as_json:
        emit({"checked": total, "bad": bad, "faults": listed}, True)
    else:
        if listed:
            table(listed, list(listed[0]))
        click.echo(f"{total} snapshots checked, {bad} bad")
    if bad:
        raise SystemExit(1)


@archive_command.command("prune", epilog="Example: valuenet archive prune --keep 730")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    required=True,
    metavar="DAYS",
    help="Keep what was seen in the last so many days.",
)
@click.option("--source", metavar="NAME", help="Only what this source fetched.")
@click.option("--apply", is_flag=True, help="Do it; without, only say what would go.")
@_folder_option
@json_option
def prune_command(keep: int, source: str | None, apply: bool, archive: str | None, as_json: bool) -> None:
    """Let go of pages as they once were, where nothing rests on them: no fact, past or present, no document.

    May be stopped at any moment. Nobody may be visiting meanwhile. Then: valuenet archive index, if you use
    one.
    """
    engine = open_store(front().store)
    folder, cutoff = archive_folder(engine, archive), now() - dt.timedelta(days=keep)
    rows = []
    try:
        found = plan(engine, cutoff, source)
        freed = 0
        if apply:
            with progress(len(found), "files") as advance:
                for going, bytes_ in prune(engine, folder, cutoff, source, advance):
                    freed += bytes_
                    rows.append(_row_of(going) | {"freed": bytes_})
        else:
            rows = [_row_of(going) for going in found]
    finally:
        engine.dispose()
    if as_json:
        emit({"applied": apply, "freed": freed if apply else None, "files": rows}, True)
        return
    if rows:
        table(rows, list(rows[0]))
    count = sum(int(row["go"]) for row in rows)
    note(f"{count} responses are gone" if apply else f"{count} responses would go; --apply does it")


def _row_of(going: Going) -> dict[str, Any]:
    return {"file": going.file, "go": len(going.snapshots), "stay": going.stays, "size": going.size}


def faults(engine: Engine, folder: Path, source: str | None = None) -> Iterator[dict[str, Any] | None]:
    """For each snapshot, in the order of the archive: what is wrong with it, or None."""
    shot = schema.snapshot
    last = ("", -1, -1)
    while True:
        query = (
            select(shot.c.id, shot.c.url, shot.c.sha256, shot.c.archive, shot.c.offset)
            .where(
                or_(
                    shot.c.archive > last[0],
                    (shot.c.archive == last[0]) & (shot.c.offset > last[1]),
                    (shot.c.archive == last[0]) & (shot.c.offset == last[1]) & (shot.c.id > last[2]),
                )
            )
            .order_by(shot.c.archive, shot.c.offset, shot.c.id)
            .limit(1000)
        )
        if source:
            query = query.where(shot.c.source == source)
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            wrong = _wrong(folder, row.archive, row.offset, row.sha256)
            yield (
                None
                if not wrong
                else {"url": row.url, "archive": row.archive, "offset": row.offset, "wrong": wrong}
            )
        if not rows:
            return
        last = (rows[-1].archive, rows[-1].offset, rows[-1].id)


def _wrong(folder: Path, archive: str, offset: int, sha256: str) -> str:
    try:
        if archive.endswith(WARC):
            found = hashlib.sha256(read_snapshot(folder, archive, offset).body).hexdigest()
        else:
            path = (folder / archive).resolve()
            if not path.is_relative_to(folder.resolve()):
                return "it lies outside the archive"
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
    except Exception as error:  # whatever a damaged file makes a reader raise
        return (str(error) or type(error).__name__)[:300]
    return "" if found == sha256 else f"its SHA-256 is {found}"
