"""How well names are linked and grouped, on labelled names, by class of difficulty.

An answer is right where it is a bearer of the name by any labelled row: some aliases are labelled for several. With
`lone`, every second organisation loses its partner, as in a real collection, where most names have none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.candidates import Index
from entity_resolution.matching.gold import Alias, Part, bearers, canonicals, hashed, is_lone, key_of
from entity_resolution.matching.grouping import group
from entity_resolution.matching.linking import AT_ONCE, decide, link, numbered, score
from entity_resolution.matching.model import Scorer, Thresholds
from entity_resolution.matching.name import Name

Doubles = NDArray[np.float64]

#: The classes in which names share characters; the aims speak of them together.
SHARING = ("substring", "subsequence", "partial")


@dataclass(frozen=True, slots=True)
class Linking:
    """Figures of one class. top1, top5: share of names whose own organisation comes first, or among five; strict
    ones count the row's own organisation alone, not another labelled bearer. precision and coverage of automatic
    joins: share of those that are right; share of names with a partner that were joined rightly. asked: share of
    names that wait for a person."""

    difficulty: str
    names: int
    top1: float
    top5: float
    top1_strict: float
    precision: float
    coverage: float
    asked: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What other thresholds would give of one class, by falling score: the score of each name's first answer, the
    precision of joins from this score on, and their coverage of the names that have a partner."""

    difficulty: str
    score: Doubles
    precision: Doubles
    coverage: Doubles


@dataclass(frozen=True, slots=True)
class Grouping:
    """Figures of grouping all names, canonical ones and aliases mixed; B³ over names; asked as in `Linking`."""

    names: int
    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    asked: float


def evaluate_linking(
    rows: Sequence[Alias], *, part: Part | str = "all", lone: bool = False, scorer: Scorer | None = None
) -> list[Linking]:
    """Every alias of the part against all canonical names: a line a class, one for `SHARING`, one for all."""
    canon = [(one, name) for one, name in canonicals(rows).items() if not (lone and is_lone(one))]
    known = [Name(one, name) for one, name in canon]
    there = {one for one, _ in canon}
    who = bearers(rows)
    rows = _of_part(rows, part)
    first, five, strict = (np.zeros(len(rows), dtype=bool) for _ in range(3))
    decided = np.full(len(rows), "reject", dtype=object)
    for found in link([Name(str(at), row.alias) for at, row in enumerate(rows)], known, 5, scorer=scorer):
        row = rows[found.query]
        right = known[found.known].id in who[key_of(row.alias)]
        five[found.query] |= right
        if found.rank == 1:
            first[found.query], strict[found.query] = right, known[found.known].id == row.entity
            decided[found.query] = found.decision
    partnered = np.array([not who[key_of(row.alias)].isdisjoint(there) for row in rows], dtype=bool)
    classes = np.array([row.difficulty for row in rows])
    accepted, waiting = decided == "accept", decided == "review"

    def line(name: str, mask: NDArray[np.bool_]) -> Linking:
        return Linking(
            name,
            int(mask.sum()),
            _share(first, mask & partnered),
            _share(five, mask & partnered),
            _share(strict, mask & partnered),
            _share(first, mask & accepted),
            _share(first & accepted, mask & partnered),
            _share(waiting, mask),
        )

    named = sorted(set(classes.tolist()))
    return [
        *(line(name, classes == name) for name in named),
        line("sharing characters", np.isin(classes, SHARING)),
        line("all", np.ones(len(rows), dtype=bool)),
    ]


def linking_curves(
    rows: Sequence[Alias], *, part: Part | str = "all", lone: bool = False, scorer: Scorer | None = None
) -> list[Curve]:
    """For each class the precision and coverage of automatic joins at every threshold. What nothing may join
    (barred, or fitting several) is joined at none."""
    canon = [(one, name) for one, name in canonicals(rows).items() if not (lone and is_lone(one))]
    known = [Name(one, name) for one, name in canon]
    there = {one for one, _ in canon}
    who = bearers(rows)
    rows = _of_part(rows, part)
    scorer = scorer or Scorer.load()
    queries = [Name(str(at), row.alias) for at, row in enumerate(rows)]
    index, owners = Index([one.name for one in known]), numbered([one.id for one in known])
    best, right = np.full(len(rows), -1.0), np.zeros(len(rows), dtype=bool)
    open_to_all = Thresholds(scorer.linking.accept, 0.0)
    for start in range(0, len(queries), AT_ONCE):
        part_of = queries[start : start + AT_ONCE]
        scored = score(part_of, known, index=index, scorer=scorer, owners=owners)
        for found in decide(scored, owners, open_to_all, 1):
            at = start + found.query
            # from the threshold up `decide` has said what may not be joined
            if found.score < scorer.linking.accept or found.decision == "accept":
                best[at] = found.score
                right[at] = known[found.known].id in who[key_of(rows[at].alias)]
    partnered = np.array([not who[key_of(row.alias)].isdisjoint(there) for row in rows], dtype=bool)
    classes = np.array([row.difficulty for row in rows])
    return [
        _curve(name, best[classes == name], right[classes == name], int(partnered[classes == name].sum()))
        for name in sorted(set(classes.tolist()))
    ]


def _curve(name: str, best: Doubles, right: NDArray[np.bool_], partnered: int) -> Curve:
    order = np.argsort(-best, kind="stable")
    order = order[best[order] >= 0]
    falling, hits = best[order], np.cumsum(right[order])
    last = np.ones(len(order), dtype=bool)
    last[:-1] = falling[1:] != falling[:-1]  # equal scores are joined together
    precision = hits / np.arange(1, len(order) + 1)
    return Curve(name, falling[last], precision[last], hits[last] / max(partnered, 1))


def evaluate_grouping(
    rows: Sequence[Alias], *, part: Part | str = "all", lone: bool = False, scorer: Scorer | None = None
) -> Grouping:
    """All names mixed. Of a lone organisation one name alone is left. Names of several bearers are left away."""
    who = bearers(rows)
    rows = _of_part(rows, part)
    whose = {
        name: row.entity for row in rows for name in (row.canonical, row.alias) if len(who[key_of(name)]) == 1
    }
    if lone:
        alone: dict[str, str] = {}
        for name, entity in whose.items():
            if hashed(name, "left") <= hashed(alone.get(entity, name), "left"):
                alone[entity] = name
        whose = {
            name: entity for name, entity in whose.items() if not is_lone(entity) or alone[entity] == name
        }
    found = group([Name(str(at), name) for at, name in enumerate(whose)], scorer=scorer)
    entities, clusters = list(whose.values()), found.cluster.tolist()
    of_cluster, of_entity = Counter(clusters), Counter(entities)
    both = Counter(zip(clusters, entities, strict=True))
    right = _pairs(both)
    precision, recall = right / max(_pairs(of_cluster), 1), right / max(_pairs(of_entity), 1)
    count = max(len(entities), 1)
    b3_precision = sum(size * size / of_cluster[cluster] for (cluster, _), size in both.items()) / count
    b3_recall = sum(size * size / of_entity[entity] for (_, entity), size in both.items()) / count
    return Grouping(
        len(entities),
        precision,
        recall,
        _harmonic(precision, recall),
        b3_precision,
        b3_recall,
        _harmonic(b3_precision, b3_recall),
        sum(decision == "review" for decision in found.decision) / count,
    )


def _of_part(rows: Sequence[Alias], part: Part | str) -> Sequence[Alias]:
    return [row for row in rows if part in ("all", row.part)]


def _pairs(sizes: Counter[Any]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def _share(right: NDArray[np.bool_], mask: NDArray[np.bool_]) -> float:
    """Share of the mask that is right; not a number where the mask is empty."""
    return float(right[mask].mean()) if mask.any() else float("nan")
