"""Features in words."""

from __future__ import annotations

import numpy as np

from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.explaining import LEAST, explained
from entity_resolution.matching.features import matrix
from entity_resolution.matching.model import Scorer
from entity_resolution.matching.name import Name


def test_the_strongest_pushes_come_first_with_their_values() -> None:
    pairs = Pairs(np.array([0], dtype=np.int32), np.array([0], dtype=np.int32))
    row = matrix([Name("1", "北航")], [Name("2", "北京航空航天大学")], pairs)[0]
    found = explained(row, Scorer.load())
    words = {feature: text for feature, text, _ in found}
    assert all(abs(push) >= LEAST for *_, push in found)
    assert words.get(
        "abbreviation_cost", "cost of reading it as an abbreviation 4 (60: impossible)"
    ).endswith("impossible)")
