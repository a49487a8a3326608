"""The score of a pair as a probability, by trees that were trained beforehand and ship with the program.

Two steps: a first model looks at the pair alone, a second one at that score beside those of its rivals. Both are
calibrated, so that of the pairs with score .9 nine in ten are one organisation; and the thresholds were fixed on
names that neither the training nor the published figures saw.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching import context
from entity_resolution.matching.features import FEATURES
from pipelines.errors import InputError

FOLDER = Path(__file__).parent / "model"
#: The models by name, each with the columns that it was trained on.
MODELS: dict[str, tuple[str, ...]] = {
    "pair": FEATURES,
    "linking": context.LINKING,
    "grouping": context.GROUPING,
}
#: After so many trees of the first model most pairs are far below any threshold: those get no more trees.
FIRST_TREES = 25
#: The raw score after the first trees below which a pair is left there.
HOPELESS = -5.5

#: Rows that one thread scores at once.
_AT_ONCE = 20_000

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ids = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """At `accept` and above a pair is one organisation; from `review` on a person is asked; below, it is not."""

    accept: float
    review: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising line from raw scores to probabilities, by its corners."""

    raw: tuple[float, ...]
    probability: tuple[float, ...]

    def of(self, raw: Doubles) -> Doubles:
        """The probabilities of raw scores."""
        return np.interp(raw, self.raw, self.probability)


class Scorer:
    """The models with their calibrations and thresholds (`linking`, `grouping`). Safe to share between threads."""

    def __init__(
        self,
        boosters: Mapping[str, lightgbm.Booster],
        calibrations: Mapping[str, Calibration],
        thresholds: Mapping[str, Thresholds],
    ) -> None:
        self._boosters = boosters
        self._calibrations = calibrations
        self.linking = thresholds["linking"]
        self.grouping = thresholds["grouping"]

    @property
    def thresholds(self) -> Thresholds:
        """Those of linking: one name's best answer."""
        return self.linking

    @classmethod
    def load(cls, folder: Path | None = None) -> Scorer:
        """The model in a folder; the one that ships with the program if none is given.

        Raises InputError for a folder without a model, or with one for other features.
        """
        return _shipped() if folder is None else _read(folder)

    def score(self, matrix: Floats) -> Doubles:
        """The probability of each pair by itself: shape (pairs,)."""
        return self._calibrations["pair"].of(self.raw(matrix))

    def raw(self, matrix: Floats) -> Doubles:
        """The first model's sums, in log odds; what ranks and contexts are made of."""
        if not len(matrix):
            return np.zeros(0)
        booster = self._boosters["pair"]
        found = _raw(booster, matrix, num_iteration=FIRST_TREES)
        rest = np.flatnonzero(found > HOPELESS)
        if booster.num_trees() > FIRST_TREES and len(rest):
            found[rest] += _raw(booster, matrix[rest], start_iteration=FIRST_TREES)
        return found

    def link(self, matrix: Floats, raw: Doubles, queries: Ids, owners: Ids) -> Doubles:
        """The probability of each answer to a query, beside the query's other answers: shape (pairs,)."""
        return self._second("linking", context.linking(matrix, raw, queries, owners))

    def group(
        self, matrix: Floats, raw: Doubles, left: Ids, right: Ids, owners: Ids, at: Ids | None = None
    ) -> Doubles:
        """The probability of pairs among names, beside both names' other pairs: shape (pairs,).

        `at`: the pairs (positions in `raw`) that are asked about and that `matrix` has the rows of; the others are
        rivals alone. None: all of them."""
        return self._second("grouping", context.grouping(matrix, raw, left, right, owners, at))

    def pushes(self, row: Floats) -> Doubles:
        """How far each feature pushes this pair's raw score, in log odds; the last is where all pairs begin."""
        found: Doubles = np.asarray(
            self._boosters["pair"].predict(row.reshape(1, -1), pred_contrib=True, num_threads=1)[0],
            dtype=np.float64,
        )
        return found

    def _second(self, name: str, columns: Floats) -> Doubles:
        if not len(columns):
            return np.zeros(0)
        return self._calibrations[name].of(_raw(self._boosters[name], columns))


def _raw(booster: lightgbm.Booster, matrix: Floats, **which: Any) -> Doubles:
    """Raw scores, in parts on own threads: those of the library wait for each other, which costs more on a busy
    machine than they give."""

    def predict(start: int) -> Doubles:
        part = matrix[start : start + _AT_ONCE]
        return np.asarray(booster.predict(part, raw_score=True, num_threads=1, **which), dtype=np.float64)

    starts = range(0, len(matrix), _AT_ONCE)
    if len(starts) == 1:
        return predict(0)
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        return np.concatenate(list(pool.map(predict, starts)))


@cache
def _shipped() -> Scorer:
    return _read(FOLDER)


def _read(folder: Path) -> Scorer:
    card_file = folder / "card.json"
    try:
        card: dict[str, Any] = json.loads(card_file.read_text(encoding="utf-8"))
        boosters = {name: lightgbm.Booster(model_file=str(folder / f"{name}.txt")) for name in MODELS}
        calibrations = {
            name: Calibration(
                tuple(card["calibration"][name]["raw"]), tuple(card["calibration"][name]["probability"])
            )
            for name in MODELS
        }
        thresholds = {
            name: Thresholds(float(given["accept"]), float(given["review"]))
            for name, given in card["thresholds"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, lightgbm.basic.LightGBMError) as error:
        raise InputError(
            "no usable model lies here",
            where=str(folder),
            hint="Train one: valuenet train-resolver --gold FILE",
        ) from error
    for name, columns in MODELS.items():
        if tuple(boosters[name].feature_name()) != columns:
            raise InputError(
                "the model was trained for other features",
                where=str(folder / f"{name}.txt"),
                hint="Train it anew.",
            )
    return Scorer(boosters, calibrations, thresholds)
