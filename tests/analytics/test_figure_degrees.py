"""Figure 22."""

from __future__ import annotations

import pytest

from analytics.basis import Basis
from analytics.figure_degrees import degrees_figure


def test_the_distribution_adds_up(world_basis: Basis) -> None:
    frame = degrees_figure(world_basis).table.frame
    network = world_basis.network(2021)
    assert frame["nodes"].sum() == len(network.nodes)
    assert (frame["degree"] * frame["nodes"]).sum() == 2 * len(network.edges)
    assert frame["share"].sum() == pytest.approx(100)
    assert frame["at_least"].iloc[0] == pytest.approx(100)


def test_the_fit_and_the_concentration_stand_side_by_side(world_basis: Basis) -> None:
    found = degrees_figure(world_basis)
    assert found.line is not None
    assert found.line[0] > 1
    words = " ".join(note.en for note in found.table.notes)
    assert "18.8 %" in words
    assert "exponent" in words


def test_too_few_degrees_have_no_fit(world_basis: Basis) -> None:
    found = degrees_figure(world_basis.with_years([2018]))
    assert found.line is None
    assert any("Too few" in note.en for note in found.table.notes)
