"""What ten times the facts cost: the same work on two stores, as the commands that people call do it.

Each step is a process of its own, with its seconds of processor, those of PostgreSQL's processes that worked for it
(looked at ten times a second: a little less than the truth), its seconds by the clock, and its peak of memory. Stores
of any size come from `tests.benchmarks.growth_store`. The steps write into them: a thousand new names are handed in
and resolved. Another `--round` takes other names.

    python -m tests.benchmarks.bench_growth SMALL_URL LARGE_URL [--only resolve …] [--round 2] [--pages] [--out FILE.json]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import click
import psycopg
from sqlalchemy import func, make_url, select

from crawlers.sample_web.generator.naming import brands
from pipelines.store import schema
from pipelines.store.session import open_store
from tests.program import environment

#: Under this name the steps' connections are known to PostgreSQL.
_APPLICATION: Final = "valuenet-growth"
_LOOK: Final = 0.1
_TICKS: Final = os.sysconf("SC_CLK_TCK")
#: New mentions that are handed in: so many names that nobody bears, and so many that are like a known one.
NEW, LIKE = 500, 500
#: Further words after a known brand: the model has to look at them.
_ENDINGS: Final = ("集团", "科技集团", "人工智能", "智能", "研究院", "数据", "软件", "网络科技")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the step's processors, of the server's, by the clock; peak of memory in MB (0: not known)."""

    processor: float
    server: float
    clock: float
    memory: float

    @property
    def work(self) -> float:
        return self.processor + self.server


class Server(threading.Thread):
    """Adds up what PostgreSQL's processes use that work for the steps: at most a look ago."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._done, self._ready = threading.Event(), threading.Event()

    def run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            self._first = dict(self._used(connection))
            self._ready.set()
            while not self._done.wait(_LOOK):
                self._last.update(self._used(connection))
            self._last.update(self._used(connection))

    def _used(self, connection: psycopg.Connection) -> Iterator[tuple[int, float]]:
        query = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
        for (pid,) in connection.execute(query, (_APPLICATION,)):
            with suppress(OSError):  # it is gone
                words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                yield pid, (int(words[11]) + int(words[12])) / _TICKS

    def begin(self) -> None:
        """From now on."""
        self.start()
        self._ready.wait()

    def stop(self) -> float:
        """Seconds of processor in all."""
        self._done.set()
        self.join()
        return sum(used - self._first.get(pid, 0.0) for pid, used in self._last.items())


@contextmanager
def _watched(url: str, found: list[float]) -> Iterator[None]:
    """Adds the server's seconds to the list."""
    server = Server(url) if url.startswith("postgresql") else None
    if server:
        server.begin()
    yield
    found.append(server.stop() if server else 0.0)


def command(url: str, folder: Path, *words: str) -> Cost:
    """The cost of a command of valuenet on the store. Raises `RuntimeError` with what it said."""
    line = [sys.executable, "-m", "valuenet", "--quiet", "--store", url, *words]
    server: list[float] = []
    began = time.perf_counter()
    with _watched(url, server), (folder / "said.txt").open("w+") as said:
        process = subprocess.Popen(
            line,
            cwd=folder,
            env=environment(PGAPPNAME=_APPLICATION),
            stdout=said if words[0] == "import" else subprocess.DEVNULL,
            stderr=said,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        clock = time.perf_counter() - began
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"exit {process.returncode}: {words}\n{said.read()}")
    return Cost(used.ru_utime + used.ru_stime, server[0], clock, used.ru_maxrss / 1e3)


def called(url: str, work: Callable[[], object]) -> Cost:
    """The cost of a call in this process, once it has been done before: what is loaded once is left out."""
    work()
    server: list[float] = []
    with _watched(url, server):
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        work()
        clock = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(used, server[0], clock, 0.0)


