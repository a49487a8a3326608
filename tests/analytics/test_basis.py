"""The basis: years, what enters a network, countries, notes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from analytics.basis import Basis, basis, fact_ids
from analytics.facts import View
from analytics.networks import DIMENSIONS
from pipelines.errors import UsageError
from tests.analytics.world import entity_id


def test_years_end_with_the_rule_of_the_sample(world_basis: Basis) -> None:
    assert world_basis.years == (2018, 2019, 2020, 2021)
    assert world_basis.ranking_years == (2019, 2021)
    assert not world_basis.asked


def test_years_asked_for_are_the_years_of_rankings(world_store: Engine) -> None:
    asked = basis(world_store, years=[2022, 2020, 2022])
    assert asked.years == asked.ranking_years == (2020, 2022)
    assert asked.with_years([2019, 2020, 2021]).ranking_years == (2019, 2021)


def test_the_years_of_the_printed_rankings_where_they_fit(world_basis: Basis) -> None:
    assert world_basis.with_years(range(2014, 2022)).ranking_years == (2015, 2017, 2019, 2021)
    assert world_basis.with_years(range(2014, 2024)).ranking_years == (2017, 2019, 2021, 2023)


@pytest.mark.parametrize("years", [(), (2020, 2019), (1, 2021)])
def test_strange_years_are_refused(world_basis: Basis, years: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="year"):
        replace(world_basis, years=years)


def test_the_relations_behind_a_network_are_those_that_build_it(world_basis: Basis) -> None:
    for year in world_basis.years:
        for dimension in DIMENSIONS:
            rows = world_basis.until(year, (dimension,))
            network = world_basis.network(year, (dimension,))
            entity = network.nodes["entity"]
            edges = set(
                zip(network.edges["source"].map(entity), network.edges["target"].map(entity), strict=True)
            )
            assert edges == set(zip(rows["source"], rows["target"], strict=True))
            assert network.edges["facts"].sum() <= len(fact_ids(rows)) * max(len(edges), 1)


def test_a_country_that_nobody_names_is_neither_domestic_nor_foreign(world_basis: Basis) -> None:
    entities = [entity_id(name) for name in ("清华大学", "英特尔", "无名学院")]
    assert world_basis.domestic(entities) == [True, False, None]


def test_undated_relations_are_counted_by_dimension(world_basis: Basis) -> None:
    assert [note.en for note in world_basis.reading_notes(("technology",))] == [
        "Relations without a date, which enter no year: 1."
    ]
    assert world_basis.reading_notes(("investment",)) == ()


def test_a_sample_that_is_not_there_is_named(world_store: Engine) -> None:
    with pytest.raises(UsageError, match="there is no sample '1999'"):
        basis(world_store, "1999")


def test_before_anything_was_seen_there_are_no_years(world_store: Engine) -> None:
    import datetime as dt

    with pytest.raises(UsageError, match="no year"):
        basis(world_store, view=View(known=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)))
