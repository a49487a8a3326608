"""Rankings and shares counted out of arrays, under one way of joining entities and of leaving facts out.

A state is such a way. What differs between two states is found at the rows of entities that count otherwise, and at
rows that are left out: only these are counted anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from analytics.doubt.ground import Flags, Ground, Ints
from analytics.human_capital import KINDS, PLACE_WORDS
from analytics.investors import CLASS_WORDS
from entity_resolution.log import Judgement
from entity_resolution.relations import lift, roll_up

#: A ranking: the table's id and its part (a year, a group). A share: the list's id.
Ranking = tuple[str, str]

#: Shares by the country of the other side: positions of foreign and domestic.
SIDES: Final = ("input", "empowerment")
_TECHNOLOGY, _HUMAN_CAPITAL, _INVESTMENT = range(3)
#: More than any year: a pair and its year make one number.
_YEARS_MOST: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """heads: (entities,), the position that each counts as. sample, domestic, investor: of each position that is a
    head. there: (relations,), whether a row counts."""

    heads: Ints
    sample: Flags
    domestic: Ints
    investor: Ints
    there: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """values: by ranking, (entities,), the value of each head. shares: by list, (codes,), how many pairs have each
    category; for `SIDES` (foreign, domestic)."""

    values: Mapping[Ranking, Ints]
    shares: Mapping[str, Ints]


class Counter:
    """Counts a ground, once as a whole and then by differences."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        count = len(ground.ids)
        heads = self._heads({}, [])
        self.busy = np.bincount(heads[ground.source], minlength=count)
        self.busy += np.bincount(heads[ground.target], minlength=count)
        self.base = self._state(heads, ground.domestic, np.ones(len(ground.source), dtype=bool))
        pair = (heads[ground.source] * count + heads[ground.target]) * 3 + ground.dimension
        self._pairs, self._pair = np.unique(pair, return_inverse=True)

    @cached_property
    def counts(self) -> Counts:
        """All as it is published."""
        return self._count(np.arange(len(self.ground.source)), self.base)

    def joined(self, outcome: Flags, facts: Flags) -> State:
        """The state in which these of the undecided pairs hold and these facts are left in. Of entities that become
        one the busiest lends its kind; its country too, unless nobody knows it."""
        ground = self.ground
        groups: dict[str, str] = {}
        units = []
        for pair, holds in zip(ground.undecided.pairs, outcome.tolist(), strict=True):
            if holds and pair.suggestion == "same":
                groups[_root(groups, pair.left)] = _root(groups, pair.right)
            elif holds:
                units.append(pair)
        members: dict[str, list[int]] = defaultdict(list)
        for one in list(groups):
            members[_root(groups, one)].append(ground.at[one])
        now: dict[str, str] = {}
        domestic = ground.domestic.copy()
        for root, others in members.items():
            every = sorted({*others, ground.at[root]})
            kept = max(every, key=lambda at: (self.busy[at], -at))
            now |= {ground.ids[at]: ground.ids[kept] for at in every}
            stated = [int(ground.domestic[at]) for at in every if ground.domestic[at] >= 0]
            if domestic[kept] < 0 and stated:
                domestic[kept] = stated[0]
        last = max((row.id for row in ground.relations), default=0) + 1
        drawn = [
            Judgement(last + at, one.left, one.right, one.suggestion, "model:", one.chance)
            for at, one in enumerate(units)
        ]
        there = facts[ground.fact] & ((ground.via < 0) | facts[ground.via])
        heads = self.base.heads if not now and not drawn else self._heads(now, drawn)
        return self._state(heads, domestic, there)

    def recounted(self, state: State) -> Counts:
        """The counts of a state, by what it changes of the base."""
        ground, base = self.ground, self.base
        changed = np.zeros(len(ground.ids), dtype=bool)
        moved = base.heads != state.heads
        changed[base.heads[moved]] = changed[state.heads[moved]] = True
        entity = changed[base.heads] | changed[state.heads]
        left_out = np.zeros(len(self._pairs), dtype=bool)
        left_out[self._pair[~state.there]] = True
        rows = np.flatnonzero(entity[ground.source] | entity[ground.target] | left_out[self._pair])
        if 2 * len(rows) > len(ground.source):  # then counting all once is less than counting these twice
            return self._count(np.arange(len(ground.source)), state)
        before, after = self._count(rows, base), self._count(rows, state)
        counts = self.counts
        return Counts(
            {one: value - before.values[one] + after.values[one] for one, value in counts.values.items()},
            {one: value - before.shares[one] + after.shares[one] for one, value in counts.shares.items()},
        )

    def _heads(self, now: Mapping[str, str], drawn: list[Judgement]) -> Ints:
        ground = self.ground
        canonical = np.arange(len(ground.ids))
        for one, kept in now.items():
            canonical[ground.at[one]] = ground.at[kept]
        if ground.view.level == "entity":
            return canonical
        entity_of: dict[object, str] = {key: now.get(one, one) for key, one in ground.entity_of.items()}
        entity_of |= {one: now.get(one, one) for row in drawn for one in (str(row.left), str(row.right))}
        relations, _ = lift([*ground.relations, *drawn], entity_of)
        top = np.arange(len(ground.ids))
        above = roll_up(relations, ground.view.level, subsidiaries=ground.view.subsidiaries)
        for inner, head in above.items():
            top[ground.at[inner]] = ground.at[head]
        found: Ints = top[canonical]
        return found

    def _state(self, heads: Ints, domestic: Ints, there: Flags) -> State:
        sample = np.zeros(len(heads), dtype=bool)
        sample[heads[self.ground.members]] = True
        return State(heads, sample, domestic, self.ground.investor, there)

    # ── counting some rows ────────────────────────────────────────────────────────────────────────

    def _count(self, rows: Ints, state: State) -> Counts:
        ground = self.ground
        rows = rows[state.there[rows]]
        source, target = state.heads[ground.source[rows]], state.heads[ground.target[rows]]
        inside = (source != target) & (state.sample[source] | state.sample[target])
        rows, source, target = rows[inside], source[inside], target[inside]
        dimension = ground.dimension[rows]
        to_sample = state.sample[target]
        chosen = dimension == _TECHNOLOGY
        values = self._by_technology(source[chosen], target[chosen], ground.year[rows[chosen]], state.sample)
        shares = self._sides(source[chosen], target[chosen], state)
        shares |= self._labelled(rows[chosen], source[chosen], target[chosen])
        chosen = to_sample & (dimension == _HUMAN_CAPITAL)
        values |= self._origins(source[chosen], target[chosen], ground.worked[rows[chosen]], state.domestic)
        chosen = to_sample & (dimension == _INVESTMENT)
        companies = self._distinct(source[chosen], target[chosen])
        for number, group in enumerate(CLASS_WORDS):
            values["table_7", group] = np.where(state.investor == number, companies, 0)
        return Counts(values, shares)

    def _by_technology(self, source: Ints, target: Ints, year: Ints, sample: Flags) -> dict[Ranking, Ints]:
        count = len(sample)
        # A pair's first year is the least that stands beside it.
        code = _distinct((source * count + target) * _YEARS_MOST + year)
        first = np.ones(len(code), dtype=bool)
        first[1:] = code[1:] // _YEARS_MOST != code[:-1] // _YEARS_MOST
        code, since = code[first] // _YEARS_MOST, code[first] % _YEARS_MOST
        found: dict[Ranking, Ints] = {}
        for one in self.ground.years:
            edges = code[since <= one]
            degree = np.bincount(edges // count, minlength=count) + np.bincount(
                edges % count, minlength=count
            )
            found["table_4", str(one)] = np.where(sample, degree, 0)
            found["table_5", str(one)] = np.where(sample, 0, degree)
        return found

    def _origins(self, source: Ints, target: Ints, worked: Flags, domestic: Ints) -> dict[Ranking, Ints]:
        found: dict[Ranking, Ints] = {}
        for kind in KINDS.values():
            chosen = worked == (kind == "work")
            degree = self._distinct(source[chosen], target[chosen])
            for where in PLACE_WORDS:
                there = domestic == int(where == "domestic")
                found["table_6", f"{kind}_{where}"] = np.where(there, degree, 0)
        return found

    def _sides(self, source: Ints, target: Ints, state: State) -> dict[str, Ints]:
        count = len(state.heads)
        pair = _distinct(source * count + target)
        source, target = pair // count, pair % count
        ends = {"input": (target, source), "empowerment": (source, target)}
        found = {}
        for side in SIDES:
            mine, other = ends[side]
            where = state.domestic[other[state.sample[mine]]]
            found[side] = np.bincount(where[where >= 0], minlength=2)
        return found

    def _labelled(self, rows: Ints, source: Ints, target: Ints) -> dict[str, Ints]:
        ground, count = self.ground, len(self.ground.ids)
        pair = np.full(len(ground.source), -1, dtype=np.int64)
        pair[rows] = source * count + target
        found = {}
        for listed, labels in ground.labels.items():
            mine = pair[labels.row]
            width = len(labels.codes)
            code = _distinct((mine * width + labels.code)[mine >= 0])
            found[listed] = np.bincount(code % width, minlength=width)
        return found

    def _distinct(self, source: Ints, target: Ints) -> Ints:
        """How many different targets each source has."""
        count = len(self.ground.ids)
        return np.bincount(_distinct(source * count + target) // count, minlength=count)


def _distinct(values: Ints) -> Ints:
    """The different values, rising. Several times as fast as numpy's `unique`, which draws no use from sorting."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _root(groups: dict[str, str], one: str) -> str:
    groups.setdefault(one, one)
    while groups[one] != one:
        groups[one] = groups[groups[one]]
        one = groups[one]
    return one
