"""Supplement 7: shares over undecided pairs and doubtful readings."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Engine, select, update

from analytics.basis import Basis, basis
from analytics.doubt.shares import share_intervals, shares_table
from analytics.figures import figure
from pipelines.store import schema
from pipelines.store.session import writing
from tests.analytics.asked import ask, copied

engine = pytest.fixture(copied)


def test_with_nothing_open_each_range_is_the_share_itself(world_store: Engine, world_basis: Basis) -> None:
    shown = shares_table(world_store, world_basis)
    frame = shown.frame
    for name in ("low", "median", "high", "identity_low", "identity_high"):
        np.testing.assert_array_equal(frame[name], frame["share"])
    published = figure(world_basis, "27").table
    row = published.frame.iloc[-1]
    for at, code in enumerate(frame["code"]):
        if frame["list"].iloc[at] == "technology_categories":
            assert frame["share"].iloc[at] == pytest.approx(row[code])
            assert (
                shown.behind(at, "share").tolist()
                == published.behind(len(published.frame) - 1, code).tolist()
            )
    assert frame.groupby("list")["share"].sum().round(9).tolist() == [100.0] * 4


def test_a_foreign_partner_that_may_be_a_domestic_one_moves_the_share(engine: Engine) -> None:
    ask(engine, "英特尔", "腾讯", 0.5)
    frame = share_intervals(engine, basis(engine), 50)
    wide = frame[frame["identity_low"] < frame["identity_high"]]
    assert wide.loc[wide["list"] == "input", "code"].tolist() == ["foreign", "domestic"]
    assert len(wide) < len(frame)


def test_a_category_read_with_doubt_may_vanish(engine: Engine) -> None:
    fact, evidence = schema.fact, schema.evidence
    with writing(engine) as connection:
        told = select(fact.c.id).where(fact.c.kind == "cooperation", fact.c.value == "supply")
        some = connection.execute(told.order_by(fact.c.id)).scalars().all()
        connection.execute(update(evidence).where(evidence.c.fact_id.in_(some)).values(confidence=0.5))
    frame = share_intervals(engine, basis(engine), 50)
    assert (frame["identity_low"] == frame["identity_high"]).all()
    assert (frame["low"] < frame["high"]).any()
    assert (frame["low"] >= 0).all()
    assert (frame["high"] <= 100).all()


def test_nothing_to_share_is_unknown(engine: Engine) -> None:
    fact, evidence = schema.fact, schema.evidence
    with writing(engine) as connection:
        gone = select(fact.c.id).where(fact.c.kind == "cooperation")
        connection.execute(
            update(evidence).where(evidence.c.fact_id.in_(gone)).values(ended_at=evidence.c.last_seen)
        )
    frame = share_intervals(engine, basis(engine), 5)
    assert frame[["share", "low", "high"]].isna().all(axis=None)
