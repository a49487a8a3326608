"""Fixtures for all rooms: a fresh store on SQLite and on PostgreSQL, and what CI forbids to skip."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
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


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a new, empty database, dropped afterwards."""
    name = f"valuenet_{uuid.uuid4().hex[:12]}"
    server = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield store_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, on SQLite and again on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def store(empty_url: str) -> Iterator[Engine]:
    """An engine on a new store with the newest schema, on SQLite and again on PostgreSQL."""
    engine = open_store(empty_url, create=True)
    yield engine
    engine.dispose()
