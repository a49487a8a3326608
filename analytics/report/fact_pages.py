"""Which page shows which facts.

Invariants: a page is named by the facts on it, so that cells with the same facts share one, and the same store
gives the same names; no page has more than `FACTS_MOST` facts: a longer set becomes a page of contents over pieces,
by the year in which valid time begins, and sets that grow from year to year share the pieces they have in common.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analytics.simple_graph import Ints
from analytics.trace import TracedFact

FACTS_MOST: Final = 200
#: Cells named on a page of facts; more are counted.
CELLS_MOST: Final = 40


@dataclass(slots=True)
class FactSet:
    """A set of facts with the paths of the cells that rest on it."""

    name: str
    facts: Ints
    cells: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """Facts of one year (None: undated), part `part` of `parts` of them."""

    name: str
    year: int | None
    part: int
    parts: int
    facts: tuple[int, ...]


class FactPages:
    """The sets of facts that a report needs a page for."""

    def __init__(self, most: int = FACTS_MOST) -> None:
        self.most = most
        self.sets: dict[str, FactSet] = {}

    def add(self, facts: Ints, cell: str) -> str:
        """The name of the page for the facts behind a cell; empty where there are none."""
        if not len(facts):
            return ""
        name = name_of(facts.tolist())
        found = self.sets.setdefault(name, FactSet(name, facts))
        if cell not in found.cells:
            found.cells.append(cell)
        return name

    def facts(self) -> Ints:
        """All facts of all sets, rising."""
        every = [one.facts for one in self.sets.values()]
        return np.unique(np.concatenate(every)) if every else np.zeros(0, dtype=np.int64)

    def pieces(self, facts: Sequence[int], traced: Mapping[int, TracedFact]) -> list[Piece]:
        """The pieces of a set, by year (undated last), in order of valid time; facts that were not traced are left
        out. A set that fits on one page is not asked for this."""
        known = [traced[one] for one in facts if one in traced]
        years = sorted({one.year for one in known}, key=lambda year: (year is None, year or 0))
        found = []
        for year in years:
            inside = [one.fact for one in known if one.year == year]
            inside.sort(key=lambda one: (traced[one].valid_from is None, traced[one].valid_from, one))
            parts = [tuple(inside[at : at + self.most]) for at in range(0, len(inside), self.most)]
            found += [
                Piece(name_of(sorted(part)), year, at, len(parts), part)
                for at, part in enumerate(parts, start=1)
            ]
        return found


def name_of(facts: Sequence[int]) -> str:
    """The name of the page of these facts (rising)."""
    return hashlib.sha256(",".join(map(str, facts)).encode()).hexdigest()[:16]
