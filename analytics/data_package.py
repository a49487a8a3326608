"""An edition as a data package: its tables, figures, facts and networks, with what they mean and what may be done.

Invariants: a package names the content of the store that it was made from, by hash; the same store gives the same
bytes; a folder holds a whole package or the one before.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import Engine, func, select

from analytics.basis import LEVEL_WORDS, Basis
from analytics.content_hash import content_hash
from analytics.exhibits import Table, table_of
from analytics.figures import FIGURES
from analytics.package_files import content_of, manifest, sha256_of, write_content
from analytics.package_readme import readme
from analytics.package_rows import Packing
from analytics.package_schema import DATA, Content
from analytics.passing_on import Passing, passing_on
from analytics.supplements import SUPPLEMENTS
from analytics.tables import TABLES
from pipelines.errors import UsageError
from pipelines.store import schema

#: The description, and the checksums of all other files.
DESCRIPTOR: Final = "datapackage.json"
MANIFEST: Final = "manifest-sha256.txt"
_PROFILE: Final = "tabular-data-package"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Packed:
    """What was written. rows: file → rows. withheld: source → facts that its terms keep out."""

    folder: Path
    store: str
    files: int
    bytes: int
    rows: dict[str, int]
    withheld: dict[str, int]


def write_package(
    engine: Engine,
    basis: Basis,
    folder: Path,
    *,
    vouched: Collection[str] = (),
    exhibits: bool = True,
    progress: Progress = lambda steps: None,
) -> Packed:
    """Write the package of a basis into `folder`, in place of an earlier one.

    vouched: sources for whose facts a person answers although they state no licence. exhibits: with the report's
    tables, figures and supplements. Raises `UsageError` for a folder that holds anything else, or for an
    unknown source.
    """
    old = folder.with_name(folder.name + ".old")
    if old.exists() and not folder.exists():  # killed between the two names
        old.rename(folder)
    _refuse_other_things(folder)
    packing = Packing(engine, basis, passing_on(engine, vouched))
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        packed = _write(engine, packing, part, exhibits, progress)
        # at any moment one whole package is there, under this name or beside it
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Packed(folder, *packed)


def _refuse_other_things(folder: Path) -> None:
    """What is not of an earlier package is never taken away."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    listed = {MANIFEST}
    if (folder / MANIFEST).is_file():
        lines = (folder / MANIFEST).read_text(encoding="utf-8", errors="replace").splitlines()
        listed |= {line.partition("  ")[2] for line in lines}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    others = sorted(there - listed)
    if others:
        raise UsageError(f"{folder} holds something else, such as {others[0]}; name an empty folder")


def _write(
    engine: Engine, packing: Packing, folder: Path, exhibits: bool, progress: Progress
) -> tuple[Any, ...]:
    basis, store = packing.basis, content_hash(engine).sha256
    files: list[Path] = []
    resources: list[dict[str, Any]] = []
    rows = packing.files()
    contents = [(content, rows[content.name]) for content in DATA]
    for content, found in [*contents, *(_exhibits(engine, basis) if exhibits else ())]:
        written = write_content(folder, content, found)
        files += written
        resources.append(_resource(folder, content, written))
        rows[content.name] = found
        progress(1)
    made = _made(engine, basis)
    texts = {
        DESCRIPTOR: _text(_descriptor(basis, packing.passing, store, made, resources)),
        "CITATION.cff": _citation(basis, store, made),
        "README.md": readme(basis, packing.passing, store, made, rows),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        files.append(folder / name)
    (folder / MANIFEST).write_text(manifest(folder, files), encoding="utf-8")
    withheld = {row[0]: row[-1] for row in rows["sources"] if row[-1]}
    counts = {name: len(found) for name, found in rows.items()}
    return store, len(files) + 1, sum(path.stat().st_size for path in files), counts, withheld


def _exhibits(engine: Engine, basis: Basis) -> Iterator[tuple[Content, list[tuple[Any, ...]]]]:
    made: list[tuple[str, Callable[[], Table]]] = [
        *(("tables", lambda make=make: make(basis)) for _, make in TABLES.values()),
        *(("figures", lambda make=make: table_of(make(basis))) for _, make in FIGURES.values()),
        *(("supplements", lambda make=make: make(engine, basis)) for _, make in SUPPLEMENTS.values()),
    ]
    for folder, make in made:
        content, rows = content_of(make(), folder)
        yield content, rows


def _resource(folder: Path, content: Content, written: list[Path]) -> dict[str, Any]:
    """The CSV file as Frictionless describes it, with the Parquet file beside it."""
    as_csv, as_parquet = written
    return {
        "name": content.name,
        "path": as_csv.relative_to(folder).as_posix(),
        "profile": "tabular-data-resource",
        "title": content.words.en,
        "title_zh": content.words.zh,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": as_csv.stat().st_size,
        "hash": f"sha256:{sha256_of(as_csv)}",
        "schema": content.schema(),
        "parquet": {
            "path": as_parquet.relative_to(folder).as_posix(),
            "hash": f"sha256:{sha256_of(as_parquet)}",
        },
    }


def _descriptor(
    basis: Basis, passing: Mapping[str, Passing], store: str, made: str, resources: list[dict[str, Any]]
) -> dict[str, Any]:
    view = basis.facts.view
    found: dict[str, Any] = {
        "profile": _PROFILE,
        "name": _slug(f"valuenet-{basis.edition.name}"),
        "id": f"sha256:{store}",
        "title": f"Value networks of edition {basis.edition.name}",
        "title_zh": f"{basis.edition.name} 版价值网络",
        "version": basis.edition.name,
        "description": "Facts with their evidence, who is who, yearly value networks, tables and figures. "
        "The id is the hash of the content of the store that this was made from.",
        "view": {
            "level": view.level,
            "level_words": LEVEL_WORDS[view.level].en,
            "subsidiaries": view.subsidiaries,
            "known": None if view.known is None else view.known.isoformat(),
            "years": list(basis.years),
        },
        "contributors": [{"title": "valuenet", "role": "author"}],
        "sources": [
            {"title": one.source, "passed_on": one.extent, "why": one.why}
            for _, one in sorted(passing.items())
        ],
        "resources": resources,
    }
    if made:
        found["created"] = f"{made}T00:00:00Z"
    return found


def _citation(basis: Basis, store: str, made: str) -> str:
    said: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them with the hash of their content.",
        "type": "dataset",
        "title": f"Value networks of edition {basis.edition.name}",
        "version": basis.edition.name,
        "authors": [{"name": "valuenet"}],
        "identifiers": [
            {"type": "other", "value": f"sha256:{store}", "description": "Hash of the store's content"}
        ],
    }
    if made:
        said["date-released"] = made
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False)


def _made(engine: Engine, basis: Basis) -> str:
    """The day of the newest snapshot (of what was known at the view's moment), or nothing."""
    known, snapshot = basis.facts.view.known, schema.snapshot
    query = select(func.max(snapshot.c.last_seen))
    with engine.connect() as connection:
        newest = connection.execute(
            query if known is None else query.where(snapshot.c.first_seen <= known)
        ).scalar_one()
    return "" if newest is None else f"{min(newest, known) if known else newest:%Y-%m-%d}"


def _text(described: dict[str, Any]) -> str:
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def _slug(name: str) -> str:
    """A name as Frictionless takes it: small letters, digits, dots, dashes."""
    return "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "-" for one in name.lower())
