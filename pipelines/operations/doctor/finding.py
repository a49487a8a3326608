"""What a look finds: one thing, in words, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: error: something does not work, or is wrong; warning: it will, or somebody should look; note: to know; ok:
#: as it should be.
Level = Literal["error", "warning", "note", "ok"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note", "ok")


@dataclass(frozen=True, slots=True)
class Finding:
    """area: what it is about (`store`, `archive`, …); mend: a command or a step; empty where there is nothing
    to do."""

    level: Level
    area: str
    what: str
    mend: str = ""


Findings = Iterator[Finding]
