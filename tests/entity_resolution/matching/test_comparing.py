"""Pairs scored in parts are those scored at once, and what has no chance leaves its score behind."""

from __future__ import annotations

import numpy as np
import pytest

from entity_resolution.matching import comparing
from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.matching.comparing import Compared, compare
from entity_resolution.matching.features import FEATURES, matrix
from entity_resolution.matching.model import HOPELESS, Scorer
from entity_resolution.matching.name import Name
from tests.entity_resolution.matching.made import made_gold


def made_names(count: int) -> list[Name]:
    texts = dict.fromkeys(name for row in made_gold(count) for name in (row.canonical, row.alias))
    return [Name(str(at), text) for at, text in enumerate([*texts, "Yunhai Technology", ""])]


def test_scores_are_those_of_the_whole_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    names, scorer = made_names(150), Scorer.load()
    pairs = Index([one.name for one in names]).itself(10)
    features = matrix(names, names, pairs)
    raw = scorer.raw(features)
    monkeypatch.setattr(comparing, "AT_ONCE", 700)
    found = compare(names, pairs, scorer)
    np.testing.assert_allclose(found.raw, raw, atol=1e-6)
    assert found.at.tolist() == np.flatnonzero(raw > HOPELESS).tolist()
    assert 0 < len(found.at) < len(raw)
    np.testing.assert_allclose(found.features, features[found.at], atol=1e-6)


def test_names_that_are_in_no_pair_change_nothing() -> None:
    names, scorer = made_names(30), Scorer.load()
    pairs = Pairs(np.array([3, 5], np.int32), np.array([4, 3], np.int32))
    alone = compare([names[3], names[4], names[5]], Pairs(pairs.left - 3, pairs.right - 3), scorer)
    np.testing.assert_allclose(compare(names, pairs, scorer).raw, alone.raw, atol=1e-6)


def test_no_pairs_and_no_parts() -> None:
    nothing = Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32))
    for found in (compare([], nothing, Scorer.load()), Compared.joined([])):
        assert len(found.raw) == len(found.at) == 0
        assert found.features.shape == (0, len(FEATURES))


def test_positions_go_on_over_joined_parts() -> None:
    one = Compared(np.array([-6.0, 2.0]), np.array([1]), np.ones((1, 2), np.float32))
    found = Compared.joined([one, one, one])
    assert found.at.tolist() == [1, 3, 5]
    assert found.raw[found.at].tolist() == [2.0, 2.0, 2.0]
