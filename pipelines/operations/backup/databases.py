"""How the two kinds of database give themselves away as one file, and take it back.

SQLite by its online backup interface, in one step: writers go on meanwhile, and the copy is of one moment.
PostgreSQL by pg_dump within an exported snapshot, so that what is counted and what is dumped are of one moment.

Invariant: a store that is written over changes in one transaction, or not at all.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from alembic.runtime.migration import MigrationContext
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from pipelines.errors import InputError, StoreError
from pipelines.operations.backup.manifest import Rows, rows_of, tables_of, told_alike
from pipelines.store.session import BUSY_SECONDS
from pipelines.store.views import VIEWS

#: The name of the store in a backup, by the kind of database.
FILES: Final = {"sqlite": "store.db", "postgresql": "store.dump"}
#: The workers' queue: nothing lasting is in it, and it makes itself anew.
QUEUE: Final = "valuenet_queue"

Told = tuple[str, str | None, dict[str, Rows]]


def dump(engine: Engine, target: Path, *, digest: bool) -> Told:
    """Write the store into `target`; the server's version, the schema's revision, and the rows of each table.

    Raises `StoreError` where there is no store, or a tool of PostgreSQL is missing or fails.
    """
    return (
        _dump_sqlite(engine, target, digest)
        if _is_sqlite(engine)
        else _dump_postgresql(engine, target, digest)
    )


def load(engine: Engine, source: Path, tables: Mapping[str, Rows], folder: Path) -> None:
    """Put the store in `source` in the place of what is there, in one transaction. tables: of the manifest;
    folder: for scratch. Raises `StoreError`, having changed nothing."""
    if _is_sqlite(engine):
        _load_sqlite(engine, source)
    else:
        _load_postgresql(engine, source, tables, folder)


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _told(connection: Connection, digest: bool) -> tuple[str | None, dict[str, Rows]]:
    revision = MigrationContext.configure(connection).get_current_revision()
    return revision, {name: rows_of(connection, name, digest=digest) for name in tables_of(connection)}


# ── SQLite ────────────────────────────────────────────────────────────────────────────────────────


def file_of(engine: Engine) -> Path:
    """The file of a store on SQLite. Raises `StoreError` for one in memory."""
    name = engine.url.database
    if not name or name == ":memory:":
        raise StoreError("a store in memory can be neither backed up nor restored")
    return Path(name)


def _dump_sqlite(engine: Engine, target: Path, digest: bool) -> Told:
    path = file_of(engine)
    if not path.is_file():
        raise StoreError(f"there is no store at {path}")
    try:
        with (
            closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as own,
            closing(sqlite3.connect(target)) as copy,
        ):
            # in one step: between two a writer would have it begin anew, on a busy store for ever
            own.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the store works with
        revision, tables = look_into(target, digest=digest)
    except (sqlite3.Error, DatabaseError) as error:
        raise StoreError(f"the store at {path} cannot be copied: {getattr(error, 'orig', error)}") from error
    return sqlite3.sqlite_version, revision, tables


def look_into(path: Path, *, digest: bool) -> tuple[str | None, dict[str, Rows]]:
    """The revision and the tables of a SQLite file, after SQLite's own check of it. Raises `StoreError`."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if verdict != "ok":
            raise StoreError(f"the database is damaged: {verdict}")
        return _told(connection, digest)


def _load_sqlite(engine: Engine, source: Path) -> None:
    path = file_of(engine)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine.dispose()
    try:
        with (
            closing(sqlite3.connect(source)) as own,
            closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as store,
        ):
            # SQLite writes the whole copy as one transaction: a kill leaves what was there
            own.backup(store, pages=-1)
    except sqlite3.Error as error:
        raise StoreError(f"the store at {path} cannot be written: {error}; is it in use?") from error


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────────


def tool(name: str) -> str:
    """The path of a program of PostgreSQL. Raises `StoreError` saying what to install."""
    found = shutil.which(name)
    if found is None:
        raise StoreError(
            f"{name} is not installed; it comes with PostgreSQL's client programs (apt-get install "
            "postgresql-client), of the server's version or newer"
        )
    return found


def _dump_postgresql(engine: Engine, target: Path, digest: bool) -> Told:
    program = tool("pg_dump")
    with engine.connect() as connection:
        told_alike(connection)
        moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        server = str(connection.execute(text("SHOW server_version")).scalar_one())
        _called(
            [
                program, "--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={QUEUE}",
                f"--snapshot={moment}", f"--file={target}", *_where(engine),
            ],
            engine,
        )  # fmt: skip
        revision, tables = _told(connection, digest)
    if revision is None and not tables:
        raise StoreError("there is no store in this database")
    return server, revision, tables


def _load_postgresql(engine: Engine, source: Path, tables: Mapping[str, Rows], folder: Path) -> None:
    script = folder / "restore.sql"
    _called(
        [tool("pg_restore"), "--no-owner", "--no-privileges", f"--file={script}", str(source)],
        engine,
    )
    before = folder / "before.sql"
    with engine.connect() as connection:
        before.write_text("\n".join(_drops(connection, tables)), "utf-8")
    _called(
        [
            tool("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            "--output=/dev/null", f"--file={before}", f"--file={script}", *_where(engine),
        ],
        engine,
    )  # fmt: skip


def _drops(connection: Connection, tables: Mapping[str, Rows]) -> list[str]:
    """Statements that take the store away which is there: all of its tables, views, and the functions of
    triggers."""
    quoted = connection.dialect.identifier_preparer.quote
    found = inspect(connection)
    gone = sorted({*found.get_table_names(), *tables})
    functions = connection.execute(
        text(
            "SELECT DISTINCT proc.proname FROM pg_trigger AS trigger "
            "JOIN pg_proc AS proc ON proc.oid = trigger.tgfoid "
            "JOIN pg_class AS class ON class.oid = trigger.tgrelid "
            "JOIN pg_namespace AS space ON space.oid = class.relnamespace "
            "WHERE NOT trigger.tgisinternal AND space.nspname = current_schema()"
        )
    ).scalars()
    return [
        *(f"DROP VIEW IF EXISTS {quoted(name)} CASCADE;" for name in VIEWS),
        *(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE;" for name in gone),
        *(f"DROP FUNCTION IF EXISTS {quoted(name)}() CASCADE;" for name in functions),
    ]


def _connection(engine: Engine) -> dict[str, Any]:
    _, found = engine.dialect.create_connect_args(engine.url)
    # SQLAlchemy's driver adds objects of its own
    return {name: value for name, value in found.items() if isinstance(value, str | int)}


def _where(engine: Engine) -> list[str]:
    """How the tools of PostgreSQL are told of the database; the password goes by the environment, which other
    users of the machine cannot see."""
    return [
        f"--dbname={make_conninfo(**{**_connection(engine), 'password': None})}",
        "--no-password",
    ]


def _called(words: list[str], engine: Engine) -> None:
    password = _connection(engine).get("password")
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PGOPTIONS": "-c client_min_messages=warning"}
    if password:
        environment["PGPASSWORD"] = str(password)
    done = subprocess.run(  # noqa: S603 - our own words; no shell reads them
        words, capture_output=True, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:500]
        raise StoreError(f"{Path(words[0]).name} failed: {said or f'exit code {done.returncode}'}")


def check_kind(engine: Engine, backend: str, where: str) -> None:
    """Raises `InputError` where a backup of one kind of database is to go into another."""
    if engine.dialect.name != backend:
        raise InputError(
            f"it is of a store on {backend}, and this store is on {engine.dialect.name}",
            where=where,
            hint=f"Restore it into a store on {backend} (--store).",
        )
