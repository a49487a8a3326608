"""The model that makes a chance of a candidate's figures: gradient boosted trees (LightGBM), on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
import numpy.typing as npt

from pipelines.errors import InputError
from pipelines.reading.events.candidates import CATEGORIES, FIGURES, Row

_FILE: Final = "roles.txt"
_ROUNDS: Final = 260
_SETTINGS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 15,
    "min_data_in_leaf": 25,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "cat_smooth": 20.0,
    "max_bin": 127,
    "verbosity": -1,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
}

Chances = npt.NDArray[np.float64]


class Weigher:
    """The trained model."""

    def __init__(self, booster: lightgbm.Booster) -> None:
        self._booster = booster

    @classmethod
    def load(cls, folder: Path) -> Weigher:
        """The model in `folder`."""
        path = folder / _FILE
        if not path.is_file():
            raise InputError(f"no model of roles in {folder}")
        return cls(lightgbm.Booster(model_str=path.read_text("utf-8")))

    @classmethod
    def fit(cls, rows: Sequence[Row], wanted: Sequence[bool]) -> Weigher:
        """A model trained on rows of which it is known whether they hold."""
        data = lightgbm.Dataset(
            _table(rows),
            np.array(wanted, np.float64),
            feature_name=list(FIGURES),
            categorical_feature=list(CATEGORIES),
            params={"verbosity": -1},
        )
        return cls(lightgbm.train(_SETTINGS, data, _ROUNDS))

    def save(self, folder: Path) -> None:
        """Write what `load` reads."""
        (folder / _FILE).write_text(self._booster.model_to_string(), "utf-8")

    def chances(self, rows: Sequence[Row]) -> Chances:
        """How likely each row holds."""
        if not rows:
            return np.zeros(0)
        return np.asarray(self._booster.predict(_table(rows), num_threads=1), np.float64)


def _table(rows: Sequence[Row]) -> npt.NDArray[np.float64]:
    table = np.array([row.figures for row in rows], np.float64)
    for name in CATEGORIES:
        # Trees know no negative category: "nothing there" is moved behind the others.
        column = table[:, FIGURES.index(name)]
        column[column < 0] = 99
    return table
