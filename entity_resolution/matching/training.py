"""Trains the model from labelled names: `valuenet train-resolver --gold FILE... --out DIR`.

Organisations fall into three parts. The first trains the trees; the second gives calibration and thresholds; the
third is never looked at here and serves the published figures. In the first two every second organisation is made
one without a partner, because most names of a real collection have none. Same input, same model, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from entity_resolution.matching import context
from entity_resolution.matching.alignment import IMPOSSIBLE
from entity_resolution.matching.candidates import Index
from entity_resolution.matching.features import FEATURES, matrix
from entity_resolution.matching.gold import Alias, Part, bearers, canonicals, hashed, is_lone, key_of
from entity_resolution.matching.linking import CANDIDATES, numbered
from entity_resolution.matching.model import Calibration, Scorer, Thresholds
from entity_resolution.matching.name import Name
from pipelines.errors import InputError

#: Organisations below which nothing can be learnt or calibrated.
ORGANISATIONS_LEAST = 500
#: What automatic decisions must reach on the calibrating part: above the aim of .995, for the luck of a sample.
PRECISION = 0.9965
#: And where every second organisation has no partner in the list.
PRECISION_LONE = 0.982
#: The share of names that a person may be asked about.
ASKED = 0.038
#: The score below which nobody is asked: the question would nearly always be answered with no.
ASKED_LEAST = 0.2

_THINNED = 8
_COMMON = {
    "objective": "binary",
    "deterministic": True,
    "num_threads": 1,  # threads that wait for each other are many times slower on a busy machine
    "force_row_wise": True,
    "seed": 7,
    "verbose": -1,
    "max_bin": 63,
    "bagging_freq": 1,
    "bagging_fraction": 0.8,
}
_PAIR = {**_COMMON, "num_leaves": 40, "learning_rate": 0.1, "min_data_in_leaf": 60, "lambda_l2": 5.0}
_PAIR["feature_fraction"] = 0.6
_PAIR_TREES = 150
_SECOND = {**_COMMON, "num_leaves": 12, "learning_rate": 0.08, "min_data_in_leaf": 200, "lambda_l2": 20.0}
_SECOND["feature_fraction"] = 0.7
_SECOND_TREES = 80

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ids = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled pairs. left, right, owners as `context` takes them; part: that of the pair's organisation (of a pair
    in grouping: of both), empty where it is of none. entity: the number of the left name's organisation."""

    matrix: Floats
    left: Ids
    right: Ids
    owners: Ids
    same: Flags
    part: NDArray[np.str_]


def train(rows: Sequence[Alias], say: Callable[[str], None] = lambda words: None) -> dict[str, str]:
    """The model's files by name, from labelled rows. Raises InputError where there are too few of them."""
    if len({row.entity for row in rows}) < ORGANISATIONS_LEAST:
        raise InputError(f"fewer than {ORGANISATIONS_LEAST} organisations", field="entity_id")
    say("pairs of aliases and canonical names")
    links = linking_examples(rows)
    whole = linking_examples(rows, whole=True)
    say("pairs among all names")
    groups = grouping_examples(rows)
    say(f"training on {len(links.same):,} and {len(groups.same):,} pairs")
    mine = [_of(links, "train"), _of(groups, "train")]
    features = np.concatenate([one.matrix for one in mine])
    same = np.concatenate([one.same for one in mine])
    chosen, weights = _thinned(features, same)
    pair = _trees(_PAIR, _PAIR_TREES, features[chosen], same[chosen], FEATURES, weights)
    scorer = Scorer({"pair": pair}, {}, {"linking": Thresholds(1, 1), "grouping": Thresholds(1, 1)})
    files = {"pair.txt": pair.model_to_string()}
    card: dict[str, Any] = {"calibration": {}, "thresholds": {}}
    raws = {"linking": scorer.raw(links.matrix), "grouping": scorer.raw(groups.matrix)}
    held = _of_mask(links, "calibrate")
    card["calibration"]["pair"] = _calibrated(raws["linking"][held], links.same[held])
    for name, examples in (("linking", links), ("grouping", groups)):
        say(name)
        columns = _context(name, examples, raws[name])
        names = context.LINKING if name == "linking" else context.GROUPING
        sought = _alone(examples) if name == "linking" else examples.same
        taught, asked = _of_mask(examples, "train"), _of_mask(examples, "calibrate")
        trees = _trees(_SECOND, _SECOND_TREES, columns[taught], sought[taught], names)
        raw = np.asarray(trees.predict(columns[asked], raw_score=True))
        line = _calibrated(raw, sought[asked])
        chance = Calibration(tuple(line["raw"]), tuple(line["probability"])).of(raw)
        card["calibration"][name] = line
        # right as in the published figures: any bearer of the name; `decide` itself leaves what fits several alike
        trials = [(_best(chance, examples.left[asked], examples.same[asked]), PRECISION_LONE)]
        if name == "linking":
            columns = _context(name, whole, scorer.raw(whole.matrix))
            raw = np.asarray(trees.predict(columns, raw_score=True))
            chance = Calibration(tuple(line["raw"]), tuple(line["probability"])).of(raw)
            trials.append((_best(chance, whole.left, whole.same), PRECISION))
        card["thresholds"][name] = _thresholds(trials)
        files[f"{name}.txt"] = trees.model_to_string()
    files["card.json"] = json.dumps(card, indent=1) + "\n"
    return files


