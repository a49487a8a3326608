"""Several workers on one store: killed at random they lose and double nothing, and a host has one visitor."""

from __future__ import annotations

import itertools
import random
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from crawlers.registry import spider_of
from crawlers.sample_web.generator import make_world
from crawlers.sample_web.model import World
from crawlers.sample_web.server import SampleWeb
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.program import command, environment, run
from tests.store_content import content


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    with SampleWeb(world=make_world(5, 0.003)) as web:
        yield web


def small_world() -> World:
    """A world of four sites with a few articles each: it is visited in seconds at the rates of the live web."""
    world = make_world(7, 0.003)
    return replace(world, cooperation=world.cooperation[:12], quiet=world.quiet[:2], rounds=())


def sites(web: SampleWeb) -> list[str]:
    return [word for host in web.world.press for word in ("--site", f"https://{host}/")]


def worker(url: str, web: SampleWeb, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    words = ("--store", url, "queue", "work", "--once", "--dead-after", "8", "--at-once", "2")
    place = ("--web", web.base, "--archive", str(folder / "archive"), *more)
    return subprocess.Popen(
        command(*words, *place),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def end(process: subprocess.Popen[bytes], seconds: float = 200) -> None:
    _, said = process.communicate(timeout=seconds)
    assert process.returncode == 0, said.decode()


def test_workers_that_are_killed_lose_and_double_nothing(
    web: SampleWeb, postgres_url: str, tmp_path: Path
) -> None:
    whole = f"sqlite:///{tmp_path / 'whole.db'}"
    run("--store", whole, "crawl", "ror", "news", *sites(web), "--web", web.base, cwd=tmp_path, timeout=200)
    run("--store", postgres_url, "queue", "add", "ror", "news", *sites(web), cwd=tmp_path)
    chance = random.Random(11)
    workers = [worker(postgres_url, web, tmp_path) for _ in range(3)]
    killed = 0
    for _ in range(6):
        time.sleep(chance.uniform(1.0, 4.0))
        victim = workers.pop(chance.randrange(len(workers)))
        if victim.poll() is None:
            killed += 1
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim.stderr.close()  # type: ignore[union-attr]  # it is a pipe
        workers.append(worker(postgres_url, web, tmp_path))
    for one in workers:
        end(one)
    assert killed
    found, expected = content(postgres_url), content(whole)
    for table, rows in expected.items():
        assert found[table] == rows, table
    engine = open_store(postgres_url)
    with engine.connect() as connection:
        run_ = schema.run
        runs = connection.execute(select(run_.c.scope, run_.c.outcome).where(run_.c.source == "news")).all()
        assert not connection.execute(select(schema.part_turn)).all()
    engine.dispose()
    complete = [row.scope for row in runs if row.outcome == "complete"]
    assert sorted(set(complete)) == sorted(f"site=https://{host}/" for host in web.world.press)


def test_a_host_meets_one_rate_however_many_work(postgres_url: str, tmp_path: Path) -> None:
    delay = spider_of("news").declaration.delay
    with SampleWeb(world=small_world()) as web:
        run("--store", postgres_url, "queue", "add", "news", "site", *sites(web), cwd=tmp_path)
        for one in [worker(postgres_url, web, tmp_path, "--polite") for _ in range(3)]:
            end(one)
        moments: dict[str, list[float]] = defaultdict(list)
        for moment, url in web.asked_at:
            moments[urlsplit(url).hostname or ""].append(moment)
    assert moments.keys() == set(web.world.press)
    for host, asked in moments.items():
        assert len(asked) > 5
        # Scrapy waits between half of the delay and one and a half; a busy server may note one request late
        assert asked[-1] - asked[0] > 0.75 * delay * (len(asked) - 1), host
        gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
        assert sum(gap < 0.45 * delay for gap in gaps) <= 1, host
    engine = open_store(postgres_url)
    with engine.connect() as connection:
        table = schema.run
        rows = connection.execute(select(table.c.scope, table.c.started_at, table.c.ended_at)).all()
    engine.dispose()
    for _, visits in itertools.groupby(sorted(rows), key=lambda row: row.scope):
        for first, second in itertools.pairwise(visits):  # of news and of site, which read the same host
            assert first.ended_at <= second.started_at


def test_a_worker_that_is_told_to_stop_gives_its_visits_back(postgres_url: str, tmp_path: Path) -> None:
    with SampleWeb(world=small_world()) as web:
        run("--store", postgres_url, "queue", "add", "news", *sites(web), cwd=tmp_path)
        first = worker(postgres_url, web, tmp_path, "--polite")
        while not web.asked:
            time.sleep(0.1)
        time.sleep(1.0)
        first.send_signal(signal.SIGTERM)
        _, said = first.communicate(timeout=60)
        assert first.returncode == 130, said.decode()
        listed = run("--store", postgres_url, "queue", "list", "--json", cwd=tmp_path).stdout
        assert '"doing"' not in listed
        assert '"todo"' in listed
        end(worker(postgres_url, web, tmp_path))
    engine = open_store(postgres_url)
    with engine.connect() as connection:
        outcomes = [row.outcome for row in connection.execute(select(schema.run.c.outcome))]
    engine.dispose()
    assert outcomes.count("complete") == len(web.world.press)
    assert "running" not in outcomes
