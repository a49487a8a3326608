"""What a generated world's listed companies report by year, and the patents of its sample companies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from crawlers.sample_web.generator import marginals
from crawlers.sample_web.generator.dice import Dice
from crawlers.sample_web.model import Account, Organisation, PatentFiling

#: The years that accounts are given for; a company's newest one counts.
YEARS: Final = (2018, 2019, 2020, 2021)
#: Classes of patents and their places, as publications name them.
_CLASSES: Final = ("G06N3/08", "G06N20/00", "G06V10/82", "G10L15/16", "G06F16/35", "H04L67/10", "B25J9/16")
_THINGS: Final = ("图像识别方法", "模型训练方法", "语音交互系统", "数据处理装置", "路径规划方法", "调度系统")
#: Listed companies of the smallest worlds, where there are so many to draw from.
_LISTED_LEAST: Final = 6
#: Of a hundred patents so many have a second applicant (our estimate).
_JOINT: Final = 6
#: Of a hundred yearly accounts so many say nothing of a number (our estimate).
_SILENT: Final = 5


def accounts(seed: int, organisations: Sequence[Organisation]) -> list[Account]:
    """A row for each listed company and year. Who is listed is drawn from the sample's companies with a legal name
    and no parent that were founded before `YEARS`."""
    able = [
        one
        for one in organisations
        if one.sample and one.legal and not one.parent and (one.founded or YEARS[0]) < YEARS[0]
    ]
    dice = Dice(seed, "accounts")
    sample = sum(one.sample for one in organisations)
    count = min(len(able), max(_LISTED_LEAST, round(sample * marginals.LISTED / marginals.SAMPLE)))
    chosen = np.sort(dice.order(len(able))[:count])
    size = {
        name: _drawn(bounds, count, dice)
        for name, bounds in (
            ("staff", marginals.STAFF),
            ("revenue", marginals.REVENUE),
            ("value", marginals.MARKET_VALUE),
            ("spend", marginals.INTENSITY),
            ("staff share", marginals.RESEARCHERS),
        )
    }
    luck = dice.uniform(count * len(YEARS) * 3).reshape(count, len(YEARS), 3)
    found = []
    for at, node in enumerate(chosen.tolist()):
        one = able[node]
        for place, year in enumerate(YEARS):
            # Growth to the numbers of the last year, which are those of the figures.
            grown = 1 - 0.09 * (len(YEARS) - 1 - place)
            revenue = round(size["revenue"][at] * grown * 1e8)
            staff = max(1, round(size["staff"][at] * grown))
            silent = luck[at][place] * 100 < _SILENT
            found.append(
                Account(
                    company=one.legal,
                    code=f"{600000 + at % 10_000:06d}.SH",
                    year=year,
                    staff=staff,
                    revenue=revenue,
                    market_value=None if silent[0] else round(size["value"][at] * grown * 1e8),
                    research_spend=None if silent[1] else round(revenue * size["spend"][at] / 100),
                    research_staff=None if silent[2] else round(staff * size["staff share"][at] / 100),
                )
            )
    return found


def patents(seed: int, organisations: Sequence[Organisation]) -> list[PatentFiling]:
    """The patents of the sample's companies, in the order of their numbers; those of one company lie between its
    founding and the last year."""
    able = [one for one in organisations if one.sample and not one.parent]
    partners = [one for one in organisations if one.kind in ("university", "research institute")]
    dice = Dice(seed, "patents")
    holders = dice.order(len(able))[: round(len(able) * marginals.PATENTED / 100)]
    each = np.round(_drawn(marginals.PATENTS, len(holders), dice)).astype(np.int64)
    holder = np.repeat(holders, each)
    luck = dice.uniform(len(holder) * 5).reshape(-1, 5)
    found = []
    for at, node in enumerate(holder.tolist()):
        one = able[node]
        first = max(one.founded or 2000, 2000)
        # Filings grow: the square root leans towards the last years.
        year = first + int((marginals.LAST - first + 1) * float(luck[at][0]) ** 0.5)
        filed = dt.date(year, 1, 1) + dt.timedelta(days=int(luck[at][1] * 365))
        others: tuple[str, ...] = ()
        if luck[at][2] * 100 < _JOINT:
            pool = partners if luck[at][3] < 0.7 and partners else able
            other = pool[int(luck[at][4] * len(pool))]
            others = (other.name,) if other.id != one.id else ()
        found.append(
            PatentFiling(
                number=f"CN{100_000_000 + at}A",
                title=f"一种{_THINGS[int(luck[at][4] * len(_THINGS))]}",
                applicants=(one.legal or one.name, *others),
                classes=(_CLASSES[int(luck[at][3] * len(_CLASSES))],),
                filed=filed,
                published=filed + dt.timedelta(days=540),
            )
        )
    return found


def _drawn(bounds: Sequence[tuple[float, float, float]], count: int, dice: Dice) -> list[float]:
    """Numbers, as many within each (low, high, share) as the share says, even on a logarithmic scale."""
    classes = dice.quota([share for *_, share in bounds], count)
    luck = dice.uniform(count)
    return [
        bounds[one][0] * (bounds[one][1] / bounds[one][0]) ** float(luck[at])
        for at, one in enumerate(classes.tolist())
    ]
