"""One edition beside another, cell by cell, with what stands behind every difference.

A difference is told by facts: those behind our cell and not behind the other's, and the other way round. Each is
there for one of these reasons, tried in this order:

- new, gone: the other edition (ours) does not see the fact at all, by what was known or said then;
- sample: somebody who stands in the fact, or in a relation that rests on it, is in the sample of one edition alone;
- absent: none of these, and one of the editions has no such row, as of a year that it does not reach;
- resolved: both see it, and it is counted elsewhere, since who is who is decided or rolled up otherwise.

Where both cells rest on the same facts, the difference comes from other cells (a share's whole, a rank).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis, fact_ids
from analytics.cells import exhibit
from analytics.exhibits import Table, Words, table_of
from analytics.figures import FIGURES
from analytics.simple_graph import Ints
from analytics.tables import TABLES

COLUMNS: Final = (
    "path", "table", "row", "column", "name", "other", "ours", "difference",
    "new", "gone", "sample", "resolved", "reason",
)  # fmt: skip
_RANKED_BY_YEAR: Final = frozenset({"table_4", "table_5"})
REASONS: Final[Mapping[str, Words]] = {
    "new": Words("新增事实", "new facts"),
    "gone": Words("不再陈述的事实", "facts no longer said"),
    "sample": Words("样本变化", "another sample"),
    "resolved": Words("主体判定变化", "who is who"),
    "absent": Words("仅一版有此行", "a row of one edition alone"),
    "others": Words("其他单元格的变化", "changes in other cells"),
}


@dataclass(frozen=True, eq=False)
class EditionComparison:
    """rows: the cells that differ, with `COLUMNS`; `new` to `resolved` count facts, `reason` names the one of most
    facts. alike: how many cells are equal. entered, left: names of companies in one of the samples alone."""

    rows: pd.DataFrame
    alike: int
    entered: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def compare_editions(
    engine: Engine, ours: Basis, other: Basis, only: Collection[str] = ()
) -> EditionComparison:
    """Every number of our tables and figures (those of `only`, where any is named) beside the other edition's.

    Rows are matched by their keys, those of rankings by the entity, wherever it stands. Rankings by year are those
    of our years that the other edition reaches, too. A cell that one of both has not is a difference with a gap.
    """
    sides = _Sides(ours, other)
    years = tuple(year for year in ours.ranking_years if year in other.years)
    rows: list[dict[str, Any]] = []
    alike = 0
    for identity in only or [*TABLES, *FIGURES]:
        both = (ours, other)
        if identity in _RANKED_BY_YEAR and years:
            both = (replace(ours, years=years, asked=True), replace(other, years=years, asked=True))
        left, right = (table_of(exhibit(engine, one, identity)) for one in both)
        for found in _cells(left, right):
            if found.same:
                alike += 1
            else:
                rows.append(found.row(sides, left, right))
    return EditionComparison(
        pd.DataFrame(rows, columns=list(COLUMNS)),
        alike,
        _names(ours, ours.sample - other.sample),
        _names(other, other.sample - ours.sample),
    )


def _names(basis: Basis, entities: Collection[str]) -> list[str]:
    return sorted(basis.names(sorted(entities))["name"])


def _otherwise(ours: Basis, other: Basis) -> frozenset[str]:
    """Companies of one sample alone, and those of both with another layer or core technology."""
    told = [
        {
            (str(row["entity"]), str(row["layer"]), str(row["core_technology"]))
            for row in one.nodes[one.nodes["sample"]].to_dict("records")
        }
        for one in (ours, other)
    ]
    return frozenset(entity for entity, _, _ in told[0] ^ told[1])


class _Sides:
    """What tells why a fact counts in one edition alone."""

    def __init__(self, ours: Basis, other: Basis) -> None:
        self.ours, self.other = ours, other

    @cached_property
    def _seen(self) -> tuple[Ints, Ints]:
        found = (one.facts.facts["fact"].to_numpy(dtype=np.int64) for one in (self.ours, self.other))
        first, second = (np.unique(one) for one in found)
        return first, second

    @cached_property
    def _of_sample(self) -> Ints:
        """Facts in which, or in a relation out of which, somebody stands who is in one of the samples alone."""
        changed = _otherwise(self.ours, self.other)
        parts = []
        for facts in (self.ours.facts, self.other.facts):
            roles, related = facts.roles, facts.relations
            parts.append(roles.loc[roles["entity"].isin(changed), "fact"].to_numpy(dtype=np.int64))
            parts.append(fact_ids(related[related["source"].isin(changed) | related["target"].isin(changed)]))
        return np.unique(np.concatenate(parts))

    def counts(self, ours: Ints, other: Ints) -> dict[str, int]:
        """The facts behind one cell alone, by reason."""
        mine, theirs = np.setdiff1d(ours, other), np.setdiff1d(other, ours)
        seen_here, seen_there = self._seen
        new = mine[~np.isin(mine, seen_there)]
        gone = theirs[~np.isin(theirs, seen_here)]
        rest = np.concatenate([np.setdiff1d(mine, new), np.setdiff1d(theirs, gone)])
        sample = int(np.isin(rest, self._of_sample).sum())
        return {"new": len(new), "gone": len(gone), "sample": sample, "resolved": len(rest) - sample}


@dataclass(frozen=True, slots=True)
class _Pair:
    """A cell of both editions; a row is None where an edition has none."""

    column: str
    ours: int | None
    other: int | None
    value: Any
    other_value: Any

    @property
    def same(self) -> bool:
        if self.value is None or self.other_value is None:
            return self.value is None and self.other_value is None
        return abs(float(self.value) - float(self.other_value)) < 1e-9

    def row(self, sides: _Sides, ours: Table, other: Table) -> dict[str, Any]:
        """The difference as a row of `COLUMNS`."""
        shown, at = (ours, self.ours) if self.ours is not None else (other, self.other)
        assert at is not None  # one of both has the cell
        none = np.zeros(0, dtype=np.int64)
        counts = sides.counts(
            none if self.ours is None else ours.behind(self.ours, self.column),
            none if self.other is None else other.behind(self.other, self.column),
        )
        both = self.ours is not None and self.other is not None
        if not both:  # what such a row would rest on is counted elsewhere, or nowhere
            counts["resolved"] = 0
        most = max(counts, key=lambda name: counts[name])
        known = self.value is not None and self.other_value is not None
        return {
            "path": f"{shown.row_path(at)}/{self.column}",
            "table": shown.id,
            "row": shown.row_path(at),
            "column": self.column,
            "name": str(shown.frame["name"].iloc[at]) if "name" in shown.frame else "",
            "other": self.other_value,
            "ours": self.value,
            "difference": round(float(self.value) - float(self.other_value), 6) if known else None,
            **counts,
            "reason": most if counts[most] else "others" if both else "absent",
        }


def _cells(ours: Table, other: Table) -> Iterator[_Pair]:
    places, others = _rows(ours), _rows(other)
    columns = list(dict.fromkeys(one.name for table in (ours, other) for one in table.columns if one.numeric))
    for key in [*places, *(one for one in others if one not in places)]:
        mine, theirs = places.get(key), others.get(key)
        for column in columns:
            value = _value(ours, mine, column)
            other_value = _value(other, theirs, column)
            yield _Pair(column, mine, theirs, value, other_value)


def _value(table: Table, row: int | None, column: str) -> Any:
    return None if row is None or column not in table.frame else table.value(row, column)


def _rows(table: Table) -> dict[tuple[str, ...], int]:
    """Rows by their keys; a place in a ranking is nobody's own, so that the entity stands for it."""
    names = [("entity" if key == "place" and "entity" in table.frame else key) for key in table.keys]
    keys = zip(*(table.frame[name].astype(str) for name in names), strict=True)
    return {key: row for row, key in enumerate(keys)}


def before(names: Collection[str], edition: str) -> str | None:
    """Of the editions, the one before this: the next lower year where names are years, or nobody knows."""
    years = {int(one): one for one in names if re.fullmatch(r"\d{4}", one)}
    if not re.fullmatch(r"\d{4}", edition):
        return None
    earlier = [year for year in years if year < int(edition)]
    return years[max(earlier)] if earlier else None
