"""Figures 18 to 21 by hand."""

from __future__ import annotations

import pytest

from analytics.basis import Basis
from analytics.charts import pictures
from analytics.checks import check
from analytics.figure_networks import YEARS, network_figure, network_figures


def test_nodes_by_group(world_basis: Basis) -> None:
    figure = network_figure(world_basis, "figure_21", 2021)
    network = world_basis.network(2021)
    frame = figure.table.frame
    assert frame["nodes"].sum() == len(network.nodes)
    assert frame["nodes"].iloc[0] == int(network.nodes["sample"].sum())
    assert frame["share"].sum() == pytest.approx(100)
    assert [one.found for one in check(figure.table) if not one.ok] == []


def test_a_node_has_one_place_in_all_years(world_basis: Basis) -> None:
    found = {}
    for identity, year in (("figure_20", 2019), ("figure_21", 2021)):
        drawn = network_figure(world_basis, identity, year).drawn
        assert drawn is not None
        found[year] = dict(zip(world_basis.network(year).nodes["entity"], drawn.places.tolist(), strict=True))
    assert found[2019]
    assert all(found[2021][one] == place for one, place in found[2019].items())


def test_the_largest_is_named_first(world_basis: Basis) -> None:
    drawn = network_figure(world_basis, "figure_21", 2021).drawn
    assert drawn is not None
    assert drawn.degrees[drawn.named[0][0]] == drawn.degrees.max()
    assert drawn.degrees.sum() == 2 * len(drawn.edges)


def test_a_year_without_relations_is_drawn_as_a_gap(world_basis: Basis) -> None:
    figure = network_figure(world_basis, "figure_18", 1999)
    assert figure.table.value(0, "nodes") is None
    assert set(pictures(figure)) == {".png", ".svg"}


def test_all_four_are_drawn_in_both_languages(world_basis: Basis) -> None:
    assert list(network_figures()) == list(YEARS)
    figure = network_figures()["figure_21"][1](world_basis)
    chinese, english = (pictures(figure, language) for language in ("zh", "en"))
    assert chinese[".png"] != english[".png"]
