"""Crawling a made world: the whole pipeline beside the same spider with nothing kept, and beside Scrapy as it
is shipped.

    python -m tests.benchmarks.bench_crawl [--size 0.03] [--postgres URL]

One server process, and one process for each crawl, one after another. CPU seconds are those of the crawling
process, so that what the server or others take of the machine does not count. `bare` has our settings,
robots.txt and all, and reads each page as the whole does; it keeps neither snapshot nor record. `shipped` is
the same spider under Scrapy's own settings.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from crawlers.sample_web.generator import make_world
from tests.program import ROOT, command, environment

BARE = """
import json, sys, resource, logging
from types import SimpleNamespace
from scrapy.crawler import AsyncCrawlerProcess
import crawlers.spider
from crawlers.middlewares.stand_in import STAND_IN
from crawlers.registry import spider_of
from crawlers.settings import settings_for_own_machine

base, sites, ours = json.loads(sys.argv[1])
News = spider_of("news")
pages = 0

class Bare(News):
    def parse(self, response, **_):
        global pages
        pages += 1
        for one in super().parse(response):
            if not isinstance(one, crawlers.spider.Page):
                yield one

nothing = SimpleNamespace(known=None, failure=None, unreachable=[], forbidden=[], absent=[], missing=[])
crawlers.spider.context_of = lambda crawler: nothing
handler = "crawlers.middlewares.stand_in.StandInHandler"
settings = settings_for_own_machine(News.declaration) if ours else {
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "TELNETCONSOLE_ENABLED": False, "LOG_FILE": "/dev/null",
}
needs_a_run = ("snapshots", "conditional", "crawlers.middlewares.robots", "bulk", "brows", "walls")
kept = {name: order for name, order in settings.get("DOWNLOADER_MIDDLEWARES", {}).items()
        if not any(one in name for one in needs_a_run)}
settings |= {"DOWNLOAD_HANDLERS": {"http": handler, "https": handler}, STAND_IN: base, "ITEM_PIPELINES": {},
             "EXTENSIONS": {}, "DOWNLOADER_MIDDLEWARES": kept}
if ours:
    settings["DOWNLOADER_MIDDLEWARES"] = kept | {"scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": 100}
process = AsyncCrawlerProcess(settings)
process.crawl(Bare, site=sites)
process.start()
print(json.dumps({"snapshots": pages}))
"""


@contextmanager
def served(size: float, folder: Path) -> Iterator[str]:
    """A made world on a free port, its files written into `folder`; where it begins."""
    arguments = command("serve", "--port", "0", "--world", f"1:{size}", "--files", str(folder))
    process = subprocess.Popen(arguments, env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("serving at "):
                yield line.split()[2].split("/<")[0]
                return
        raise SystemExit("the server did not start")
    finally:
        process.terminate()
        process.wait()


def timed(arguments: list[str], folder: Path) -> tuple[int, float, float, int]:
    """Pages, wall seconds, CPU seconds and the most megabytes of a process that prints a summary as JSON."""
    wall = time.monotonic()
    process = subprocess.Popen(arguments, cwd=folder, env=environment(), stdout=subprocess.PIPE)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {arguments}")
    summary: Any = json.loads(printed.splitlines()[-1] if printed.startswith(b"{") else printed)
    pages = (summary if isinstance(summary, dict) else summary[0])["snapshots"]
    return pages, time.monotonic() - wall, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", type=float, default=0.03)
    parser.add_argument("--postgres", default=os.environ.get("VALUENET_TEST_POSTGRES", ""))
    asked = parser.parse_args()
    press = make_world(1, min(asked.size, 0.01)).press
    sites = ",".join(f"https://{host}/" for host in press)
    table = Table("what", "pages", "pages/s", "ms CPU/page", "pages per CPU s, of bare", "MB")
    with tempfile.TemporaryDirectory() as name, served(asked.size, Path(name)) as base:
        folder = Path(name)
        stores = {"SQLite": f"sqlite:///{folder / 'w.db'}"}
        if asked.postgres:
            with psycopg.connect(asked.postgres.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute("DROP DATABASE IF EXISTS valuenet_bench_crawl")
                connection.execute("CREATE DATABASE valuenet_bench_crawl")
            stores["PostgreSQL"] = asked.postgres.rpartition("/")[0] + "/valuenet_bench_crawl"
        for url in stores.values():
            for kind in ("companies", "financing"):
                imported = command("--store", url, "import", kind, str(folder / f"{kind}.csv"))
                subprocess.run(imported, cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)
        script = folder / "bare.py"
        script.write_text(BARE, encoding="utf-8")
        works = {
            "bare": [sys.executable, str(script), json.dumps([base, sites, True])],
            "Scrapy as shipped": [sys.executable, str(script), json.dumps([base, sites, False])],
        }
        for store, url in stores.items():
            whole = command("--store", url, "crawl", "news", "--site", sites, "--web", base, "--json")
            works[f"whole, {store}"] = whole
            works[f"whole again, nothing changed, {store}"] = whole
        bare = 0.0
        for what, arguments in works.items():
            pages, wall, cpu, memory = timed(arguments, folder)
            bare = bare or pages / cpu
            row = (
                f"{pages:,}",
                f"{pages / wall:.0f}",
                f"{cpu / pages * 1000:.2f}",
                f"{pages / cpu / bare:.0%}",
            )
            table.add_row(what, *row, f"{memory:,}")
    Console(width=110).print(table)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
