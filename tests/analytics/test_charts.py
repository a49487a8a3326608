"""Charts: the same bytes each time, both languages, no boxes, and what they draw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from analytics import charts
from analytics.basis import Basis
from analytics.charts import OTHERS, PALETTE, draw, render, save
from analytics.exhibits import Language
from analytics.figures import FIGURES, figure
from pipelines.errors import UsageError


@pytest.mark.parametrize("identity", list(FIGURES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_is_drawn_the_same_twice(world_basis: Basis, identity: str, language: Language) -> None:
    """A missing glyph would be a warning, and warnings are errors here."""
    found = figure(world_basis, identity)
    svg = render(found, ".svg", language)
    assert svg == render(found, ".svg", language)
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert b"<dc:date>" not in svg
    png = render(found, ".png", language)
    assert png == render(found, ".png", language)
    assert png.startswith(b"\x89PNG")


def test_titles_are_in_the_language(world_basis: Basis, monkeypatch: pytest.MonkeyPatch) -> None:
    found = figure(world_basis, "23")
    assert draw(found, "en").axes[0].get_title(loc="left") == "Technology input and empowerment"
    monkeypatch.setattr(charts, "chinese_family", lambda: "DejaVu Sans")
    assert draw(found, "zh").axes[0].get_title(loc="left") == "技术输入和赋能"
    monkeypatch.setattr(charts, "chinese_family", lambda: None)
    assert draw(found, "zh").axes[0].get_title(loc="left") == "Technology input and empowerment"


def test_lines_go_through_the_numbers(world_basis: Basis) -> None:
    found = figure(world_basis, "23")
    drawn = {tuple(np.asarray(line.get_ydata())) for line in draw(found, "en").axes[0].lines}
    assert {tuple(found.table.frame[name].astype(float)) for name in found.series} <= drawn


def test_labels_of_lines_that_end_together_do_not_touch(world_basis: Basis) -> None:
    found = figure(world_basis, "23")
    level = replace(found.table, frame=found.table.frame.assign(input=5, empowerment=5))
    axes = draw(replace(found, table=level), "en").axes[0]
    places = sorted(text.get_position()[1] for text in axes.texts)
    low, high = axes.get_ylim()
    assert places[1] - places[0] >= 0.06 * (high - low)


def test_beyond_seven_series_the_rest_are_one(world_basis: Basis) -> None:
    found = figure(world_basis, "27")
    shares = dict.fromkeys(found.series, 100 / len(found.series))
    many = replace(found.table, frame=found.table.frame.assign(**shares))
    axes = draw(replace(found, table=many), "en").axes[0]
    labels = [text.get_text() for text in axes.texts]
    assert len(labels) == len(PALETTE) + 1
    assert any(label.startswith("10 others  58.8%") for label in labels)
    assert OTHERS.lower() in render(replace(found, table=many), ".svg", "en").decode()


def test_one_year_alone_is_drawn(world_basis: Basis) -> None:
    basis = world_basis.with_years([2021])
    for identity in FIGURES:
        assert render(figure(basis, identity), ".png")


def test_without_numbers_it_says_so(world_basis: Basis) -> None:
    empty = figure(world_basis.with_years([2000]), "27")
    assert [text.get_text() for text in draw(empty, "en").axes[0].texts] == ["No data yet"]


def test_other_formats_are_refused(world_basis: Basis, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not \.jpg"):
        save(figure(world_basis, "23"), tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []
