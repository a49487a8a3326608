"""Which of many known names a name means: its likeliest answers with probabilities, and a decision on the first.

Each query is answered by itself: what else is asked for changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.barring import bars
from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.matching.features import matrix
from entity_resolution.matching.knowledge import known_pairs
from entity_resolution.matching.model import Scorer, Thresholds
from entity_resolution.matching.name import Name

Decision = Literal["accept", "review", "reject"]
#: Candidates that are compared for each query.
CANDIDATES = 20
#: Queries answered at once; bounds the memory.
AT_ONCE = 20_000

Doubles = NDArray[np.float64]
Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Link:
    """An answer: `query` and `known` are positions; rank from 1; the decision stands on rank 1, else empty."""

    query: int
    known: int
    rank: int
    score: float
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs of queries (left) and known names (right) with probability, and whether nothing may join them."""

    pairs: Pairs
    raw: Doubles
    probability: Doubles
    barred: NDArray[np.bool_]


def link(
    queries: Sequence[Name],
    known: Sequence[Name],
    top: int = 5,
    *,
    index: Index | None = None,
    scorer: Scorer | None = None,
) -> Iterator[Link]:
    """Answers to each query, by query and rank; at most `top` of distinct ids, none where nothing is alike.

    `index` is that of the known names, in their order, if there is one already.
    """
    index = index or Index([one.name for one in known])
    scorer = scorer or Scorer.load()
    owners = numbered([one.id for one in known])
    for start in range(0, len(queries), AT_ONCE):
        part = queries[start : start + AT_ONCE]
        scored = score(part, known, index=index, scorer=scorer, owners=owners)
        for found in decide(scored, owners, scorer.linking, top):
            yield Link(found.query + start, found.known, found.rank, found.score, found.decision)


def score(
    queries: Sequence[Name], known: Sequence[Name], *, index: Index, scorer: Scorer, owners: Ids
) -> Scored:
    """The candidates of each query with their probabilities. `owners` numbers the ids of the known names."""
    names = [one.name for one in queries]
    found = index.search(names, CANDIDATES)
    sure = known_pairs(names, index, [one.name for one in known])
    pairs, is_sure = _united(found, sure, len(known))
    features = matrix(queries, known, pairs)
    raw = scorer.raw(features)
    probability = scorer.link(features, raw, pairs.left, owners[pairs.right])
    raw[is_sure], probability[is_sure] = np.inf, 1.0
    barred = np.zeros(len(raw), dtype=bool)
    asked = np.flatnonzero((probability >= scorer.linking.review) & ~is_sure)
    barred[asked] = bars(queries, known, (pairs.left[asked], pairs.right[asked]))
    return Scored(pairs, raw, probability, barred)


def decide(scored: Scored, owners: Ids, thresholds: Thresholds, top: int) -> list[Link]:
    """The answers in the order of queries and ranks, with a decision on each first one.

    A name that fits two bearers well is never decided here: both acceptable, it waits for a person.
    """
    left, right = scored.pairs.left, scored.pairs.right
    order = np.lexsort((right, -scored.raw, left))
    links: list[Link] = []
    seen: set[int] = set()
    query, rank = -1, 0
    for at in order.tolist():
        if left[at] != query:
            query, rank, seen = int(left[at]), 0, set()
        owner = int(owners[right[at]])
        if owner in seen or rank >= max(top, 2):
            continue
        seen.add(owner)
        rank += 1
        chance = float(scored.probability[at])
        if rank == 1:
            links.append(
                Link(query, int(right[at]), 1, chance, _decision(chance, bool(scored.barred[at]), thresholds))
            )
            continue
        first = links[-1] if rank == 2 else None
        if first is not None and first.decision == "accept" and chance >= thresholds.accept:
            links[-1] = Link(query, first.known, 1, first.score, "review")
        if rank <= top:
            links.append(Link(query, int(right[at]), rank, chance, None))
    return links


def numbered(ids: Sequence[str]) -> Ids:
    """Ids as numbers, equal where they are equal."""
    known: dict[str, int] = {}
    return np.fromiter((known.setdefault(one, len(known)) for one in ids), dtype=np.int32, count=len(ids))


def _decision(chance: float, is_barred: bool, thresholds: Thresholds) -> Decision:
    if chance < thresholds.review:
        return "reject"
    return "accept" if chance >= thresholds.accept and not is_barred else "review"


def _united(found: Pairs, sure: Pairs, width: int) -> tuple[Pairs, NDArray[np.bool_]]:
    """Both lists as one without doubles, and which of its pairs are sure."""
    codes = [pairs.left.astype(np.int64) * width + pairs.right for pairs in (found, sure)]
    both = np.unique(np.concatenate(codes))
    pairs = Pairs((both // max(width, 1)).astype(np.int32), (both % max(width, 1)).astype(np.int32))
    return pairs, np.isin(both, codes[1])
