"""Where core people came from."""

from __future__ import annotations

from analytics.basis import Basis
from analytics.human_capital import origins


def test_a_row_a_relation_to_a_sample_company(world_basis: Basis) -> None:
    rows = origins(world_basis)
    known = world_basis.known["name"]
    found = {
        (known[row.source], known[row.target], row.kind, row.where)  # type: ignore[index]  # columns of itertuples are untyped
        for row in rows.itertuples()
    }
    assert found == {
        ("清华大学", "华为", "education", "domestic"),
        ("斯坦福大学", "华为", "education", "foreign"),
        ("英特尔", "华为", "work", "foreign"),
        ("清华大学", "百度", "education", "domestic"),
        ("无名学院", "百度", "education", ""),
    }


def test_nothing_before_the_present_post_began(world_basis: Basis) -> None:
    assert len(origins(world_basis.with_years([2018]))) == 0
    assert len(origins(world_basis.with_years([2019]))) == 3
