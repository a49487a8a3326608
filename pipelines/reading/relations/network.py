"""The small network of relations, run with numpy: two convolutions over characters, pooled around the two names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.reading.relations.examples import Example
from pipelines.reading.relations.inputs import Batch, Vocabulary, batch
from pipelines.reading.relations.labels import LABELS, TYPES, Matrix

_CHARACTERS: Final = "characters.npz"


@dataclass(frozen=True)
class Network:
    """`vectors`: of characters (2 + characters, 128), shared by networks. `state`: the learnt arrays by name."""

    words: Vocabulary
    vectors: Matrix
    state: Mapping[str, Matrix]

    def scores(self, examples: Sequence[Example], shares: Sequence[Matrix], together: int = 32) -> Matrix:
        """An array (examples, labels and types), in logits. `shares` as `inputs.tag_scores` gives them."""
        found = np.zeros((len(examples), len(LABELS) + len(TYPES)), np.float32)
        order = sorted(range(len(examples)), key=lambda at: len(examples[at].text))
        for first in range(0, len(order), together):
            some = order[first : first + together]
            given = batch([examples[at] for at in some], [shares[at] for at in some], self.words)
            found[some] = self._forward(given)
        return found

    def _forward(self, given: Batch) -> Matrix:
        place = np.concatenate(
            [
                self.state["who.weight"][given.who],
                self.state["to_a.weight"][given.to_a],
                self.state["to_b.weight"][given.to_b],
            ],
            -1,
        )
        live = given.there[..., None].astype(np.float32)
        told = np.concatenate([self.vectors[given.chars], given.scores], -1)
        seen = np.maximum(told @ self.state["seen.weight"].T + self.state["seen.bias"], 0)
        own = self.state["own.weight"][given.chars]
        grams = self.state["gram.weight"][given.grams]
        wide = self._convolved("first", np.concatenate([seen, own, grams, place], -1) * live) * live
        wide = wide + self._convolved("second", np.concatenate([wide, place], -1) * live) * live
        pools = [(wide * mask[..., None]).max(axis=1) for mask in between_masks(given)]
        look = wide @ self.state["look.weight"].T + self.state["look.bias"]
        look = np.exp(look - look.max(axis=1, keepdims=True)) * live
        look /= look.sum(axis=1, keepdims=True)
        pools += [(look * wide).sum(axis=1), wide.sum(axis=1) / live.sum(axis=1)]
        return np.asarray(
            np.concatenate(pools, -1) @ self.state["out.weight"].T + self.state["out.bias"], np.float32
        )

    def _convolved(self, name: str, given: Matrix) -> Matrix:
        """A convolution over three places, negative parts cut off."""
        weight = self.state[f"{name}.weight"]
        middle = given @ weight[:, :, 1].T
        middle[:, 1:] += given[:, :-1] @ weight[:, :, 0].T
        middle[:, :-1] += given[:, 1:] @ weight[:, :, 2].T
        return np.asarray(np.maximum(middle + self.state[f"{name}.bias"], 0), np.float32)

    def save(self, path: Path) -> None:
        """Halves of floats: at most 1.2 MB for the training data at hand."""
        arrays: dict[str, npt.NDArray[np.generic]] = {
            f"state.{name}": value.astype(np.float16)
            for name, value in self.state.items()
            if name != "hidden"
        }
        arrays["grams"] = np.array(list(self.words.grams))
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @staticmethod
    def load(path: Path, chars: Sequence[str], vectors: Matrix) -> Network:
        with np.load(path, allow_pickle=False) as file:
            state = {
                name.removeprefix("state."): file[name].astype(np.float32)
                for name in file.files
                if name.startswith("state.")
            }
            return Network(Vocabulary.of(chars, [str(gram) for gram in file["grams"]]), vectors, state)


def save_networks(folder: Path, networks: Sequence[Network]) -> None:
    """The networks, and once the characters that they share: their vectors in 8 bits."""
    vectors = networks[0].vectors
    scale = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9) / 127
    np.savez_compressed(
        folder / _CHARACTERS,
        allow_pickle=False,
        chars=np.array(list(networks[0].words.chars)),
        vectors=np.rint(vectors / scale).astype(np.int8),
        scale=scale.astype(np.float32),
    )
    for number, network in enumerate(networks, 1):
        network.save(folder / f"network-{number}.npz")


def load_networks(folder: Path) -> tuple[Network, ...]:
    """The networks in the folder, none if it has none."""
    paths = sorted(folder.glob("network-*.npz"))
    if not paths:
        return ()
    with np.load(folder / _CHARACTERS, allow_pickle=False) as file:
        chars = [str(char) for char in file["chars"]]
        vectors = np.asarray(file["vectors"] * file["scale"], np.float32)
    return tuple(Network.load(path, chars, vectors) for path in paths)


def between_masks(given: Batch) -> list[Matrix]:
    """Where to look: A, B, between them, before, behind, everywhere: each (pairs, characters) of 0 and 1."""
    first, second = given.who == 1, given.who == 2
    at = np.arange(given.who.shape[1])[None]
    starts = np.stack([first.argmax(axis=1), second.argmax(axis=1)])
    low, high = starts.min(axis=0)[:, None], starts.max(axis=0)[:, None]
    outside = (given.who == 0) & given.there
    masks = (
        first,
        second,
        outside & (at > low) & (at < high),
        outside & (at < low),
        outside & (at > high),
        given.there,
    )
    return [mask.astype(np.float32) for mask in masks]
