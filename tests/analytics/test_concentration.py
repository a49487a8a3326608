"""Concentration by hand, and the Gini coefficient against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.concentration import gini, top_share


def test_the_top_tenth() -> None:
    degree = np.array([1] * 18 + [10, 12])
    assert top_share(degree) == 22 / 40
    assert top_share(degree, 0.0) == 12 / 40
    assert top_share(np.zeros(3, dtype=np.int64)) == 0


@given(st.lists(st.integers(0, 40), max_size=20))
def test_gini_is_half_the_mean_difference_over_the_mean(degree: list[int]) -> None:
    linked = np.array([one for one in degree if one], dtype=np.int64)
    found = gini(np.array(degree, dtype=np.int64))
    if not len(linked):
        assert found is None
        return
    differences = np.abs(linked[:, None] - linked[None, :]).mean()
    assert found == pytest.approx(differences / 2 / linked.mean())
