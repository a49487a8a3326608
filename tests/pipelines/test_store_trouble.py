"""What databases say when they cannot go on, and the way out that is told with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg.errors
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError, ProgrammingError

from pipelines.store.trouble import RESTORE, damage, trouble


def failed(url: str, *statements: str) -> DBAPIError:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    except DBAPIError as error:
        return error
    finally:
        engine.dispose()
    raise AssertionError("nothing failed")


def test_a_damaged_file_is_told_with_how_to_restore_it(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"?" * 5000)
    error = failed(f"sqlite:///{path}", "SELECT * FROM page")
    assert damage(error) == "file is not a database"
    assert trouble(error) == f"damaged (file is not a database). {RESTORE}"


def test_what_sqlite_may_not_write(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    sqlite3.connect(path).execute("CREATE TABLE page (a)").connection.close()
    error = failed(f"sqlite:///{path}", "PRAGMA query_only=ON", "INSERT INTO page VALUES (1)")
    assert trouble(error).startswith("attempt to write a readonly database: this user must be allowed")
    missing = failed(f"sqlite:///{tmp_path / 'none' / 'store.db'}", "SELECT 1")
    assert trouble(missing).startswith("unable to open database file: this user must be allowed")


def test_a_full_sqlite(tmp_path: Path) -> None:
    error = failed(
        f"sqlite:///{tmp_path / 'store.db'}",
        "CREATE TABLE page (a)",
        "PRAGMA max_page_count = 3",
        "INSERT INTO page VALUES (zeroblob(100000))",
    )
    assert trouble(error).startswith("database or disk is full: make room")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statements", "way"),
    [
        (("SET TRANSACTION READ ONLY", "CREATE TABLE page (a int)"), "takes no writes"),
        (("SET statement_timeout = 20", "SELECT pg_sleep(9)"), "statement_timeout"),
        (("SELECT pg_terminate_backend(pg_backend_pid())",), "somebody ended the connection"),
    ],
)
def test_what_postgresql_refuses(statements: tuple[str, ...], way: str, postgres_url: str) -> None:
    told = trouble(failed(postgres_url, *statements))
    assert way in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("said", "way"),
    [
        ('connection failed: FATAL:  too many connections for role "x"\nmore', "max_connections"),
        ("FATAL:  the database system is starting up", "starts or stops"),
        ("connection failed: Connection refused", "when it answers"),
        ("could not write: No space left on device", "make room"),
    ],
)
def test_without_a_state_the_words_tell(said: str, way: str) -> None:
    told = trouble(OperationalError(None, None, psycopg.OperationalError(said)))
    assert told.startswith(said.partition("\n")[0] + ": ")
    assert way in told


def test_a_lost_connection_is_told_with_what_is_kept() -> None:
    lost = OperationalError(None, None, psycopg.OperationalError("the connection is lost"))
    assert trouble(lost) == "the connection is lost"
    lost.connection_invalidated = True
    assert "run the command again" in trouble(lost)


@pytest.mark.parametrize("kind", [ProgrammingError, IntegrityError, InternalError])
def test_mistakes_of_ours_are_none(kind: type[DBAPIError]) -> None:
    assert trouble(kind("SELECT", None, Exception("wrong"))) == ""
    assert trouble(ValueError("wrong")) == ""
