"""How much of the archive is kept: responses that nothing rests on any more go after a time; what evidence
cites stays.

A response may go when no place of a fact, past or present, no document and no page as it is now rests on it,
and it was last seen before the cutoff: a page as it once was, of which nothing is told.

Invariants: a WARC file is written anew under another name, checked, cited by one transaction, and only then
the old one goes; so a kill at any moment leaves every cited byte in its place, and the next pruning clears
what is left over. Nobody visits meanwhile: a visit may be about to cite what it found here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, CursorResult, Engine, Select, delete, except_, select, text, update
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipelines.errors import StoreError
from pipelines.store import schema
from pipelines.store.archive import read_snapshot
from pipelines.store.bulk import chunks
from pipelines.store.left_open import close_left_open
from pipelines.store.session import writing
from pipelines.store.turns import is_dead
from pipelines.store.types import now

_CHUNK: Final = 1 << 20
_NAME = re.compile(r"^(?P<stem>.+?)(?:-p(?P<number>\d+))?(?P<ending>\.warc(?:\.gz)?)$")
#: Behind the name of a large file that is about to go.
_GOING: Final = ".going"


@dataclass(frozen=True, slots=True)
class Going:
    """What may go of one file of the archive. size: of the responses, decoded, in bytes."""

    file: str
    snapshots: frozenset[int]
    size: int
    stays: int


def plan(engine: Engine, cutoff: dt.datetime, source: str | None = None) -> list[Going]:
    """What may go, file by file."""
    shot = schema.snapshot
    found: dict[str, dict[int, int]] = {}
    with engine.connect() as connection:
        query = select(shot.c.archive, shot.c.id, shot.c.size).where(shot.c.id.in_(_unneeded(cutoff, source)))
        for row in connection.execute(query):
            found.setdefault(row.archive, {})[row.id] = row.size
        return [
            Going(name, frozenset(sizes), sum(sizes.values()), len(_cited(connection, name)) - len(sizes))
            for name, sizes in sorted(found.items())
        ]


def _unneeded(cutoff: dt.datetime, source: str | None) -> Any:
    shot = schema.snapshot
    old = select(shot.c.id).where(shot.c.last_seen < cutoff)
    if source:
        old = old.where(shot.c.source == source)
    resting = (select(one.c.snapshot_id) for one in (schema.evidence, schema.page, schema.document))
    return except_(old, *resting)


def _cited(connection: Connection, name: str) -> dict[int, tuple[int, str, str]]:
    """The snapshots in a file: offset, URL, SHA-256."""
    shot = schema.snapshot
    query = select(shot.c.id, shot.c.offset, shot.c.url, shot.c.sha256).where(shot.c.archive == name)
    return {row.id: (row.offset, row.url, row.sha256) for row in connection.execute(query)}


def prune(
    engine: Engine,
    folder: Path,
    cutoff: dt.datetime,
    source: str | None = None,
    advance: Callable[[int], None] = lambda _files: None,
) -> Iterator[tuple[Going, int]]:
    """Take away what may go, a file at a time; each with the bytes that became free. May be stopped at any
    moment and called again. Raises `StoreError` while somebody visits, and where a file is not as the store
    cites it."""
    with writing(engine) as connection:
        close_left_open(connection)
        nobody_visits(connection)
        _clear(connection, folder)
    for going in plan(engine, cutoff, source):
        if not (folder / going.file).resolve().is_relative_to(folder.resolve()):
            raise StoreError(f"a snapshot's archive lies outside the archive folder: {going.file}")
        match = _NAME.match(going.file)
        freed = _large_file(engine, folder, going) if match is None else _warc(engine, folder, going)
        advance(1)
        yield going, freed


def nobody_visits(connection: Connection) -> None:
    """Raises `StoreError` while a run is open or a source is held; on PostgreSQL nobody begins before the
    transaction is over (on SQLite a writer is alone anyhow)."""
    run = schema.run
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE run, agenda, part_turn IN SHARE MODE"))
    row = connection.execute(select(run.c.id, run.c.source).where(run.c.outcome == "running")).first()
    if row is not None:
        raise StoreError(
            f"run {row.id} of {row.source} is open: prune when nobody visits; if its process is dead, "
            "see: valuenet doctor"
        )
    for table in (schema.agenda, schema.part_turn):
        for held in connection.execute(select(table).where(table.c.holder.is_not(None))):
            if held.held_until >= now() and not is_dead(held.holder):
                raise StoreError(f"{held.source} is held by {held.holder}: prune when nobody visits")


def _next_name(name: str) -> str:
    match = _NAME.match(name)
    assert match is not None, name
    return f"{match['stem']}-p{int(match['number'] or 0) + 1}{match['ending']}"


def _clear(connection: Connection, folder: Path) -> None:
    """Finish, or take back, what a killed pruning left."""
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.warc*")):
        if path.name.endswith(".part"):
            path.unlink()
        elif _NAME.match(path.name) and (folder / _next_name(path.name)).exists():
            # the store says whether the transaction between the two was made
            stale = folder / _next_name(path.name) if _cited(connection, path.name) else path
            stale.unlink()
    for path in sorted(folder.rglob(f"*{_GOING}")):
        own = path.with_name(path.name.removesuffix(_GOING))
        if _cited(connection, own.relative_to(folder).as_posix()):
            path.replace(own)
        else:
            path.unlink()


# ── one file ──────────────────────────────────────────────────────────────────────────────────────


def _large_file(engine: Engine, folder: Path, going: Going) -> int:
    """A file that is one response: it goes when all that cite it go."""
    if going.stays:
        return 0
    path = folder / going.file
    aside = path.with_name(path.name + _GOING)
    size = path.stat().st_size if path.exists() else 0
    with writing(engine) as connection:
        _still(connection, going)
        if path.exists():
            path.replace(aside)
        _forget(connection, going)
    aside.unlink(missing_ok=True)
    return size


def _warc(engine: Engine, folder: Path, going: Going) -> int:
    """A WARC file without some of its records. What nothing in the store cites (visits that found nothing
    new, what was no page) is copied as it is, a cut end, too."""
    path, new = folder / going.file, folder / _next_name(going.file)
    with engine.connect() as connection:
        cited = _cited(connection, going.file)
    holes = [(cited[key][0], _length(folder, going.file, *cited[key])) for key in going.snapshots]
    part = new.with_name(f"{new.name}.part")
    try:
        with path.open("rb") as old, part.open("wb") as file:
            _copy_without(old, file, sorted(set(holes)))
            file.flush()
            os.fsync(file.fileno())
        part.replace(new)
    finally:
        part.unlink(missing_ok=True)
    moved = {key: _moved(cited[key][0], holes) for key in cited.keys() - going.snapshots}
    try:
        for key, offset in moved.items():
            _check(folder, new.name, offset, *cited[key][1:])
        with writing(engine) as connection:
            _still(connection, going)
            if _cited(connection, going.file) != cited:
                raise StoreError(f"{going.file} was written to meanwhile; prune again")
            _forget(connection, going)
            for key, offset in moved.items():
                shot = schema.snapshot
                connection.execute(
                    update(shot).where(shot.c.id == key).values(archive=new.name, offset=offset)
                )
    except BaseException:
        new.unlink(missing_ok=True)  # the transaction was not made
        raise
    freed = path.stat().st_size - new.stat().st_size
    path.unlink()
    return freed


def _moved(offset: int, holes: list[tuple[int, int]]) -> int:
    return offset - sum(length for start, length in set(holes) if start < offset)


def _length(folder: Path, name: str, offset: int, url: str, sha256: str) -> int:
    """The bytes of a record in its file, after a look whether it is the one that the store means."""
    _check(folder, name, offset, url, sha256)
    with (folder / name).open("rb") as file:
        file.seek(offset)
        records = ArchiveIterator(file)
        next(records).content_stream().read()
        return int(records.get_record_length())


def _check(folder: Path, name: str, offset: int, url: str, sha256: str) -> None:
    try:
        found = hashlib.sha256(read_snapshot(folder, name, offset).body).hexdigest()
    except (StoreError, ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        raise StoreError(f"{str(error)[:300]}; see: valuenet archive check") from error
    if found != sha256:
        raise StoreError(f"{name} does not have {url} at {offset}; see: valuenet archive check")


def _copy_without(old: BinaryIO, new: BinaryIO, holes: list[tuple[int, int]]) -> None:
    end = old.seek(0, os.SEEK_END)
    at = 0
    for start, length in [*holes, (end, 0)]:
        old.seek(at)
        left = start - at
        while left > 0:
            block = old.read(min(_CHUNK, left))
            if not block:
                raise StoreError(f"{old.name} became shorter while it was read")
            new.write(block)
            left -= len(block)
        at = start + length


def _still(connection: Connection, going: Going) -> None:
    """Raises `StoreError` where somebody visits by now, or rests on what was to go."""
    nobody_visits(connection)
    for table in (schema.evidence, schema.page, schema.document):
        for ids in chunks(going.snapshots):
            query: Select[Any] = select(table.c.snapshot_id).where(table.c.snapshot_id.in_(ids)).limit(1)
            if connection.execute(query).first() is not None:
                raise StoreError(f"something rests on {going.file} by now; prune again")


def _forget(connection: Connection, going: Going) -> None:
    shot, gone = schema.snapshot, 0
    for ids in chunks(going.snapshots):
        done: CursorResult[Any] = connection.execute(delete(shot).where(shot.c.id.in_(ids)))
        gone += done.rowcount
    if gone != len(going.snapshots):
        raise StoreError(f"{going.file} was pruned by somebody else meanwhile; prune again")