def hand_in(url: str, path: Path, number: int) -> None:
    """A file of cooperations between names that are new: those that nobody bears, and those like a known one."""
    engine = open_store(url)
    mention = schema.mention
    with engine.connect() as connection:
        known = connection.execute(
            select(mention.c.name)
            .where(mention.c.kind == "company", mention.c.id > number * 10**15)
            .order_by(mention.c.id)
            .limit(20 * LIKE)
        ).scalars()
        brand = {brand for brand, _ in islice(brands(1), 500_000)}
        cores = (name[at : at + 3] for name in known for at in range(len(name) - 2))
        like = list(islice(dict.fromkeys(core for core in cores if core in brand), LIKE))
    engine.dispose()
    # the order of another seed: some of these brands are known after all, as in life
    fresh = list(islice((brand for brand, _ in brands(1000 + number)), NEW))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(
            ["kind", "providers", "recipients", "parties", "technologies", "applications", "date"]
        )
        for at, (one, other) in enumerate(zip(like, fresh, strict=True)):
            ending = _ENDINGS[(at + number) % len(_ENDINGS)]
            row = [f"{one}{ending}", f"{other}机器人技术有限公司", "", "人机交互", "智慧城市", "2021-05-06"]
            writer.writerow(["supply", *row])


def steps(url: str, folder: Path, number: int, only: list[str]) -> Iterator[tuple[str, Callable[[], Cost]]]:
    """What is done and how, in this order. A number of the report is traced that each store has."""
    file = str(folder / f"cooperation-{number}.csv")

    def run(*words: str) -> Callable[[], Cost]:
        return lambda: command(url, folder, *words)

    def new_file() -> Cost:
        hand_in(url, Path(file), number)
        return command(url, folder, "import", "cooperation", file)

    yield "import of 1,000 new names", new_file
    yield "changes of that import", run("changes", "--since", _moment(), "--json")
    if "rules" in only:  # what the store alone costs; the model then has all names before it at its next turn
        yield "resolve by rules", run("resolve", "--rules-only", "--json")
    yield "resolve, 1,000 new mentions", run("resolve", "--json")
    yield "the same once more", run("import", "cooperation", file)
    yield "resolve, nothing new", run("resolve", "--json")
    yield "status", run("status", "--json")
    yield "trace table_4/2021/1", run("trace", "table_4/2021/1", "--json")
    yield "table 4", run("table", "4", "--json")
    yield "network 2021", run("network", "2021", "--out", str(folder / "network.csv"))
    yield "measure 2021", run("measure", "2021", "--json")


def _moment() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def pages(url: str) -> list[tuple[str, Callable[[], object]]]:
    """What people wait for in the review: these measures write into the store, too."""
    from tests.benchmarks import growth_pages  # the whole review app, which the other steps do without

    return growth_pages.rows(url)


def facts(url: str) -> int:
    """How many the store holds."""
    engine = open_store(url)
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(schema.fact)).scalar_one()
    engine.dispose()
    return int(found)


def measured(url: str, only: list[str], number: int, *, with_pages: bool) -> dict[str, Cost]:
    """The cost of each step by its name."""
    found: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory() as name:
        for step, work in steps(url, Path(name), number, only):
            if not only or any(word in step for word in only):
                _say(found, step, work())
    os.environ["PGAPPNAME"] = _APPLICATION
    for step, call in pages(url) if with_pages else ():
        if not only or any(word in step for word in only):
            _say(found, step, called(url, call))
    return found


def _say(found: dict[str, Cost], step: str, cost: Cost) -> None:
    found[step] = cost
    click.echo(
        f"  {step:32} {cost.processor:8.2f} CPU s {cost.server:8.2f} server s {cost.clock:8.2f} s "
        f"{cost.memory:7.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("urls", nargs="+", help="one store or two, the smaller first")
    parser.add_argument("--only", nargs="*", default=[], help="steps in whose name one of these words is")
    parser.add_argument("--round", type=int, default=1, help="1 to 8,000; each takes other names")
    parser.add_argument("--pages", action="store_true", help="the pages of the review, too")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    every = []
    for url in chosen.urls:
        click.echo(f"{facts(url):,} facts, {make_url(url).get_backend_name()}")
        every.append(measured(url, chosen.only, chosen.round, with_pages=chosen.pages))
    if len(every) > 1:
        small, large = every[0], every[-1]
        click.echo("seconds of processors at the larger by those at the smaller:")
        for step in large:
            click.echo(f"  {step:32} {large[step].work / max(small[step].work, 0.001):6.1f}")
    if chosen.out:
        rows = [{step: asdict(cost) for step, cost in one.items()} for one in every]
        chosen.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
