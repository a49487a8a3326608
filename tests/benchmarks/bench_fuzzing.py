"""Fuzzes every target, each in a process of its own: what was tried, what was found, time and memory.

python -m tests.benchmarks.bench_fuzzing [--seconds 30] [--jobs 2] [--from 0] [--target NAME]...

Each target has so many seconds, with each engine that takes it: damages by number, and for values of fields one that
watches the coverage, where `atheris` is installed (the extra `fuzz`).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from tests.fuzzing.running import bounded, damages
from tests.fuzzing.targets.every import TARGETS
from tests.fuzzing.targets.rooms import ROOMS


def main() -> None:
    """Prints a line for each target and engine, and under it each kind of finding with what makes it again."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=30.0)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--from", type=int, default=0, dest="first")
    asked.add_argument("--target", action="append", choices=TARGETS)
    given = asked.parse_args()
    engines = ("damages", "guided") if importlib.util.find_spec("atheris") else ("damages",)
    turns = [
        (name, engine)
        for name in given.target or TARGETS
        for engine in engines
        if engine == "damages" or name in ROOMS
    ]
    context = get_context("fork")  # what all targets need is imported once
    waiting, running = iter(turns), dict[Connection, tuple[str, str, Any]]()
    tried = kinds = 0
    while True:
        while len(running) < given.jobs and (turn := next(waiting, None)) is not None:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_turn, args=(theirs, *turn, given.seconds, given.first))
            process.start()
            theirs.close()
            running[ours] = *turn, process
        if not running:
            break
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            name, engine, process = running.pop(ready)
            try:
                told = ready.recv()
            except EOFError:
                process.join()
                told = {
                    "tried": 0,
                    "kinds": {"ended": 1},
                    "slowest": 0,
                    "megabytes": 0,
                    "again": [f"exit {process.exitcode}"],
                }
            process.join()
            tried, kinds = tried + told["tried"], kinds + len(told["kinds"])
            _say(f"{name}, {engine}", told)
    sys.stdout.write(f"{tried:,} inputs, {kinds} kinds of finding\n")


def _turn(out: Connection, name: str, engine: str, seconds: float, first: int) -> None:
    if engine == "damages":
        bounded()
        out.send(damages(TARGETS[name], seconds, first).told())
        return
    command = [sys.executable, "-m", "tests.fuzzing.running", name, "--seconds", str(seconds)]
    run = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if not lines:
        sys.stderr.write(run.stderr[-600:])
        raise SystemExit(1)
    out.send(json.loads(lines[-1]))


def _say(what: str, told: dict[str, Any]) -> None:
    sys.stdout.write(
        f"{what}: {told['tried']:,} tried, {len(told['kinds'])} kinds of finding, "
        f"slowest {told['slowest']:.2f} s, {told['megabytes']:,} MB\n"
    )
    for line in told["again"]:
        sys.stdout.write(f"    {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
