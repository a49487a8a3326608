"""Commands as forked processes of a program that is loaded: run whole, or killed at a moment.

Two ways to name the moment. By CPU time the system itself ends the process (SIGPROF, which nobody handles, ends it
as SIGKILL does): however busy the machine is, the kill meets the work. By the clock the whole group gets SIGKILL,
which meets waiting, too: locks, files, answers of a server, other processes of the command.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import valuenet
from tests.program import environment

#: No command takes longer, however busy the machine is. Seconds.
LONGEST = 240.0
#: Modules that forked processes must load for themselves: they hold a loop, a selector, or a thread.
NOT_SHARED = (
    "reactor",
    "twisted.internet.asyncio",
    "multiprocessing.",
    "concurrent.futures.",
    "pytest",
    "tests.",
)
_MODULES = "modules.json"
_SAID = "said"


@dataclass(frozen=True, slots=True)
class Took:
    """How a command ended: its exit code (None: killed), seconds of clock and of CPU."""

    code: int | None
    clock: float
    cpu: float


def load(modules: set[str]) -> None:
    """Load what commands load, so that kills meet work and not the loading of modules."""
    wanted = sorted({door.module for door in valuenet.COMMANDS.values()} - {"valuenet"}) + sorted(modules)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in wanted:
            if name not in sys.modules and not any(one in name for one in NOT_SHARED):
                with contextlib.suppress(ImportError):
                    importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules, "a reactor must not be shared by forked processes"


def whole(place: Path, words: list[str], *, learn: bool = False) -> Took:
    """Run to the end. learn: what it loaded is loaded here, too, for those that come after it."""
    process = _fork(place, words, learn=learn)
    took = _ended(process, LONGEST)
    if learn and (place / _MODULES).exists():
        load(set(json.loads((place / _MODULES).read_text())))
        (place / _MODULES).unlink()
    return took


def killed(place: Path, words: list[str], *, cpu: float | None = None, clock: float | None = None) -> Took:
    """Kill it after so many seconds of CPU or of the clock; one that was faster has an exit code."""
    return _ended(_fork(place, words, cpu=cpu), LONGEST if clock is None else clock)


def said(place: Path) -> str:
    """The end of what the last command of the folder printed."""
    return (place / _SAID).read_text("utf-8", errors="replace")[-600:]


def _fork(place: Path, words: list[str], *, cpu: float | None = None, learn: bool = False) -> int:
    """A child in a group of its own; what it says goes into a file."""
    child = os.fork()
    if child:
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        return child
    code = 70
    try:
        os.setpgid(0, 0)
        os.chdir(place)
        out = os.open(_SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.environ.update(environment())
        if cpu is not None:
            signal.setitimer(signal.ITIMER_PROF, max(cpu, 1e-4))
        try:
            valuenet.main.main(words, prog_name="valuenet")
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.flush()
        if learn:
            Path(_MODULES).write_text(json.dumps(sorted(sys.modules)))
    finally:
        os._exit(code)


def _ended(process: int, seconds: float) -> Took:
    """Wait so long, then kill."""
    started = time.monotonic()
    told = os.pidfd_open(process)
    try:
        is_over = bool(select.select([told], [], [], seconds)[0])
    finally:
        os.close(told)
    if not is_over:
        _signal(process)
    _, status, used = os.wait4(process, 0)
    code: int | None = os.waitstatus_to_exitcode(status)
    if code in (-signal.SIGPROF, -signal.SIGKILL):
        code = None
        _signal(process)  # what it had begun goes with it
    return Took(code, time.monotonic() - started, used.ru_utime + used.ru_stime)


def _signal(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
