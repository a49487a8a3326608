"""The trained network, by numpy alone: characters and their states in, chances of every label out.

Layers: the lexical model's states, a vector for the character and one for known names; dilated convolutions with
the piece's strongest signals mixed in; for each of `labels.CHANNELS` three outputs: outside, begins, goes on.
Weights are kept as 16-bit floats. Several networks, each trained on a part, are asked together and averaged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.errors import InputError
from pipelines.reading.events.hidden import States
from pipelines.reading.events.labels import CHANNELS, TYPES

Array = npt.NDArray[np.float32]

DILATIONS: Final = (1, 2, 4, 8)
#: After this layer the piece's strongest signals are mixed in.
MIXED_AFTER: Final = 1
#: A character outside names, at the start of one, inside one.
MARKS: Final = 3
#: Less likely verbs tell of no event: of labelled windows that tell of one, every one has a likelier verb.
VERB: Final = 0.05
_TRIGGERS: Final = [at for at, one in enumerate(CHANNELS) if one.event in TYPES and one.role == "trigger"]
_TOGETHER: Final = 32
_MOST: Final = 8000


class Network:
    """One network. `weights` as `training` writes them; `characters` in the order of their vectors, from 1."""

    def __init__(self, weights: Mapping[str, Array], characters: str) -> None:
        self.weights = {name: np.ascontiguousarray(value, np.float32) for name, value in weights.items()}
        self.characters = characters
        self._ids = {char: at + 1 for at, char in enumerate(characters)}
        w = self.weights
        if w["out.weight"].shape[0] != 3 * len(CHANNELS):
            raise InputError("the model of events was trained for other labels than these")
        self._kernels = [
            np.ascontiguousarray(w[f"layers.{at}.weight"].T.reshape(-1, w[f"layers.{at}.weight"].shape[0]))
            for at in range(len(DILATIONS))
        ]

    def ids(self, text: str) -> list[int]:
        """The number of each character; 0 is an unknown one."""
        return [self._ids.get(char, 0) for char in text]

    def forward(
        self, states: Array, ids: npt.NDArray[np.int64], marks: npt.NDArray[np.int64], inside: Array
    ) -> Array:
        """Scores (pieces, length, channels, 3). `inside` (pieces, length, 1) is 0 behind the end of a piece."""
        w = self.weights
        given = np.concatenate((states, w["characters.weight"][ids], w["marks.weight"][marks]), axis=2)
        inward = given.reshape(-1, given.shape[2]) @ w["inward.weight"].T + w["inward.bias"]
        hidden = np.maximum(inward, 0).reshape(*given.shape[:2], -1) * inside
        outside = 1e4 * (1 - inside)
        pieces, length, width = hidden.shape
        for at, dilation in enumerate(DILATIONS):
            padded = np.pad(hidden, ((0, 0), (dilation, dilation), (0, 0)))
            beside = np.concatenate((padded[:, :length], hidden, padded[:, 2 * dilation :]), axis=2)
            summed = beside.reshape(-1, 3 * width) @ self._kernels[at] + w[f"layers.{at}.bias"]
            hidden = (hidden + np.maximum(summed, 0).reshape(pieces, length, width)) * inside
            if at == MIXED_AFTER:
                most = np.maximum((hidden - outside).max(axis=1), 0)
                hidden = (hidden + (most @ w["mixed.weight"].T + w["mixed.bias"])[:, None]) * inside
        most = (hidden - outside).max(axis=1)
        scores: Array = (hidden.reshape(-1, width) @ w["out.weight"][:, :width].T).reshape(pieces, length, -1)
        scores += (most @ w["out.weight"][:, width:].T + w["out.bias"])[:, None]
        return scores.reshape(*scores.shape[:2], len(CHANNELS), 3)


class Tagger:
    """Networks asked together."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = tuple(networks)

    @classmethod
    def load(cls, folder: Path) -> Tagger:
        """The networks in `folder`: `network-0.npz` and so on, and `characters.json`."""
        paths = sorted(folder.glob("network-*.npz"))
        if not paths:
            raise InputError(f"no model of events in {folder}")
        characters = json.loads((folder / "characters.json").read_text("utf-8"))
        networks = []
        for path in paths:
            with np.load(path, allow_pickle=False) as file:
                networks.append(
                    Network({name: file[name].astype(np.float32) for name in file.files}, characters)
                )
        return cls(networks)

    def save(self, folder: Path) -> None:
        """Write what `load` reads; all networks know the same characters."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("network-*.npz"):
            old.unlink()
        for at, network in enumerate(self.networks):
            halved = {name: value.astype(np.float16) for name, value in network.weights.items()}
            np.savez_compressed(folder / f"network-{at}.npz", **halved)  # type: ignore[arg-type]
        (folder / "characters.json").write_text(
            json.dumps(self.networks[0].characters, ensure_ascii=False) + "\n", "utf-8"
        )

    def chances(
        self, pieces: Sequence[str], states: Sequence[States], marks: Sequence[Sequence[int]]
    ) -> list[Array]:
        """For each piece an array (characters, channels, 3): how likely a character is outside a channel's words,
        begins them, goes on with them. `marks` are the known names (see `mark`). A piece in which the first network
        sees no verb of an event of ours is shown to no other: nothing is in it."""
        given: list[Array] = [np.zeros((0, len(CHANNELS), 3), np.float32) for _ in pieces]
        order = sorted((at for at, piece in enumerate(pieces) if piece), key=lambda at: len(pieces[at]))
        first = 0
        while first < len(order):
            some = order[first : first + _TOGETHER]
            while len(some) > 1 and len(some) * len(pieces[some[-1]]) > _MOST:
                some = some[: len(some) // 2]
            first += len(some)
            length = len(pieces[some[-1]])
            filled = np.zeros((len(some), length, states[some[0]].shape[1]), np.float32)
            ids = np.zeros((len(some), length), np.int64)
            marked = np.zeros((len(some), length), np.int64)
            inside = np.zeros((len(some), length, 1), np.float32)
            for row, at in enumerate(some):
                many = len(pieces[at])
                filled[row, :many], marked[row, :many], inside[row, :many] = states[at], marks[at], 1
                ids[row, :many] = self.networks[0].ids(pieces[at])
            first_scores = self.networks[0].forward(filled, ids, marked, inside)
            told = np.flatnonzero(_verbs(first_scores) >= VERB)
            some_of = [some[row] for row in told.tolist()]
            for at in set(some) - set(some_of):
                given[at] = np.zeros((len(pieces[at]), len(CHANNELS), 3), np.float32)
                given[at][:, :, 0] = 1
            if not some_of:
                continue
            summed = _softmax(first_scores[told])
            for one in self.networks[1:]:
                summed += _softmax(one.forward(filled[told], ids[told], marked[told], inside[told]))
            summed /= np.float32(len(self.networks))
            for row, at in enumerate(some_of):
                given[at] = summed[row, : len(pieces[at])]
        return given


def _verbs(scores: Array) -> Array:
    """How likely the likeliest verb in each of (pieces, length, channels, 3) scores is."""
    return np.asarray(_softmax(scores[:, :, _TRIGGERS])[..., 1].max(axis=(1, 2)), np.float32)


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chances: Array = raised / raised.sum(axis=-1, keepdims=True)
    return chances
