"""How often somebody may try a password: failures are counted by name and by address, and forgotten with time.

Invariant: what is remembered is bounded, however many names and addresses are tried.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FAILURES_MOST = 5
#: Seconds after which a failure no longer counts.
WITHIN = 900.0
_REMEMBERED = 10_000


class Attempts:
    """Failed attempts of the last quarter of an hour. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, *keys: str) -> int:
        """Until another attempt is let through; 0: now."""
        with self._lock:
            return max((self._wait(key) for key in keys), default=0)

    def failed(self, *keys: str) -> None:
        """Count a failure."""
        with self._lock:
            for key in keys:
                recent = self._recent(key)
                self._failed[key] = [*recent, self._clock()][-FAILURES_MOST:]
                self._failed.move_to_end(key)
            while len(self._failed) > _REMEMBERED:
                self._failed.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        """Forget the failures."""
        with self._lock:
            for key in keys:
                self._failed.pop(key, None)

    def _wait(self, key: str) -> int:
        recent = self._recent(key)
        if len(recent) < FAILURES_MOST:
            return 0
        return max(1, int(recent[0] + WITHIN - self._clock()))

    def _recent(self, key: str) -> list[float]:
        since = self._clock() - WITHIN
        return [at for at in self._failed.get(key, ()) if at > since]
