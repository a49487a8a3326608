"""Files handed in: kept in the archive, read row by row, written in batches.

Invariant: a file is one page of its source. Only a file read to its end says what it no longer says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from crawlers.files import lasting_name
from crawlers.handed_in import records_of
from crawlers.kinds import kinds
from crawlers.mappings import Mapping, load_mapping, recognise
from crawlers.summary import Summary
from crawlers.tabular import FILE_LIMIT, Sheet, read_sheet
from pipelines.errors import InputError, UsageError
from pipelines.ingest import Ingest
from pipelines.records import Rejected
from pipelines.store.archive import Archive
from pipelines.store.runs import VERSION, close_run, open_run
from pipelines.store.turns import turn_of_run
from pipelines.store.types import now
from pipelines.store.writing import Method, Reading, StoreWriter

BATCH_FACTS = 4000
CONTENT_TYPES = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".txt": "text/plain"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def import_file(
    engine: Engine,
    archive_folder: Path,
    kind: str,
    path: Path,
    *,
    mapping: Path | None = None,
    source: str | None = None,
    advance: Callable[[int], None] = lambda rows: None,
) -> Summary:
    """Import one file of a `kind` in `kinds.yaml`. Without a mapping its header must be known.

    A row that cannot be read is kept as rejected, with its line and column, and stops nothing. Raises `UsageError`
    for an unknown kind, `InputError` for a file or mapping that cannot be used as a whole (kept as rejected, too).
    """
    if kind not in kinds():
        raise UsageError(f"there is no kind {kind!r} to import; there are: {', '.join(kinds())}")
    given = load_mapping(mapping) if mapping else None
    if given and given.kind != kind:
        raise InputError(f"the mapping is for {given.kind}, not {kind}", where=given.where, field="kind")
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise InputError(f"larger than {FILE_LIMIT} bytes", where=str(path), hint="Hand it in in parts.")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", where=str(path)) from error
    try:
        sheet = read_sheet(path, data)
        chosen = given or recognise(kind, sheet.header, path.name)
        if lacking := chosen.missing(sheet.header):
            raise InputError(
                f"the file has no column {', '.join(lacking)}; it has: {', '.join(sheet.header)}",
                where=f"{path.name}:1",
                field=", ".join(lacking),
                hint=f"Name the right columns in the mapping {chosen.where}.",
            )
    except InputError as error:
        name = source or (given.source.get("name") if given else None) or f"{kind}-files"
        _refuse(engine, archive_folder, kind, path, data, name, error)
        raise
    return _import(engine, archive_folder, chosen, path, data, sheet, source, advance)


def _page(path: Path, kind: str) -> str:
    """The URL of a file's page: one file may be read as several kinds, each a page of its own."""
    return f"{lasting_name(path)}#{kind}"


def _source_row(mapping_source: dict[str, str], name: str) -> dict[str, object]:
    title = mapping_source.get("title", f"Files handed in: {name}")
    return {
        "name": name,
        "title": title,
        "title_zh": mapping_source.get("title_zh", f"文件导入：{name}"),
        "publisher": mapping_source.get("publisher", "not stated"),
        "home": mapping_source.get("home", ""),
        "licence": mapping_source.get("licence", "not stated"),
        "terms": mapping_source.get("terms", "as agreed with who handed it in"),
        "robots": "no web",
        "cadence": "once",
        "personal_data": mapping_source.get("personal_data", "public professional facts only"),
        "lists_all": False,
        "authority": True,
        "declared": {},
    }


def _import(
    engine: Engine,
    folder: Path,
    mapping: Mapping,
    path: Path,
    data: bytes,
    sheet: Sheet,
    source: str | None,
    advance: Callable[[int], None],
) -> Summary:
    name = source or mapping.source.get("name") or f"{mapping.kind}-files"
    # a known layout is shared by all imports of a process: it is not to be changed
    mapping = replace(mapping, source={**mapping.source, "name": name})
    run = open_run(engine, _source_row(mapping.source, name), "import", path.name)
    with turn_of_run(engine, name, run):
        return _read(engine, folder, mapping, path, data, sheet, run, advance)


def _read(
    engine: Engine,
    folder: Path,
    mapping: Mapping,
    path: Path,
    data: bytes,
    sheet: Sheet,
    run: int,
    advance: Callable[[int], None],
) -> Summary:
    """Read the rows into the open run, and close it."""
    name = mapping.source["name"]
    archive, writer = Archive(folder, engine, name), StoreWriter(engine, name, run)
    ingest = Ingest(name, Method(f"import {mapping.kind}", VERSION))
    at = now()
    url = _page(path, mapping.kind)
    content_type = CONTENT_TYPES.get(path.suffix.lower(), EXCEL)
    try:
        shot = archive.add(url, data, headers={"Content-Type": content_type}, fetched_at=at)
        archive.flush(durable=True)
        reading = Reading(url, at, shot, complete=False)
        lines = 0
        for _row, records, rejected in records_of(mapping, sheet.rows):
            done = ingest.run(records, at)
            reading.facts += done.facts
            reading.rejected += [*rejected, *done.rejected]
            reading.records += bool(records)
            lines += 1
            if len(reading.facts) + len(reading.rejected) >= BATCH_FACTS:
                writer.write([reading])
                advance(lines)
                reading, lines = Reading(url, at, shot, first=False, complete=False), 0
        reading.complete = True
        writer.write([reading])
        advance(lines)
    except BaseException as error:
        close_run(engine, run, "failed", str(error)[:2000])
        raise
    finally:
        archive.close()
    notes = [f"{path.name}: column not read: {one}" for one in mapping.unread(sheet.header)]
    close_run(engine, run, "complete", "\n".join(notes))
    return Summary(name, "complete", writer.counts, notes, writer.refused)


def _refuse(
    engine: Engine, folder: Path, kind: str, path: Path, data: bytes, name: str, error: InputError
) -> None:
    """Keep a file that cannot be used, with the reason."""
    run = open_run(engine, _source_row({}, name), "import", path.name)
    archive = Archive(folder, engine, name)
    try:
        url = _page(path, kind)
        shot = archive.add(url, data, headers={}, fetched_at=now())
    finally:
        archive.close()
    slip = Rejected(locator="file", kind=kind, field=error.field[:300], reason=str(error)[:2000])
    # not complete: what the file said when it could be read is not taken back
    reading = Reading(url, now(), shot, rejected=[slip], complete=False)
    StoreWriter(engine, name, run).write([reading])
    close_run(engine, run, "failed", str(error)[:2000])
