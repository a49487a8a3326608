"""Supplement 6: the places of a ranking over undecided pairs and doubtful readings."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import Engine, select, update

from analytics.basis import Basis, basis
from analytics.doubt import range_text, rank_intervals
from analytics.doubt.ranks import doubts, ranks_table
from analytics.supplements import supplement
from analytics.tables import table
from entity_resolution.curated import Curated
from entity_resolution.judgements import judge
from pipelines.store import schema
from pipelines.store.session import writing
from tests.analytics.asked import ask, copied
from tests.analytics.world import entity_id

NOBODY = Curated((), ())

engine = pytest.fixture(copied)


def test_with_nothing_open_each_range_is_the_place_itself(world_store: Engine, world_basis: Basis) -> None:
    frames = rank_intervals(world_store, world_basis)
    assert set(frames) == {"table_4", "table_5", "table_6", "table_7"}
    for one, frame in frames.items():
        told = table(world_basis, one).frame
        assert frame["entity"].tolist() == told["entity"].tolist()
        for name in ("rank_low", "rank_median", "rank_high", "identity_low", "identity_high"):
            assert frame[name].tolist() == told["rank"].tolist()
        assert frame["value_low"].tolist() == told["degree" if "degree" in told else "companies"].tolist()
        assert (frame["stays"] == 100).all()
    shown = ranks_table(world_store, world_basis)
    assert "No pair waits" in shown.notes[0].en
    assert "没有待判定" in shown.notes[0].zh


def test_a_pair_widens_the_range_and_one_judgement_closes_it(engine: Engine) -> None:
    ask(engine, "英特尔", "腾讯", 0.5)
    found = rank_intervals(engine, basis(engine), 50)["table_5"]
    row = found[(found["year"] == 2021) & (found["entity"] == entity_id("腾讯"))]
    assert (row["value_low"] < row["value_high"]).tolist() == [True]
    assert row["identity_low"].tolist() == row["rank_low"].tolist()
    judge(engine, "英特尔", "腾讯", "different", reason="a trial", known=NOBODY)
    after = rank_intervals(engine, basis(engine), 50)["table_5"]
    assert (after["value_low"] == after["value_high"]).all()


def test_what_a_person_was_unsure_of_is_still_open(engine: Engine) -> None:
    ask(engine, "英特尔", "腾讯", 0.5)
    judge(engine, "英特尔", "腾讯", "unsure", reason="cannot tell", known=NOBODY)
    with engine.connect() as connection:
        closed = connection.execute(select(schema.candidate.c.closed_at)).scalar_one()
    assert closed is not None
    assert len(doubts(engine, basis(engine), 1).ground.undecided.pairs) == 1


def test_persons_are_told_of_and_not_drawn(engine: Engine) -> None:
    ask(engine, "王一", "李二", 0.9)
    ask(engine, "英特尔", "腾讯", 0.9, by="rule:name")
    found = doubts(engine, basis(engine), 5)
    (pair,) = found.ground.undecided.pairs
    assert (pair.chance, pair.calibrated) == (0.5, False)
    assert found.ground.undecided.persons == 1
    notes = " ".join(note.en for note in ranks_table(engine, basis(engine), 5).notes)
    assert "pairs of persons, which are not drawn: 1" in notes
    assert "1 of the pairs have no calibrated chance" in notes


def test_a_fact_that_was_hardly_read_hardly_counts(engine: Engine) -> None:
    fact, evidence = schema.fact, schema.evidence
    with writing(engine) as connection:
        rounds = select(fact.c.id).where(fact.c.kind == "financing")
        connection.execute(update(evidence).where(evidence.c.fact_id.in_(rounds)).values(confidence=0.1))
    found = rank_intervals(engine, basis(engine), 50)
    first = found["table_7"].iloc[0]
    assert (first["value_low"], first["identity_low"], first["identity_high"]) == (0, 1, 1)
    assert first["stays"] < 50
    assert (found["table_4"]["value_low"] == found["table_4"]["value_high"]).all()


def test_the_same_store_gives_the_same_ranges(engine: Engine) -> None:
    ask(engine, "英特尔", "腾讯", 0.5)
    ask(engine, "科大讯飞", "百度", 0.4)
    one, other = (rank_intervals(engine, basis(engine), 50) for _ in range(2))
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name])


def test_who_enters_often_is_told_beneath(engine: Engine) -> None:
    ask(engine, "英特尔", "腾讯", 0.5)
    shown = ranks_table(engine, basis(engine, top=1), 50)
    beneath = shown.frame[shown.frame["rank"].isna()]
    assert len(beneath) > 0
    assert (beneath["stays"] >= 10).all()
    row = int(shown.frame.index[shown.frame["rank"].notna()][0])
    assert len(shown.behind(row, "value")) > 0
    assert len(shown.behind(int(beneath.index[0]), "value")) == 0


def test_it_is_a_supplement(world_store: Engine, world_basis: Basis) -> None:
    assert supplement(world_store, world_basis, "s6").id == "supplement_6"


@pytest.mark.parametrize(("low", "high", "text"), [(3, 3, "3"), (3, 5, "3–5")])
def test_ranges_are_short(low: int, high: int, text: str) -> None:
    assert range_text(low, high) == text
