"""Asks what decisions change, once for each state of the entities: counting takes long, pages are asked for often.

Invariant: whoever counts is asked by one thread at a time, and what fails there breaks no page.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict

from entity_resolution.review.effects import Effect, Effects

_KEPT = 2000
#: Seconds within which an answer is waited for by the page itself.
_QUICK = 0.05
_log = logging.getLogger(__name__)


class Counter:
    """Effects with a memory. Safe between threads."""

    def __init__(self, effects: Effects | None) -> None:
        self._effects = effects
        self._known: OrderedDict[tuple[str, str, str, int], Effect] = OrderedDict()
        self._memory = threading.Lock()
        self._asking = threading.Lock()
        self._took = float("inf")

    @property
    def can_count(self) -> bool:
        """Whether anybody counts at all."""
        return self._effects is not None

    @property
    def is_quick(self) -> bool:
        """Whether the last answer came so soon that a page need not be shown without it."""
        return self._took < _QUICK

    def known(self, left: str, right: str, verdict: str, state: int) -> Effect | None:
        """The answer if it is there already. `state` is the newest judgement that the entities know."""
        with self._memory:
            return self._known.get((left, right, verdict, state))

    def of(self, left: str, right: str, verdict: str, state: int) -> Effect | None:
        """The answer, counted if need be; None where nobody counts or counting fails."""
        if self._effects is None:
            return None
        with self._asking:
            found = self.known(left, right, verdict, state)
            if found is not None:
                return found
            start = time.monotonic()
            try:
                found = self._effects.of(left, right, verdict)
            except Exception:  # whatever counting meets in the data, the pair can be decided
                _log.exception("the effect of a decision could not be counted")
                return None
            self._took = time.monotonic() - start
        with self._memory:
            self._known[left, right, verdict, state] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found
