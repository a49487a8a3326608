"""How much workers help, and what they lose when they are killed.

    python -m tests.benchmarks.bench_workers [--size 0.01]            # where the cores are the bound
    python -m tests.benchmarks.bench_workers --polite                 # where the rates of the hosts are
    python -m tests.benchmarks.bench_workers --kills 20 --size 0.05   # four workers, killed at random and replaced

All on one machine: the made web, PostgreSQL (the server that the tests use) and the workers share its cores. Each
worker finds the web at a port of its own, so the web tells who asked. CPU is that of the workers' processes alone.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, func, select, text

from crawlers.registry import spider_of
from crawlers.sample_web.generator import make_world
from crawlers.sample_web.model import World
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.benchmarks.watched_web import WatchedWeb, fastest_gap, meetings
from tests.program import command, environment
from tests.store_content import content

SERVER = os.environ.get("VALUENET_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
#: Of four workers four visits each, and as many hosts. Seconds that the polite web takes for an answer.
WORKERS, HOSTS, LATE = 4, 16, 0.2
SHOW = Console()


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--size", type=float, default=0.01)
    asked.add_argument("--polite", action="store_true")
    asked.add_argument("--kills", type=int, default=0)
    asked.add_argument("--seed", type=int, default=11)
    words = asked.parse_args()
    made = make_world(3, words.size)
    if words.kills:
        killed(made, words.kills, random.Random(words.seed))
    elif words.polite:
        polite(made)
    else:
        unbound(made)
    SHOW.print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the web and PostgreSQL run on them as well."
    )


def unbound(world: World) -> None:
    """Workers on as many hosts as the world has, without rates; beside them `valuenet crawl` in one process."""
    board = board_of(f"No rates: {len(world.press)} hosts")
    one = None
    for number in (1, 2, 4):
        with WatchedWeb(world, number) as web, store() as url:
            add(url, web, "news")
            at_once = str(max(1, 4 // number))
            begun, cpu = time.monotonic(), 0.0
            with tempfile.TemporaryDirectory() as folder:
                for worker in [work(url, web, n, Path(folder), "--at-once", at_once) for n in range(number)]:
                    cpu += ended(worker)
            seconds = time.monotonic() - begun
            one = row(board, f"{number} workers", pages(url), seconds, cpu, one)
    with WatchedWeb(world, 1) as web, store() as url, tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        cpu = ended(crawl(url, web, Path(folder)))
        row(board, "crawl, one process", pages(url), time.monotonic() - begun, cpu, one)
    SHOW.print(board)


def polite(made: World) -> None:
    """Workers at the rates of the live web: seconds from the first request to the last, as the web saw them."""
    hosts = tuple(f"press{number:02}.valuenet.example" for number in range(HOSTS))
    world = replace(made, press=hosts, cooperation=made.cooperation[: 10 * HOSTS], quiet=(), rounds=())
    declared = spider_of("news").declaration.delay
    board = board_of(f"Rates kept: {HOSTS} hosts, two sources each, 4 visits at once a worker")
    one = None
    for number in (1, 2, 4):
        with WatchedWeb(world, number, late=LATE) as web, store() as url:
            add(url, web, "news", "site")
            cpu = 0.0
            with tempfile.TemporaryDirectory() as folder:
                for worker in [work(url, web, n, Path(folder), "--polite") for n in range(number)]:
                    cpu += ended(worker)
            log = web.log()
        seconds = log[-1].begun - log[0].begun
        one = row(board, f"{number} workers", len(log), seconds, cpu, one)
        SHOW.print(
            f"{number} workers: {len(log)} requests, by worker {sorted(Counter(r.visitor for r in log).values())}; "
            f"at the busiest host {fastest_gap(log):.2f} s from request to request, {declared:g} are declared; "
            f"{meetings(log)} times a host was asked by a second worker before the first had done with it"
        )
    SHOW.print(board)


def killed(world: World, kills: int, chance: random.Random) -> None:
    """Four workers, one after the other killed and replaced; then the store is compared with an undisturbed one."""
    with WatchedWeb(world, 1) as web, tempfile.TemporaryDirectory() as folder:
        whole = f"sqlite:///{folder}/whole.db"
        cpu = ended(crawl(whole, web, Path(folder)))
        expected, once = content(whole), len(web.log())
    SHOW.print(f"undisturbed: {len(expected['page'])} pages, {once} requests, {cpu:.0f} CPU s")
    with WatchedWeb(world, WORKERS) as web, store() as url, tempfile.TemporaryDirectory() as folder:
        add(url, web, "news")
        begun, done = time.monotonic(), 0
        more = ("--dead-after", "8", "--at-once", "1")
        workers = [work(url, web, n, Path(folder), *more) for n in range(WORKERS)]
        while done < kills:
            time.sleep(chance.uniform(1.0, 6.0))
            if all(one.poll() is not None for one in workers):
                break
            number = chance.randrange(WORKERS)
            if workers[number].poll() is None:
                workers[number].send_signal(signal.SIGKILL)
                workers[number].wait()
                workers[number] = work(url, web, number, Path(folder), *more)
                done += 1
        for worker in workers:
            if worker.returncode is None:
                ended(worker)
        seconds, log, found = time.monotonic() - begun, web.log(), content(url)
    wrong = [table for table, rows in expected.items() if found[table] != rows]
    again = sum(times - 1 for times in Counter(r.url for r in log).values())
    SHOW.print(
        f"{done} kills in {seconds:.0f} s: {len(log)} requests, {len(log) - once} more than undisturbed "
        f"({again} for something that had been asked for); {meetings(log)} meetings at a host; "
        + (f"the store DIFFERS in {wrong}" if wrong else "the store is that of the undisturbed crawl")
    )
    assert not wrong


def board_of(title: str) -> Table:
    return Table("who", "pages", "s", "pages/s", "times one worker", "CPU s", "pages/CPU s", title=title)


def row(board: Table, who: str, number: int, seconds: float, cpu: float, one: float | None) -> float:
    """Write a line; returns the pages a second of one worker."""
    rate = number / seconds
    first = one or rate
    shown = (f"{seconds:.1f}", f"{rate:.1f}", f"{rate / first:.2f}", f"{cpu:.1f}", f"{number / cpu:.1f}")
    board.add_row(who, str(number), *shown)
    return first


@contextmanager
def store() -> Iterator[str]:
    """The URL of a fresh store in a database of its own."""
    admin = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    name = f"bench_{os.getpid()}_{time.monotonic_ns()}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    try:
        open_store(url, create=True).dispose()
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def pages(url: str) -> int:
    engine = open_store(url)
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(schema.page)).scalar_one()
    engine.dispose()
    return int(found)


def sites(web: WatchedWeb) -> list[str]:
    return [word for host in web.world.press for word in ("--site", f"https://{host}/")]


def add(url: str, web: WatchedWeb, *sources: str) -> None:
    words = command("--store", url, "--quiet", "queue", "add", *sources, *sites(web))
    subprocess.run(words, env=environment(), check=True, stdout=subprocess.DEVNULL)


def work(url: str, web: WatchedWeb, number: int, folder: Path, *more: str) -> subprocess.Popen[bytes]:
    place = ("--web", web.base(number), "--archive", str(folder / "archive"))
    return started("--store", url, "--quiet", "queue", "work", "--once", *place, *more)


def crawl(url: str, web: WatchedWeb, folder: Path) -> subprocess.Popen[bytes]:
    place = ("--web", web.base(0), "--archive", str(folder / "archive"))
    return started("--store", url, "--quiet", "crawl", "news", *sites(web), *place)


def started(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(*words), env=environment(), stdout=subprocess.DEVNULL)


def ended(process: subprocess.Popen[bytes]) -> float:
    """Wait for the process; its seconds of CPU."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.args
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
