"""Power-law fits on draws whose law is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import zeta

from analytics.power_law import degree_distribution, fit_power_law


def drawn(exponent: float, least: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Draws from the discrete power law itself, by its distribution function up to 100,000."""
    value = np.arange(least, 100_000)
    share = np.cumsum(value**-exponent) / zeta(exponent, least)
    rank = np.searchsorted(share, np.random.default_rng(3).random(count))
    return value[np.minimum(rank, len(value) - 1)].astype(np.int64)


@pytest.mark.parametrize("exponent", [1.8, 2.5, 3.5])
def test_finds_the_exponent_of_a_power_law(exponent: float) -> None:
    fit = fit_power_law(np.concatenate([drawn(exponent, 2, 4000), np.zeros(100, dtype=np.int64)]))
    assert fit is not None
    assert fit.exponent == pytest.approx(exponent, abs=4 * fit.error)
    assert fit.nodes == 4000
    assert fit.lognormal.favours == "neither"
    assert fit.remarks == ()


def test_a_poisson_distribution_is_told_apart() -> None:
    fit = fit_power_law(np.random.default_rng(3).poisson(12, 4000))
    assert fit is not None
    assert fit.lognormal.favours == "other"
    assert fit.distance > 0.05


@pytest.mark.parametrize("degree", [[], [0, 0], [1, 1, 1], [1, 2, 2], [8, 9, 10], [1] * 9 + [2, 2, 3]])
def test_no_tail_no_fit(degree: list[int]) -> None:
    assert fit_power_law(np.array(degree, dtype=np.int64)) is None


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 12), max_size=30))
def test_every_handful_of_degrees_is_fitted_or_not(degree: list[int]) -> None:
    fit = fit_power_law(np.array(degree, dtype=np.int64))
    assert fit is None or (fit.tail <= fit.nodes and fit.exponent > 1)


def test_distribution() -> None:
    degree = np.array([1] * 18 + [10, 12])
    table = degree_distribution(degree)
    assert table.to_numpy().tolist() == [[1, 18, 0.9, 1.0], [10, 1, 0.05, 0.1], [12, 1, 0.05, 0.05]]
