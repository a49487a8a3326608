"""Terms of names with their weights, and the names with the most weight in common with a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sparse_dot_topn import sp_matmul_topn

from entity_resolution.matching.letters import Codes, Flags, Rows
from entity_resolution.matching.terms import HEADS, WHOLE, Terms, weight_of_kind

Floats = npt.NDArray[np.float32]

#: 1 would divide by a name's whole length, so that a short name outdid the long one that contains the query.
_LENGTH_POWER: Final = 0.6
_THREADS: Final = 2


class Found(NamedTuple):
    """Pairs with their score (no probability), by `left`, the best first."""

    left: Rows
    right: Rows
    score: Floats

    @classmethod
    def none(cls) -> Found:
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Weights:
    """codes: all terms of some names, sorted; weight: of each, 0 where too many names bear it; rarest: the
    weight of a term that none of them bears."""

    codes: Codes
    weight: Floats
    rarest: float

    @classmethod
    def by_count(cls, codes: Codes, bearers: Codes, names: int, most_bearers: int) -> Weights:
        """Weights by how many of so many names bear a term (a term twice in one name may count twice)."""
        rarity = np.log((names + 1) / np.minimum(bearers, names))
        weight = np.where(bearers <= most_bearers, rarity, 0) * weight_of_kind(codes)
        return cls(codes, weight.astype(np.float32), float(np.log(names + 1)))

    def at(self, codes: Codes) -> Floats:
        """The weight of each term; the rarest's for an unknown one."""
        weight = self.rarest * weight_of_kind(codes)
        if len(self.codes):
            place = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
            weight = np.where(self.codes[place] == codes, self.weight[place], weight)
        return weight.astype(np.float32)


class Bearers:
    """Names by their terms. `weights` are made from these very terms where none are given; `first` is the
    position of the first name among all that are searched together."""

    def __init__(
        self, terms: Terms, most_bearers: int, weights: Weights | None = None, first: int = 0
    ) -> None:
        codes, column, bearers = np.unique(terms.codes, return_inverse=True, return_counts=True)
        self.weights = weights or Weights.by_count(codes, bearers, terms.names, most_bearers)
        self.names, self._first = terms.names, first
        weight = self.weights.at(codes) if weights else self.weights.weight
        used = weight > 0
        self._codes, self._weight = codes[used], weight[used]
        rows = self._rows(terms.row, (np.cumsum(used) - 1)[column], used[column], terms.names)
        rows.data *= _by_length(rows, self._codes, first)
        self._by_term = rows.T.tocsr()

    def search(self, terms: Terms, top: int) -> Found:
        """For each name of `terms` up to `top` names that share most with it."""
        if not (len(self._codes) and len(terms.codes) and top > 0):
            return Found.none()
        place = np.minimum(np.searchsorted(self._codes, terms.codes), len(self._codes) - 1)
        rows = self._rows(terms.row, place, self._codes[place] == terms.codes, terms.names)
        best = sp_matmul_topn(rows, self._by_term, top_n=top, sort=True, n_threads=_THREADS)
        left = np.repeat(np.arange(terms.names, dtype=np.int32), np.diff(best.indptr))
        return Found(left, best.indices.astype(np.int32) + np.int32(self._first), best.data)

    def _rows(self, row: Rows, column: Codes, used: Flags, names: int) -> scipy.sparse.csr_matrix:
        """One row a name, one column a term; each term once, with its weight."""
        row, column = row[used], column[used].astype(np.int32)
        shape = (names, len(self._codes))
        matrix = scipy.sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=shape)
        matrix.sum_duplicates()
        matrix.data = self._weight[matrix.indices]
        return matrix


def _by_length(rows: scipy.sparse.csr_matrix, codes: Codes, first: int) -> Floats:
    """The factor of each entry: long names count for less. Head pairs and the whole are said elsewhere already."""
    said = np.isin(codes >> 60, (HEADS >> 60, WHOLE >> 60), invert=True)
    names = rows.shape[0]
    owner = np.repeat(np.arange(names), np.diff(rows.indptr))
    length = np.bincount(owner, np.where(said[rows.indices], rows.data, 0) ** 2, names)
    factor = np.where(length > 0, length, 1) ** (-_LENGTH_POWER / 2)
    # Equal scores would be cut at the end of a list by chance: a trace of difference, the same in every run.
    trace = ((np.arange(names) + first) * 2_654_435_761 % 65_536) / 65_536
    result: Floats = (factor * (1 + 1e-4 * trace))[owner].astype(np.float32)
    return result


def merged(found: Sequence[Found], top: int) -> Found:
    """`best` of searches that came back in order already, up to `top` a name each."""
    return found[0] if len(found) == 1 else best(found, top)


def best(found: Sequence[Found], top: int) -> Found:
    """All pairs of several searches of the same names, each pair once, up to `top` a name, the best first."""
    left, right, score = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((right, -score, left))
    left, right, score = left[order], right[order], score[order]
    _, once = np.unique((left.astype(np.int64) << 32) | right, return_index=True)
    once.sort()
    left, right, score = left[once], right[once], score[once]
    kept = rank_in_list(left) < top
    return Found(left[kept], right[kept], score[kept])


def in_turn(found: Sequence[Found], top: int) -> Found:
    """Several searches of the same names whose scores do not compare: the best of each, then the second ones …"""
    filled = [one for one in found if len(one.left)]
    if len(filled) < 2:
        return filled[0] if filled else Found.none()
    ranked = [one._replace(score=-rank_in_list(one.left).astype(np.float32)) for one in filled]
    return best(ranked, top)


def rank_in_list(left: Rows) -> Rows:
    """The place of each entry among those of the same `left`, which is sorted."""
    starts = np.flatnonzero(np.concatenate([[True], left[1:] != left[:-1]])) if len(left) else left
    rank: Rows = np.arange(len(left)) - np.repeat(starts, np.diff(np.append(starts, len(left))))
    return rank
