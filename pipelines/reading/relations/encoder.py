"""The encoder of relations, run with onnxruntime: what a pretrained transformer, trained further, says of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from pipelines.errors import InputError
from pipelines.reading.relations.examples import Example
from pipelines.reading.relations.labels import LABELS, TYPES, Matrix
from pipelines.reading.relations.pieces import Pieces, batch

GRAPH: Final = "encoder.onnx"
_WORDS: Final = "pieces.npz"
#: Weights are stored at four bits and computed with at eight: the session unpacks what is constant when it loads.
_UNPACKED: Final = "session.disable_quant_qdq"

Halves = npt.NDArray[np.float16]


@dataclass(frozen=True)
class Encoder:
    """`words`: the vectors of pieces (pieces, width); `places`: those of places in a sentence (LENGTH, width)."""

    pieces: Pieces
    words: Matrix
    places: Matrix
    session: Any

    def scores(self, examples: Sequence[Example]) -> Matrix:
        """An array (examples, labels and types), in logits."""
        found = np.zeros((len(examples), len(LABELS) + len(TYPES)), np.float32)
        for row, one in enumerate(self.pieces.told(examples)):
            given = batch(
                [one]
            )  # one by one: the steps of whole numbers are those of all that is seen together
            seen = self.words[given.ids] + self.places[: given.ids.shape[1]]
            (scores,) = self.session.run(
                None, {"words": seen, "who": given.who, "there": given.there, "pools": given.pools}
            )
            found[row] = scores[0]
        return found

    @staticmethod
    def load(folder: Path) -> Encoder | None:
        """The encoder in the folder, None where it has none. Raises InputError where its files are not right."""
        if not (folder / GRAPH).exists():
            return None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry(_UNPACKED, "1")
        try:
            session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises classes of its own, outside any tree
            raise InputError(f"no network: {error}", where=str(folder / GRAPH)) from error
        words, places = _read_words(folder / _WORDS)
        return Encoder(Pieces.load(folder), words, places, session)


def save_words(folder: Path, steps: npt.NDArray[np.int8], scale: Halves, places: Matrix) -> None:
    """The vectors of pieces, two steps (of -8 to 7) in a byte, times a scale for each block of them."""
    nibbles = (steps + 8).astype(np.uint8)
    np.savez_compressed(
        folder / _WORDS,
        allow_pickle=False,
        nibbles=nibbles[:, ::2] | nibbles[:, 1::2] << 4,
        scale=scale,
        places=places.astype(np.float16),
    )


def _read_words(path: Path) -> tuple[Matrix, Matrix]:
    with np.load(path, allow_pickle=False) as file:
        nibbles, scale, places = file["nibbles"], file["scale"], file["places"]
    steps = np.stack([nibbles & 15, nibbles >> 4], axis=2).reshape(len(nibbles), -1).astype(np.float32) - 8
    block = steps.shape[1] // scale.shape[1]
    return steps * np.repeat(scale.astype(np.float32), block, axis=1), places.astype(np.float32)
