"""How much workers help: pages a second of 1, 2 and 4 of them on one queue, on four hosts of a made world.

    python -m tests.benchmarks.bench_workers [--size 0.01]

The web runs in a process of its own, so it takes its share of the machine; the rates of the live web are off. Needs the
PostgreSQL that the tests use. Beside the workers, `valuenet crawl` reads the same four sites in one process.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, func, select, text

from crawlers.sample_web.generator.making import PRESS
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.program import command, environment

SERVER = os.environ.get("VALUENET_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
SITES = [word for host in PRESS for word in ("--site", f"https://{host}/")]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--size", type=float, default=0.01)
    size = asked.parse_args().size
    board = Table("who", "pages", "s", "pages/s", "times one worker", title=f"A world of size {size:g}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = command("serve", "--port", str(port), "--world", f"3:{size:g}")
    with subprocess.Popen(serve, env=environment(), stdout=subprocess.PIPE, text=True) as web:
        assert web.stdout is not None
        while not web.stdout.readline().startswith("serving"):
            assert web.poll() is None, "the web did not start"
        base = f"http://127.0.0.1:{port}"
        single = measured(partial(crawl, base=base))
        one = None
        for number in (1, 2, 4):
            pages, seconds = measured(partial(workers, base=base, number=number))
            one = one or pages / seconds
            rate = pages / seconds
            board.add_row(
                f"{number} workers", str(pages), f"{seconds:.1f}", f"{rate:.0f}", f"{rate / one:.2f}"
            )
        pages, seconds = single
        assert one is not None
        board.add_row(
            "crawl, one process", str(pages), f"{seconds:.1f}", f"{pages / seconds:.0f}",
            f"{pages / seconds / one:.2f}",
        )  # fmt: skip
        web.terminate()
    Console().print(board)
    Console().print(f"{os.cpu_count()} cores; the web itself runs on them as well.")


def measured(start: Callable[[str, Path], list[subprocess.Popen[bytes]]]) -> tuple[int, float]:
    """Pages that a fresh store holds in the end, and the seconds that took."""
    name = f"bench_{uuid.uuid4().hex[:10]}"
    admin = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            open_store(url, create=True).dispose()
            begun = time.monotonic()
            for process in start(url, Path(folder)):
                assert process.wait() == 0
            seconds = time.monotonic() - begun
        engine = open_store(url)
        with engine.connect() as connection:
            pages = connection.execute(select(func.count()).select_from(schema.page)).scalar_one()
        engine.dispose()
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
    return pages, seconds


def workers(url: str, folder: Path, base: str, number: int) -> list[subprocess.Popen[bytes]]:
    add = command("--store", url, "--quiet", "queue", "add", "news", *SITES)
    subprocess.run(add, env=environment(), check=True, stdout=subprocess.DEVNULL)
    at_once = str(max(1, 4 // number))
    work = ("--store", url, "--quiet", "queue", "work", "--once", "--at-once", at_once, "--web", base)
    return [started(*work, "--archive", str(folder)) for _ in range(number)]


def crawl(url: str, folder: Path, base: str) -> list[subprocess.Popen[bytes]]:
    words = ("crawl", "news", *SITES, "--web", base, "--archive", str(folder))
    return [started("--store", url, "--quiet", *words)]


def started(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(*words), env=environment(), stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
