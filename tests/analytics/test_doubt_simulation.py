"""Many draws, and what they come to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from analytics.basis import basis
from analytics.doubt.circles import Circles
from analytics.doubt.counting import Counter
from analytics.doubt.ground import ground
from analytics.doubt.simulation import interval, percent, ranks_of, simulate
from tests.analytics.asked import ask, copied
from tests.analytics.world import entity_id

engine = pytest.fixture(copied)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_a_rank_is_one_more_than_those_with_more(values: list[int]) -> None:
    ranks = ranks_of(np.array(values, dtype=np.int64)).tolist()
    for value, rank in zip(values, ranks, strict=True):
        assert rank == 1 + sum(other > value for other in values)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=300))
def test_an_interval_holds_nine_tenths_and_only_what_came_up(values: list[int]) -> None:
    low, middle, high = (int(one) for one in interval(np.array(values)))
    assert {low, middle, high} <= set(values)
    assert low <= middle <= high
    inside = sum(low <= one <= high for one in values)
    assert inside >= 0.9 * len(values)


def test_shares_of_nothing_are_unknown() -> None:
    assert np.isnan(percent(np.zeros(3, dtype=np.int64))).all()
    assert percent(np.array([1, 3])).tolist() == [25.0, 75.0]


def test_a_merge_of_even_chance_comes_up_in_half_of_the_draws(engine: Engine) -> None:
    ask(engine, "英特尔", "腾讯", 0.5)
    of = basis(engine)
    base = ground(engine, of)
    counter = Counter(base)
    heads = [base.at[entity_id("腾讯")], base.at[entity_id("英特尔")]]
    rows = {("table_5", "2021"): heads}
    found = simulate(base, counter, Circles(base.undecided), rows, top=20, readings=False, draws=400)
    drawn = found.rankings["table_5", "2021"]
    assert drawn.values.shape == (400, 2)
    alone = [int(found.base.values["table_5", "2021"][at]) for at in heads]
    together = drawn.values[:, 0] == sum(alone)
    assert np.mean(together) == pytest.approx(0.5, abs=0.08)
    assert (drawn.values[together, 0] == drawn.values[together, 1]).all()
    assert (drawn.values[~together] == alone).all()
    assert {one.shape[0] for one in found.shares.values()} == {400}


def test_nothing_open_needs_no_draw(world_store: Engine) -> None:
    base = ground(world_store, basis(world_store))
    found = simulate(base, Counter(base), Circles(base.undecided), {}, top=20, readings=True)
    assert found.draws == 0
    assert {one.shape[0] for one in found.shares.values()} == {1}
