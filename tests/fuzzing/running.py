"""One target for a while, in a process of its own: what was tried, each kind of finding once, time and memory.

Two engines make inputs: damages by number (`damages`), and, where the package `atheris` is there, one that watches
which lines are reached and keeps what reaches new ones (`guided`), for targets that take any text.

python -m tests.fuzzing.running TARGET --seconds 60
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.fuzzing.targets import Target, tried
from tests.fuzzing.targets.rooms import KEYS, ROOMS

#: CPU seconds after which an input is told as slow, and bytes of memory beyond which there are no more.
SLOW: Final = 5.0
MEMORY_MOST: Final = 6 << 30
#: Findings of one kind that are told with what makes them again.
_TOLD: Final = 2


@dataclass(slots=True)
class Tally:
    """What came of one target. `kinds`: kind of finding → how often; `again`: what makes it again; seconds of CPU."""

    target: str
    engine: str
    tried: int = 0
    slowest: float = 0.0
    kinds: dict[str, int] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    megabytes: int = 0

    def try_one(self, check: Callable[[], None], what: str) -> None:
        """Check one input; `what` makes it again."""
        self.tried += 1
        began = time.process_time()
        try:
            check()
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self._note(
                f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}",
                f"{what}: {error}",
            )
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        if took > SLOW:
            self._note("slow", f"{what}: {took:.1f} s")

    def _note(self, kind: str, what: str) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.kinds[kind] <= _TOLD:
            self.again.append(f"{kind}: {what[:400]}")

    def told(self) -> dict[str, Any]:
        """All of it, with the largest memory that the process had."""
        self.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return asdict(self)


def damages(target: Target, seconds: float, first: int) -> Tally:
    """Inputs by number, for so many seconds."""
    tally = Tally(target.name, "damages")
    number, end = first, time.monotonic() + seconds
    while time.monotonic() < end:
        tally.try_one(lambda at=number: tried(target, at), str(number))  # type: ignore[misc]
        number += 1
    return tally


def bounded() -> None:
    """Bound the memory of this process, and hush what libraries log."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MOST, MEMORY_MOST))
    logging.disable(logging.CRITICAL)


def guided(name: str, seconds: float) -> None:
    """Inputs of the engine that watches the coverage, for so many seconds; then the tally is printed as JSON, and the
    process ends."""
    import atheris

    with atheris.instrument_imports(include=list(ROOMS[name])):
        for module in ROOMS[name]:
            importlib.import_module(module)
    targets = importlib.import_module(
        f"tests.fuzzing.targets.{'archives' if name == KEYS else 'values'}"
    ).TARGETS
    target = next(one for one in targets if one.name == name)
    tally, end = Tally(name, "guided"), time.monotonic() + seconds

    def one(data: bytes) -> None:
        text = data.decode("utf-16-le" if data[:1] < b"\x10" else "utf-8", "replace")
        tally.try_one(lambda: target.check(text), repr(text))
        if time.monotonic() > end:
            sys.stdout.write(json.dumps(tally.told()) + "\n")
            sys.stdout.flush()
            os._exit(0)

    options = [
        "-rss_limit_mb=0",
        "-max_len=400",
        "-verbosity=0",
        f"-artifact_prefix={tempfile.gettempdir()}/",
    ]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


def main() -> None:
    """The engine that watches the coverage; damages are run by `tests.benchmarks.bench_fuzzing`."""
    asked = argparse.ArgumentParser()
    asked.add_argument("target", choices=ROOMS)
    asked.add_argument("--seconds", type=float, default=60.0)
    given = asked.parse_args()
    bounded()
    guided(given.target, given.seconds)


if __name__ == "__main__":
    main()
