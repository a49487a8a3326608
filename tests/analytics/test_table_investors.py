"""Table 7 of the small world."""

from __future__ import annotations

from analytics.basis import Basis
from analytics.table_investors import investors_table


def test_investors_by_class(world_basis: Basis) -> None:
    frame = investors_table(world_basis).frame
    assert list(zip(frame["group"], frame["rank"], frame["name"], frame["companies"], strict=True)) == [
        # Two names of one investor, and two rounds of one company, count once.
        ("institutional", 1, "红杉资本中国", 2),
        ("institutional", 2, "<b>恶意</b>&资本", 1),
        ("institutional", 2, "IDG资本", 1),
        ("non_institutional", 1, "腾讯", 1),
        ("person", 1, "王一", 1),
    ]
    assert len(investors_table(world_basis).behind(0, "companies")) == 3


def test_the_rule_stands_in_the_notes(world_basis: Basis) -> None:
    assert any("创投" in note.en and "ventures" in note.en for note in investors_table(world_basis).notes)


def test_no_person_no_block_of_persons(world_basis: Basis) -> None:
    early = investors_table(world_basis.with_years([2018, 2019]))
    assert set(early.frame["group"]) == {"institutional"}
