"""Supplement 11: how many relations there are that no source has told of, estimated from how sources overlap.

Sources are lists of relations, of unlike length. The estimate is Chao's for such lists (Chao, Biometrics 45, 1989,
the estimator for chances that differ by occasion): all that is known, and (f1² − Σ z²) / (2 (f2 + 1)) more, with f1
and f2 the things that one and two lists have, and z those of f1 that are of each list. With two lists that is
Chapman's (1951). Things that are told of more easily than others make it a lower bound. The interval is that of the
logarithm of what is unseen (Chao, Biometrics 43, 1987), so that it never falls below what is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.doubt.backed import DIMENSION_WORDS
from analytics.doubt.finds import finds
from analytics.exhibits import Column, Table, Words
from analytics.networks import DIMENSIONS
from analytics.simple_graph import Ints

TITLE: Final = Words("未被发现的关系（捕获—再捕获估计）", "Relations not found (capture and recapture)")

#: Of a normal distribution, so many deviations bound the middle 90 %.
_NINETY: Final = 1.6448536269514722


#: What a count of 0 may have been expected to be, at most, with a chance of 95 %.
_NONE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Unseen:
    """How many there are in all, with the bounds of 90 %."""

    all: float
    low: float
    high: float


def unseen(found: Sequence[Collection[str]]) -> Unseen | None:
    """The estimate from each thing's lists (their names). None where it cannot be told: fewer than two lists, or
    nothing that two of them share."""
    seen = [set(one) for one in found if one]
    times = Counter(len(one) for one in seen)
    if not seen or set(times) == {1}:
        return None
    alone = Counter(name for one in seen if len(one) == 1 for name in one)
    once, twice = times[1], times[2]
    more = (once**2 - sum(count**2 for count in alone.values())) / (2 * (twice + 1))
    known = len(seen)
    if more <= 0:  # one list has all that the others have; as far as that can be known
        return Unseen(float(known), float(known), known + _NONE * max(once, _NONE) / (twice + 1))
    # By the delta method, the counts being parts of a fixed number of things.
    variance = more + (more / (twice + 1)) ** 2 * twice
    variance += sum(count * ((once - count) / (twice + 1)) ** 2 for count in alone.values())
    wide = exp(_NINETY * sqrt(log(1 + variance / more**2)))
    return Unseen(known + more, known + more / wide, known + more * wide)


_COLUMNS: Final = (
    Column("dimension", Words("维度", "Dimension"), "key", shown=False),
    Column("label", Words("维度", "Dimension"), "text", english="label_en"),
    Column("sources", Words("来源数", "Sources"), "count"),
    Column("found", Words("已发现的关系", "Relations found"), "count"),
    Column("once", Words("仅一个来源", "By one source"), "count"),
    Column("twice", Words("两个来源", "By two"), "count"),
    Column("all", Words("估计总数", "All, estimated"), "count"),
    Column("low", Words("下限（90%）", "Low (90 %)"), "count"),
    Column("high", Words("上限（90%）", "High (90 %)"), "count"),
    Column("complete", Words("已发现占比", "Found of all"), "share", Words("%", "%"), 1),
)


def unseen_table(engine: Engine, basis: Basis) -> Table:
    """Supplement 11: a row a dimension; behind a cell are the facts of what was found."""
    found = finds(engine, basis)
    rows = []
    for one in DIMENSIONS:
        sources = found.sources(one)
        guess = unseen(sources)
        times = Counter(len(each) for each in sources)
        known = bool(sources)
        rows.append(
            {
                "dimension": one,
                "label": DIMENSION_WORDS[one].zh,
                "label_en": DIMENSION_WORDS[one].en,
                "sources": len(set().union(*map(set, sources))) if known else None,
                "found": len(sources) if known else None,
                "once": times[1] if known else None,
                "twice": times[2] if known else None,
                "all": round(guess.all) if guess else None,
                "low": round(guess.low) if guess else None,
                "high": round(guess.high) if guess else None,
                "complete": 100.0 * len(sources) / guess.all if guess else np.nan,
            }
        )
    counts = ("sources", "found", "once", "twice", "all", "low", "high")
    frame = pd.DataFrame(rows).astype(dict.fromkeys(counts, "Int64"))

    def behind(row: int, _column: str) -> Ints:
        facts = [mine for mine, _ in found.relations[str(frame["dimension"].iloc[row])]]
        return np.unique(np.concatenate(facts)) if facts else np.zeros(0, dtype=np.int64)

    notes = [
        Words(
            f"截至 {basis.last} 年末的网络；每个独立来源（网站，转载归最先者）是一份关系清单，"
            "由清单的重合估计总数（Chao 1989；两份清单时即 Chapman 估计）。",
            f"The network at the end of {basis.last}; each independent source (a site; reprints count for the "
            "first) is a list of relations, whose overlap tells of all (Chao 1989; Chapman's where there are two).",
        ),
        Words(
            "假定：来源彼此独立，每条关系都可能被每个来源报道，主体判定无误。重要的关系处处被报道，"
            "或一份清单取自另一份时，估计偏低，应作下界看；来源分工时则偏高。",
            "Assumed: sources are independent, any of them may tell of any relation, and who is who is right. "
            "Large deals are told everywhere, and one list may be taken from another: then the estimate is a lower "
            "bound. Where sources share the work among them it is too high.",
        ),
    ]
    gaps = [DIMENSION_WORDS[str(row["dimension"])] for row in rows if row["all"] is None]
    if gaps:
        notes.append(
            Words(
                f"空缺（没有两个来源说到同一关系，无法估计）：{'、'.join(one.zh for one in gaps)}。",
                f"Gaps, since no two sources tell of one relation: {', '.join(one.en for one in gaps)}.",
            )
        )
    return Table("supplement_11", TITLE, _COLUMNS, ("dimension",), "all", frame, behind, tuple(notes))