def linking_examples(rows: Sequence[Alias], *, whole: bool = False) -> Examples:
    """Every alias with its candidates among the canonical names, of which those of lone organisations are left
    away unless they are to be tested. `whole`: the aliases that calibrate, among all canonical names."""
    part_of = {row.entity: row.part for row in rows}
    every = canonicals(rows)
    canon = [
        (one, name) for one, name in every.items() if whole or part_of[one] == "test" or not is_lone(one)
    ]
    who = bearers(rows)
    rows = [row for row in rows if not whole or row.part == "calibrate"]
    known = [Name(one, name) for one, name in canon]
    queries = [Name(str(at), row.alias) for at, row in enumerate(rows)]
    pairs = Index([one.name for one in known]).search([one.name for one in queries], CANDIDATES)
    of_query = [who[key_of(row.alias)] for row in rows]
    same = _flags(
        known[b].id in of_query[a] for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    )
    part = np.array([row.part for row in rows])
    owners = np.arange(len(known), dtype=np.int32)
    return Examples(matrix(queries, known, pairs), pairs.left, pairs.right, owners, same, part[pairs.left])


def grouping_examples(rows: Sequence[Alias]) -> Examples:
    """All names with each other; of lone organisations one name alone is left."""
    who = bearers(rows)
    part_of = {row.entity: row.part for row in rows}
    names = dict.fromkeys(name for row in rows for name in (row.canonical, row.alias))
    alone: dict[str, str] = {}
    for name in names:
        for entity in who[key_of(name)]:
            if hashed(name, "left") <= hashed(alone.get(entity, name), "left"):
                alone[entity] = name
    kept = [
        name
        for name in names
        if any(not is_lone(one) or part_of[one] == "test" or alone[one] == name for one in who[key_of(name)])
    ]
    listed = [Name(str(at), name) for at, name in enumerate(kept)]
    pairs = Index(kept).itself(CANDIDATES)
    of_name = [who[key_of(name)] for name in kept]
    same = _flags(
        not of_name[a].isdisjoint(of_name[b])
        for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
    )
    whose = np.array([part_of[min(found)] for found in of_name])
    both = np.where(whose[pairs.left] == whose[pairs.right], whose[pairs.left], "")
    owners = numbered([key_of(name) for name in kept])
    return Examples(matrix(listed, listed, pairs), pairs.left, pairs.right, owners, same, both)


def _flags(found: Iterable[bool]) -> Flags:
    return np.fromiter(found, dtype=bool)


def _alone(examples: Examples) -> Flags:
    """Right pairs whose query has no other right answer: what may be decided without a person."""
    right_ones = np.bincount(
        examples.left, weights=examples.same, minlength=int(examples.left.max(initial=0)) + 1
    )
    found: Flags = examples.same & (right_ones[examples.left] == 1)
    return found


