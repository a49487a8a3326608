"""What is fuzzed: for each target how an input is made out of dice, and what has to hold of it.

A check raises nothing for a text that is refused as promised; whatever it raises is a finding. The targets in
`rooms.py` take any text, so that an engine that watches the coverage can make their inputs, too.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of input. `make` gives the same input for the same dice; `check` raises on a finding."""

    name: str
    make: Callable[[random.Random], Any]
    check: Callable[[Any], None]


def tried(target: Target, number: int) -> None:
    """Make and check the input of this number."""
    target.check(target.make(random.Random(number)))


def short(error: Exception, most: int, where: str = "") -> None:
    """Check that a refusal is no longer than so many characters, and names the place."""
    assert len(str(error)) < most, len(str(error))
    assert where in str(error), error
