"""Commands killed at random, run again, and compared with one that nobody disturbed.

    python -m tests.benchmarks.bench_kills [KILLS] [--seed N] [--minutes N] [--only resolve --only crawl]

Each command begins on a store of its own in a state that a user would have. It is killed one to six times, at a
moment drawn evenly from the CPU time that it takes undisturbed (or, every third time, from the time by the clock, so
that waiting is met, too), and then run to its end. What the store says and the files that it wrote must be those of
the undisturbed run; and after each kill every file that stands under its final name must be whole. The commands are
forked from a process that has loaded the program, so that kills meet work and not the loading of modules. Prints what
broke, a line for each command, and the commands that are left out, with the reason; exit code 1 where anything did.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import datetime as dt
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
from alembic import command as alembic
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from pipelines.store import schema
from pipelines.store.session import migration_config, open_engine, store_url, writing
from pipelines.store.types import now
from tests.benchmarks.kills_cases import CASES, LEFT_OUT, STATES, Case
from tests.benchmarks.kills_comparing import Content, content, differences, files, unfinished
from tests.benchmarks.kills_processes import LONGEST, Took, killed, load, said, whole
from tests.pipelines.test_migrations import _fill
from tests.program import command, environment

SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
#: Rows of the files that are handed in.
ROWS = {"companies": 30, "financing": 60}
MOST_KILLS = 6
#: Every so-manieth kill is drawn from the time by the clock.
BY_CLOCK = 3
#: Chains between two lines that tell how far it is.
PROGRESS = 50


@dataclass(slots=True)
class Tally:
    """What became of a command's kills. cpu: seconds that it takes undisturbed."""

    kills: int = 0
    chains: int = 0
    cpu: float = 0.0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a command leaves that nobody kills, and what it takes."""

    content: Content
    files: dict[str, str]
    took: Took


class Bench:
    """One bench: a folder with the states, a web, a source of chance."""

    def __init__(self, folder: Path, web: str, server: str, seed: int) -> None:
        self.folder, self.web, self.server = folder, web, server
        self.chance = random.Random(seed)
        self.given: dict[str, object] = {"files": folder / "files", "web": web}
        self.databases: list[str] = []
        self._count = 0

    # ── states ────────────────────────────────────────────────────────────────────────────────

    def state(self, name: str, postgres: bool = False) -> Path:
        """The folder of a state, made where it is not there yet, out of the one before it."""
        place = self.folder / "states" / (f"{name}-postgres" if postgres else name)
        if place.exists():
            return place
        before, steps = STATES[name]
        url = self._url(place, f"state_{name}", postgres)
        if before:
            self._copy(self.state(before, postgres), place, f"state_{before}", f"state_{name}", postgres)
        else:
            place.mkdir(parents=True)
            if postgres:
                self._create(f"state_{name}")
        if name == "old":
            _old_store(url)
        if name == "aged":
            _age(url)
        for step in steps:
            took = whole(place, ["--store", url, *(word.format(**self.given) for word in step)], learn=True)
            assert took.code == 0, (name, step, said(place))
        if not postgres:
            self._names(name, url)
            _settle(place)
        return place

    def _names(self, state: str, url: str) -> None:
        """Whom the words of later commands mean: they are the same in all states that follow."""
        if state == "resolved":
            entity, reading, candidate = schema.entity, schema.reading, schema.candidate
            heads = select(entity.c.id).where(entity.c.kind == "company", entity.c.redirect_to.is_(None))
            left, right, *_ = _all(url, heads.order_by(entity.c.id))
            (waits, *_) = _all(
                url, select(reading.c.id).where(reading.c.state == "waiting").order_by(reading.c.id)
            )
            pairs = select(entity.c.id).join(candidate, candidate.c.left_id == entity.c.mention_id)
            (pair, *_) = _all(url, pairs.where(candidate.c.closed_at.is_(None)).order_by(entity.c.id))
            self.given |= {"left": left, "right": right, "reading": f"{waits:016x}", "waits": pair}
        if state == "judged":
            self.given["judgement"] = max(_all(url, select(schema.judgement.c.id)))

    def begin(self, case: Case) -> tuple[Path, str]:
        """A fresh folder in the case's state, and the URL of its store."""
        self._count += 1
        place = self.folder / f"chain-{self._count}"
        self._copy(
            self.state(case.state, case.postgres),
            place,
            f"state_{case.state}",
            f"chain_{self._count}",
            case.postgres,
        )
        if case.out:
            # a package's folder is its own to make
            (place / case.out).mkdir() if not case.at_once else None
            if case.name == "new-source":
                _checkout(place / case.out)
        return place, self._url(place, f"chain_{self._count}", case.postgres, case.store)

    def end(self, case: Case, place: Path) -> None:
        shutil.rmtree(place, ignore_errors=True)
        if case.postgres:
            self._drop(f"chain_{self._count}")

    def _copy(self, before: Path, place: Path, old: str, new: str, postgres: bool) -> None:
        shutil.copytree(before, place)
        if postgres:
            self._create(new, old)

    def _url(self, place: Path, database: str, postgres: bool, file: str = "store.db") -> str:
        if not postgres:
            return f"sqlite:///{place / file}"
        name = self._database(database)
        return store_url(self.server).set(database=name).render_as_string(hide_password=False)

    def _database(self, name: str) -> str:
        return f"valuenet_kills_{os.getpid()}_{name}"

    def _create(self, name: str, template: str = "") -> None:
        of = f' TEMPLATE "{self._database(template)}"' if template else ""
        self._on_server(f'CREATE DATABASE "{self._database(name)}"{of}')
        self.databases.append(name)

    def _drop(self, name: str) -> None:
        self._on_server(f'DROP DATABASE "{self._database(name)}" WITH (FORCE)')
        self.databases.remove(name)

    def close(self) -> None:
        for name in list(self.databases):
            self._drop(name)

    def _on_server(self, statement: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    # ── runs ──────────────────────────────────────────────────────────────────────────────────

    def words(self, case: Case, place: Path, url: str) -> list[str]:
        given = {**self.given, "out": place / case.out}
        return ["--store", url, *(word.format(**given) for word in case.words)]

    def undisturbed(self, case: Case) -> Undisturbed:
        """What it leaves, and, run once more with all its modules loaded, what it takes."""
        place, url = self.begin(case)
        took = whole(place, self.words(case, place, url), learn=True)
        assert (took.code == 0) == (not case.fails), (case.name, took, said(place))
        left, made = content(url, place, case), files(place, case)
        self.end(case, place)
        place, url = self.begin(case)
        took = whole(place, self.words(case, place, url))
        self.end(case, place)
        return Undisturbed(left, made, took)

    def chain(self, case: Case, undisturbed: Undisturbed, tally: Tally) -> None:
        """Some kills, then a run to the end, then the comparison."""
        place, url = self.begin(case)
        words, moments = self.words(case, place, url), []
        for _ in range(self.chance.randint(1, MOST_KILLS)):
            by_clock = case.by_clock or self.chance.randrange(BY_CLOCK) == 0
            took, share = undisturbed.took, self.chance.random()
            if by_clock:
                done = killed(place, words, clock=share * took.clock)
            else:
                done = killed(place, words, cpu=share * took.cpu)
            moments.append(f"{'clock' if by_clock else 'cpu'} {share:.3f}")
            tally.kills += done.code is None
            for fault in unfinished(files(place, case), undisturbed.files, case):
                tally.faults.append(f"{case.name}, killed at {moments}: {fault}")
            if done.code is not None:  # it was faster than the kill: it is as if done
                break
        code = self._to_its_end(case, place, url, words)
        if code != 0 and not case.fails and not case.refused_again:
            tally.faults.append(f"{case.name} after {moments}: exit {code}: {said(place)}")
        else:
            now, made = content(url, place, case), files(place, case)
            for fault in differences(now, undisturbed.content, made, undisturbed.files):
                tally.faults.append(f"{case.name} after {moments}: exit {code}: {fault}")
        tally.chains += 1
        self.end(case, place)

    def _to_its_end(self, case: Case, place: Path, url: str, words: list[str]) -> int | None:
        if case.name != "schedule run":
            return whole(place, words).code
        # a visit that was killed is due again after an hour: it is made by hand here
        _wait_for_visits(place)
        whole(place, words)
        _wait_for_visits(place)
        run = schema.run
        newest = _all(url, select(run.c.outcome).order_by(run.c.id.desc()).limit(1))
        if newest == ["complete"]:
            return 0
        return whole(place, ["--store", url, "crawl", "cac", "--web", self.web]).code


def _all(url: str, query: Any) -> list[Any]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(query).scalars())
    engine.dispose()
    return found


