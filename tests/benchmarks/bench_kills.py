"""Commands killed at random, run again, and compared with one that nobody disturbed.

    python -m tests.benchmarks.bench_kills [KILLS] [--seed N] [--only resolve --only crawl] [--postgres URL]

Each command begins on a store of its own in a state that a user would have; it is killed one to four times
(SIGKILL), at a moment drawn evenly from the time that it takes undisturbed, and then run to its end. What the store
says and the files that it wrote must be those of the undisturbed run; and after each kill every file that stands
under its final name must be whole. The commands are forked from a process that has loaded the program, so that kills
meet work and not the loading of modules. Prints what broke, and a line for each command; exit code 1 where anything did.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
from sqlalchemy import create_engine, select, text

import valuenet
from pipelines.store import schema
from pipelines.store.session import open_store, store_url
from pipelines.store.turns import is_dead
from tests.program import command, environment
from tests.store_content import content

SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
#: What is decided and drawn, beside what was read; moments and numbers given by the database left out.
DECIDED = (
    schema.judgement, schema.entity, schema.mention_entity, schema.entity_relation, schema.sample_edition,
    schema.sample_member, schema.sample_left, schema.document_read, schema.reading,
)  # fmt: skip
ASIDE = frozenset(
    {
        "made_at",
        "undoes",
        "born",
        "judgement_id",
        "proposed_at",
        "frozen_at",
        "read_at",
        "run_id",
        "first_seen",
    }
)
#: Modules that fork without harm: none of them starts Twisted's reactor, a thread, or opens a store.
LOADED = sorted({door.module for door in valuenet.COMMANDS.values()} - {"valuenet"})
#: No command takes longer, however busy the machine is. Seconds.
LONGEST = 300.0


@dataclass(frozen=True, slots=True)
class Case:
    """A command: the state that it begins in, its words, what it writes ({out} in its words)."""

    name: str
    state: str
    words: tuple[str, ...]
    out: str = ""
    postgres: bool = False
    share: int = 1
    #: asked again, it may say the same a second time: a log of what people said
    says_again: bool = False


CASES = (
    Case("init", "nothing", ("init",), share=2),
    Case("import", "empty", ("import", "financing", "{files}/financing.csv"), share=3),
    Case("crawl", "empty", ("crawl", "cac", "ror", "--web", "{web}"), share=3),
    Case("read", "crawled", ("read", "--processes", "1")),
    Case("resolve", "crawled", ("resolve",), share=3),
    Case(
        "judge",
        "resolved",
        ("judge", "{left}", "{right}", "unsure", "--reason", "kills", "--by", "kills"),
        share=2,
        says_again=True,
    ),
    Case("propose", "resolved", ("sample", "propose", "2021", "--until", "2021"), share=2),
    Case("freeze", "proposed", ("sample", "freeze", "2021", "--by", "kills"), share=2),
    Case("network", "frozen", ("network", "2020", "2021", "--out", "{out}"), "networks", share=2),
    Case("report", "frozen", ("report", "2021", "--out", "{out}", "--only", "table_3"), "report"),
    Case("package", "frozen", ("package", "2021", "--data-only", "--out", "{out}"), "package", share=2),
    Case("archive", "crawled", ("archive", "index", "--out", "{out}/index.cdxj"), "index", share=2),
    Case("backup", "crawled", ("backup", "--force", "{out}/backup.zip"), "backup", share=2),
    Case("schedule", "empty", ("schedule", "run", "ror", "--once", "--no-read", "--web", "{web}")),
    Case("queue", "asked", ("queue", "work", "--once", "--dead-after", "5", "--web", "{web}"), postgres=True),
)


@dataclass(slots=True)
class Tally:
    """What became of a command's kills."""

    kills: int = 0
    chains: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


