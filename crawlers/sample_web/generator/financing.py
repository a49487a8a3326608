"""The financing rounds of a generated world: who put money into whom, in which round, how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from crawlers.sample_web.generator.cooperating import SOURCE, days
from crawlers.sample_web.generator.dice import Dice
from crawlers.sample_web.generator.growth import INVESTMENT, Growth
from crawlers.sample_web.model import Moment, Organisation, Round

#: Rounds by how often a company had one before.
ROUNDS: Final = ("天使轮", "A轮", "A+轮", "B轮", "B+轮", "C轮", "D轮", "E轮", "F轮", "战略投资")
_NOBODY: Final = "9999999"
_TOGETHER_MOST: Final = 5
#: Totals by company, in 10,000 yuan: bounds of a class and its share (printed shares of companies).
_SUMS: Final = ((200, 9_999, 40.88), (10_000, 99_999, 41.89), (100_000, 900_000, 17.23))
_UNDISCLOSED: Final = 0.3


def rounds(seed: int, growth: Growth, organisations: Sequence[Organisation], first: int) -> list[Round]:
    """Every investment link stands in just one round; financed companies that nobody is named for have a round all
    the same. `first` is the number of the first article."""
    dice = Dice(seed, "financing")
    groups = _groups(growth, dice)
    invested = {target for target, _, _ in groups}
    for node in growth.financed:
        if int(node) not in invested:
            groups.append((int(node), max(int(growth.founded[node]), 2014), ()))
    groups.sort(key=lambda one: (one[0], one[1]))
    moments = _in_order(groups, days([year for _, year, _ in groups], dice))
    sums = dict(
        zip(
            growth.financed.tolist(),
            dice.quota([share for *_, share in _SUMS], len(growth.financed)).tolist(),
            strict=True,
        )
    )
    luck = dice.uniform(len(groups) * 3).reshape(-1, 3)
    found: list[Round] = []
    number, had = first, 0
    for at, (target, _, investors) in enumerate(groups):
        had = had + 1 if at and groups[at - 1][0] == target else 0
        one = organisations[target]
        ids = tuple(str(1_000_000 + node) for node in investors)
        lead = ids[0] if ids else _NOBODY
        low, high, _ = _SUMS[sums.get(target, 0)]
        amount = f"{round(low * (high / low) ** float(luck[at][0]) / 3 + 10)}万人民币"
        found.append(
            Round(
                event=f"{moments[at].day:%Y%m%d}{1_000_000 + target}{lead}{at % 10}",
                when=moments[at],
                target=one.name,
                full=one.legal or one.name,
                target_id=str(1_000_000 + target),
                investors=tuple(organisations[node].name for node in investors),
                investor_ids=ids,
                lead_id=lead,
                round=ROUNDS[min(had, len(ROUNDS) - 1)] if luck[at][1] > 0.08 else "战略投资",
                amount="未披露" if luck[at][2] < _UNDISCLOSED else amount,
                industries="",
                source=SOURCE,
                article=number if investors else 0,
            )
        )
        number += bool(investors)
    return found


def _groups(growth: Growth, dice: Dice) -> list[tuple[int, int, tuple[int, ...]]]:
    """Target, year, investors: who came in one year mostly came together."""
    chosen = np.flatnonzero(growth.dimension == INVESTMENT)
    source, target, year = growth.source[chosen], growth.target[chosen], growth.happened[chosen]
    apart = dice.uniform(len(chosen)) < 0.35
    groups: list[tuple[int, int, tuple[int, ...]]] = []
    for at in np.lexsort((source, year, target)):
        key = (int(target[at]), int(year[at]))
        last = groups[-1] if groups else None
        if last is not None and last[:2] == key and not apart[at] and len(last[2]) < _TOGETHER_MOST:
            groups[-1] = (*key, (*last[2], int(source[at])))
        else:
            groups.append((*key, (int(source[at]),)))
    return groups


def _in_order(groups: Sequence[tuple[int, int, tuple[int, ...]]], moments: Sequence[Moment]) -> list[Moment]:
    """The moments of one company's year in the order of its rounds."""
    found = list(moments)
    start = 0
    for at in range(1, len(groups) + 1):
        if at == len(groups) or groups[at][:2] != groups[start][:2]:
            found[start:at] = sorted(found[start:at], key=lambda one: (one.day, one.precision))
            start = at
    return found
