"""What no source told of: estimates where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.doubt.unseen import unseen, unseen_table
from analytics.supplements import supplement


def _lists(random: np.random.Generator, every: int, chances: list[float]) -> list[set[str]]:
    """So many things, of which each list has each by its chance; those that are in one at least."""
    caught = random.random((every, len(chances))) < np.array(chances)
    return [{f"list {at}" for at in np.flatnonzero(row)} for row in caught if row.any()]


@pytest.mark.parametrize("chances", [[0.4, 0.3], [0.3] * 4, [0.5, 0.4, 0.2], [0.1] * 8])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(chances: list[float]) -> None:
    """Lists that find all things alike, and by themselves: then the estimate is about right, and its interval holds
    the truth in 90 of 100 worlds; 400 worlds are off by less than 5 of 100 for chance alone."""
    random = np.random.default_rng(11)
    held, guesses = 0, []
    for _ in range(400):
        found = unseen(_lists(random, 600, chances))
        assert found is not None
        held += found.low <= 600 <= found.high
        guesses.append(found.all)
    assert 0.84 <= held / 400 <= 0.96
    assert np.mean(guesses) == pytest.approx(600, rel=0.02)


def test_unlike_things_make_it_a_lower_bound() -> None:
    random = np.random.default_rng(5)
    easy, hard = (_lists(random, 300, [chance] * 4) for chance in (0.6, 0.08))
    found = unseen(easy + hard)
    assert found is not None
    assert len(easy) + len(hard) < found.all < 600


def test_two_lists_by_hand() -> None:
    """Chapman: 11 × 9 / 5 − 1."""
    found = unseen([{"a"}] * 6 + [{"b"}] * 4 + [{"a", "b"}] * 4)
    assert found is not None
    assert found.all == pytest.approx(11 * 9 / 5 - 1)


def test_more_lists_by_hand() -> None:
    """Seen 9; six found once, three of them by one list; two found twice."""
    found = unseen([{"a"}, {"a"}, {"a"}, {"b"}, {"b"}, {"c"}, {"a", "b"}, {"b", "c"}, {"a", "b", "c"}])
    assert found is not None
    assert found.all == pytest.approx(9 + (36 - 9 - 4 - 1) / 6)


def test_a_list_within_another_leaves_room_for_doubt() -> None:
    found = unseen([{"a", "b"}] * 136 + [{"a"}] * 110)
    assert found is not None
    assert (found.all, found.low) == (246, 246)
    assert 247 < found.high < 250
    found = unseen([{"a", "b"}, {"b", "c"}, {"a", "b", "c"}] * 20)
    assert found is not None
    assert found.all == found.low == 60 < found.high


@pytest.mark.parametrize("found", [[], [{"a"}] * 9, [{"a"}, {"b"}, {"c"}], [set(), {"a"}]])
def test_without_overlap_it_cannot_be_told(found: list[set[str]]) -> None:
    assert unseen(found) is None


@given(st.lists(st.sets(st.sampled_from("abcde"), min_size=1), max_size=60))
def test_there_are_never_fewer_than_what_is_known(found: list[set[str]]) -> None:
    guess = unseen(found)
    if guess is not None:
        assert len(found) <= guess.low <= guess.all <= guess.high < float("inf")


def test_one_source_leaves_gaps_with_a_note(world_store: Engine, world_basis: Basis) -> None:
    shown = unseen_table(world_store, world_basis)
    assert shown.frame["all"].isna().all()
    assert shown.frame["found"].notna().all()
    assert shown.notes[-1].en.startswith("Gaps")
    assert shown.notes[-1].zh.startswith("空缺")
    assert supplement(world_store, world_basis, "s11").id == "supplement_11"
