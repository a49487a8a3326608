"""A PostgreSQL server that is started anew in the middle of the work."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.server import SampleWeb
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.conftest import unavailable
from tests.program import command, environment, run
from tests.store_content import content

pytestmark = pytest.mark.postgres


class Server:
    """A cluster of its own, which may be stopped and started: no other test's database is in it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._told("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync")

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self._folder / "log")
        self._told("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """immediate: as where the machine goes down; what was committed comes back from its log."""
        self._told("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", how, "stop")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/{name}"

    def database(self, name: str) -> str:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return self.url(name)

    def _told(self, program: str, *words: str) -> None:
        user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        subprocess.run(
            [str(self._programs / program), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            cwd=self._folder,
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(places[-1]) if places else shutil.which("initdb")
    if found is None:
        unavailable("postgres", "PostgreSQL's server programs (initdb) are not here")
    folder = Path(tempfile.mkdtemp(prefix="cluster"))
    if os.geteuid() == 0:
        try:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        except KeyError:
            unavailable("postgres", "no user is there under whom PostgreSQL would run")
    made = Server(Path(str(found)).parent, folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    with SampleWeb(world=make_world(5, 0.003)) as web:
        yield web


@pytest.fixture(scope="module")
def whole(web: SampleWeb, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store that was filled and resolved undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    store = f"sqlite:///{folder / 'whole.db'}"
    run("--store", store, "crawl", "ror", "gleif", "--web", web.base, cwd=folder, timeout=200)
    run("--store", store, "resolve", cwd=folder, timeout=200)
    return store


def begin(*words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*words),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def count(store: str, table: str) -> int:
    engine = open_store(store)
    with engine.connect() as connection:
        found = connection.execute(
            select(func.count()).select_from(schema.metadata.tables[table])
        ).scalar_one()
    engine.dispose()
    return int(found)


def wait_for(store: str, table: str, process: subprocess.Popen[str]) -> None:
    while not count(store, table) and process.poll() is None:
        time.sleep(0.02)


def entities(store: str) -> list[tuple[object, ...]]:
    engine = open_store(store)
    link = schema.mention_entity
    with engine.connect() as connection:
        rows = connection.execute(select(link.c.mention_id, link.c.entity_id)).all()
    engine.dispose()
    return sorted(map(tuple, rows))


def test_a_crawl_and_a_resolution_survive_a_restart(
    server: Server, web: SampleWeb, whole: str, tmp_path: Path
) -> None:
    store = server.database("restarted")
    crawl = ("--store", store, "crawl", "ror", "gleif", "--web", web.base)
    run("--store", store, "init", cwd=tmp_path)
    process = begin(*crawl, cwd=tmp_path)
    wait_for(store, "page", process)
    server.stop()
    time.sleep(1)
    server.start()
    said, _ = process.communicate(timeout=200)
    assert "Traceback" not in said
    run(*crawl, cwd=tmp_path, timeout=200)
    assert content(store) == content(whole)
    process = begin("--store", store, "resolve", cwd=tmp_path)
    time.sleep(1.5)
    server.stop()
    server.start()
    said, _ = process.communicate(timeout=200)
    assert "Traceback" not in said
    run("--store", store, "resolve", cwd=tmp_path, timeout=200)
    assert entities(store) == entities(whole)


def test_the_review_page_is_there_again_after_a_restart(server: Server, tmp_path: Path) -> None:
    store = server.database("reviewed")
    run("--store", store, "init", cwd=tmp_path)
    process = begin("--store", store, "review", "--port", "0", cwd=tmp_path)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        assert process.stdout is not None
        address = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
        with browser.open(address, timeout=60) as page:
            assert page.status == 200
            there = page.url
        server.stop()
        server.start()
        with browser.open(there, timeout=60) as page:  # raises on a page that says that something broke
            assert page.status == 200
    finally:
        process.terminate()
        process.communicate(timeout=60)
