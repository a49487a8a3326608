"""Table 6 of the small world."""

from __future__ import annotations

from analytics.basis import Basis
from analytics.table_people import people_table


def test_origins_domestic_and_foreign(world_basis: Basis) -> None:
    frame = people_table(world_basis).frame
    assert list(zip(frame["group"], frame["name"], frame["degree"], frame["people"], strict=True)) == [
        ("education_domestic", "清华大学", 2, 2),
        ("education_foreign", "斯坦福大学", 1, 1),
        ("work_foreign", "英特尔", 1, 1),
    ]


def test_an_institution_without_country_stands_in_the_notes(world_basis: Basis) -> None:
    notes = [note.en for note in people_table(world_basis).notes]
    assert "Institutions whose country no source names, under neither heading: 1." in notes


def test_the_facts_are_the_study_and_the_present_post(world_basis: Basis) -> None:
    shown = people_table(world_basis)
    assert len(shown.behind(0, "degree")) == 4  # two studies, two posts
