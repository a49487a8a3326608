"""Forces on a mesh beside the sums they stand for; communities come apart."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from analytics.forces import _Mesh, _pair_by_pair, force_places, sunflower


@given(st.integers(2, 40), st.integers(0, 1000))
def test_the_mesh_pushes_as_the_sum_over_all_nodes_does(count: int, seed: int) -> None:
    lots = np.random.default_rng(seed)
    # not nearer to each other than some cells
    spots = lots.choice(400, count, replace=False)
    places = np.column_stack([spots % 20, spots // 20]) + lots.uniform(-0.2, 0.2, (count, 2))
    masses = lots.uniform(1, 50, count)
    wanted = _pair_by_pair(places, masses)
    for cells in (128, 256):
        found = _Mesh(cells).repulsion(places, masses)
        assert np.abs(found - wanted).max() < 0.05 * np.abs(wanted).max()


def test_two_nodes_push_each_other_away() -> None:
    pushed = _pair_by_pair(np.array([[0.0, 0.0], [2.0, 0.0]]), np.array([1.0, 3.0]))
    assert pushed.tolist() == [[-1.5, 0.0], [0.5, 0.0]]


def two_groups(size: int) -> scipy.sparse.csr_matrix:
    """Two dense halves, joined by few edges."""
    lots = np.random.default_rng(3)
    matrix = np.zeros((2 * size, 2 * size))
    for half in (slice(0, size), slice(size, 2 * size)):
        matrix[half, half] = lots.random((size, size)) < 0.2
    matrix[:4, size : size + 4] = 1
    matrix = np.triu(matrix, 1)
    return scipy.sparse.csr_matrix(matrix + matrix.T)


def test_communities_come_apart_and_the_same_twice() -> None:
    matrix = two_groups(150)
    masses = np.asarray(matrix.sum(axis=1)).ravel() + 1
    places = force_places(matrix, masses, 120)
    assert np.isfinite(places).all()
    assert (force_places(matrix, masses, 120) == places).all()
    middles = places[:150].mean(axis=0), places[150:].mean(axis=0)
    own = np.hypot(*(places[:150] - middles[0]).T)
    other = np.hypot(*(places[:150] - middles[1]).T)
    assert (own < other).mean() > 0.9


def test_the_forces_come_to_rest() -> None:
    matrix = two_groups(40)
    masses = np.asarray(matrix.sum(axis=1)).ravel() + 1
    late, later = force_places(matrix, masses, 380), force_places(matrix, masses, 400)
    assert np.hypot(*(later - late).T).mean() < 0.05 * np.hypot(*later.T).max()


def test_seeds_of_a_sunflower_keep_apart() -> None:
    seeds = sunflower(np.arange(300))
    apart = np.hypot(*(seeds[:, None] - seeds[None]).transpose(2, 0, 1)) + 9 * np.eye(300)
    assert apart.min() > 0.9
    assert np.hypot(*seeds[0]) == pytest.approx(np.sqrt(0.75))
