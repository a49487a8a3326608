"""The commands backup and restore."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pipelines.console import emit, front, json_option, note, progress
from pipelines.operations.backup.making import back_up, check, restore
from pipelines.operations.backup.manifest import Manifest
from pipelines.store.archive import archive_folder
from pipelines.store.session import open_engine

_folder_option = click.option(
    "--archive-dir", metavar="DIR", help="The archive; default: beside the store (or VALUENET_ARCHIVE)."
)


@click.command(epilog="Example: valuenet backup /backups/valuenet-2026-01-31.zip --archive")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--archive", "copy", is_flag=True, help="Take the archive along; otherwise it is only listed.")
@click.option("--quick", is_flag=True, help="Count the rows of each table, without a digest of them.")
@click.option("--force", is_flag=True, help="Write over FILE.")
@_folder_option
@json_option
def backup_command(
    file: Path, copy: bool, quick: bool, force: bool, archive_dir: str | None, as_json: bool
) -> None:
    """Write the store into FILE, a ZIP with a manifest: schema, rows and their digests, files with SHA-256.

    Others may go on working: the copy is of one moment. FILE is there when it is whole, never before. A store
    on PostgreSQL wants pg_dump.
    """
    engine = open_engine(front().store)
    try:
        with progress(None, "archive") as advance:
            made = back_up(
                engine, file, archive_folder(engine, archive_dir), copy=copy, digest=not quick, force=force,
                advance=advance,
            )  # fmt: skip
    finally:
        engine.dispose()
    emit({"backup": str(file), "size": file.stat().st_size, **_told(made)}, as_json)


@click.command(epilog="Example: valuenet --store sqlite:///new.db restore /backups/valuenet-2026-01-31.zip")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Only read FILE and check all that is in it.")
@click.option("--force", is_flag=True, help="Put it in the place of a store that holds something.")
@_folder_option
@json_option
def restore_command(
    file: Path, only_check: bool, force: bool, archive_dir: str | None, as_json: bool
) -> None:
    """Bring a store back from FILE, which `valuenet backup` wrote, and check it against the manifest.

    Files of the archive come back where FILE holds them and they are not there; none is written over. A store
    on PostgreSQL wants pg_restore and psql.
    """
    with progress(None, "archive") as advance:
        if only_check:
            emit({"checked": str(file), **_told(check(file, advance))}, as_json)
            return
        engine = open_engine(front().store)
        try:
            done = restore(
                engine, file, archive_folder(engine, archive_dir), force=force, advance=advance
            )  # fmt: skip
        finally:
            engine.dispose()
    emit({"restored": str(file), **_told(done.manifest), "archive_files": done.archive}, as_json)
    for state, what in (("missing", "are missing"), ("other", "are others than those of the backup")):
        if count := done.archive.get(state):
            note(f"{count} files of the archive {what}; see: valuenet archive check")
    if done.wants_init:
        note("The store has an older schema; bring it to the newest: valuenet init")


def _told(manifest: Manifest) -> Mapping[str, Any]:
    return {
        "made_at": manifest.made_at,
        "program": manifest.program,
        "database": f"{manifest.backend} {manifest.server}",
        "schema": manifest.schema_revision,
        "rows": sum(one.rows for one in manifest.tables.values()),
        "archive_listed": len(manifest.archive),
        "archive_bytes": sum(one.size for one in manifest.archive),
        "archive_copied": manifest.copied,
    }