class Bench:
    """One bench: a folder with the states, a web, a source of chance."""

    def __init__(self, folder: Path, web: str, server: str, seed: int) -> None:
        self.folder, self.web, self.server = folder, web, server
        self.chance = random.Random(seed)
        self.states = folder / "states"
        self.names = ("", "")
        self.databases: list[str] = []

    # ── states ────────────────────────────────────────────────────────────────────────────────

    def prepare(self, wanted: set[str]) -> None:
        """Make the states in the order of a user's way, each out of the one before."""
        files = self.folder / "files"
        ways: dict[str, list[list[str]]] = {
            "nothing": [],
            "empty": [["init"]],
            "crawled": [
                ["import", "companies", str(files / "companies.csv")],
                ["import", "financing", str(files / "financing.csv")],
                ["crawl", "cac", "ror", "gleif", "news", "--web", self.web],
            ],
            "resolved": [["resolve"]],
            "proposed": [["sample", "propose", "2021", "--until", "2021"]],
            "frozen": [["sample", "freeze", "2021", "--by", "kills"]],
        }
        place = self.states / "nothing"
        place.mkdir(parents=True)
        for name, steps in ways.items():
            before, place = place, self.states / name
            if before != place:
                _copy(before, place)
            for step in steps:
                code, _ = self._whole(place, ["--store", _sqlite(place), *step])
                assert code == 0, (step, (place / "said").read_text())
            if name == "resolved":
                self.names = _two_names(place)
            if not wanted - set(list(ways)[: list(ways).index(name) + 1]) - {"asked"}:
                return

    def begin(self, case: Case) -> tuple[Path, str]:
        """A fresh folder in the case's state, and the URL of its store."""
        place = Path(tempfile.mkdtemp(prefix=case.name, dir=self.folder))
        if not case.postgres:
            shutil.rmtree(place)
            _copy(self.states / case.state, place)
            return place, _sqlite(place)
        name = f"valuenet_kills_{os.getpid()}_{len(self.databases)}"
        self._on_server(f'CREATE DATABASE "{name}"')
        self.databases.append(name)
        url = store_url(self.server).set(database=name).render_as_string(hide_password=False)
        for step in (["init"], ["queue", "add", "cac", "ror"]):
            code, _ = self._whole(place, ["--store", url, *step])
            assert code == 0, (place / "said").read_text()
        return place, url

    def end(self, case: Case, place: Path) -> None:
        shutil.rmtree(place, ignore_errors=True)
        if case.postgres:
            self._on_server(f'DROP DATABASE "{self.databases[-1]}" WITH (FORCE)')

    def _on_server(self, statement: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    # ── runs ──────────────────────────────────────────────────────────────────────────────────

    def words(self, case: Case, place: Path, url: str) -> list[str]:
        left, right = self.names
        out = place / case.out if case.out else place
        out.parent.mkdir(exist_ok=True)
        if case.name in ("archive", "backup", "network"):
            out.mkdir(exist_ok=True)
        given = {"files": self.folder / "files", "web": self.web, "left": left, "right": right, "out": out}
        return ["--store", url, *(word.format(**given) for word in case.words)]

    def _whole(self, place: Path, words: list[str]) -> tuple[int, float]:
        """Run to the end: exit code and seconds."""
        started = time.monotonic()
        process = _fork(place, words)
        code = _wait(process, LONGEST)
        if code is None:
            _kill(process)
            return -9, LONGEST
        return code, time.monotonic() - started

    def undisturbed(self, case: Case) -> tuple[dict[str, object], dict[str, str], float]:
        place, url = self.begin(case)
        code, seconds = self._whole(place, self.words(case, place, url))
        assert code == 0, (case.name, (place / "said").read_text())
        said, files = _said(url, case), _files(place, case)
        self.end(case, place)
        return said, files, seconds

    def chain(self, case: Case, whole: tuple[dict[str, object], dict[str, str], float], tally: Tally) -> None:
        """One to four kills, then a run to the end, then the comparison."""
        said, files, seconds = whole
        place, url = self.begin(case)
        words = self.words(case, place, url)
        moments = [self.chance.random() * seconds * 1.05 for _ in range(self.chance.randint(1, 4))]
        for moment in moments:
            process = _fork(place, words)
            if _wait(process, moment) is None:
                _kill(process)
                tally.kills += 1
            for fault in _unfinished(_files(place, case), files, case):
                tally.faults.append(f"{case.name}, killed after {moment:.2f} s of {seconds:.2f}: {fault}")
        if case.name == "schedule":  # a scheduler that is killed leaves its visits to their work
            _wait_for_visits(url)
        code, _ = self._whole(place, words)
        if case.name == "schedule":
            code = self._made_up(place, url, code)
        if code != 0:
            tally.faults.append(f"{case.name} after {moments}: exit {code}: {_tail(place)}")
        else:
            for fault in _differences(_said(url, case), said, _files(place, case), files):
                tally.faults.append(f"{case.name} after {[round(one, 2) for one in moments]}: {fault}")
        tally.chains += 1
        self.end(case, place)

    def _made_up(self, place: Path, url: str, code: int) -> int:
        """A visit that was killed is due again after an hour: it is made by hand here."""
        _wait_for_visits(url)
        engine = open_store(url)
        run = schema.run
        with engine.connect() as connection:
            newest = connection.execute(select(run.c.outcome).order_by(run.c.id.desc()).limit(1)).scalar()
        engine.dispose()
        if newest == "complete":
            return code
        return self._whole(place, ["--store", url, "crawl", "ror", "--web", self.web])[0]


# ── processes ─────────────────────────────────────────────────────────────────────────────────


def _fork(place: Path, words: list[str]) -> int:
    """A child with the program loaded, in a group of its own; what it says goes into `said`."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setpgid(0, 0)
        os.chdir(place)
        said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ.update(environment())
        try:
            valuenet.main.main(words, prog_name="valuenet")
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
    finally:
        os._exit(code)


def _wait(process: int, seconds: float) -> int | None:
    """The exit code, or None where it goes on for longer."""
    until = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.002)


def _wait_for_visits(url: str) -> None:
    engine = open_store(url)
    held = select(schema.agenda.c.holder).where(schema.agenda.c.holder.is_not(None))
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        time.sleep(0.2)
        with engine.connect() as connection:
            if all(is_dead(one) for one in connection.execute(held).scalars()):
                break
    engine.dispose()


def _kill(process: int) -> None:
    """All of its group at once, as where the power goes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


# ── comparing ─────────────────────────────────────────────────────────────────────────────────


def _said(url: str, case: Case) -> dict[str, object]:
    found: dict[str, object] = dict(content(url))
    engine = open_store(url)
    with engine.connect() as connection:
        for table in DECIDED:
            own = {"id"} if table in (schema.judgement, schema.document_read, schema.reading) else set()
            columns = [column for column in table.c if column.name not in ASIDE | own]
            rows = [repr(tuple(row)) for row in connection.execute(select(*columns))]
            found[table.name] = sorted(set(rows) if case.says_again else rows)
        run = schema.run
        # an import holds no lease, so that nobody can know that one was killed
        open_ones = select(run.c.source).where(run.c.outcome == "running", run.c.kind == "crawl")
        found["open runs"] = list(connection.execute(open_ones).scalars())
    engine.dispose()
    return found


def _files(place: Path, case: Case) -> dict[str, str]:
    """Files under their final names, with their digests. Of a backup, which tells its moment, only that it is whole."""
    folder = place / case.out
    if not case.out or not folder.exists():
        return {}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.suffix != ".zip"
        else "whole" if _is_zip(path) else "cut"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".part" not in path.as_posix()
    }  # fmt: skip


