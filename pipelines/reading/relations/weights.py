"""The weighted model: a pair's features times learnt weights, one column for each label and type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse

from pipelines.reading.relations.features import FAMILIES
from pipelines.reading.relations.labels import Matrix

Features = dict[str, frozenset[int]]
_FILE: Final = "weights.npz"


@dataclass(frozen=True)
class Weights:
    """`keys`: the features known, sorted (n). `values`: their weights in steps (n, outputs); `scale`: the size of a
    step by output; `bias`: what every pair is given (outputs)."""

    keys: npt.NDArray[np.uint32]
    values: npt.NDArray[np.int8]
    scale: Matrix
    bias: Matrix

    def scores(self, pairs: Sequence[Features]) -> Matrix:
        """An array (pairs, outputs), in logits."""
        return np.asarray(matrix(pairs, self.keys) @ self._table + self.bias, np.float32)

    @cached_property
    def _table(self) -> Matrix:
        return np.asarray(self.values * self.scale, np.float32)

    def save(self, folder: Path) -> None:
        np.savez_compressed(
            folder / _FILE, keys=self.keys, values=self.values, scale=self.scale, bias=self.bias
        )

    @staticmethod
    def load(folder: Path) -> Weights:
        with np.load(folder / _FILE, allow_pickle=False) as file:
            return Weights(file["keys"], file["values"], file["scale"], file["bias"])


def matrix(pairs: Sequence[Features], keys: npt.NDArray[np.uint32]) -> scipy.sparse.csr_matrix:
    """Pairs by features (in the order of `keys`); the features of a family together have the family's length."""
    columns: list[npt.NDArray[np.int64]] = []
    values: list[Matrix] = []
    ends = [0]
    for found in pairs:
        known = 0
        for family, weight in FAMILIES.items():
            wanted = np.fromiter(found[family], np.uint32, len(found[family]))
            wanted.sort()
            at = np.searchsorted(keys, wanted)
            at = at[at < len(keys)] if len(keys) else at[:0]
            at = at[keys[at] == wanted[: len(at)]]
            columns.append(at)
            values.append(np.full(len(at), weight / max(1.0, len(wanted)) ** 0.5, np.float32))
            known += len(at)
        ends.append(ends[-1] + known)
    return scipy.sparse.csr_matrix(
        (
            np.concatenate([*values, np.zeros(0, np.float32)]),
            np.concatenate([*columns, np.zeros(0, np.int64)]),
            ends,
        ),
        shape=(len(pairs), len(keys)),
    )
