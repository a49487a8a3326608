"""A worker through the end and the return of its database."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawlers.sample_web.generator import make_world
from crawlers.sample_web.model import World
from crawlers.sample_web.server import SampleWeb
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.own_postgres import Server, own_server
from tests.program import command, environment, run
from tests.store_content import content

pytestmark = pytest.mark.postgres


def world() -> World:
    """A world of four sites with so many articles that their visit lasts for some seconds."""
    made = make_world(5, 0.003)
    return replace(made, cooperation=made.cooperation[:100], quiet=made.quiet[:20], rounds=())


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    with SampleWeb(world=world()) as web:
        yield web


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server() as server:
        yield server


def sites(web: SampleWeb) -> list[str]:
    return [word for host in web.world.press for word in ("--site", f"https://{host}/")]


@pytest.fixture(scope="module")
def whole(web: SampleWeb, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, ...]]]:
    """What a store holds that was filled undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    store = f"sqlite:///{folder / 'whole.db'}"
    run("--store", store, "crawl", "news", *sites(web), "--web", web.base, cwd=folder)
    return content(store)


def pages(store: str) -> int:
    engine = open_store(store)
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(schema.page)).scalar_one()
    engine.dispose()
    return int(found)


@pytest.mark.parametrize("away", [0.0, 4.0])
def test_a_worker_goes_on_by_itself_when_its_database_is_back(
    away: float, server: Server, web: SampleWeb, whole: dict[str, list[tuple[str, ...]]], tmp_path: Path
) -> None:
    store = server.database(f"away{away:.0f}")
    run("--store", store, "queue", "add", "news", *sites(web), cwd=tmp_path)
    words = ("queue", "work", "--once", "--dead-after", "5", "--at-once", "2", "--web", web.base)
    worker = subprocess.Popen(
        command("--store", store, *words),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not pages(store) and worker.poll() is None:
        time.sleep(0.02)
    server.stop("immediate")
    time.sleep(away)
    server.start()
    _, said = worker.communicate(timeout=60)
    assert worker.returncode == 0, said
    assert "Traceback" not in said
    # it was not at its end when the database went: the visits were broken off, and made again
    assert "the database is away" in said
    assert content(store) == whole
    engine = open_store(store)
    with engine.connect() as connection:
        rows = connection.execute(select(schema.run.c.scope, schema.run.c.outcome)).all()
        assert not connection.execute(select(schema.part_turn)).all()
    engine.dispose()
    complete = [row.scope for row in rows if row.outcome == "complete"]
    assert sorted(complete) == sorted(f"site=https://{host}/" for host in web.world.press)
    assert "failed" in [row.outcome for row in rows]
    assert "running" not in [row.outcome for row in rows]
