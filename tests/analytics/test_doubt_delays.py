"""Delays where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.doubt.delays import Ints, complete, quantile, told_within


def _watched(
    random: np.random.Generator, events: int, days: int, mean: float
) -> tuple[Ints, Ints, Ints, Ints]:
    """Events on days of a time of watching: delay and window of those told of by its end; window of all."""
    window = random.integers(0, days, events)
    delay = random.geometric(1 / mean, events) - 1
    told = delay <= window
    return delay[told], window[told], window, delay


def test_delays_are_found_in_spite_of_the_end_of_watching() -> None:
    random = np.random.default_rng(1)
    delay, window, _, _ = _watched(random, 40_000, 700, 60)
    within = told_within(delay, window)
    truth = 1 - (1 - 1 / 60) ** (np.arange(len(within)) + 1)
    assert np.abs(within - truth)[:400].max() < 0.01
    assert np.median(delay) < quantile(within, 0.5)  # what is seen by the end is biased to short delays
    assert quantile(within, 0.5) == pytest.approx(41, abs=2)


def test_by_hand() -> None:
    """Three delays of 0, 1 and 2 days; the first was watched for a day, and says nothing about two."""
    within = told_within(np.array([0, 1, 2]), np.array([1, 5, 5]))
    assert within.tolist() == pytest.approx([0.25, 0.5, 1.0])


def test_where_nothing_could_be_cut_off_it_is_the_plain_share() -> None:
    random = np.random.default_rng(2)
    delay = random.integers(0, 30, 500)
    within = told_within(delay, np.full(500, 1000))
    for day in range(30):
        assert within[day] == pytest.approx(np.mean(delay <= day))


@pytest.mark.parametrize("mean", [30, 90])
def test_the_interval_holds_the_true_share_about_as_often_as_it_says(mean: float) -> None:
    """Of 80 worlds nine in ten, give or take what chance alone does; the last 60 days are judged."""
    held, off = 0, []
    for seed in range(80):
        random = np.random.default_rng(seed)
        delay, window, every, all_delays = _watched(random, 4000, 800, mean)
        young = every < 60
        truth = float(np.mean(all_delays[young] <= every[young]))
        found = complete(delay, window, window[window < 60], (0, 59), random)
        assert found is not None
        held += found.low <= truth <= found.high
        off.append(found.share - truth)
    assert 0.82 <= held / 80 <= 0.98
    assert abs(float(np.mean(off))) < 0.02


def test_old_periods_are_complete() -> None:
    random = np.random.default_rng(3)
    delay, window, _, _ = _watched(random, 2000, 600, 10)
    found = complete(delay, window, np.full(50, 5000), (4900, 5200), random)
    assert found is not None
    assert (found.share, found.low, found.high) == (1.0, 1.0, 1.0)


def test_what_is_too_young_to_tell_is_not_told() -> None:
    random = np.random.default_rng(4)
    delay, window = np.full(100, 30), np.full(100, 90)
    assert complete(delay, window, np.array([3]), (0, 40), random) is None
    assert complete(delay, window, np.array([], dtype=np.int64), (50, 80), random) is None


@pytest.mark.parametrize(("delay", "window"), [([], []), ([-1], [3]), ([4], [3]), ([1], [2, 3])])
def test_impossible_delays_are_refused(delay: list[int], window: list[int]) -> None:
    with pytest.raises(ValueError, match="within its window"):
        told_within(np.array(delay, dtype=np.int64), np.array(window, dtype=np.int64))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=60))
def test_chances_rise_to_one(pairs: list[tuple[int, int]]) -> None:
    delay = np.array([one for one, _ in pairs])
    window = delay + np.array([more for _, more in pairs])
    within = told_within(delay, window)
    assert len(within) == delay.max() + 1
    assert (np.diff(within) >= -1e-12).all()
    assert within[-1] == 1
    assert (within >= 0).all()
