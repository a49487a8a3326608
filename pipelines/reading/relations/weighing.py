"""Trains the weighted model: regularised logistic regression of all labels and types at once, on pairs' likenesses.

There are fewer pairs than features, so the search runs over one number for each pair and output (Schölkopf's
representer theorem); the weights of features are summed up from them in the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from pipelines.reading.relations.calibration import sigmoid, softmax
from pipelines.reading.relations.labels import LABELS, Matrix
from pipelines.reading.relations.weights import Features, Weights, matrix

_ROUNDS: Final = 250
#: Against large weights; and how much a constant counts beside the features.
_RIDGE: Final = 0.05
_CONSTANT: Final = 0.1
#: Features with the largest weights, so many, are kept.
_KEPT: Final = 60_000
_STEPS: Final = 127


def train_weights(pairs: Sequence[Features], targets: Matrix) -> Weights:
    """`targets` (pairs, labels and types): labels share one softmax (a pair with two labels has half of each),
    types are decided one by one. Deterministic."""
    counts = Counter(feature for found in pairs for some in found.values() for feature in some)
    keys = np.array(sorted(feature for feature, count in counts.items() if count > 1), np.uint32)
    rows = matrix(pairs, keys)
    alike = np.asarray((rows @ rows.T).toarray(), np.float32) + _CONSTANT
    dual = _searched(alike, targets)
    weights = np.asarray(rows.T @ dual, np.float32)
    strongest = np.sort(np.argsort(-np.square(weights).sum(axis=1), kind="stable")[:_KEPT])
    kept = weights[strongest]
    scale = np.maximum(np.abs(kept).max(axis=0, initial=0), 1e-9) / _STEPS
    return Weights(
        keys[strongest],
        np.rint(kept / scale).astype(np.int8),
        scale.astype(np.float32),
        np.asarray(_CONSTANT * dual.sum(axis=0), np.float32),
    )


def _searched(alike: Matrix, targets: Matrix) -> Matrix:
    """Nesterov's accelerated descent, its gradient taken in the space of functions."""
    many = len(LABELS)
    share = targets[:, :many] / np.maximum(1, targets[:, :many].sum(axis=1, keepdims=True))
    step = 1 / (0.5 * _largest(alike) + _RIDGE)
    last = np.zeros_like(targets)
    ahead = last
    pace = 1.0
    for _ in range(_ROUNDS):
        scores = alike @ ahead
        wrong = np.concatenate(
            [softmax(scores[:, :many]) - share, sigmoid(scores[:, many:]) - targets[:, many:]], axis=1
        )
        found = ahead - step * (wrong + _RIDGE * ahead)
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = found + np.float32((pace - 1) / faster) * (found - last)
        last, pace = found, faster
    return last


def _largest(square: Matrix) -> float:
    """About the largest eigenvalue, by power iteration."""
    vector = np.full(len(square), len(square) ** -0.5, np.float32)
    size = 0.0
    for _ in range(20):
        moved = square @ vector
        size = float(np.linalg.norm(moved))
        vector = moved / max(size, 1e-9)
    return 1.05 * size
