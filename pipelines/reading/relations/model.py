"""The models that ship, mixed: what chance each relation has between two places of a text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from pipelines.errors import InputError
from pipelines.reading.relations.calibration import Mixing, sigmoid
from pipelines.reading.relations.encoder import Encoder
from pipelines.reading.relations.examples import Example, Span, example
from pipelines.reading.relations.features import features
from pipelines.reading.relations.labels import LABELS, REVERSED, TYPES, Matrix
from pipelines.reading.relations.weights import Weights

Pair = tuple[str, Span, Span]

FOLDER: Final = Path(__file__).with_name("model")
_CARD: Final = "card.json"
_TOGETHER: Final = 256


@dataclass(frozen=True)
class Model:
    """Weights of pieces of text and an encoder, mixed; or the weights alone."""

    weights: Weights
    encoder: Encoder | None
    mixing: Mixing

    def chances(self, examples: Sequence[Example], least: Matrix | None = None) -> tuple[Matrix, Matrix]:
        """Of labels (n, 44), and calibrated of types (n, 5), for the pair as asked for (turned examples turned).

        The encoder is not asked about pairs to which the weights give no type with their chance in `least` (n): for
        those the weights stand in for it."""
        bars = np.zeros(len(examples), np.float32) if least is None else least
        parts = [
            self._scores(examples[at : at + _TOGETHER], bars[at : at + _TOGETHER])
            for at in range(0, max(1, len(examples)), _TOGETHER)
        ]
        labels, types = self.mixing([np.concatenate(one) for one in zip(*parts, strict=True)])
        turned = np.array([one.turned for one in examples], bool)
        labels[turned] = labels[turned][:, REVERSED]
        return labels, types

    def _scores(self, examples: Sequence[Example], least: Matrix) -> list[Matrix]:
        """By model: that of weights, and the encoder if there is one."""
        weighed = self.weights.scores([features(one) for one in examples])
        if self.encoder is None:
            return [weighed]
        promising = sigmoid(weighed[:, len(LABELS) :]).max(axis=1) >= least
        asked = [one for one, some in zip(examples, promising, strict=True) if some]
        told = weighed.copy()
        told[promising] = self.encoder.scores(asked)
        return [weighed, told]

    @staticmethod
    def load(folder: Path) -> Model:
        """Raises InputError where the model's files are not there or not right."""
        try:
            card = json.loads((folder / _CARD).read_text("utf-8"))
            mixing = Mixing(
                tuple(card["mixing"]["labels"]),
                {kind: tuple(card["mixing"]["types"][kind]) for kind in TYPES},
            )
            if card["labels"] != list(LABELS):
                raise InputError("a model of other relations", where=str(folder))
            return Model(Weights.load(folder), Encoder.load(folder), mixing)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"no model of relations: {error}", where=str(folder)) from error


@cache
def shared_model() -> Model:
    """The model that ships, loaded when first asked for."""
    return Model.load(FOLDER)


def probabilities(pairs: Sequence[Pair]) -> Matrix:
    """The chance of each of LABELS between the first and the second span of each text: an array (n, 44), rows of
    sum 1. Spans are of characters, within the text, not empty and not the same."""
    return _checked(pairs)[0]


def type_chances(pairs: Sequence[Pair]) -> Matrix:
    """The calibrated chance of each of TYPES: an array (n, 5). A pair may hold several types."""
    return _checked(pairs)[1]


def _checked(pairs: Sequence[Pair]) -> tuple[Matrix, Matrix]:
    for text, first, second in pairs:
        for start, end in (first, second):
            if not 0 <= start < end <= len(text):
                raise InputError(f"no part of the text of {len(text)} characters: {start} to {end}")
        if first == second:
            raise InputError("a pair of one place with itself")
    return shared_model().chances([example(*pair) for pair in pairs])
