"""Supplement 8: growth of the world and of coverage, over visits at known moments."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from sqlalchemy import Engine, insert, select

from analytics.basis import Basis, basis
from analytics.doubt.growth import earlier, growth_table
from analytics.facts import View
from entity_resolution.resolver import resolve
from pipelines.store import schema
from pipelines.store.session import writing
from tests.filled_store import fill, supply

_FIRST = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)
_LATER = dt.datetime(2021, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def engine(store: Engine) -> Engine:
    """One source that tells from 2015 on, read twice; another, read later, whose history begins in 2017."""
    old = [supply("甲木科技", "乙水科技", 2015), supply("甲木科技", "丙火科技", 2016)]
    fill(store, *old, supply("甲木科技", "庚金科技", 2016), source="old", at=_FIRST)
    fill(
        store, *old, supply("甲木科技", "丁土科技", 2016), source="old", at=_LATER
    )  # 庚金 is told of no more
    new = [supply("甲木科技", "戊石科技", 2017), supply("甲木科技", "乙水科技", 2017)]
    fill(store, *new, source="new", at=_LATER)
    resolve(store)
    _sampled(store, "甲木科技")
    return store


def _sampled(engine: Engine, name: str) -> None:
    entity = schema.entity
    with writing(engine) as connection:
        key = connection.execute(
            select(entity.c.id).where(entity.c.name == name, entity.c.redirect_to.is_(None))
        ).scalar_one()
        connection.execute(
            insert(schema.sample_edition).values(
                edition="2017", proposed_at=_LATER, frozen_at=_LATER, frozen_by="tests", rule={"until": 2017}
            )
        )
        connection.execute(
            insert(schema.sample_member).values(
                edition="2017", entity_id=key, score=1.0, decided_by="rule", reason="a trial"
            )
        )


def _row(frame: pd.DataFrame, unit: str, year: int, names: list[str]) -> list[int]:
    (row,) = frame[(frame["unit"] == unit) & (frame["year"] == year)][names].to_numpy().tolist()
    return [int(one) for one in row]


def test_what_a_beginning_source_adds_is_no_growth_of_the_world(engine: Engine) -> None:
    shown = growth_table(engine, basis(engine))
    frame = shown.frame
    names = ["total", "growth", "world", "new_sources"]
    assert _row(frame, "edges", 2015, names) == [1, 1, 0, 1]
    assert _row(frame, "edges", 2016, names) == [3, 2, 2, 0]
    assert _row(frame, "edges", 2017, names) == [4, 1, 0, 1]
    assert _row(frame, "nodes", 2017, names) == [5, 1, 0, 1]


def test_what_was_learned_since_is_told_by_whose_it_is(engine: Engine) -> None:
    shown = growth_table(engine, basis(engine))
    frame = shown.frame
    names = ["known_then", "learned", "learned_old", "learned_new", "gone"]
    assert _row(frame, "edges", 2015, names) == [1, 0, 0, 0, 0]
    assert _row(frame, "edges", 2016, names) == [3, 1, 1, 0, 1]
    assert _row(frame, "edges", 2017, names) == [3, 2, 1, 1, 1]
    row = next(at for at in range(len(shown.frame)) if shown.row_path(at) == "supplement_8/edges/2017")
    assert len(shown.behind(row, "learned")) == 2
    assert len(shown.behind(row, "learned_new")) == 1
    assert len(shown.behind(row, "gone")) == 0
    assert len(shown.behind(row, "total")) == 5
    assert "2020-06-01" in shown.notes[1].en


def test_the_numbers_add_up(engine: Engine) -> None:
    frame = growth_table(engine, basis(engine)).frame
    assert (frame["world"] + frame["new_sources"] == frame["growth"]).all()
    assert (frame["known_then"] - frame["gone"] + frame["learned"] == frame["total"]).all()
    assert (frame["learned_old"] + frame["learned_new"] == frame["learned"]).all()


def test_one_visit_leaves_a_gap(world_store: Engine, world_basis: Basis) -> None:
    shown = growth_table(world_store, world_basis)
    assert shown.frame[["known_then", "learned", "gone"]].isna().all(axis=None)
    assert shown.notes[1].en.startswith("Gaps")
    edges = shown.frame[shown.frame["unit"] == "edges"].set_index("year")["total"]
    assert edges.to_dict() == {year: len(world_basis.network(year).edges) for year in world_basis.years}
    nodes = shown.frame[shown.frame["unit"] == "nodes"].set_index("year")["total"]
    assert nodes.to_dict() == {year: len(world_basis.network(year).nodes) for year in world_basis.years}
    assert len(shown.behind(0, "learned")) == 0


def test_the_earlier_moment(engine: Engine, world_store: Engine) -> None:
    assert earlier(engine, View()) == _LATER - dt.timedelta(days=365)
    soon = _FIRST + dt.timedelta(days=200)
    assert earlier(engine, View(known=soon)) is None  # nothing more was seen by then
    assert earlier(engine, View(known=_FIRST - dt.timedelta(days=9))) is None
    assert earlier(world_store, View()) is None


def test_within_the_first_year_the_first_day_is_the_earlier_moment(store: Engine) -> None:
    fill(store, supply("甲木科技", "乙水科技"), source="one", at=_FIRST)
    fill(store, supply("甲木科技", "丙火科技"), source="two", at=_FIRST + dt.timedelta(days=30))
    found = earlier(store, View())
    assert found is not None
    assert found.date() == _FIRST.date()
