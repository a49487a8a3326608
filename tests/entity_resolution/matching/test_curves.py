"""The picture of precision against coverage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from entity_resolution.matching.curves import draw
from entity_resolution.matching.evaluation import Curve, evaluate_linking, linking_curves
from entity_resolution.matching.gold import Alias
from entity_resolution.matching.model import Scorer
from pipelines.errors import InputError
from tests.entity_resolution.matching.made import made_gold


def test_a_curve_meets_the_figures_at_the_threshold_that_ships() -> None:
    rows = made_gold(120)
    accept = Scorer.load().linking.accept
    lines = {line.difficulty: line for line in evaluate_linking(rows)}
    curves = linking_curves(rows)
    assert [one.difficulty for one in curves] == ["subsequence", "substring"]
    for one in curves:
        assert (np.diff(one.score) < 0).all()
        assert (np.diff(one.coverage) >= 0).all()
        joined = np.flatnonzero(one.score >= accept)
        line = lines[one.difficulty]
        assert one.coverage[joined[-1]] == pytest.approx(line.coverage)
        assert one.precision[joined[-1]] == pytest.approx(line.precision)


def test_a_name_without_an_answer_is_joined_at_no_threshold() -> None:
    (curve,) = linking_curves([Alias("E1", "北京甲云科技有限公司", "丙", "disjoint", None, False)])
    assert len(curve.score) == 0


def test_the_picture_is_written(tmp_path: Path) -> None:
    steps = np.linspace(1, 0, 30)
    curves = [Curve(name, steps, 1 - 0.3 * (1 - steps), 1 - steps) for name in ("substring", "other")]
    file = tmp_path / "curve.png"
    draw(curves, 0.9, file)
    assert file.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError):
        draw(curves, 0.9, tmp_path / "nowhere" / "curve.png")
