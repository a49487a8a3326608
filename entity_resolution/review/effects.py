"""What a decision would change in the published numbers: the words between the review app and whoever counts.

This room does not compute networks; the app is given something that does, or nothing, and works either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Effect:
    """`lines`: language (en, zh) → sentences such as "X moves from rank 23 to 17", the most telling first.

    `nodes` and `edges` are the change of the newest year's network (a merge takes away: negative numbers); `size`
    is how much that is in all, in the unit of `candidate.effect`. No lines mean that nothing published changes.
    """

    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nodes: int = 0
    edges: int = 0
    size: float = 0.0


class Effects(Protocol):
    """Whoever can tell what a decision changes."""

    def of(self, left_entity: str, right_entity: str, verdict: str) -> Effect:
        """What judging the two entities so (*same*, *unit of*, *subsidiary of*, *different*) changes, against the
        entities of now. Answers within a second; an entity that nobody knows has no effect."""
        ...
