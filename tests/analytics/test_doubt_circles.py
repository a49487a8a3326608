"""Draws of undecided pairs: each by its chance, none against what is known."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.doubt.circles import SMALL, Circles
from analytics.doubt.undecided import Pair, Undecided
from entity_resolution.clustering import Node
from entity_resolution.log import Judgement

_DRAWS = 3000


def _open(
    *pairs: tuple[str, str, float],
    apart: tuple[tuple[str, str], ...] = (),
    ids: dict[str, tuple[str, str]] | None = None,
    suggestion: str = "same",
) -> Undecided:
    names = sorted({name for left, right, _ in pairs for name in (left, right)})
    given_ids = ids or {}
    nodes = tuple(Node(one, one, identifiers=(given_ids[one],) if one in given_ids else ()) for one in names)
    return Undecided(
        tuple(Pair(left, right, suggestion, chance) for left, right, chance in pairs),  # type: ignore[arg-type]  # a word of few
        nodes,
        tuple(Judgement(at, left, right, "different", "person:a") for at, (left, right) in enumerate(apart)),
    )


def _shares(found: Undecided) -> dict[tuple[bool, ...], float]:
    circles, random = Circles(found), np.random.default_rng(7)
    counts = Counter(tuple(circles.draw(random).tolist()) for _ in range(_DRAWS))
    return {outcome: count / _DRAWS for outcome, count in counts.items()}


def test_a_pair_is_joined_by_its_chance() -> None:
    shares = _shares(_open(("a", "b", 0.3), ("c", "d", 0.9)))
    assert shares[True, True] == pytest.approx(0.27, abs=0.03)
    assert shares[False, False] == pytest.approx(0.07, abs=0.02)


def test_a_ring_of_three_is_none_two_or_three_in_proportion() -> None:
    """Of eight outcomes three join two pairs and part the third: they contradict themselves."""
    shares = _shares(_open(("a", "b", 0.5), ("b", "c", 0.5), ("a", "c", 0.5)))
    assert len(shares) == 5
    assert all(share == pytest.approx(0.2, abs=0.03) for share in shares.values())


def test_what_is_judged_apart_is_never_joined() -> None:
    shares = _shares(_open(("a", "b", 0.9), ("b", "c", 0.9), apart=(("a", "c"),)))
    weights = {(False, False): 0.01, (True, False): 0.09, (False, True): 0.09}
    for outcome, weight in weights.items():
        assert shares[outcome] == pytest.approx(weight / 0.19, abs=0.03)
    assert set(shares) == set(weights)


def test_two_identifiers_of_one_scheme_are_never_joined() -> None:
    ids = {"a": ("lei", "1"), "c": ("lei", "2")}
    assert (True, True) not in _shares(_open(("a", "b", 0.9), ("b", "c", 0.9), ids=ids))
    assert _shares(_open(("a", "c", 0.99), ids=ids)) == {(False,): 1.0}


def test_a_pair_that_is_judged_apart_by_now_stays_apart() -> None:
    assert _shares(_open(("a", "b", 1.0), apart=(("a", "b"),))) == {(False,): 1.0}


def test_a_unit_is_kept_apart_from_what_it_is_a_unit_of() -> None:
    found = Undecided(
        (Pair("a", "b", "unit of", 1.0, False), Pair("a", "c", "same", 1.0), Pair("b", "c", "same", 0.5)),
        tuple(Node(one, one) for one in "abc"),
    )
    assert _shares(found) == {(True, True, False): 1.0}


def test_no_part_says_nothing_about_one_bearer() -> None:
    found = Undecided(
        (Pair("a", "b", "unit of", 0.0, False), Pair("a", "c", "same", 1.0), Pair("b", "c", "same", 1.0)),
        tuple(Node(one, one) for one in "abc"),
    )
    assert _shares(found) == {(False, True, True): 1.0}


def test_certain_pairs_that_contradict_each_other_join_nothing() -> None:
    found = _open(("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 0.0))
    assert _shares(found) == {(False, False, False): 1.0}


def test_nothing_open_gives_empty_draws() -> None:
    assert Circles(Undecided()).draw(np.random.default_rng(0)).shape == (0,)


@st.composite
def _worlds(draw: st.DrawFn) -> Undecided:
    """Up to nine entities: circles small and large, some pairs apart, some with identifiers."""
    names = [f"n{at}" for at in range(draw(st.integers(2, 9)))]
    every = list(combinations(names, 2))
    pairs = draw(st.lists(st.sampled_from(every), unique=True, min_size=1, max_size=3 * SMALL))
    rest = [one for one in every if one not in pairs] or every[:1]
    apart = draw(st.lists(st.sampled_from(rest), unique=True, max_size=4))
    ids = draw(st.dictionaries(st.sampled_from(names), st.sampled_from(["1", "2"]), max_size=4))
    chances = st.floats(0.05, 0.95)
    return _open(
        *((left, right, draw(chances)) for left, right in pairs),
        apart=tuple(apart),
        ids={name: ("uscc", value) for name, value in ids.items()},
    )


@given(_worlds(), st.integers(0, 2**32))
def test_every_draw_keeps_what_is_known(found: Undecided, seed: int) -> None:
    drawn = Circles(found).draw(np.random.default_rng(seed))
    group = {str(node.key): {str(node.key)} for node in found.nodes}
    for pair, same in zip(found.pairs, drawn.tolist(), strict=True):
        if same:
            joined = group[pair.left] | group[pair.right]
            group.update(dict.fromkeys(joined, joined))
    for pair, same in zip(found.pairs, drawn.tolist(), strict=True):
        assert (pair.right in group[pair.left]) == same  # no chain joins what was drawn as two
    for row in found.apart:
        assert str(row.right) not in group.get(str(row.left), ())
    borne = {str(node.key): node.identifiers[0][1] for node in found.nodes if node.identifiers}
    for members in group.values():
        assert len({borne[one] for one in members if one in borne}) <= 1


@given(_worlds(), st.integers(0, 2**32))
def test_one_seed_gives_one_draw(found: Undecided, seed: int) -> None:
    one, other = (Circles(found).draw(np.random.default_rng(seed)) for _ in range(2))
    assert one.tolist() == other.tolist()
