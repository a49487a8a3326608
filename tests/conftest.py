"""Fixtures for all rooms: a fresh store on SQLite and on PostgreSQL, and what CI forbids to skip."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from pipelines.store.session import open_store, store_url

#: What must not be skipped, as "postgres,redis,browser,shared"; CI sets it.
REQUIRED = frozenset(filter(None, os.environ.get("VALUENET_REQUIRE", "").split(",")))

_CANDIDATES = (
    os.environ.get("VALUENET_TEST_POSTGRES", ""),
    "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "postgresql+psycopg:///postgres",
)


def unavailable(what: str, reason: str) -> None:
    """Skip with the reason, or fail where this part must be there."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL server on which databases may be made."""
    for candidate in filter(None, _CANDIDATES):
        engine = create_engine(candidate, connect_args={"connect_timeout": 3})
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            return candidate
        except OperationalError:
            continue
        finally:
            engine.dispose()
    unavailable("postgres", "no PostgreSQL server was found (set VALUENET_TEST_POSTGRES)")
    raise AssertionError


@contextmanager
def _database(server_url: str, template: str = "template1") -> Iterator[str]:
    """A new database, dropped afterwards; yields its URL."""
    name = f"valuenet_{uuid.uuid4().hex[:12]}"
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield store_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a new, empty database."""
    with _database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, on SQLite and again on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database with the newest schema, to copy from."""
    with _database(postgres_server) as url:
        open_store(url, create=True).dispose()
        name = store_url(url).database
        assert name is not None
        yield name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to copy from."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    open_store(f"sqlite:///{path}", create=True).dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new store with the newest schema, on SQLite and again on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "store.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgres_template")
        with _database(request.getfixturevalue("postgres_server"), template) as url:
            yield url


@pytest.fixture
def store(store_address: str) -> Iterator[Engine]:
    """An engine on a new store with the newest schema, on SQLite and again on PostgreSQL."""
    engine = open_store(store_address)
    yield engine
    engine.dispose()
