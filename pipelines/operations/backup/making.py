"""Making a backup, and bringing it back.

Invariants: a backup has its name only when it is whole; a store is written over only after the backup was
checked, and only when it was said.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from pipelines.errors import InputError, StoreError, UsageError
from pipelines.operations.backup import databases
from pipelines.operations.backup.files import (
    ARCHIVE,
    archive_files,
    pack,
    place_of,
    scratch,
    settle,
    state_of,
    unpack,
)
from pipelines.operations.backup.manifest import NAME, Manifest, differences, held, read_manifest
from pipelines.store.runs import VERSION
from pipelines.store.session import migration_config
from pipelines.store.types import now

#: A manifest larger than this is none.
_MANIFEST_MOST = 256 * 1024 * 1024
_Step = Callable[[int], None]


def _silent(_steps: int) -> None:
    return


def back_up(
    engine: Engine,
    target: Path,
    archive: Path,
    *,
    copy: bool = False,
    digest: bool = True,
    force: bool = False,
    advance: _Step = _silent,
) -> Manifest:
    """Write a backup of the store to `target`; the archive is listed, and with `copy` taken along.

    digest: each row is read, so that a restored store can be held against it row by row. Raises `UsageError`
    where `target` is there already and `force` is not given, `StoreError` where the store cannot be read.
    """
    if target.exists() and not force:
        raise UsageError(f"{target} is there already; --force writes over it")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file")
    backend = engine.dialect.name
    with scratch(target) as folder:
        store = folder / databases.FILES[backend]
        server, revision, tables = databases.dump(engine, store, digest=digest)
        part = folder / "backup.zip"
        with zipfile.ZipFile(part, "w", compresslevel=6) as backup:
            # pg_dump has compressed its own
            kept = pack(store, store.name, backup, compress=backend == "sqlite")
            store.unlink()
            listed = []
            # after the store: all that it cites is on disk by now
            for path in archive_files(archive):
                name = path.relative_to(archive).as_posix()
                listed.append(pack(path, ARCHIVE + name, backup if copy else None, shown=name))
                advance(1)
            manifest = Manifest(
                made_at=now(),
                program=VERSION,
                backend="sqlite" if backend == "sqlite" else "postgresql",
                server=server,
                schema_revision=revision,
                tables=tables,
                store=kept,
                copied=copy,
                archive=tuple(listed),
            )
            backup.writestr(NAME, manifest.model_dump_json(indent=1), zipfile.ZIP_DEFLATED)
        settle(part, target)
    return manifest


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup with its manifest. Raises `InputError` for any other file."""
    where = str(path)
    try:
        backup = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=where) from error
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"this is no backup ({error})", where=where) from error
    with backup:
        try:
            entry = backup.getinfo(NAME)
        except KeyError as error:
            raise InputError("this is no backup: it has no manifest", where=where) from error
        if entry.file_size > _MANIFEST_MOST:
            raise InputError("its manifest is too large", where=where)
        try:
            text = backup.read(entry)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise InputError(f"its manifest is damaged: {error}", where=where) from error
        yield backup, read_manifest(text, where)


def check(path: Path, advance: _Step = _silent) -> Manifest:
    """Read a backup from end to end and hold every file in it against the manifest. Raises `InputError`."""
    with opened(path) as (backup, manifest):
        unpack(backup, manifest.store.path, manifest.store, str(path))
        for one in manifest.archive if manifest.copied else ():
            place_of(Path(), one.path, str(path))
            unpack(backup, ARCHIVE + one.path, one, str(path))
            advance(1)
    return manifest


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a restoring. archive: how many of the files listed are `there`, were `restored`, are
    `missing` or are `other` than listed; wants_init: the schema is older than the program's."""

    manifest: Manifest
    archive: dict[str, int]
    wants_init: bool


def restore(
    engine: Engine, path: Path, archive: Path, *, force: bool = False, advance: _Step = _silent
) -> Restored:
    """Bring the store back from a backup, with the files of the archive that the backup holds and are not
    there.

    The backup is checked before the store is touched, and the store against the manifest afterwards. No file
    of an archive is written over. Raises `StoreError` for a store that holds something (unless `force`), a
    backup of a newer program, and a store that did not come back whole; `InputError` for a damaged backup or
    another kind of database.
    """
    where = str(path)
    with opened(path) as (backup, manifest):
        databases.check_kind(engine, manifest.backend, where)
        head = _head(engine, manifest, where)
        _refuse_filled(engine, force)
        with scratch(archive.absolute()) as folder:  # the backup may lie where nothing can be written
            store = folder / databases.FILES[manifest.backend]
            unpack(backup, manifest.store.path, manifest.store, where, store)
            states = _files_back(backup, manifest, archive, folder, where, advance)
            databases.load(engine, store, manifest.tables, folder)
        with engine.connect() as connection:
            wrong = differences(connection, manifest)
    if wrong:
        raise StoreError(f"the restored store is not what {path} says: {'; '.join(wrong[:5])}")
    return Restored(manifest, dict(states), manifest.schema_revision != head)


def _head(engine: Engine, manifest: Manifest, where: str) -> str | None:
    """The program's own revision. Raises `StoreError` for a backup of a schema that it does not know."""
    script = ScriptDirectory.from_config(migration_config(engine))
    known = {one.revision for one in script.walk_revisions()}
    if manifest.schema_revision is not None and manifest.schema_revision not in known:
        raise StoreError(
            f"{where} has schema {manifest.schema_revision}, which this program ({VERSION}) does not know: it was "
            f"made by a newer one ({manifest.program}); restore it with that"
        )
    return script.get_current_head()


def _refuse_filled(engine: Engine, force: bool) -> None:
    if engine.dialect.name == "sqlite" and not databases.file_of(engine).exists():
        return
    with engine.connect() as connection:
        found = held(connection)
    if found and not force:
        most = max(found, key=lambda name: int(found[name]))
        raise StoreError(
            f"the store holds something ({most}: {found[most]} rows); --force puts the backup in its place. Back "
            "it up first: valuenet backup FILE"
        )


def _files_back(
    backup: zipfile.ZipFile, manifest: Manifest, archive: Path, folder: Path, where: str, advance: _Step
) -> Counter[str]:
    states: Counter[str] = Counter()
    for one in manifest.archive:
        place = place_of(archive, one.path, where)
        state = state_of(place, one)
        if state == "missing" and manifest.copied:
            part = folder / "file"
            unpack(backup, ARCHIVE + one.path, one, where, part)
            place.parent.mkdir(parents=True, exist_ok=True)
            near = place.with_name(f"{place.name}.part")
            shutil.move(part, near)  # perhaps onto another disk
            settle(near, place)
            state = "restored"
        states[state] += 1
        advance(1)
    return states
