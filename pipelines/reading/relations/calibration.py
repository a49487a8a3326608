"""From a model's chance to the share of such cases that hold: a line on the logits, learnt on cases held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.optimize

from pipelines.reading.relations.labels import Matrix

_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """chance = sigmoid(slope · logit(raw) + shift): Platt's scaling."""

    slope: float
    shift: float

    def __call__(self, raw: Matrix) -> Matrix:
        return np.asarray(sigmoid(self.slope * logit(raw) + self.shift), np.float32)


def fit(raw: Matrix, holds: Matrix) -> Line:
    """The likeliest line for cases with the chance `raw` that hold (1) or not (0)."""
    x, y = logit(raw).astype(np.float64), holds.astype(np.float64)

    def loss(line: Matrix) -> float:
        z = line[0] * x + line[1]
        return float((np.logaddexp(0, z) - y * z).sum() + 0.5 * (line[0] - 1) ** 2)

    found = scipy.optimize.minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead")
    return Line(round(float(found.x[0]), 4), round(float(found.x[1]), 4))


def logit(chance: Matrix) -> Matrix:
    held = np.clip(np.asarray(chance, np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(held / (1 - held)), np.float32)


def sigmoid(score: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -40, 40))), np.float32)


def softmax(scores: Matrix) -> Matrix:
    """By row."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-40))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)
