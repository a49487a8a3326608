"""Figures: found by number, with facts behind every number."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.figures import FIGURES, figure
from analytics.trace import trace
from pipelines.errors import UsageError


@pytest.mark.parametrize("identity", list(FIGURES))
def test_every_figure_is_found_and_its_numbers_have_facts(
    world_basis: Basis, world_store: Engine, identity: str
) -> None:
    found = figure(world_basis, identity.removeprefix("figure_"))
    assert found.id == identity
    table = found.table
    for row in range(len(table.frame)):
        for name in found.series:
            value, facts = table.value(row, name), table.behind(row, name)
            assert (len(facts) > 0) == bool(value), (identity, row, name)
            assert len(trace(world_store, facts)) == len(facts)


def test_an_unknown_figure_is_refused(world_basis: Basis) -> None:
    with pytest.raises(UsageError, match="names no figure; there are: 1 创建时间"):
        figure(world_basis, "99")
