"""Figure 26 by hand."""

from __future__ import annotations

import pytest

from analytics.basis import Basis
from analytics.figure_people import people_figure


def test_shares_are_of_those_whose_country_is_known(world_basis: Basis) -> None:
    frame = people_figure(world_basis).table.frame
    assert frame[["relations", "unknown"]].to_numpy().tolist() == [[3, 1], [1, 0]]
    assert frame["domestic"].tolist() == pytest.approx([200 / 3, 0])
    assert frame["foreign"].tolist() == pytest.approx([100 / 3, 100])


def test_no_people_no_shares(world_basis: Basis) -> None:
    table = people_figure(world_basis.with_years([2018])).table
    assert table.value(0, "relations") == 0
    assert table.value(0, "domestic") is None


def test_the_unknown_have_their_own_facts(world_basis: Basis) -> None:
    table = people_figure(world_basis).table
    assert len(table.behind(0, "unknown")) == 2
    assert len(table.behind(0, "relations")) == 5
