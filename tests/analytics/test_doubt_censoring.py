"""Supplement 9: the newest year of a source that is visited again and again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import Engine, insert, select

from analytics.basis import Basis, basis
from analytics.doubt.censoring import censoring_table
from entity_resolution.resolver import resolve
from pipelines.records import When
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from tests.filled_store import fill, supply

_START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_MEAN = 60
_EVENTS = 240


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, float]]:
    """A source visited every thirty days for two years, which tells of events some two months late; and the true
    share of 2021's events that it has told of by the last visit."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('late') / 'store.db'}", create=True)
    random = np.random.default_rng(6)
    happened = np.sort(random.integers(1, 730, _EVENTS))
    late = happened + random.geometric(1 / _MEAN, _EVENTS)
    deals = []
    for at, day in enumerate(happened.tolist()):
        when = When(start=(_START + dt.timedelta(days=day)).date(), precision="day")
        deals.append(supply("甲木科技", f"乙{at}号科技").model_copy(update={"when": when}))
    history = [supply("甲木科技", "丙火科技", 2015)]
    for visit in range(0, 731, 30):
        known = [deal for deal, seen in zip(deals, late.tolist(), strict=True) if seen <= visit]
        fill(engine, *history, *known, source="late", at=_START + dt.timedelta(days=visit))
    resolve(engine)
    entity = schema.entity
    with writing(engine) as connection:
        key = connection.execute(select(entity.c.id).where(entity.c.name == "甲木科技")).scalar_one()
        connection.execute(
            insert(schema.sample_edition).values(
                edition="2021", proposed_at=_START, frozen_at=_START, frozen_by="tests", rule={"until": 2021}
            )
        )
        connection.execute(
            insert(schema.sample_member).values(
                edition="2021", entity_id=key, score=1.0, decided_by="rule", reason="a trial"
            )
        )
    last = happened[happened >= 366]
    yield engine, float(np.mean(late[happened >= 366] <= 720)) if len(last) else 1.0
    engine.dispose()


def test_the_newest_year_is_known_in_part(told: tuple[Engine, float]) -> None:
    engine, truth = told
    shown = censoring_table(engine, basis(engine))
    frame = shown.frame.set_index(["group", "year"])
    row = frame.loc[[("technology", 2021)]].iloc[0]
    assert row["low"] <= 100 * truth <= row["high"]
    assert row["complete"] == pytest.approx(100 * truth, abs=8)
    assert row["low"] < row["complete"] < row["high"] <= 100
    before = frame.loc[[("technology", 2020)]].iloc[0]
    assert before["complete"] > 97
    assert 25 < row["half"] < 65
    assert row["half"] < row["ninety"]
    same = frame.loc[[("source-late", 2021)]].iloc[0]
    assert same["complete"] == row["complete"]


def test_the_facts_behind_are_those_of_the_year(told: tuple[Engine, float]) -> None:
    engine, _ = told
    shown = censoring_table(engine, basis(engine))
    for row in range(len(shown.frame)):
        if not np.isnan(shown.frame["complete"].iloc[row]):
            assert len(shown.behind(row, "facts")) == shown.frame["facts"].iloc[row]
            assert len(shown.behind(row, "half")) == shown.frame["followed"].iloc[row]


def test_the_same_store_gives_the_same_numbers(told: tuple[Engine, float]) -> None:
    engine, _ = told
    one, other = (censoring_table(engine, basis(engine)).frame for _ in range(2))
    assert one.equals(other)


def test_a_history_that_was_read_at_once_tells_nothing(world_store: Engine, world_basis: Basis) -> None:
    shown = censoring_table(world_store, world_basis)
    assert len(shown.frame) > 0
    assert shown.frame[["complete", "low", "high", "half"]].isna().all(axis=None)
    assert (shown.frame["followed"] == 0).all()
    assert shown.notes[-1].en.startswith("Gaps")
    assert shown.notes[-1].zh.startswith("空缺")
