"""How often somebody may try a password, and how fast programs may ask.

Invariant: what is remembered is bounded, however many names and addresses are tried.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

#: Failures under one name from one address; under a name from all addresses, and from an address under all names.
#: The wider two are larger, so that a stranger's failures seldom lock out a name or a house behind one address.
FAILURES_MOST: Final = 5
FAILURES_WIDE: Final = 25
#: Seconds after which a failure no longer counts.
WITHIN: Final = 900.0
_REMEMBERED: Final = 10_000


class Attempts:
    """Failed attempts of the last quarter of an hour. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[tuple[str, str], list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, name: str, address: str) -> int:
        """Until another attempt is let through; 0: now."""
        with self._lock:
            return max(self._wait(key) for key in _keys(name, address))

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        with self._lock:
            for key in _keys(name, address):
                self._failed[key] = [*self._recent(key), self._clock()][-_most(key) :]
                self._failed.move_to_end(key)
            while len(self._failed) > _REMEMBERED:
                self._failed.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures under the name from there. Those that others made still count."""
        with self._lock:
            self._failed.pop((name, address), None)

    def _wait(self, key: tuple[str, str]) -> int:
        recent = self._recent(key)
        if len(recent) < _most(key):
            return 0
        return max(1, math.ceil(recent[0] + WITHIN - self._clock()))

    def _recent(self, key: tuple[str, str]) -> list[float]:
        since = self._clock() - WITHIN
        return [at for at in self._failed.get(key, ()) if at > since]


class Pace:
    """How fast each client may ask: `burst` at once, then `per_second`. Safe between threads."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, client: str) -> int:
        """0, and the request is counted; or the seconds until one more is answered."""
        with self._lock:
            moment = self._clock()
            left, at = self._left.get(client, (float(self._burst), moment))
            left = min(float(self._burst), left + (moment - at) * self._per_second)
            wait = 0 if left >= 1 else max(1, math.ceil((1 - left) / self._per_second))
            self._left[client] = (left if wait else left - 1, moment)
            self._left.move_to_end(client)
            while len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
            return wait


def _keys(name: str, address: str) -> tuple[tuple[str, str], ...]:
    return ((name, address), (name, ""), ("", address))


def _most(key: tuple[str, str]) -> int:
    return FAILURES_MOST if all(key) else FAILURES_WIDE
