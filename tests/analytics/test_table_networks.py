"""Table 3 of the small world."""

from __future__ import annotations

from analytics.basis import Basis, fact_ids
from analytics.table_networks import networks_table


def test_a_row_a_year_with_sums_that_add_up(world_basis: Basis) -> None:
    frame = networks_table(world_basis).frame
    assert frame["year"].tolist() == [2018, 2019, 2020, 2021]
    assert frame["edges"].tolist() == [2, 7, 11, 16]
    assert (frame["sample_nodes"] + frame["relation_nodes"] == frame["nodes"]).all()
    assert (frame["average_degree"] == frame["edges"] / frame["nodes"]).all()
    assert (frame["average_degree"] == frame["average_weighted_degree"]).all()


def test_the_facts_of_a_year_are_those_of_its_network(world_basis: Basis) -> None:
    shown = networks_table(world_basis)
    assert shown.behind(0, "edges").tolist() == fact_ids(world_basis.until(2018)).tolist()
    sizes = [len(shown.behind(row, "modularity")) for row in range(4)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def test_a_year_without_edges_has_no_measures(world_basis: Basis) -> None:
    shown = networks_table(world_basis.with_years([2000, 2021]))
    assert shown.value(0, "edges") == 0
    assert shown.value(0, "average_path_length") is None
    assert shown.value(1, "average_path_length") is not None
    assert any("2000" in note.en for note in shown.notes)
