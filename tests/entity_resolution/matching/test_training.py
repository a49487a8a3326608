"""Training: the same names give the same model, and the model learns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entity_resolution.matching.evaluation import evaluate_linking
from entity_resolution.matching.model import Scorer
from entity_resolution.matching.training import grouping_examples, linking_examples, train
from pipelines.errors import InputError
from tests.entity_resolution.matching.made import made_gold

GOLD = made_gold(900)


def test_the_same_names_give_the_same_model_and_it_works(tmp_path: Path) -> None:
    said: list[str] = []
    files = train(GOLD, said.append)
    assert train(GOLD) == files
    assert said
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    every = evaluate_linking(GOLD, part="test", scorer=Scorer.load(tmp_path))[-1]
    assert every.top1 > 0.9
    assert 0 < json.loads(files["card.json"])["thresholds"]["linking"]["accept"] <= 1


def test_too_few_names_are_refused() -> None:
    with pytest.raises(InputError, match="fewer than"):
        train(GOLD[:100])


def test_examples_of_lone_organisations_have_no_right_answer_before_the_test() -> None:
    links, groups = linking_examples(GOLD), grouping_examples(GOLD)
    for examples in (links, groups):
        assert set(examples.part.tolist()) <= {"train", "calibrate", "test", ""}
        assert len(examples.matrix) == len(examples.left) == len(examples.same)
    learnt = links.part != "test"
    right = links.same[learnt].sum() / (len([row for row in GOLD if row.part != "test"]))
    assert 0.35 < right < 0.65
