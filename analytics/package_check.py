"""Whether a data package is whole, and whether a store still says what it was made from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from analytics.content_hash import content_hash
from analytics.data_package import DESCRIPTOR, MANIFEST
from analytics.package_files import sha256_of
from pipelines.errors import InputError, UsageError


@dataclass(frozen=True, slots=True)
class Check:
    """changed, missing, unknown: files by path. made_from: the hash that the package names; store: that of the
    store now. sound: nothing changed or missing, and both hashes the same."""

    sound: bool
    changed: list[str]
    missing: list[str]
    unknown: list[str]
    made_from: str
    store: str


def check_package(engine: Engine, folder: Path) -> Check:
    """Compare every file with the manifest, and the package with the store. Files besides are told and do no harm.

    Raises `UsageError` for a folder without a package, `InputError` for a manifest or description that is damaged.
    """
    if not (folder / MANIFEST).is_file() or not (folder / DESCRIPTOR).is_file():
        raise UsageError(f"{folder} holds no data package: {MANIFEST} or {DESCRIPTOR} is missing")
    listed = _listed(folder)
    missing = sorted(path for path in listed if not (folder / path).is_file())
    changed = sorted(
        path for path, digest in listed.items() if path not in missing and sha256_of(folder / path) != digest
    )
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    made_from, store = _made_from(folder), content_hash(engine).sha256
    sound = not changed and not missing and made_from == store
    return Check(sound, changed, missing, sorted(there - set(listed) - {MANIFEST}), made_from, store)


def _listed(folder: Path) -> dict[str, str]:
    """Path → sha256, as the manifest says. A path that leads out of the folder is damage."""
    found = {}
    lines = (folder / MANIFEST).read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        digest, _, path = line.partition("  ")
        inside = (folder / path).resolve().is_relative_to(folder.resolve())
        if len(digest) != 64 or not path or not inside:
            raise InputError(
                "no checksum and path", where=f"{MANIFEST}:{number}", hint="write the package anew"
            )
        found[path] = digest
    return found


def _made_from(folder: Path) -> str:
    try:
        said = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        return str(said["id"]).removeprefix("sha256:")
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            "it names no content", where=DESCRIPTOR, field="id", hint="write the package anew"
        ) from error
