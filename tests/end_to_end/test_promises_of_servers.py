"""PostgreSQL refuses, ends or loses what was begun: one sentence with the way out, and the next run completes."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, make_url, text

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.server import SampleWeb
from tests.end_to_end.small_disk import Disk
from tests.end_to_end.test_promises_of_databases import entities
from tests.end_to_end.test_promises_of_space_and_time import out_of_order
from tests.own_postgres import Server, own_server
from tests.program import run
from tests.store_content import content

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server() as server:
        run("--store", server.database("begun"), "init", cwd=Path("/"))
        yield server


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    with SampleWeb(world=make_world(5, 0.003)) as web:
        yield web


@pytest.fixture(scope="module")
def whole(server: Server, web: SampleWeb, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a store says that was filled, and one that was resolved, undisturbed. The filled one is the database
    `crawled`."""
    folder = tmp_path_factory.mktemp("whole")
    store = copied(server, "crawled")
    run("--store", store, *CRAWL, web.base, cwd=folder, timeout=200)
    ended(server, "crawled")
    other = copied(server, "resolved", "crawled")
    run("--store", other, "resolve", cwd=folder, timeout=200)
    return {"crawl": content(store), "resolve": entities(other)}


CRAWL = ("crawl", "ror", "gleif", "--web")


@contextmanager
def connected(url: str, **more: Any) -> Iterator[Connection]:
    engine = create_engine(url, **more)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def asked(server: Server, name: str = "postgres") -> AbstractContextManager[Connection]:
    return connected(server.url(name), isolation_level="AUTOCOMMIT")


def ended(server: Server, name: str) -> int:
    """End all connections to a database, as an administrator does; how many there were."""
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    with asked(server) as connection:
        return len(connection.execute(text(query), {"name": name}).all())


def copied(server: Server, name: str, template: str = "begun", more: str = "") -> str:
    """The URL of a new database that is a copy."""
    ended(server, template)
    with asked(server) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {more}'))
    return server.url(name)


def set_for(server: Server, name: str, setting: str) -> None:
    with asked(server) as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" {setting}'))


class Work:
    """A crawl or a resolution on a database of its own, and what it comes to."""

    def __init__(
        self, command: str, server: Server, web: SampleWeb, folder: Path, name: str, more: str = ""
    ) -> None:
        self.command, self._folder, self.name = command, folder, name
        self.store = copied(server, name, "begun" if command == "crawl" else "crawled", more)
        self._words = (*CRAWL, web.base) if command == "crawl" else ("resolve",)

    def go(self, store: str = "", *, check: bool = False) -> subprocess.CompletedProcess[str]:
        done = run("--store", store or self.store, *self._words, cwd=self._folder, check=check, timeout=200)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def fails(self, *words: str, store: str = "") -> None:
        done = self.go(store)
        assert done.returncode == 1, done.stdout + done.stderr
        for word in words:
            assert word in done.stdout + done.stderr

    def completes(self, whole: dict[str, object]) -> None:
        self.go(check=True)
        says = content(self.store) if self.command == "crawl" else entities(self.store)
        assert says == whole[self.command]


@pytest.fixture(params=["crawl", "resolve"])
def work(
    request: pytest.FixtureRequest,
    server: Server,
    web: SampleWeb,
    whole: dict[str, object],
    tmp_path: Path,
) -> Iterator[Work]:
    made = Work(request.param, server, web, tmp_path, f"work_{os.urandom(4).hex()}")
    yield made
    with asked(server) as connection:
        connection.execute(text(f'DROP DATABASE "{made.name}" WITH (FORCE)'))


def test_connections_that_an_administrator_ends(server: Server, work: Work, whole: dict[str, object]) -> None:
    done = threading.Event()
    met = 0

    def end() -> None:
        nonlocal met
        while not done.wait(0.3):
            met += ended(server, work.name)

    ender = threading.Thread(target=end)
    ender.start()
    try:
        work.go()
    finally:
        done.set()
        ender.join()
    assert met, "no connection was ended: the test proves nothing"
    work.completes(whole)


def test_a_statement_that_the_server_ends(server: Server, work: Work, whole: dict[str, object]) -> None:
    set_for(server, work.name, "SET statement_timeout = '700ms'")
    table = "evidence" if work.command == "crawl" else "judgement"
    with connected(work.store) as other:
        other.execute(text("SET statement_timeout = 0"))
        other.execute(text(f'LOCK TABLE "{table}" IN EXCLUSIVE MODE'))  # it may be read, not written
        work.fails("statement_timeout")
    set_for(server, work.name, "RESET statement_timeout")
    work.completes(whole)


def test_a_transaction_that_waits_too_long_for_the_server(
    server: Server, work: Work, whole: dict[str, object]
) -> None:
    set_for(server, work.name, "SET idle_in_transaction_session_timeout = '1ms'")
    work.fails("run the command again")
    set_for(server, work.name, "RESET idle_in_transaction_session_timeout")
    work.completes(whole)


def test_a_server_that_only_reads(
    server: Server, work: Work, whole: dict[str, object], tmp_path: Path
) -> None:
    before = content(work.store)
    set_for(server, work.name, "SET default_transaction_read_only = on")
    work.fails("takes no writes", "--store")
    run("--store", work.store, "status", cwd=tmp_path)
    assert content(work.store) == before
    set_for(server, work.name, "RESET default_transaction_read_only")
    work.completes(whole)


