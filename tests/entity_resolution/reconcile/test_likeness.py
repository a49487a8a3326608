"""How alike names are, with the model and without."""

from __future__ import annotations

import math

import numpy as np
import pytest

from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.model import Scorer
from entity_resolution.matching.name import Name
from entity_resolution.reconcile.likeness import OfLetters, OfModel, likeness
from pipelines.errors import InputError

LEFT = [Name("", "北京示例科技"), Name("", "星河")]
RIGHT = [Name("a", "北京示例科技有限公司"), Name("b", "东方造船厂")]
PAIRS = Pairs(np.array([0, 0, 1], np.int32), np.array([0, 1, 1], np.int32))
NONE = Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32))


def test_the_model_gives_probabilities_and_its_threshold() -> None:
    model = likeness()
    assert isinstance(model, OfModel)
    assert 0.5 < model.accept <= 1
    scores = model.score(LEFT, RIGHT, PAIRS)
    assert scores.shape == (3,)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores[0] == scores.max()
    assert model.score(LEFT, RIGHT, NONE).shape == (0,)


def test_the_model_leaves_some_pairs_to_persons_whatever_their_score() -> None:
    model = likeness()
    assert model.bars(Name("", "示例科技", "company"), Name("", "示例科技", "university"))
    assert not model.bars(Name("", "示例科技", "company"), Name("", "示例科技", "company"))


def test_without_a_model_nothing_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> object:
        raise InputError("no usable model lies here")

    monkeypatch.setattr(Scorer, "load", missing)
    letters = likeness.__wrapped__()
    assert isinstance(letters, OfLetters)
    assert letters.accept == math.inf
    assert letters.bars(*LEFT)
    scores = letters.score(LEFT, RIGHT, PAIRS)
    assert 1 > scores[0] > scores[1]
    assert letters.score(LEFT, RIGHT, NONE).shape == (0,)
