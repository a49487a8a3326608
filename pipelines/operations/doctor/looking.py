"""The whole look: one check after the other; a check that fails itself is a finding, and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import StoreError, ValuenetError
from pipelines.operations.doctor import archives, environment, settings, stores
from pipelines.operations.doctor.finding import Finding, Findings
from pipelines.store.archive import archive_folder
from pipelines.store.session import open_store, store_url

#: Where the environment file of systemd units may lie, besides the folder of the moment.
UNIT_FOLDERS = (
    Path("~/.config/systemd/user").expanduser(),
    Path("/etc/systemd/system"),
    Path("/etc/valuenet"),
)


def look(store: str, archive: str | None = None, *, full: bool = False) -> Findings:
    """All findings, but for the keys of sources, in the order of the areas. store: its URL; archive: its
    folder as chosen. full: every snapshot is read, every page of a SQLite file checked."""
    here = Path.cwd()
    is_postgresql = store_url(store).get_backend_name() == "postgresql"
    yield from _tried("python", environment.python)
    yield from _tried("libraries", environment.libraries)
    yield from _tried("libraries", environment.linked)
    yield from _tried("browser", lambda: environment.programs(is_postgresql))
    yield from _tried("font", environment.font)
    yield from _tried("models", environment.models)
    yield from _tried("settings", settings.settings)
    yield from _tried("secrets", lambda: environment.secrets([here, *UNIT_FOLDERS]))
    try:
        engine = open_store(store)
    except StoreError as error:
        yield Finding(
            "error", "store", str(error), "" if "valuenet init" in str(error) else "is the server running?"
        )
        yield from _tried("disk", lambda: environment.room([here]))
        return
    try:
        yield Finding("ok", "store", f"{engine.url.render_as_string(hide_password=True)}: the newest schema")
        yield from _of_store(engine, archive_folder(engine, archive), full)
    finally:
        engine.dispose()


def _of_store(engine: Engine, folder: Path, full: bool) -> Findings:
    database = engine.url.database
    own = [Path(database).resolve().parent] if engine.dialect.name == "sqlite" and database else []
    yield from _tried("disk", lambda: environment.room([*own, folder.resolve()]))
    with engine.connect() as connection:
        yield from _tried("clock", lambda: stores.clocks(connection))
        yield from _tried("runs", lambda: stores.runs(connection))
        yield from _tried("schedule", lambda: stores.agenda(connection))
        yield from _tried("queues", lambda: stores.waiting(connection))
        yield from _tried("integrity", lambda: stores.whole(engine, connection, full=full))
    yield from _tried("archive", lambda: archives.archive(engine, folder, full=full))


def _tried(area: str, check: Callable[[], Iterable[Finding]]) -> Findings:
    try:
        yield from check()
    except (ValuenetError, SQLAlchemyError, OSError) as error:
        words = str(getattr(error, "orig", None) or error).splitlines()
        yield Finding("error", area, f"could not look: {words[0] if words else type(error).__name__}")