def test_a_server_without_a_free_connection(server: Server, work: Work, whole: dict[str, object]) -> None:
    with asked(server, work.name) as connection:
        role = f"few_{work.name}"
        connection.execute(text(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1"))
        own = make_url(work.store).set(username=role).render_as_string(hide_password=False)
        with connected(own):
            work.fails("too many connections", "max_connections", store=own)
        connection.execute(text(f"DROP ROLE {role}"))
    work.completes(whole)


@pytest.mark.parametrize("command", ["crawl", "resolve"])
def test_a_full_disk_of_the_server(
    command: str, server: Server, web: SampleWeb, whole: dict[str, object], tmp_path: Path, disk: Disk
) -> None:
    owner = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else os.geteuid()
    place = disk.place / "space"
    place.mkdir()
    os.chown(place, owner, -1)
    with asked(server) as connection:
        connection.execute(text(f"CREATE TABLESPACE small_{command} LOCATION '{place}'"))
    name = f"full_{command}"
    work = Work(command, server, web, tmp_path, name, f"TABLESPACE small_{command}")
    with connected(
        work.store
    ):  # the first connection to a copied database writes a file that the next ones need
        disk.resize(disk.used() + 100)
    work.fails("make room")
    disk.resize(64 * 1024)
    work.completes(whole)
    with asked(server) as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        connection.execute(text("CHECKPOINT"))
        connection.execute(text(f"DROP TABLESPACE small_{command}"))


class Cable:
    """Goes between the program and a server, and is cut when so many bytes went to the server."""

    def __init__(self, url: str, most: int) -> None:
        parsed = make_url(url)
        self._to, self._left = (str(parsed.host), int(parsed.port or 0)), most
        self._lines: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = parsed.set(port=self._door.getsockname()[1]).render_as_string(hide_password=False)
        threading.Thread(target=self._open, daemon=True).start()

    @property
    def is_cut(self) -> bool:
        return self._left < 0

    def _open(self) -> None:
        while not self.is_cut:
            try:
                line, _ = self._door.accept()
            except OSError:  # closed
                return
            other = socket.create_connection(self._to)
            self._lines += [line, other]
            for pair in ((line, other, True), (other, line, False)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(4096):
                if counted:
                    self._left -= len(data)
                    if self.is_cut:
                        self.close()
                        return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # the other side is gone
            pass

    def close(self) -> None:
        for one in (self._door, *self._lines):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_cable_that_is_cut(share: float, work: Work, whole: dict[str, object]) -> None:
    sent = {"crawl": 90_000, "resolve": 30_000}[work.command]
    cable = Cable(work.store, int(sent * share))
    work.fails("run the command again", store=cable.url)
    assert cable.is_cut
    cable.close()
    work.completes(whole)


#: Words that ask PostgreSQL for its own clock.
CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|"
    r"\b(current_timestamp|current_date|current_time|localtime|localtimestamp)\b",
    re.IGNORECASE,
)
#: Of the server's clock the program asks this alone, for leases: visitors on several machines share it.
LEASES = "SELECT clock_timestamp() AS clock_timestamp_1"
DEFAULTS = """SELECT count(*) FROM information_schema.columns
    WHERE table_schema = 'public' AND column_default ~* 'now|current|clock'"""


def test_the_clock_of_the_server_is_asked_for_leases_alone(
    server: Server, work: Work, whole: dict[str, object], tmp_path: Path
) -> None:
    set_for(server, work.name, "SET log_statement = 'all'")
    with asked(server, work.name) as connection:
        log = Path(connection.execute(text("SHOW data_directory")).scalar_one()).parent / "log"
        defaults = connection.execute(text(DEFAULTS)).scalar_one()
    begin = log.stat().st_size
    work.completes(whole)
    run("--store", work.store, "status", cwd=tmp_path)
    said = log.read_bytes()[begin:].decode("utf-8", "replace")
    assert said.count("statement: ") + said.count("execute ") > 50, "nothing was logged"
    assert not [line[:300] for line in said.splitlines() if CLOCK.search(line.replace(LEASES, ""))]
    assert defaults == 0, "no column is filled by the server's clock"


#: Stands before the server's own function where the path of names says so.
WRONG = """CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    $$SELECT pg_catalog.clock_timestamp() + interval '{days} days'$$"""


@pytest.mark.parametrize("days", [-3, 3])
def test_a_server_whose_clock_is_wrong(
    days: int, server: Server, work: Work, whole: dict[str, object]
) -> None:
    """The one function that is asked for tells another time, and then the right one again."""
    with asked(server, work.name) as connection:
        connection.execute(text(WRONG.format(days=days)))
    set_for(server, work.name, "SET search_path = public, pg_catalog")
    with asked(server, work.name) as connection:
        off = connection.execute(text("SELECT clock_timestamp() - pg_catalog.clock_timestamp()")).scalar_one()
    assert abs(off) > dt.timedelta(days=2)
    work.completes(whole)
    set_for(server, work.name, "RESET search_path")
    work.completes(whole)
    engine = create_engine(work.store)
    assert out_of_order(engine) == {}
    engine.dispose()
