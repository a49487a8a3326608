"""Who is related to whom, and since when, as bare numbers: a network that grows as the printed one did.

Nodes are positions: the sample companies first, the relation nodes behind them in the order of their coming. A
link is a technology relation (one edge, or two where it goes both ways), a way of a person, or an investment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from crawlers.sample_web.generator import marginals
from crawlers.sample_web.generator.dice import Dice, Floats, Ints
from pipelines.errors import UsageError

TECHNOLOGY, HUMAN_CAPITAL, INVESTMENT = 0, 1, 2
LEAST_SAMPLE: Final = 8
#: So many of a hundred technology relations go both ways; and so many join two sample companies (our estimates).
BOTH_WAYS, WITHIN = 8, 12
#: How uneven the further relations of relation nodes are: with it the top tenth holds 70 % of all links.
TAIL: Final = 1.23
#: Rank-size law of the sample companies: the first one's relations, the slope, and what each has at least.
HUB, SLOPE, FLOOR = 5548.0, 0.836, 19.0
_ACADEMIC: Final = ("university", "foreign university", "research institute")
#: How often the sample company gives and the other takes, in a hundred, by the other's kind.
_GIVES: Final = {
    "university": 30, "foreign university": 15, "research institute": 35, "government": 92, "park": 85, "other": 85,
}  # fmt: skip
_TRIES: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """`kind`, `slot` (the year by which a node is counted) by node; `founded` of sample companies.

    Links: `source`, `target`, `dimension`, `both` (goes both ways), `year` (the slot), `happened` (the very year,
    at or before the slot of the first year).
    """

    sample: int
    kind: list[str]
    slot: Ints
    founded: Ints
    financed: Ints
    source: Ints
    target: Ints
    dimension: Ints
    both: Ints
    year: Ints
    happened: Ints

    @property
    def nodes(self) -> int:
        return len(self.kind)


def planned(size: float) -> tuple[int, dict[int, tuple[int, int]]]:
    """How many sample companies, and nodes and edges by year, a world of this size has. Raises UsageError."""
    if not 0.003 <= size <= 20:
        raise UsageError(f"a world's size is from 0.003 to 20, not {size}")
    sample = max(LEAST_SAMPLE, round(marginals.SAMPLE * size))
    yearly = {}
    for year, (nodes, edges) in marginals.YEARLY.items():
        least = sample + round((nodes - marginals.SAMPLE) * size)
        yearly[year] = (least, max(round(edges * size), least))
    return sample, yearly


def grow(seed: int, size: float) -> Growth:
    """The network of a world of this seed and size."""
    return _Grower(seed, size).grown()


class _Grower:
    def __init__(self, seed: int, size: float) -> None:
        self.dice = Dice(seed, "growth")
        self.sample, self.yearly = planned(size)
        nodes = self.yearly[marginals.LAST][0]
        self.relation = nodes - self.sample
        self.kind = ["company"] * self.sample + self._kinds()
        self.slot = self._slots()
        self.founded = self._founded()
        self.slot[: self.sample] = np.maximum(self.founded, marginals.FIRST)
        self.weight = self._weights()
        self.rows: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
        self.pairs = [np.zeros(0, np.int64) for _ in range(3)]
        financed = self.dice.order(self.sample)[: round(self.sample * marginals.FINANCED / 100)]
        # Whoever is there in the first year must be able to take the first year's money.
        if not (self.slot[financed] == marginals.FIRST).any():
            financed[0] = int(np.argmin(self.slot[: self.sample]))
        self.financed = np.sort(financed)

    def _kinds(self) -> list[str]:
        """Kinds by the order of coming: schools early, as they were there before the companies."""
        counts = dict(marginals.RELATION_NODES)
        full = marginals.YEARLY[marginals.LAST][0] - marginals.SAMPLE
        names = [*counts, "foreign company", "company"]
        shares = [*counts.values(), full * 0.02, full * 0.98 - sum(counts.values())]
        drawn = [names[at] for at in self.dice.quota(shares, self.relation)]
        if "investor" not in drawn:
            drawn[0] = "investor"
        early = np.array([0.5 if kind in _ACADEMIC else 1.0 for kind in drawn])
        order = np.argsort(self.dice.uniform(len(drawn)) * early, kind="stable")
        return [drawn[at] for at in order]

    def _slots(self) -> Ints:
        slot = np.full(self.sample + self.relation, marginals.FIRST, dtype=np.int64)
        before = self.sample
        for year, (nodes, _) in self.yearly.items():
            slot[before:nodes] = year
            before = nodes
        return slot

    def _founded(self) -> Ints:
        years = np.array(sorted(marginals.FOUNDED))
        founded = years[self.dice.quota([marginals.FOUNDED[int(year)] for year in years], self.sample)]
        # The large ones are old: those that rank first were founded before the rest.
        large = max(1, self.sample // 20)
        oldest = np.argsort(founded, kind="stable")[:large]
        rest = np.setdiff1d(np.arange(self.sample), oldest)
        chosen: Ints = founded[np.concatenate([oldest[self.dice.order(large)], rest])]
        return chosen

    def _weights(self) -> Floats:
        rank = np.arange(1, self.sample + 1)
        scale = self.sample / marginals.SAMPLE
        own = HUB * scale * rank**-SLOPE + FLOOR
        # The floor keeps small companies from having nothing; further ties of others follow a power law.
        other = np.maximum(self.dice.uniform(self.relation), 1e-5) ** (-1 / TAIL)
        lift = np.array([12.0 if kind in _ACADEMIC else 1.0 for kind in self.kind[self.sample :]])
        weights: Floats = np.concatenate([own, other * lift])
        return weights

    def grown(self) -> Growth:
        edges = 0
        for year, (_, upto) in self.yearly.items():
            self._year(year, upto - edges)
            edges = upto
        source, target, dimension, both, year_of = (
            np.concatenate([row[at] for row in self.rows]) for at in range(5)
        )
        return Growth(
            self.sample, self.kind, self.slot, self.founded, self.financed,
            source, target, dimension, both, year_of, self._happened(source, target, year_of),
        )  # fmt: skip

    def _year(self, year: int, edges: int) -> None:
        """All links of a year: first one for each new relation node, then as many as are missing."""
        new = np.flatnonzero(self.slot == year)
        fresh, entrants = new[new < self.sample], new[new >= self.sample]
        kinds = np.array([self.kind[at] for at in entrants], dtype=object)
        drawn = self.dice.uniform(len(entrants))
        investors = entrants[kinds == "investor"]
        schools = entrants[np.isin(kinds, ("university", "foreign university")) & (drawn < 0.6)]
        others = np.setdiff1d(entrants, np.concatenate([investors, schools]))
        money = max(len(investors), round(edges * marginals.INVESTMENT / 100))
        people = max(len(schools), round(edges * marginals.HUMAN_CAPITAL / 100))
        rest = edges - len(entrants)
        # In a small world the newcomers may leave little room.
        money = min(money, len(investors) + rest)
        people = min(people, len(schools) + rest - (money - len(investors)))
        # What a small world has too few pairs for, in one dimension, is made up for by technology.
        left = self._invest(year, investors, money) + self._study(year, schools, people)
        self._cooperate(year, others, fresh, edges - money - people + left)

    def _there(self, year: int, low: int, high: int) -> Ints:
        found: Ints = low + np.flatnonzero(self.slot[low:high] <= year)
        return found

    def _invest(self, year: int, entrants: Ints, count: int) -> int:
        targets = self.financed[self.slot[self.financed] <= year]
        weights = self.weight[targets] ** 0.5
        givers = self._there(year, self.sample, self.nodes)
        givers = givers[[self.kind[at] == "investor" for at in givers]]
        companies = self._there(year, 0, self.sample)
        pool = np.concatenate([givers, companies])
        share = np.concatenate(
            [_scaled(self.weight[givers] ** 0.8, 0.75), _scaled(self.weight[companies], 0.25)]
        )
        first = targets[self.dice.weighted(weights, len(entrants))]
        self._keep(year, INVESTMENT, entrants, first)
        return self._more(year, INVESTMENT, pool, share, targets, weights, count - len(entrants))

    def _study(self, year: int, entrants: Ints, count: int) -> int:
        targets = self._there(year, 0, self.sample)
        weights = self.weight[targets] ** 0.5
        self._keep(year, HUMAN_CAPITAL, entrants, targets[self.dice.weighted(weights, len(entrants))])
        there = self._there(year, 0, self.nodes)
        kinds = np.array([self.kind[at] for at in there], dtype=object)
        schools = there[np.isin(kinds, _ACADEMIC)]
        employers = there[np.isin(kinds, ("company", "foreign company"))]
        pool = np.concatenate([schools, employers])
        share = np.concatenate(
            [_scaled(self.weight[schools] ** 0.8, 0.6), _scaled(self.weight[employers] ** 0.7, 0.4)]
        )
        return self._more(year, HUMAN_CAPITAL, pool, share, targets, weights, count - len(entrants))

    def _cooperate(self, year: int, entrants: Ints, fresh: Ints, edges: int) -> None:
        """`edges` counts both directions of what goes both ways."""
        both = min(round(edges * BOTH_WAYS / 200), max(0, edges - len(entrants)))
        links = edges - both
        companies = self._there(year, 0, self.sample)
        weights = self.weight[companies]
        own = companies[self.dice.weighted(weights, len(entrants))]
        # Each sample company has a relation from its first year on.
        own[: min(len(fresh), len(own))] = fresh[: len(own)]
        self._keep(year, TECHNOLOGY, own, entrants)
        more = links - len(entrants)
        within = min(more, round(links * WITHIN / 100), len(companies) ** 2 // 8)
        more -= within - self._more(year, TECHNOLOGY, companies, weights, companies, weights, within)
        others = self._there(year, self.sample, self.nodes)
        others = others[[self.kind[at] != "investor" for at in others]]
        if self._more(year, TECHNOLOGY, companies, weights, others, self.weight[others], more):
            raise UsageError("the world is too small for so many relations; choose a larger size")
        self._direct(year, both)

    def _direct(self, year: int, both: int) -> None:
        """Turn this year's technology links round where the sample company takes, and choose those both ways."""
        mine = [
            at for at, row in enumerate(self.rows) if len(row[4]) and row[4][0] == year and row[2][0] == 0
        ]
        source, target, dimension, _, years = (
            np.concatenate([self.rows[at][part] for at in mine]) for part in range(5)
        )
        for at in reversed(mine):
            del self.rows[at]
        gives = np.array([_GIVES.get(self.kind[at], 60) for at in target])
        turned = self.dice.uniform(len(source)) * 100 >= gives
        source, target = np.where(turned, target, source), np.where(turned, source, target)
        chosen = np.zeros(len(source), dtype=np.int64)
        chosen[self.dice.order(len(source))[:both]] = 1
        self.rows.append((source, target, dimension, chosen, years))

    def _keep(self, year: int, dimension: int, source: Ints, target: Ints) -> None:
        self.pairs[dimension] = np.union1d(self.pairs[dimension], self._code(dimension, source, target))
        same = np.full(len(source), dimension, dtype=np.int64)
        self.rows.append((source, target, same, np.zeros_like(same), np.full(len(source), year, np.int64)))

    def _code(self, dimension: int, source: Ints, target: Ints) -> Ints:
        """One number a pair; technology links count as one whichever way they go."""
        if dimension == TECHNOLOGY:
            source, target = np.minimum(source, target), np.maximum(source, target)
        return source * np.int64(self.nodes) + target

    def _more(
        self, year: int, dimension: int, left: Ints, lefts: Floats, right: Ints, rights: Floats, count: int
    ) -> int:
        """So many pairs that are not there yet, by weight; the weights flatten where pairs grow scarce.

        Says how many could not be found.
        """
        flat = 1.0
        for _ in range(_TRIES):
            if count <= 0:
                break
            drawn = count + count // 4 + 8
            source = left[self.dice.weighted(lefts**flat, drawn)]
            target = right[self.dice.weighted(rights**flat, drawn)]
            code = self._code(dimension, source, target)
            fresh = np.flatnonzero((source != target) & ~np.isin(code, self.pairs[dimension]))
            _, first = np.unique(code[fresh], return_index=True)
            kept = fresh[np.sort(first)][:count]
            if len(kept) < drawn // 4:
                flat = max(0.0, flat - 0.1)
            if len(kept):
                self._keep(year, dimension, source[kept], target[kept])
            count -= len(kept)
        return count

    def _happened(self, source: Ints, target: Ints, slot: Ints) -> Ints:
        """The very year: the slot's own, or for the first one of the years up to it, when both were there."""
        back = (self.dice.uniform(len(slot)) ** 2 * 6).astype(np.int64)
        year = np.where(slot == marginals.FIRST, slot - back, slot)
        for side in (source, target):
            own = side < self.sample
            since = np.where(own, self.founded[np.where(own, side, 0)], 0)
            year = np.maximum(year, since)
        return year

    @property
    def nodes(self) -> int:
        return self.sample + self.relation


def _scaled(weights: Floats, share: float) -> Floats:
    """Weights that sum to `share`; nothing where there are none."""
    return weights / weights.sum() * share if len(weights) else weights