def _context(name: str, examples: Examples, raw: Doubles) -> Floats:
    if name == "linking":
        return context.linking(examples.matrix, raw, examples.left, examples.owners[examples.right])
    return context.grouping(examples.matrix, raw, examples.left, examples.right, examples.owners)


def _of_mask(examples: Examples, part: Part) -> Flags:
    found: Flags = examples.part == part
    return found


def _of(examples: Examples, part: Part) -> Examples:
    mask = _of_mask(examples, part)
    return Examples(
        examples.matrix[mask],
        examples.left[mask],
        examples.right[mask],
        examples.owners,
        examples.same[mask],
        examples.part[mask],
    )


def _thinned(matrix: Floats, same: Flags) -> tuple[Ids, Floats]:
    """The rows to train on, with their weights: of the plainly different pairs each eighth stands for eight."""
    run, beside = (matrix[:, FEATURES.index(name)] for name in ("longest_run", "latin_beside_chinese"))
    cost = matrix[:, FEATURES.index("abbreviation_cost_core")]
    plain = ~same & (cost >= IMPOSSIBLE) & (run <= 2) & (beside == 0)
    weights = np.where(plain, np.float32(_THINNED), np.float32(1))
    chosen = np.flatnonzero(~plain | (np.arange(len(same)) % _THINNED == 0))
    return chosen, weights[chosen]


def _trees(
    settings: dict[str, Any],
    trees: int,
    matrix: Floats,
    same: Flags,
    names: Sequence[str],
    weights: Floats | None = None,
) -> lightgbm.Booster:
    data = lightgbm.Dataset(matrix, same.astype(np.float32), weight=weights, feature_name=list(names))
    return lightgbm.train(settings, data, trees)


def _calibrated(raw: Doubles, same: Flags) -> dict[str, list[float]]:
    """The rising line from raw scores to shares of right pairs: isotonic, joined at the middles of its steps."""
    order = np.argsort(raw, kind="stable")
    sorted_raw = raw[order]
    fitted = isotonic_regression(same[order].astype(np.float64))
    starts = fitted.blocks[:-1]
    sizes = np.diff(fitted.blocks)
    right = np.add.reduceat(same[order].astype(np.float64), starts)
    middle = np.array(
        [float(np.median(sorted_raw[at : at + size])) for at, size in zip(starts, sizes, strict=True)]
    )
    chance = (right + 0.25) / (sizes + 0.5)  # the ends stay off 0 and 1
    chance = np.maximum.accumulate(chance)
    return {
        "raw": [round(float(value), 5) for value in middle],
        "probability": [round(float(value), 6) for value in chance],
    }


def _best(chance: Doubles, left: Ids, same: Flags) -> tuple[Doubles, Flags]:
    """The chance of each name's best pair, falling, and whether that pair is right."""
    order = np.lexsort((-chance, left))
    first = np.concatenate([[True], left[order][1:] != left[order][:-1]])
    best = order[first]
    falling = best[np.argsort(-chance[best], kind="stable")]
    return chance[falling], same[falling]


def _thresholds(trials: Sequence[tuple[tuple[Doubles, Flags], float]]) -> dict[str, float]:
    """accept: the least score from which on decisions are precise enough in every trial; review: as low as people
    may be asked."""
    accept = 0.0
    for (values, same), wanted in trials:
        right = np.cumsum(same) / np.arange(1, len(same) + 1)
        last = np.concatenate([values[1:] != values[:-1], [True]])  # equal scores are decided alike
        fine = np.flatnonzero((right >= wanted) & last & (np.arange(len(same)) >= 50))
        accept = max(accept, float(values[fine[-1]]) if len(fine) else 1.0)
    review = ASKED_LEAST
    for (values, _), _wanted in trials:
        below = values[values < accept]
        allowed = int(ASKED * len(values))
        if len(below) > allowed:
            review = max(review, float(below[allowed]) + 1e-6)
    return {"accept": round(accept - 5e-7, 6), "review": round(min(review, accept), 6)}
