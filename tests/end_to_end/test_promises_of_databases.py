"""A PostgreSQL server that is started anew in the middle of the work."""

from __future__ import annotations

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.server import SampleWeb
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.own_postgres import Server, own_server
from tests.program import command, environment, run
from tests.store_content import content

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server() as server:
        yield server


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
