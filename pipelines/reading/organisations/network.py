"""The small network over the lexer's scores, by numpy alone: characters in, names with their probability out.

Layers: what the character is (its own vector, the lexer's scores), dilated convolutions, a chain over five tags.
Weights are kept as 16-bit floats.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.reading.organisations.chain import Array, Chain, Lengths, Span
from pipelines.reading.organisations.lexer import Scores

DILATIONS: Final = (1, 2, 4)
#: Pieces looked at together, and their characters at most: memory stays small whatever comes.
_TOGETHER: Final = 64
_MOST: Final = 8000
_ROWS: Final = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one piece: its names, and how likely each of the five tags is at each character, (characters, 5)."""

    spans: list[Span]
    chances: Array

    @property
    def inside(self) -> Array:
        """How likely each character is part of a name."""
        return 1 - self.chances[:, 0]


class Network:
    """The trained network: `weights` as `training` makes them, `characters` in the order of their vectors."""

    def __init__(
        self, weights: Mapping[str, Array], characters: str, calibration: tuple[float, float] = (1.0, 0.0)
    ) -> None:
        self.calibration = calibration
        self.weights = {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}
        self.characters = characters
        self._ids = {char: at + 2 for at, char in enumerate(characters)}
        w = self.weights
        self._chain = Chain(w["transitions"], w["first"], w["last"])
        self._kernels = [np.ascontiguousarray(w[f"layers.{at}.weight"].T) for at in range(len(DILATIONS))]

    @classmethod
    def load(cls, folder: Path) -> Network:
        """The network in `folder`: `weights.npz` and `characters.json`."""
        with np.load(folder / "weights.npz", allow_pickle=False) as file:
            weights = {name: file[name].astype(np.float32) for name in file.files}
        about = json.loads((folder / "characters.json").read_text("utf-8"))
        slope, offset = about["calibration"]
        return cls(weights, about["characters"], (slope, offset))

    def save(self, folder: Path, calibration: tuple[float, float]) -> None:
        """Write what `load` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        halved = {name: value.astype(np.float16) for name, value in self.weights.items()}
        np.savez_compressed(folder / "weights.npz", allow_pickle=False, **halved)
        about = {"calibration": [round(value, 4) for value in calibration], "characters": self.characters}
        (folder / "characters.json").write_text(
            json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )

    def read(self, pieces: Sequence[str], scores: Sequence[Scores]) -> list[Reading]:
        """What stands in each piece, by its text and the lexer's scores of it."""
        given = [Reading([], np.zeros((0, 5), np.float32))] * len(pieces)
        for places, emitted, lengths in self._batches(pieces, scores):
            found, chances = self._chain.read(emitted, lengths)
            for row, at in enumerate(places):
                given[at] = Reading(found[row], chances[row, : len(pieces[at])])
        return given

    def confidence(self, probability: float) -> float:
        """The chance that a span the network gives `probability` is right, as held-back sentences showed."""
        slope, offset = self.calibration
        return 1 / (1 + math.exp(-(slope * log_odds(probability) + offset)))

    def _batches(
        self, pieces: Sequence[str], scores: Sequence[Scores]
    ) -> Iterator[tuple[list[int], Array, Lengths]]:
        order = sorted((at for at, piece in enumerate(pieces) if piece), key=lambda at: len(pieces[at]))
        first = 0
        while first < len(order):
            some = order[first : first + _TOGETHER]
            while len(some) > 1 and len(some) * len(pieces[some[-1]]) > _MOST:
                some = some[: len(some) // 2]
            first += len(some)
            lengths = np.array([len(pieces[at]) for at in some], np.int64)
            ids = np.zeros((len(some), lengths[-1]), np.int64)
            lexed = np.zeros((len(some), lengths[-1], scores[some[0]].shape[1]), np.float32)
            for row, at in enumerate(some):
                ids[row, : lengths[row]] = [self._ids.get(char, 1) for char in pieces[at]]
                lexed[row, : lengths[row]] = scores[at]
            yield some, self._forward(ids, lexed), lengths

    def _forward(self, ids: npt.NDArray[np.int64], lexed: Array) -> Array:
        """The pieces lie one behind the other in one flat array, which is cut evenly for `_product`.

        Between two of them is room enough that no convolution reaches from one into the next."""
        w = self.weights
        pieces, length = ids.shape
        room = max(DILATIONS)
        flat = np.zeros((pieces, length + room), np.int64)
        flat[:, :length] = ids
        inside = (flat.reshape(-1, 1) > 0).astype(np.float32)
        scores = np.zeros((pieces, length + room, lexed.shape[2]), np.float32)
        scores[:, :length] = lexed
        hidden = np.concatenate(
            (
                w["embedding"][flat.reshape(-1)],
                _product(scores.reshape(len(inside), -1), w["lexed.weight"].T) + w["lexed.bias"],
            ),
            axis=1,
        )
        hidden = np.maximum(_product(hidden, w["inward.weight"].T) + w["inward.bias"], 0) * inside
        for at, dilation in enumerate(DILATIONS):
            summed = _product(hidden, self._kernels[at][1]) + w[f"layers.{at}.bias"]
            summed[dilation:] += _product(hidden, self._kernels[at][0])[:-dilation]
            summed[:-dilation] += _product(hidden, self._kernels[at][2])[dilation:]
            np.maximum(summed, 0, out=summed)
            hidden += summed
            hidden *= inside
        out = _product(hidden, w["outward.weight"].T) + w["outward.bias"]
        return out.reshape(pieces, length + room, -1)[:, :length]


def _product(rows: Array, matrix: Array) -> Array:
    """`rows @ matrix`, some rows at a time: so few that the library below takes one core for them. With two, on a
    machine that has other work, the cores wait for each other longer than they reckon."""
    whole = len(rows) // _ROWS * _ROWS
    out = np.empty((len(rows), matrix.shape[1]), np.float32)
    np.matmul(
        rows[:whole].reshape(-1, _ROWS, rows.shape[1]),
        matrix,
        out=out[:whole].reshape(-1, _ROWS, matrix.shape[1]),
    )
    out[whole:] = rows[whole:] @ matrix
    return out


def log_odds(probability: float) -> float:
    """The logarithm of the odds, bounded to ±9."""
    return math.log(min(max(probability, 1e-4), 1 - 1e-4) / (1 - min(max(probability, 1e-4), 1 - 1e-4)))
