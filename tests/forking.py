"""A server that has loaded the libraries, and forks a process for each command: imports are paid for once.

    python -m tests.forking

reads orders from its stdin, one a line, and writes for each the id of the new process and, when that has ended, its
exit code. A forked process is one of its own: folder, environment, output, exit code and end are those of any other.
What it cannot show is how the program starts: the order of imports and what they warn of, another hash seed, another
locale. For these ask `tests.program` for a `fresh` process.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import sys
from dataclasses import asdict, dataclass
from types import ModuleType

#: What most commands load sooner or later.
LOADED = (
    "aiohttp",
    "analytics.commands",
    "crawlers.import_command",
    "crawlers.running",
    "crawlers.schedule.commands",
    "entity_resolution.commands",
    "pipelines.operations.backup_commands",
)
#: It opens files that processes must not share.
REACTOR = "twisted.internet.reactor"


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to do. code: "" runs `valuenet`; out, err: files that are written over."""

    code: str
    words: tuple[str, ...]
    cwd: str
    env: dict[str, str]
    out: str
    err: str

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def serve() -> None:
    """Fork until stdin ends. In a forked process this returns, or raises SystemExit, when its order is done."""
    from crawlers.registry import spiders

    for name in LOADED:
        importlib.import_module(name)
    spiders()
    assert REACTOR not in sys.modules
    gc.collect()
    gc.freeze()  # forked processes need not look through what was loaded, nor copy it
    while line := sys.stdin.buffer.readline():
        order = Order(**json.loads(line))
        child = os.fork()
        if not child:
            fulfil(order)
            return
        os.write(1, b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        os.write(1, b"%d\n" % os.waitstatus_to_exitcode(status))


def fulfil(order: Order) -> None:
    """Be the process that was ordered."""
    for number, path in enumerate((os.devnull, order.out, order.err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(order.cwd)
    os.environ.clear()
    os.environ.update(order.env)
    sys.path[0] = "" if order.code else order.cwd
    if "COVERAGE_PROCESS_CONFIG" in os.environ:
        import coverage

        coverage.process_startup(force=True)
    if order.code:
        sys.argv = ["-c", *order.words]
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(order.code, "<string>", "exec"), main.__dict__)
    else:
        sys.argv = ["valuenet", *order.words]
        runpy.run_module("valuenet", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve()
