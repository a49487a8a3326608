"""The model that ships, its calibration and its thresholds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.features import matrix
from entity_resolution.matching.model import FIRST_TREES, FOLDER, Calibration, Scorer
from entity_resolution.matching.name import Name
from pipelines.errors import InputError

ONE = [Name("1", "云天励飞"), Name("2", "云海科技")]
OTHER = [Name("1", "深圳市云天励飞技术股份有限公司"), Name("2", "某某牛奶有限公司")]


def features() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    pairs = Pairs(np.array([0, 0, 1], dtype=np.int32), np.array([0, 1, 1], dtype=np.int32))
    return matrix(ONE, OTHER, pairs)


def test_scores_are_probabilities_and_tell_same_from_different() -> None:
    found = Scorer.load().score(features())
    assert found.dtype == np.float64
    assert ((found >= 0) & (found <= 1)).all()
    assert found[0] > 0.5 > found[1]


def test_thresholds_are_in_order() -> None:
    scorer = Scorer.load()
    for one in (scorer.linking, scorer.grouping):
        assert 0 < one.review <= one.accept <= 1
    assert scorer.thresholds == scorer.linking


def test_scores_hang_on_nothing_but_the_row() -> None:
    rows = features()
    scorer = Scorer.load()
    assert scorer.raw(rows).tolist() == [float(scorer.raw(row.reshape(1, -1))[0]) for row in rows]


def test_pushes_add_up_to_the_raw_score() -> None:
    rows = features()
    scorer = Scorer.load()
    assert float(scorer.pushes(rows[0]).sum()) == pytest.approx(float(scorer.raw(rows)[0]), abs=1e-6)
    assert FIRST_TREES > 0


def test_no_rows_no_scores() -> None:
    scorer, nothing = Scorer.load(), np.zeros((0, features().shape[1]), dtype=np.float32)
    none = np.zeros(0, dtype=np.int32)
    assert len(scorer.score(nothing)) == len(scorer.link(nothing, np.zeros(0), none, none)) == 0


def test_a_calibration_rises() -> None:
    line = Calibration((-1.0, 0.0, 2.0), (0.1, 0.4, 0.9))
    assert line.of(np.array([-5, -1, -0.5, 2, 9])).tolist() == pytest.approx([0.1, 0.1, 0.25, 0.9, 0.9])


def test_the_model_is_small_and_has_its_card() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 5_000_000
    card = json.loads((FOLDER / "card.json").read_text(encoding="utf-8"))
    assert {"calibration", "thresholds"} <= set(card)


@pytest.mark.parametrize("broken", ["card.json", "pair.txt"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, broken: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    (folder / broken).write_text("{}" if broken == "card.json" else "tree\n")
    with pytest.raises(InputError, match="model"):
        Scorer.load(folder)


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    shutil.copyfile(folder / "linking.txt", folder / "pair.txt")
    with pytest.raises(InputError, match="other features"):
        Scorer.load(folder)
