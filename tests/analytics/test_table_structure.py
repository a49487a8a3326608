"""Table 1 against a count of the small world by hand."""

from __future__ import annotations

import pandas as pd

from analytics.basis import Basis
from analytics.table_structure import structure_table


def test_kinds_are_counted_and_gaps_are_gaps(world_basis: Basis) -> None:
    shown = structure_table(world_basis)
    counts = {shown.frame["item"][row]: shown.value(row, "count") for row in range(len(shown.frame))}
    assert counts == {
        "foundation_layer": 1,
        "technology_layer": 2,
        "application_layer": 1,
        "sample_companies": 4,
        "companies": 8,
        "universities": 3,
        "research_institutes": None,
        "governments": None,
        "industry_alliances": None,
        "industrial_parks": None,
        "investors": 5,
        "core_people": 2,
        "policies": None,
    }
    assert any("Research institutes" in note.en and "Gaps" in note.en for note in shown.notes)


def test_a_company_without_layer_is_counted_apart(world_basis: Basis) -> None:
    members = world_basis.edition.members
    edition = type(world_basis.edition)(
        "2021",
        world_basis.edition.proposed_at,
        None,
        None,
        {},
        members.assign(layer=pd.Series(pd.NA, index=members.index)),
    )
    shown = structure_table(Basis(world_basis.facts, edition, world_basis.years))
    counts = dict(zip(shown.frame["item"], shown.frame["count"], strict=True))
    assert counts["no_layer"] == counts["sample_companies"] == 4
    assert pd.isna(counts["foundation_layer"])  # nobody's layer is known, so none is known to be of this one