def _is_zip(path: Path) -> bool:
    return subprocess.run(["unzip", "-tqq", str(path)], check=False, capture_output=True).returncode == 0


def _unfinished(found: dict[str, str], whole: dict[str, str], case: Case) -> Iterator[str]:
    for name, digest in found.items():
        if whole.get(name) != digest:
            yield f"{name} stands under its final name and is not that of the undisturbed run"
    if case.name == "package" and found and found.keys() != whole.keys():
        yield f"the folder stands there with {len(found)} of {len(whole)} files"
    if case.name == "report" and "index.html" in found and found.keys() != whole.keys():
        yield f"index.html stands there with {len(found)} of {len(whole)} files"


def _differences(
    said: dict[str, object], whole: dict[str, object], found: dict[str, str], files: dict[str, str]
) -> Iterator[str]:
    for name, rows in whole.items():
        if said[name] != rows:
            now, then = (set(map(str, one)) for one in (said[name], rows))  # type: ignore[call-overload]
            yield f"{name} differs: {len(now - then)} too many, {len(then - now)} lost, {str(now ^ then)[:300]}"
    for name in sorted(files.keys() | found.keys()):
        if files.get(name) != found.get(name):
            yield f"the file {name} differs"


def _tail(place: Path) -> str:
    return (place / "said").read_text("utf-8", errors="replace")[-400:]


def _sqlite(place: Path) -> str:
    return f"sqlite:///{place / 'store.db'}"


def _copy(before: Path, place: Path) -> None:
    """A state's folder; the store with what its write-ahead log holds."""
    shutil.copytree(before, place, ignore=shutil.ignore_patterns("store.db*", "said"))
    if (before / "store.db").exists():
        with (
            contextlib.closing(sqlite3.connect(before / "store.db")) as old,
            contextlib.closing(sqlite3.connect(place / "store.db")) as new,
        ):
            old.backup(new)


def _two_names(place: Path) -> tuple[str, str]:
    engine = open_store(_sqlite(place))
    with engine.connect() as connection:
        entity = schema.entity
        ids = (
            connection.execute(
                select(entity.c.id)
                .where(entity.c.kind == "company", entity.c.redirect_to.is_(None))
                .order_by(entity.c.id)
                .limit(2)
            )
            .scalars()
            .all()
        )
    engine.dispose()
    return ids[0], ids[1]


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
    cases = [case for case in CASES if not asked.only or case.name in asked.only]
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for module in LOADED:
        importlib.import_module(module)
    tallies = {case.name: Tally() for case in cases}
    with tempfile.TemporaryDirectory(prefix="kills") as made, _web(Path(made)) as web:
        bench = Bench(Path(made), web, asked.postgres, asked.seed)
        bench.prepare({case.state for case in cases})
        whole = {case.name: bench.undisturbed(case) for case in cases}
        for name, (_, _, seconds) in whole.items():
            tallies[name].seconds = seconds
        until = time.monotonic() + 60 * asked.minutes
        while sum(tally.kills for tally in tallies.values()) < asked.kills and time.monotonic() < until:
            (case,) = bench.chance.choices(cases, [one.share for one in cases])
            tally, before = tallies[case.name], len(tallies[case.name].faults)
            bench.chain(case, whole[case.name], tally)
            for fault in tally.faults[before:]:
                told(f"BROKEN {fault}")
    for name, tally in tallies.items():
        told(f"{name:10} {tally.kills:5} kills {tally.chains:5} runs to the end, "
             f"{tally.seconds:6.1f} s undisturbed, {len(tally.faults)} broken")  # fmt: skip
    told(f"{sum(one.kills for one in tallies.values())} kills, "
         f"{sum(len(one.faults) for one in tallies.values())} broken (seed {asked.seed})")  # fmt: skip
    return int(any(tally.faults for tally in tallies.values()))


if __name__ == "__main__":
    raise SystemExit(main())
