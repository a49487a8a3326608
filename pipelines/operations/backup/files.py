"""The files of an archive, as a backup lists or copies them; and how a file comes to its name only when whole.

Invariant: whatever is read out of a backup is checked against its size and SHA-256 before it counts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from pipelines.errors import InputError, UsageError
from pipelines.operations.backup.manifest import Kept

ARCHIVE: Final = "archive/"
_CHUNK: Final = 1 << 20


@contextmanager
def scratch(target: Path) -> Iterator[Path]:
    """A folder of one's own beside `target`, for the time of the block; what a killed process left there is
    cleared.

    Raises `UsageError` where another process works on the same target."""
    folder = target.with_name(f".{target.name}.part")
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"another process is working on {target}") from error
        _empty(folder)
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
    except UsageError:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(handle)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def settle(part: Path, target: Path) -> None:
    """Give a finished file its name, lastingly."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def archive_files(folder: Path) -> list[Path]:
    """The files of an archive, without hidden ones and those under way; a name that leads elsewhere is none."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not path.name.endswith(".part")
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def digest_of(file: BinaryIO, size: int, into: BinaryIO | None = None) -> str:
    """The SHA-256 of the next `size` bytes, which are copied meanwhile. Raises `EOFError` if there are
    fewer."""
    found, left = hashlib.sha256(), size
    while left:
        block = file.read(min(_CHUNK, left))
        if not block:
            raise EOFError(f"{left} bytes are missing")
        found.update(block)
        left -= len(block)
        if into is not None:
            into.write(block)
    return found.hexdigest()


def pack(
    path: Path, name: str, backup: zipfile.ZipFile | None, *, shown: str = "", compress: bool = False
) -> Kept:
    """What is told of a file, and, with `backup`, the file in it under `name`. One that grows meanwhile
    counts as it was when it was opened: nothing in the store cites what came later."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if backup is None:
            return Kept(path=shown or name, size=size, sha256=digest_of(file, size))
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        with backup.open(entry, "w", force_zip64=True) as into:
            return Kept(path=shown or name, size=size, sha256=digest_of(file, size, into))  # type: ignore[arg-type]


def unpack(backup: zipfile.ZipFile, name: str, said: Kept, where: str, target: Path | None = None) -> None:
    """Read a file of the backup, into `target` if there is one, and hold it against what the manifest says of
    it.

    Raises `InputError` where it is missing or not as it was."""
    try:
        with backup.open(name) as file:
            if target is None:
                found = digest_of(file, said.size)  # type: ignore[arg-type]
            else:
                with target.open("wb") as into:
                    found = digest_of(file, said.size, into)  # type: ignore[arg-type]
            more = file.read(1)
    except KeyError as error:
        raise InputError(f"{name} is missing in the backup", where=where) from error
    except (EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{name} is damaged: {error}", where=where) from error
    if more or found != said.sha256:
        raise InputError(f"{name} is not what the manifest says", where=where)


def place_of(folder: Path, path: str, where: str) -> Path:
    """Where a listed file of the archive lies. Raises `InputError` for a path that leads out of the archive."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\\" in path or "\0" in path:
        raise InputError(f"{path!r} leads out of the archive", where=where)
    return folder.joinpath(*parts.parts)


def state_of(path: Path, said: Kept) -> str:
    """How a file of an archive stands to a backup's list: `there` (with more after it, perhaps: archives grow),
    `missing`, or `other`."""
    try:
        if path.stat().st_size < said.size:
            return "other"
        with path.open("rb") as file:
            return "there" if digest_of(file, said.size) == said.sha256 else "other"
    except FileNotFoundError:
        return "missing"
