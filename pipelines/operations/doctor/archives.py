"""The archive: whether it is there, can be written, and has the files and the bytes that the store cites."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, func, select

from pipelines.archive_command import WARC, faults
from pipelines.errors import StoreError
from pipelines.operations.doctor.finding import Finding, Findings
from pipelines.store import schema
from pipelines.store.archive import read_snapshot

#: So many snapshots are read, unless all are.
SAMPLE: Final = 50
_CHECK: Final = "valuenet archive check; bring missing files back: valuenet restore FILE"


def archive(engine: Engine, folder: Path, *, full: bool = False, seed: int | None = None) -> Findings:
    """Every file that is cited; and the bytes of a sample of snapshots, or with `full` of all."""
    shot = schema.snapshot
    with engine.connect() as connection:
        cited = connection.execute(select(shot.c.archive, func.count()).group_by(shot.c.archive)).all()
    if not cited:
        yield Finding("ok", "archive", "nothing in the store cites it")
        return
    if not folder.is_dir():
        yield Finding(
            "error", "archive", f"there is no folder {folder}", "set VALUENET_ARCHIVE, or give --archive"
        )
        return
    if not os.access(folder, os.W_OK):
        yield Finding("error", "archive", f"{folder} cannot be written", f"mend who owns {folder}")
    gone = [(name, count) for name, count in cited if not (folder / name).is_file()]
    for name, count in gone[:10]:
        yield Finding("error", "archive", f"{name} is missing, which {count} snapshots lie in", _CHECK)
    if len(gone) > 10:
        yield Finding("error", "archive", f"{len(gone) - 10} more files are missing", _CHECK)
    read, bad = _all(engine, folder) if full else _sample(engine, folder, seed)
    if bad:
        words = f"{len(bad)} of {read} snapshots read are bad, the first: {bad[0]}"
        yield Finding("error", "archive", words, _CHECK)
    elif not gone:
        yield Finding("ok", "archive", f"{len(cited)} files are there; {read} snapshots read, all as cited")


def _all(engine: Engine, folder: Path) -> tuple[int, list[str]]:
    read, bad = 0, []
    for one in faults(engine, folder):
        read += 1
        if one is not None:
            bad.append(f"{one['url']}: {one['wrong']}")
    return read, bad


def _sample(engine: Engine, folder: Path, seed: int | None) -> tuple[int, list[str]]:
    """Snapshots at random places: their ids are digests, so a random number has one behind it."""
    shot = schema.snapshot
    chance = random.Random(seed)  # noqa: S311 - no secret
    found = {}
    with engine.connect() as connection:
        for _ in range(SAMPLE):
            query = select(shot).where(shot.c.id >= chance.getrandbits(63)).order_by(shot.c.id).limit(1)
            row = connection.execute(query).first()
            if row is not None:
                found[row.id] = row
    bad = []
    for row in found.values():
        if not (folder / row.archive).is_file():
            continue  # told already
        try:
            if row.archive.endswith(WARC):
                own = hashlib.sha256(read_snapshot(folder, row.archive, row.offset).body).hexdigest()
            else:  # a large file: only its size
                own = row.sha256 if (folder / row.archive).stat().st_size == row.size else ""
        except (StoreError, OSError) as error:
            bad.append(f"{row.url}: {str(error)[:300]}")
            continue
        if own != row.sha256:
            bad.append(f"{row.url}: other bytes than cited")
    return len(found), bad
