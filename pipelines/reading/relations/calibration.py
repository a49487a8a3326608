"""Chances out of the models' scores: how the models are mixed, learnt on pairs that they had not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import scipy.optimize

from pipelines.reading.fact import Type
from pipelines.reading.relations.labels import COLUMNS, LABELS, TYPES, Matrix

_EDGE = 1e-6

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mixing:
    """`labels`: by model, what its scores of labels are multiplied with before they are added. `types`: for each
    type what its score by each model, and the log odds of its labels, are multiplied with; and a constant."""

    labels: tuple[float, ...]
    types: Mapping[Type, tuple[float, ...]]

    def __call__(self, scores: Sequence[Matrix]) -> tuple[Matrix, Matrix]:
        """From each model's scores (pairs, labels and types), chances of labels and calibrated ones of types."""
        chances = softmax(_added(scores, np.array(self.labels)))
        types = [
            sigmoid(_seen(scores, chances, at) @ np.array(self.types[kind], np.float32))
            for at, kind in enumerate(TYPES)
        ]
        return chances, np.stack(types, axis=1)


def fit(scores: Sequence[Matrix], targets: Matrix) -> Mixing:
    """The mixing under which `targets` (as in `weighing`) are likeliest."""
    many = len(LABELS)
    share = targets[:, :many] / np.maximum(1, targets[:, :many].sum(axis=1, keepdims=True))

    def loss(by_model: Doubles) -> float:
        return float(-(share * np.log(softmax(_added(scores, by_model)) + _EDGE)).sum())

    labels = _least(loss, np.full(len(scores), 1 / len(scores)))
    chances = softmax(_added(scores, np.array(labels)))
    types = {}
    for at, kind in enumerate(TYPES):
        seen, holds = _seen(scores, chances, at).astype(np.float64), targets[:, many + at]
        start = np.append(np.full(seen.shape[1] - 1, 1 / (seen.shape[1] - 1)), 0.0)

        types[kind] = _least(partial(_wrong, seen, holds, start), start)
    return Mixing(labels, types)


def _wrong(seen: Doubles, holds: Matrix, start: Doubles, line: Doubles) -> float:
    """How unlikely `holds` is under a line; the line is drawn a little to where it starts."""
    z = seen @ line
    return float((np.logaddexp(0, z) - holds * z).sum() + 0.5 * np.square(line - start).sum())


def _least(loss: Callable[[Doubles], float], start: Doubles) -> tuple[float, ...]:
    found = scipy.optimize.minimize(
        loss, start, method="Nelder-Mead", options={"maxiter": 2000, "xatol": 1e-3}
    )
    return tuple(round(float(one), 4) for one in found.x)


def _added(scores: Sequence[Matrix], by_model: Doubles) -> Matrix:
    many = len(LABELS)
    parts = [np.float32(weight) * one[:, :many] for weight, one in zip(by_model, scores, strict=True)]
    return np.asarray(sum(parts), np.float32)


def _seen(scores: Sequence[Matrix], chances: Matrix, at: int) -> Matrix:
    together = logit(chances[:, COLUMNS[TYPES[at]]].sum(axis=1))
    columns = [one[:, len(LABELS) + at] for one in scores]
    return np.stack([*columns, together, np.ones_like(together)], axis=1)


def logit(chance: Matrix) -> Matrix:
    held = np.clip(np.asarray(chance, np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(held / (1 - held)), np.float32)


def sigmoid(score: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -40, 40))), np.float32)


def softmax(scores: Matrix) -> Matrix:
    """By row."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e9))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)
