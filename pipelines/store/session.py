"""Opening a store by its SQLAlchemy URL: SQLite (write-ahead log, foreign keys) or PostgreSQL (psycopg 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError

from pipelines.errors import StoreError, UsageError
from pipelines.store.taxonomies import write_taxonomies
from pipelines.store.trouble import damage, trouble
from pipelines.store.views import drop_views, make_views

BUSY_SECONDS = 60
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def store_url(url: str) -> URL:
    """The URL with its driver filled in. Raises `UsageError` for anything but SQLite and PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError(f"{url!r} is no store URL; try sqlite:///valuenet.db") from error
    name = parsed.get_backend_name()
    if name in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite":
        return parsed.set(drivername="sqlite")
    raise UsageError(f"a store is SQLite or PostgreSQL, not {name}")


def open_engine(url: str) -> Engine:
    """An engine on the store at `url`, which may be empty or absent still.

    A connection's questions are all answered from one state of the store, that of the first of them, whatever
    others commit meanwhile; what writes (`writing`) sees what was committed last.
    """
    parsed = store_url(url)
    options: dict[str, Any] = {
        "json_serializer": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True),
        "insertmanyvalues_page_size": 1000,
    }
    if parsed.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_SECONDS}
    else:
        options["pool_pre_ping"] = (
            True  # a server that was started anew has cut the connections that waited here
        )
        options["isolation_level"] = "REPEATABLE READ"  # SQLite's transactions are so by themselves
    engine = create_engine(parsed, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer half-way fails without waiting.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed at the end, rolled back on any error."""
    with engine.connect() as connection:
        connection = for_writing(connection)
        with connection.begin():
            yield connection


def for_writing(connection: Connection) -> Connection:
    """The connection, whose next transaction writes: on SQLite it has the lock from its beginning, on PostgreSQL it
    sees what others committed while it waited for a row or a lock."""
    if connection.dialect.name == "postgresql":
        return connection.execution_options(writing=True, isolation_level="READ COMMITTED")
    return connection.execution_options(writing=True)


def migration_config(engine: Engine) -> Config:
    """Alembic's configuration for this engine."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Create the store, or bring it to the newest schema. Views, where somebody made them, are made anew."""
    with _explained(engine):
        with writing(engine) as connection:
            viewed = drop_views(connection)
        command.upgrade(migration_config(engine), "head")
        if viewed:
            with writing(engine) as connection:
                make_views(connection)


def revisions(engine: Engine) -> tuple[str | None, str]:
    """The store's schema revision (None: empty) and the program's."""
    head = ScriptDirectory.from_config(migration_config(engine)).get_current_head()
    assert head is not None
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), head


def open_store(url: str, *, create: bool = False) -> Engine:
    """An engine on a store whose schema is the program's.

    With `create` an empty or older store is brought up to date; otherwise it is refused with what to do.
    Raises `StoreError`.
    """
    engine = open_engine(url)
    try:
        return _checked(engine, create)
    except BaseException:
        engine.dispose()
        raise


def _checked(engine: Engine, create: bool) -> Engine:
    with _explained(engine):
        database = engine.url.database
        if engine.dialect.name == "sqlite" and database and database != ":memory:":
            _check_file(Path(database), create)
        found, head = revisions(engine)
        if found == head:
            return engine
        if found is not None and not _is_known(engine, found):
            raise StoreError(
                f"the store has schema {found}, which this program does not know (it goes up to {head}): a newer "
                "version made it; use that version. Nothing was changed"
            )
        if create:
            upgrade(engine)
            with writing(engine) as connection:
                write_taxonomies(connection)
            return engine
        state = "is empty" if found is None else f"has schema {found}, the program wants {head}"
        raise StoreError(f"the store {state}; run: valuenet init")


def _check_file(path: Path, create: bool) -> None:
    """With `create` there is a folder for the store's file afterwards. Raises `StoreError`."""
    log = path.with_name(f"{path.name}-wal")
    if not (path.exists() and path.stat().st_size) and log.exists() and log.stat().st_size:
        # SQLite would delete it, and with it the newest commits of a file that may be elsewhere
        raise StoreError(
            f"{log} holds the newest writes of a store whose file {path} is not there, or empty: put the file back "
            f"beside it, or move {log.name} aside. Nothing was changed"
        )
    if not create and not path.exists():
        raise StoreError(f"there is no store at {path}; run: valuenet init")
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)


def _is_known(engine: Engine, revision: str) -> bool:
    script = ScriptDirectory.from_config(migration_config(engine))
    return any(one.revision == revision for one in script.walk_revisions())


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if not (said := trouble(error)):
            raise
        shown = engine.url.render_as_string(hide_password=True)
        text = (
            f"the store at {shown} is {said}" if damage(error) else f"cannot use the store at {shown}: {said}"
        )
        raise StoreError(text) from error