def _wait_for_visits(place: Path) -> None:
    """Until no process works in the folder any more: a scheduler that is killed leaves its visits to their work."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and any(_works_in(one, place) for one in Path("/proc").iterdir()):
        time.sleep(0.1)


def _works_in(process: Path, place: Path) -> bool:
    try:
        return process.name.isdecimal() and (process / "cwd").readlink().is_relative_to(place)
    except OSError:  # it is gone by now, or another user's
        return False


def _old_store(url: str) -> None:
    """A store of the first schema, with rows in all its tables."""
    engine = open_engine(url)
    alembic.upgrade(migration_config(engine), "0001")
    with writing(engine) as connection:
        _fill(connection)
    engine.dispose()


def _age(url: str) -> None:
    """Let the responses be of last year, and pages without facts rest on another response than their own."""
    page, shot, evidence = schema.page, schema.snapshot, schema.evidence
    engine = open_engine(url)
    with writing(engine) as connection:
        connection.execute(update(shot).values(last_seen=now() - dt.timedelta(days=365)))
        one = connection.execute(select(func.min(evidence.c.snapshot_id))).scalar_one()
        without = page.c.id.not_in(select(evidence.c.page_id))
        done = connection.execute(update(page).where(without).values(snapshot_id=one))
        assert done.rowcount > 1, "nothing would go"
    engine.dispose()


def _settle(place: Path) -> None:
    """All of the store in one file, so that it can be copied."""
    for path in place.glob("*.db"):
        with contextlib.closing(sqlite3.connect(path)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            store.execute("PRAGMA journal_mode=DELETE")


def _checkout(folder: Path) -> None:
    """What `new-source` takes for a checkout."""
    root = Path(__file__).resolve().parents[2]
    for name in ("crawlers/sources", "tests/crawlers/pages"):
        (folder / name).mkdir(parents=True)
    shutil.copy(root / "pyproject.toml", folder)


def write_files(folder: Path) -> None:
    """Cut the files of the sample web, and write those that it has not: fewer rows, a broken file, names, texts."""
    for name, rows in ROWS.items():
        lines = (folder / f"{name}.csv").read_text("utf-8").splitlines(keepends=True)
        (folder / f"{name}.csv").write_text("".join(lines[: rows + 1]), "utf-8")
        (folder / "less").mkdir(exist_ok=True)
        (folder / "less" / f"{name}.csv").write_text("".join(lines[: rows // 2]), "utf-8")
    (folder / "broken.csv").write_text("a,b\n1,2\n", "utf-8")
    with (folder / "companies.csv").open(encoding="utf-8-sig") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    with (folder / "names.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("id", "name"), *((str(key), one) for key, one in enumerate(names))])
    pairs = pairwise(names)
    texts = [
        {"id": str(key), "text": f"2021年5月3日，{one}与{other}签署战略合作协议。"}
        for key, (one, other) in enumerate(pairs)
    ]
    (folder / "texts.jsonl").write_text(
        "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in texts), "utf-8"
    )


@contextlib.contextmanager
def _web(folder: Path) -> Iterator[str]:
    """The sample web in a process of its own: this one forks, and must have no threads."""
    process = subprocess.Popen(
        command("serve", "--port", "0", "--files", str(folder / "files")),
        cwd=folder,
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := re.search(r"http://[\d.]+:\d+", line):
                yield found[0]
                break
    finally:
        process.terminate()
        process.wait()


def told(line: str) -> None:
    click.echo(line)


def main() -> int:
    """Kill, run again, compare; 1 where anything broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kills", nargs="?", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="end after so long, however many kills")
    parser.add_argument("--only", action="append", choices=[case.name for case in CASES])
    parser.add_argument("--postgres", default=SERVER)
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    cases = [case for case in CASES if not asked.only or case.name in asked.only]
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    load(set())
    tallies = {case.name: Tally() for case in cases}
    with tempfile.TemporaryDirectory(prefix="kills") as made, _web(Path(made)) as web:
        write_files(Path(made) / "files")
        bench = Bench(Path(made), web, asked.postgres, asked.seed)
        known: dict[str, Undisturbed] = {}
        waiting: list[Case] = []
        try:
            while sum(one.kills for one in tallies.values()) < asked.kills and time.monotonic() < until:
                if not waiting:  # each command in turn, as often as its share says
                    waiting = [case for case in cases for _ in range(case.share)]
                    bench.chance.shuffle(waiting)
                case = waiting.pop()
                tally = tallies[case.name]
                before = len(tally.faults)
                if case.name not in known:
                    try:
                        known[case.name] = bench.undisturbed(case)
                    except (AssertionError, SQLAlchemyError) as error:
                        tally.faults.append(f"{case.name} cannot be run undisturbed: {error}")
                        told(f"BROKEN {tally.faults[-1]}")
                        cases.remove(case)
                        waiting = [one for one in waiting if one is not case]
                        continue
                    tally.cpu = known[case.name].took.cpu
                    assert threading.active_count() == 1, "a process with threads must not fork"
                try:
                    bench.chain(case, known[case.name], tally)
                except SQLAlchemyError as error:
                    tally.faults.append(f"{case.name}: the store cannot be read: {error}")
                for fault in tally.faults[before:]:
                    told(f"BROKEN {fault}")
                if sum(one.chains for one in tallies.values()) % PROGRESS == 0:
                    told(f"{sum(one.kills for one in tallies.values())} kills so far")
        except KeyboardInterrupt:
            told("stopped; what was counted by then:")
        finally:
            bench.close()
    for name, tally in tallies.items():
        told(f"{name:22} {tally.kills:5} kills {tally.chains:5} runs to the end, "
             f"{tally.cpu:6.2f} s of CPU undisturbed, {len(tally.faults)} broken")  # fmt: skip
    for name, why in LEFT_OUT.items():
        told(f"left out: {name}: {why}")
    told(f"{sum(one.kills for one in tallies.values())} kills, {sum(one.chains for one in tallies.values())} chains, "
         f"{sum(len(one.faults) for one in tallies.values())} broken (seed {asked.seed}, "
         f"{_cpu():.0f} s of CPU)")  # fmt: skip
    return int(any(tally.faults for tally in tallies.values()))


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


if __name__ == "__main__":
    raise SystemExit(main())
