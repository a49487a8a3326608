"""Trains the models of relations from labelled pairs, and writes them with their card."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np

from pipelines.errors import InputError
from pipelines.reading.relations.calibration import fit, sigmoid, softmax
from pipelines.reading.relations.features import features
from pipelines.reading.relations.gold import read_labelled, targets
from pipelines.reading.relations.labels import LABELS, TYPES, Matrix
from pipelines.reading.relations.scoring import bar_for, best_f1, micro_f1
from pipelines.reading.relations.weighing import train_weights

_FOLDS: Final = 5
_LEAST: Final = 200
#: Of facts taken without a person, so many are to hold.
_AUTOMATIC: Final = 0.9


def train(paths: Sequence[Path], out: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """Reads pairs in FinRE's form from `paths` and writes the models into the folder `out`. Deterministic.

    Chances are calibrated, and the bars of the card found, on pairs whose sentence the model had not seen: five
    models are trained on four fifths each. Raises InputError for bad rows or too few of them.
    """
    gold = [one for path in paths for one in read_labelled(path)]
    if len(gold) < _LEAST:
        raise InputError(f"{len(gold)} labelled pairs are too few to learn from: at least {_LEAST}")
    say(f"{len(gold)} labelled pairs")
    found = [features(one.example) for one in gold]
    wanted = targets([one.seen for one in gold])
    folds = np.array([crc32(one.text.encode()) % _FOLDS for one in gold])
    unseen = np.zeros_like(wanted)
    for fold in range(_FOLDS):
        some, rest = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        weights = train_weights([found[at] for at in some], wanted[some])
        unseen[rest] = weights.scores([found[at] for at in rest])
        say(f"part {fold + 1} of {_FOLDS}")
    card = _calibrated(unseen, wanted)
    out.mkdir(parents=True, exist_ok=True)
    train_weights(found, wanted).save(out)
    (out / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    say(f"written: {out}")


def _calibrated(scores: Matrix, wanted: Matrix) -> dict[str, object]:
    many = len(LABELS)
    labels, raw = softmax(scores[:, :many]), sigmoid(scores[:, many:])
    lines = [fit(raw[:, at], wanted[:, many + at]) for at in range(len(TYPES))]
    types = np.stack([line(raw[:, at]) for at, line in enumerate(lines)], axis=1)
    bars: dict[str, dict[str, float]] = {}
    for at, kind in enumerate(TYPES):
        f1, bar = best_f1(types[:, at], wanted[:, many + at])
        automatic = bar_for(types[:, at], wanted[:, many + at], _AUTOMATIC)
        bars[kind] = {"f1": round(f1, 4), "best": round(bar, 4), "automatic": round(automatic, 4)}
    return {
        "labels": list(LABELS),
        "pairs": len(scores),
        "calibration": {kind: [line.slope, line.shift] for kind, line in zip(TYPES, lines, strict=True)},
        "held_out": {
            "micro_f1_likeliest": round(micro_f1(labels, wanted[:, :many]), 4),
            "micro_f1_best_bar": round(best_f1(labels[:, 1:], wanted[:, 1:many])[0], 4),
            "types": bars,
        },
    }
