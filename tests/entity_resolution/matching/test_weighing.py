"""Weights of terms, and lists of what shares most."""

from __future__ import annotations

import numpy as np

from entity_resolution.matching.letters import letters
from entity_resolution.matching.terms import asked_for, asking
from entity_resolution.matching.weighing import Bearers, Found, Weights, best, in_turn, rank_in_list

NAMES = ["甲乙科技", "丙丁科技", "戊己科技", "甲乙丙丁"]


def found(*rows: tuple[int, int, float]) -> Found:
    left, right, score = zip(*rows, strict=True) if rows else ((), (), ())
    return Found(np.array(left, np.int32), np.array(right, np.int32), np.array(score, np.float32))


def test_rare_terms_weigh_more_and_too_common_ones_nothing() -> None:
    weights = Weights.by_count(np.array([1, 2, 3]), np.array([1, 5, 50]), 100, 10)
    assert weights.weight[0] > weights.weight[1] > weights.weight[2] == 0
    assert weights.at(np.array([2, 9])).tolist() == [weights.weight[1], np.float32(weights.rarest)]


def test_terms_of_too_many_names_find_nothing() -> None:
    assert Bearers(asked_for(letters(NAMES)), 2).search(asking(letters(["辛科技"])), 5).right.tolist() == []
    assert len(Bearers(asked_for(letters(NAMES)), 9).search(asking(letters(["辛科技"])), 5).right) == 3


def test_a_block_with_given_weights_finds_what_all_names_find() -> None:
    whole = Bearers(asked_for(letters(NAMES)), 9)
    late = Bearers(asked_for(letters(NAMES[2:])), 9, whole.weights, first=2)
    asks = asking(letters(["甲乙"]))
    every, part = whole.search(asks, 9), late.search(asks, 9)
    kept = every.right >= 2
    assert part.right.tolist() == every.right[kept].tolist()
    assert part.score.tolist() == every.score[kept].tolist()


def test_lists_are_joined_and_cut() -> None:
    joined = best([found((0, 1, 0.5), (0, 2, 0.4), (1, 1, 0.1)), found((0, 3, 0.45), (0, 1, 0.2))], 2)
    assert joined.left.tolist() == [0, 0, 1]
    assert joined.right.tolist() == [1, 3, 1]
    assert in_turn([found((0, 1, 0.1), (0, 2, 0.05)), found((0, 3, 9.0))], 2).right.tolist() == [1, 3]
    assert len(in_turn([found(), found()], 2).left) == 0


def test_places_in_lists() -> None:
    assert rank_in_list(np.array([0, 0, 0, 2, 5, 5], np.int32)).tolist() == [0, 1, 2, 0, 0, 1]
    assert rank_in_list(np.zeros(0, np.int32)).tolist() == []
