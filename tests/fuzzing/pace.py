"""How the time of a regular expression grows with the text it is given.

Time is measured in CPU seconds at two sizes; the exponent is that of the text's length: 1 for a pattern that looks at
each character a bounded number of times, 2 where each begins a search of the rest. An attack stops at a limit of
its own, and each pattern is attacked in a process of its own, which the system ends where even that does not help.
"""

from __future__ import annotations

import itertools
import math
import re
import resource
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final

from tests.fuzzing.attacks import MOST, attacks

#: The size of the first look, in characters. Each character looked at by each other costs 16,000² steps, of a
#: nanosecond at least: 0.13 s. So what takes less than `QUICK` CPU seconds there is not of that kind.
LOOK: Final = 16_000
QUICK: Final = 0.015
#: CPU seconds that an attack may take; what takes longer is told whatever its growth, measured on shorter texts.
LONG: Final = 0.5
#: The exponent above which a pattern is said to grow.
GROWS: Final = 1.3
#: A text is compared with one so many times shorter, given as many times: both hold the same characters in all.
TIMES: Final = 8
#: CPU seconds that a measurement takes at least: clocks of virtual machines go in steps of milliseconds.
ENOUGH: Final = 0.04
#: CPU seconds for all attacks on one pattern, after which the system ends its process.
WHOLE: Final = 90


@dataclass(frozen=True, slots=True)
class Pace:
    """The text that a pattern is slowest with: CPU seconds at `size` characters, and the exponent of the growth."""

    exponent: float
    size: int
    seconds: float
    text: str


class TooLongError(Exception):
    """A match went on beyond its time."""


def seconds(made: re.Pattern[Any], text: str, rounds: int, most: float) -> float:
    """CPU seconds of searching the text and of matching all of it, so many times; at most `most`."""

    def stop(*_: object) -> None:
        raise TooLongError

    given: Any = text.encode("utf-8", "replace") if isinstance(made.pattern, bytes) else text
    before = signal.signal(signal.SIGVTALRM, stop)  # sre looks for signals while it matches
    start = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, min(most, 3600.0))
        for _ in range(rounds):
            for _ in made.finditer(given):
                pass
            made.fullmatch(given)
    except TooLongError:
        return most
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return min(most, time.process_time() - start)


def pace(text: str | bytes, flags: int, most: int = MOST) -> Pace | None:
    """The first attack under which the pattern's time grows, or is long at once; None for one that keeps its pace."""
    made = re.compile(text, flags)
    for number, attack in enumerate(itertools.islice(attacks(text, flags, LOOK), most)):
        at_once = seconds(made, attack, 1, LONG)
        if at_once < QUICK:
            continue
        found = _growth(made, text, flags, number, at_once)
        if found.exponent > GROWS or at_once >= LONG:
            return found
    return None


def _growth(made: re.Pattern[Any], text: str | bytes, flags: int, number: int, took: float) -> Pace:
    """The growth up to the largest size that ends in its time."""
    size = LOOK
    while took >= LONG and size > 64:
        size //= 2
        took = seconds(made, _attack(text, flags, size, number), 1, LONG)
    large, small = _attack(text, flags, size, number), _attack(text, flags, size // TIMES, number)
    if took >= LONG or len(small) * 2 > len(large):  # not even a short text ends
        return Pace(math.inf, len(large), took, large[:80])
    rounds = math.ceil(ENOUGH / max(took, 0.001))
    after = seconds(made, large, rounds, math.inf)
    before = seconds(made, small, rounds * TIMES, math.inf)
    ratio = after * len(small) * TIMES / max(before * len(large), 1e-9)
    exponent = 1 + math.log(max(ratio, 1e-9)) / math.log(len(large) / len(small))
    return Pace(exponent, len(large), after / rounds, large[:80])


def _attack(text: str | bytes, flags: int, size: int, number: int) -> str:
    return next(itertools.islice(attacks(text, flags, size), number, None))


#: What a process tells of its pattern: its pace, None for a good one, and a text where the system ended the process.
Told = Pace | str | None


def paces(
    patterns: Iterable[tuple[str | bytes, int]], jobs: int, most: int = MOST
) -> Iterator[tuple[int, Told]]:
    """The number and the pace of each pattern, as they end; `jobs` processes at a time, one for each pattern."""
    context = get_context("fork")  # a new interpreter for each of hundreds would cost more than the attacks
    waiting, running = enumerate(patterns), dict[Connection, tuple[int, Any]]()
    while True:
        while len(running) < jobs and (following := next(waiting, None)) is not None:
            number, (text, flags) = following
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_in_process, args=(theirs, text, flags, most))
            process.start()
            theirs.close()
            running[ours] = number, process
        if not running:
            return
        for ready in wait(list(running)):
            assert isinstance(ready, Connection)
            number, process = running.pop(ready)
            try:
                told: Told = ready.recv()
            except EOFError:
                told = f"did not end in {WHOLE} CPU seconds"
            ready.close()
            process.join()
            yield number, told


def _in_process(out: Connection, text: str | bytes, flags: int, most: int) -> None:
    used = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + WHOLE, used + WHOLE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out.send(pace(text, flags, most))
    out.close()
