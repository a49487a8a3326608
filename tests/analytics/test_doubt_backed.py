"""Supplements 10 and 11 over a store with copies and several sources."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select, update

from analytics.basis import Basis, basis
from analytics.doubt.backed import backed_table
from analytics.doubt.finds import finds
from analytics.doubt.unseen import unseen_table
from pipelines.store import schema
from pipelines.store.session import writing
from tests.analytics.asked import copied

engine = pytest.fixture(copied)


def _spread(engine: Engine, hosts: int) -> None:
    """Let the pages of cooperations and rounds be of several hosts, in turn."""
    page, evidence, fact = schema.page, schema.evidence, schema.fact
    with writing(engine) as connection:
        told = (
            select(page.c.id)
            .distinct()
            .join(evidence, evidence.c.page_id == page.c.id)
            .join(fact, fact.c.id == evidence.c.fact_id)
            .where(fact.c.kind.in_(("cooperation", "financing")))
            .order_by(page.c.id)
        )
        for at, key in enumerate(connection.execute(told).scalars().all()):
            url = f"https://{at % hosts}.example/{key}"
            connection.execute(update(page).where(page.c.id == key).values(url=url))


def test_one_site_is_one_source(world_store: Engine, world_basis: Basis) -> None:
    shown = backed_table(world_store, world_basis)
    frame = shown.frame.set_index(["unit", "dimension"])
    assert (frame["one"] == frame["all"]).all()
    assert (frame["share"] == 0).all()
    edges = world_basis.network(world_basis.last).edges["dimension"].value_counts()
    assert {one: frame["all"]["relations", one] for one in edges.index} == edges.to_dict()
    for row in range(len(shown.frame)):
        assert len(shown.behind(row, "all")) > 0
        assert len(shown.behind(row, "two")) == 0
        assert shown.behind(row, "one").tolist() == shown.behind(row, "all").tolist()


def test_several_sites_are_several(engine: Engine) -> None:
    _spread(engine, 50)
    of = basis(engine)
    found = finds(engine, of)
    counts = sorted(len(one) for one in found.sources("technology"))
    assert counts[-1] == 2  # 华为 gave 腾讯 twice, on two pages
    shown = backed_table(engine, of)
    frame = shown.frame.set_index(["unit", "dimension"])
    assert frame["two"]["relations", "technology"] == 1
    assert frame["two"]["facts", "technology"] == 0
    row = int(
        shown.frame.index[(shown.frame["unit"] == "relations") & (shown.frame["dimension"] == "technology")][
            0
        ]
    )
    assert len(shown.behind(row, "share")) == 2
    guess = unseen_table(engine, of).frame.set_index("dimension")
    assert guess["all"]["technology"] > guess["found"]["technology"]
    assert 0 < guess["complete"]["technology"] < 100


def test_what_is_no_longer_said_has_no_source(engine: Engine) -> None:
    evidence = schema.evidence
    of = basis(engine)
    with writing(engine) as connection:
        connection.execute(update(evidence).values(ended_at=evidence.c.last_seen))
    assert {len(one) for one in finds(engine, of).sources("investment")} == {0}
