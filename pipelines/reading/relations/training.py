"""Trains the models of relations from labelled pairs, and writes them with their card."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from pipelines.errors import InputError
from pipelines.reading.relations.calibration import Mixing, fit
from pipelines.reading.relations.examples import Example
from pipelines.reading.relations.features import features
from pipelines.reading.relations.gold import read_labelled, targets
from pipelines.reading.relations.inputs import tag_scores
from pipelines.reading.relations.labels import LABELS, TYPES, Matrix
from pipelines.reading.relations.network import Network, save_networks
from pipelines.reading.relations.scoring import bar_for, best_f1, micro_f1
from pipelines.reading.relations.weighing import train_weights

_FOLDS: Final = 5
#: Each network has not seen one fold; so many are trained; all of them are shipped, and their mean is used.
_NETWORKS: Final = 5
_LEAST: Final = 200
#: Of facts taken without a person, so many are to hold.
_AUTOMATIC: Final = 0.9

Folds = npt.NDArray[np.int64]


def train(paths: Sequence[Path], out: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """Reads pairs in FinRE's form from `paths` and writes the models into the folder `out`. The same pairs give the
    same models on the same machine. Needs the extra `train` (PyTorch).

    The pairs are parted by sentence. What mixes the models, and the bars of the card, are found on pairs that the
    models had not seen. Raises InputError for bad rows, too few of them, or where PyTorch is not there.
    """
    gold = [one for path in paths for one in read_labelled(path)]
    if len(gold) < _LEAST:
        raise InputError(f"{len(gold)} labelled pairs are too few to learn from: at least {_LEAST}")
    say(f"{len(gold)} labelled pairs")
    examples = [one.example for one in gold]
    wanted = targets([one.seen for one in gold])
    folds = np.array([crc32(one.text.encode()) % _FOLDS for one in gold])
    networks, told = _networks(examples, wanted, folds, say)
    found = [features(one) for one in examples]
    weighed = np.zeros_like(wanted)
    for fold in range(_NETWORKS):
        some, rest = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        weights = train_weights([found[at] for at in some], wanted[some])
        weighed[rest] = weights.scores([found[at] for at in rest])
    unseen = folds < _NETWORKS
    mixing = fit([weighed[unseen], told[unseen]], wanted[unseen])
    card = _card(mixing, [weighed[unseen], told[unseen]], wanted[unseen], folds[unseen])
    out.mkdir(parents=True, exist_ok=True)
    train_weights(found, wanted).save(out)
    save_networks(out, networks)
    (out / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
    say(f"written: {out}")


def _networks(
    examples: Sequence[Example], wanted: Matrix, folds: Folds, say: Callable[[str], None]
) -> tuple[list[Network], Matrix]:
    """The networks, and what each says of the fold that it had not seen."""
    try:
        from pipelines.reading.relations.network_training import character_vectors, train_network
    except ImportError as error:
        raise InputError("PyTorch is not there", hint="Install the extra: pip install -e .[train]") from error
    shares = tag_scores([one.text for one in examples])
    chars, vectors = character_vectors()
    networks: list[Network] = []
    told = np.zeros_like(wanted)
    for fold in range(_NETWORKS):
        some, rest = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        say(f"network {fold + 1} of {_NETWORKS}")
        network = train_network(
            [examples[at] for at in some],
            [shares[at] for at in some],
            wanted[some],
            chars,
            vectors,
            fold,
            say,
        )
        told[rest] = network.scores([examples[at] for at in rest], [shares[at] for at in rest])
        networks.append(network)
    return networks, told


def _card(mixing: Mixing, scores: Sequence[Matrix], wanted: Matrix, folds: Folds) -> dict[str, object]:
    """The figures are of pairs that neither the models nor, fold by fold, their mixing had seen."""
    many = len(LABELS)
    labels, types = np.zeros_like(wanted[:, :many]), np.zeros_like(wanted[:, many:])
    for fold in np.unique(folds):
        some, rest = folds != fold, folds == fold
        other = fit([one[some] for one in scores], wanted[some])
        labels[rest], types[rest] = other([one[rest] for one in scores])
    bars: dict[str, dict[str, float]] = {}
    for at, kind in enumerate(TYPES):
        f1, bar = best_f1(types[:, at], wanted[:, many + at])
        automatic = bar_for(types[:, at], wanted[:, many + at], _AUTOMATIC)
        bars[kind] = {"f1": round(f1, 4), "best": round(bar, 4), "automatic": round(automatic, 4)}
    best, bar = best_f1(labels[:, 1:], wanted[:, 1:many])
    return {
        "labels": list(LABELS),
        "pairs": len(folds),
        "mixing": {
            "labels": list(mixing.labels),
            "types": {kind: list(mixing.types[kind]) for kind in TYPES},
        },
        "held_out": {
            "micro_f1_likeliest": round(micro_f1(labels, wanted[:, :many]), 4),
            "micro_f1_at_bar": round(best, 4),
            "bar": round(bar, 4),
            "automatic": round(bar_for(types.ravel(), wanted[:, many:].ravel(), _AUTOMATIC), 4),
            "types": bars,
        },
    }
