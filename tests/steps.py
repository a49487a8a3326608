"""How much work something is, without a clock: a busy machine makes no difference."""

from __future__ import annotations

import cProfile
from collections.abc import Callable


def calls(work: Callable[[], object]) -> int:
    """The calls of functions that the work took, those of the interpreter's own among them."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return sum(int(entry.callcount) for entry in profile.getstats())
