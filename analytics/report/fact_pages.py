"""Which page shows which facts.

Invariants: a fact stands in full in one place, its shelf; wherever else it counts, a line leads there (few facts,
`IN_FULL`, stand in full as well). A page of a set is named by the facts in it, so that cells with the same facts
share one, and the same store gives the same names. No page has more than `FACTS_MOST` facts in full, nor more than
`LINES_MOST` lines: a longer set becomes a page of contents over pieces, by the year in which valid time begins, and
sets that grow from year to year share the pieces they have in common.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from analytics.simple_graph import Ints

FACTS_MOST: Final = 200
LINES_MOST: Final = 1000
IN_FULL: Final = 20
#: Cells named on a page of facts; more are counted.
CELLS_MOST: Final = 40
#: Names of sets that are kept at hand while cells are added.
_NAMES_KEPT: Final = 16


@dataclass(slots=True)
class FactSet:
    """A set of facts, rising, with the paths of the cells that rest on it."""

    name: str
    facts: Ints
    cells: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """Facts of one year (None: undated) in order of valid time, part `part` of `parts` of them."""

    name: str
    year: int | None
    part: int
    parts: int
    facts: Ints


class FactPages:
    """The sets of facts that a report needs a page for, and the shelves on which their facts stand."""

    def __init__(
        self, days: pd.Series[pd.Timestamp], most: int = FACTS_MOST, lines: int = LINES_MOST
    ) -> None:
        """`days`: first day of valid time of each fact of the store (NaT: undated); the index is the fact."""
        self.most, self.lines = most, lines
        self.sets: dict[str, FactSet] = {}
        self._names: dict[int, tuple[Ints, str]] = {}
        self._ids = days.index.to_numpy(dtype=np.int64)
        assert (np.diff(self._ids) > 0).all(), "facts come in the order of their ids"
        years = days.dt.year.fillna(0).to_numpy(dtype=np.int64)
        self._year = years
        # Undated ones last, then by day and id: the ids rise already.
        order = np.lexsort((self._ids, days.to_numpy(), years == 0))
        self._rank = np.empty(len(order), dtype=np.int64)
        self._rank[order] = np.arange(len(order))
        self.shelves: list[Piece] = []
        self._shelf = np.zeros(len(order), dtype=np.int64)

    def add(self, facts: Ints, cell: str) -> str:
        """The name of the page for the facts behind a cell; empty where there are none."""
        if not len(facts):
            return ""
        if facts.dtype.kind not in "iu":
            raise TypeError(f"{cell}: ids of facts are whole numbers; {facts.dtype} would round them")
        name = self._name(facts)
        facts = facts.astype(np.int64)  # beside another kind of whole number numpy would make both decimal
        found = self.sets.setdefault(name, FactSet(name, facts))
        if cell not in found.cells:
            found.cells.append(cell)
        return name

    def _name(self, facts: Ints) -> str:
        """The name of a set; many cells in a row hand over the very same array."""
        known = self._names.get(id(facts))
        if known is None:
            if len(self._names) >= _NAMES_KEPT:
                del self._names[next(iter(self._names))]
            # the array is kept beside its name, so that no other one gets its id meanwhile
            self._names[id(facts)] = known = (facts, name_of(facts))
        return known[1]

    def facts(self) -> Ints:
        """All facts of all sets, rising."""
        every = [one.facts for one in self.sets.values()]
        return np.unique(np.concatenate(every)) if every else np.zeros(0, dtype=np.int64)

    def shelve(self, facts: Ints) -> None:
        """Give each of these facts its place."""
        self.shelves = [
            Piece(f"{one.year or 'undated'}-{one.part:04}", one.year, one.part, one.parts, one.facts)
            for one in self.pieces(facts, self.most)
        ]
        for number, one in enumerate(self.shelves):
            self._shelf[self._at(one.facts)] = number

    def shelf(self, fact: int) -> str:
        """The name of the page on which a fact stands in full."""
        return self.shelves[int(self._shelf[np.searchsorted(self._ids, fact)])].name

    def in_order(self, facts: Ints) -> Ints:
        """The same in order of valid time, undated ones last."""
        found: Ints = facts[np.argsort(self._rank[self._at(facts)])]
        return found

    def pieces(self, facts: Ints, most: int | None = None) -> list[Piece]:
        """The pieces of a set, by year (undated last), in order of valid time."""
        return list(self._pieces(self.in_order(facts), most or self.lines))

    def _pieces(self, facts: Ints, most: int) -> Iterator[Piece]:
        years = self._year[self._at(facts)]
        starts = np.flatnonzero(np.diff(years, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(facts)], strict=True):
            inside = facts[start:end]
            parts = [inside[at : at + most] for at in range(0, len(inside), most)]
            for at, part in enumerate(parts, start=1):
                yield Piece(name_of(part), int(years[start]) or None, at, len(parts), part)

    def _at(self, facts: Ints) -> Ints:
        return np.searchsorted(self._ids, facts).astype(np.int64)


def name_of(facts: Ints) -> str:
    """The name of the page of these facts, in any order."""
    return hashlib.sha256(np.sort(facts).astype("<i8").tobytes()).hexdigest()[:16]
