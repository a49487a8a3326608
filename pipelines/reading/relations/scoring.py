"""How well a model tells relations: the measures of its card and of its benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipelines.reading.fact import Type
from pipelines.reading.relations.labels import TYPES, Matrix


def best_f1(chances: Matrix, holds: Matrix) -> tuple[float, float]:
    """The best F1 that any bar on `chances` gives, and that bar."""
    chances, holds = chances.ravel(), holds.ravel()
    order = np.argsort(-chances, kind="stable")
    right = np.cumsum(holds[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + max(1.0, float(holds.sum())))
    at = int(f1.argmax())
    return float(f1[at]), float(chances[order][at])


def f1_at(chances: Matrix, holds: Matrix, bar: float) -> float:
    """F1 where all with at least the chance `bar` are taken."""
    taken = chances >= bar
    return float(2 * (taken * holds).sum() / max(1.0, float(taken.sum() + holds.sum())))


def micro_f1(labels: Matrix, holds: Matrix) -> float:
    """Of the likeliest label of each pair against all its true labels, without those of no relation (column 0)."""
    best = labels.argmax(axis=1)
    told = best > 0
    right = holds[np.arange(len(best)), best][told].sum()
    return float(2 * right / max(1.0, float(told.sum() + holds[:, 1:].sum())))


def by_type(types: Matrix, holds: Matrix, bars: Mapping[Type, float]) -> dict[Type, float]:
    """F1 of each type at its bar. Both arrays (pairs, types)."""
    return {kind: round(f1_at(types[:, at], holds[:, at], bars[kind]), 4) for at, kind in enumerate(TYPES)}


def curve(chances: Matrix, holds: Matrix, bars: Sequence[float]) -> list[tuple[float, float, float]]:
    """For each bar: it, the precision of what is taken, and the share of what holds that is taken."""
    points = []
    for bar in bars:
        taken = chances >= bar
        right = float((taken * holds).sum())
        points.append((bar, right / max(1, int(taken.sum())), right / max(1.0, float(holds.sum()))))
    return points


def bar_for(chances: Matrix, holds: Matrix, precision: float) -> float:
    """The lowest bar at which at least `precision` of all that is taken holds; 1.01 where there is none."""
    order = np.argsort(-chances, kind="stable")
    right = np.cumsum(holds[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((right >= precision) & (np.arange(len(order)) >= 20))
    return float(chances[order][good[-1]]) if len(good) else 1.01
