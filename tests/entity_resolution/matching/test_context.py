"""Rivals of a pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entity_resolution.matching.context import GROUPING, LINKING, NOBODY, grouping, linking, rivals
from entity_resolution.matching.features import FEATURES

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-9, 9)), max_size=15)


@given(ROWS)
def test_rivals_are_the_best_of_another_owner(rows: list[tuple[int, int, int]]) -> None:
    side, owner = (np.array([row[at] for row in rows], dtype=np.int32) for at in (0, 1))
    raw = np.array([row[2] for row in rows], dtype=float)
    rival, near = rivals(raw, side, owner)
    for at in range(len(rows)):
        others = [raw[to] for to in range(len(rows)) if side[to] == side[at] and owner[to] != owner[at]]
        assert rival[at] == max(others, default=NOBODY)
        assert near[at] >= 1


def test_columns_are_as_they_are_named() -> None:
    matrix = np.zeros((2, len(FEATURES)), dtype=np.float32)
    raw, ids = np.array([1.0, 3.0]), np.array([0, 0])
    found = linking(matrix, raw, ids, np.array([0, 1]))
    assert found.shape == (2, len(LINKING))
    assert found[:, LINKING.index("margin")].tolist() == [-2, 2]
    pairs = grouping(matrix, raw, ids, np.array([1, 2]), np.array([0, 1, 2]))
    assert pairs.shape == (2, len(GROUPING))


def test_pairs_without_a_chance_are_rivals_by_their_score() -> None:
    left, right = np.array([0, 0, 1, 1]), np.array([2, 3, 3, 4])
    raw, owners = np.array([3.0, -5.9, 2.0, -9.0]), np.arange(5)
    matrix = np.random.default_rng(1).random((4, len(FEATURES)), dtype=np.float32)
    whole = grouping(matrix, raw, left, right, owners)
    at = np.array([0, 2])
    few = grouping(matrix[at], raw, left, right, owners, at)
    assert few[0].tolist() == whole[0].tolist()
    most, least = GROUPING.index("rival_most"), GROUPING.index("rival_least")
    assert few[1, most] == pytest.approx(-5.9)
    assert whole[2, least] == -9
    assert few[1, least] == NOBODY  # so low a score is nobody's rival
