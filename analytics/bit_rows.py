"""Rows of bits, 64 to a machine word, and the OR of each row's predecessors.

A bit matrix has shape (rows, words), dtype uint64; column c is bit c % 64 of word c // 64.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.simple_graph import Ints

Words = NDArray[np.uint64]

#: Rows that are joined in one round; longer lists are joined in rounds of rounds.
_FAN: Final = 16


def columns_set(rows: int, words: int, row: Ints, column: Ints) -> Words:
    """A bit matrix with just the bits (row, column) set; a pair may come twice."""
    matrix = np.zeros(rows * words, dtype=np.uint64)
    place = row * words + (column >> 6)
    np.bitwise_or.at(matrix, place, np.uint64(1) << (column & 63).astype(np.uint64))
    return matrix.reshape(rows, words)


class Predecessors:
    """Which rows lead to which. `step` carries bits along all edges at once."""

    def __init__(self, rows: int, source: Ints, target: Ints) -> None:
        """Edges source → target among 0..rows-1; parallel ones and self-loops are allowed."""
        code = np.unique(target * rows + source)
        self._rows = rows
        self._target, self._source = code // max(rows, 1), code % max(rows, 1)
        self._stages: list[_Stage] = []
        group, member = self._target, self._source
        while True:
            stage, group = _Stage.of(group, member)
            self._stages.append(stage)
            if len(np.unique(group)) == len(group):
                break
            member = np.argsort(group, kind="stable")
            group = group[member]
        self._group = group

    def step(self, bits: Words, count: int) -> Words:
        """Row t of the result is the OR of the rows s with an edge s → t; `count` bits are set in `bits`."""
        result = np.zeros_like(bits)
        if count * 8 < self._rows:
            # Few rows carry anything: follow their edges alone.
            active = np.asarray(bits.any(axis=1))[self._source]
            target = self._target[active]
            if len(target):
                start = np.flatnonzero(np.diff(target, prepend=-1))
                result[target[start]] = np.bitwise_or.reduceat(bits[self._source[active]], start, axis=0)
            return result
        joined = bits
        for stage in self._stages:
            joined = stage.join(joined)
        result[self._group] = joined
        return result


class _Stage:
    """ORs lists of up to `_FAN` rows. Lists come in falling length, so that round k is a prefix."""

    def __init__(self, rounds: list[Ints]) -> None:
        self._rounds = rounds

    @classmethod
    def of(cls, group: Ints, member: Ints) -> tuple[_Stage, Ints]:
        """The stage for `member` rows listed by `group` (sorted), and the group of each row it gives."""
        start = np.flatnonzero(np.diff(group, prepend=-1))
        within = np.arange(len(group)) - np.repeat(start, np.diff(np.append(start, len(group))))
        begin = np.flatnonzero(within % _FAN == 0)
        length = np.diff(np.append(begin, len(group)))
        order = np.argsort(-length, kind="stable")
        begin, length = begin[order], length[order]
        rounds = [
            member[begin[: np.count_nonzero(length > step)] + step]
            for step in range(int(length.max()) if len(length) else 0)
        ]
        stage, of_row = cls(rounds), group[begin]
        return stage, of_row

    def join(self, bits: Words) -> Words:
        if not self._rounds:
            return bits[:0]
        # `take` into a buffer is several times faster than indexing with an array.
        result = bits.take(self._rounds[0], axis=0)
        buffer = np.empty_like(result)
        for chosen in self._rounds[1:]:
            part = buffer[: len(chosen)]
            bits.take(chosen, axis=0, out=part, mode="clip")
            result[: len(chosen)] |= part
        return result
