"""Labelled names and their split."""

from __future__ import annotations

from pathlib import Path

import pytest

from entity_resolution.matching.gold import Alias, bearers, canonicals, is_lone, read_gold
from pipelines.errors import InputError
from tests.entity_resolution.matching.made import made_gold


def test_read(tmp_path: Path) -> None:
    file = tmp_path / "gold.csv"
    file.write_text(
        "entity_id,canonical,alias,difficulty,alias_ambiguous\nE1,甲云科技有限公司,甲云,substring,1\n"
    )
    assert read_gold([file]) == [Alias("E1", "甲云科技有限公司", "甲云", "substring", None, True)]


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "gold.csv"
    file.write_text("id,name\n1,甲云\n")
    with pytest.raises(InputError, match="entity_id"):
        read_gold([file])


def test_an_organisation_falls_into_one_part_as_a_whole() -> None:
    rows = made_gold(1000)
    parts = {row.entity: {other.part for other in rows if other.entity == row.entity} for row in rows[:50]}
    assert all(len(found) == 1 for found in parts.values())
    shares = {
        part: sum(row.part == part for row in rows) / len(rows) for part in ("train", "calibrate", "test")
    }
    assert shares["train"] == pytest.approx(0.6, abs=0.06)
    assert shares["test"] == pytest.approx(0.2, abs=0.05)
    assert sum(map(is_lone, canonicals(rows))) / 1000 == pytest.approx(0.5, abs=0.06)


def test_an_alias_may_have_several_bearers() -> None:
    rows = [
        Alias("E1", "甲云科技有限公司", "甲云", "substring", None, True),
        Alias("E2", "甲云传媒有限公司", "甲云", "substring", None, True),
    ]
    assert bearers(rows)["甲云"] == {"E1", "E2"}
