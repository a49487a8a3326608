"""A state that is drawn counts what the tables show once it is judged so."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, select, update

from analytics.basis import Basis, basis
from analytics.doubt.counting import SIDES, Counter, Counts
from analytics.doubt.ground import ground
from analytics.facts import View
from analytics.figures import figure
from analytics.tables import table
from entity_resolution.curated import Curated
from entity_resolution.judgements import judge
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.taxonomy import taxonomy
from tests.analytics.asked import ask, copied
from tests.analytics.world import entity_id

NOBODY = Curated((), ())
PAIRS = [
    ("腾讯", "阿里巴巴"),
    ("英特尔", "腾讯"),
    ("科大讯飞", "英特尔"),
    ("清华大学", "斯坦福大学"),
    ("无名学院", "清华大学"),
    ("<b>恶意</b>&资本", "IDG资本"),
    ("百度", "阿里巴巴"),
]

engine = pytest.fixture(copied)


def _published(of: Basis) -> dict[str, list[int]]:
    """The values of each ranking, falling; whoever bears them."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, key, column in (
        (4, "year", "degree"),
        (5, "year", "degree"),
        (6, "group", "degree"),
        (7, "group", "companies"),
    ):
        frame = table(of, str(number)).frame
        for part, value in zip(frame[key], frame[column], strict=True):
            found[f"table_{number}/{part}"].append(int(value))
    return dict(found)


def _counted(counts: Counts) -> dict[str, list[int]]:
    found = {
        f"{one}/{part}": sorted(values[values > 0].tolist(), reverse=True)
        for (one, part), values in counts.values.items()
    }
    return {one: values for one, values in found.items() if values}


def _shares(of: Basis) -> dict[str, list[int]]:
    """What the figures show of the last year: relations by category, and by the other side's country."""
    found = {}
    for number, listed in ((27, "technology_categories"), (40, "application_areas")):
        rows = figure(of, str(number)).table.frame
        found[listed] = [round(rows[code].iloc[-1]) for code in taxonomy(listed).codes]
    for number, side in ((24, "input"), (25, "empowerment")):
        row = figure(of, str(number)).table.frame.iloc[-1]
        found[side] = [int(row["foreign"]), int(row["domestic"])]
    return found


def _percent(counts: Counts) -> dict[str, list[int]]:
    return {
        one: values.tolist() if one in SIDES else np.rint(values * 100 / values.sum()).astype(int).tolist()
        for one, values in counts.shares.items()
    }


@pytest.mark.parametrize("level", ["group", "entity"])
def test_the_base_counts_what_is_published(world_store: Engine, level: Any) -> None:
    of = basis(world_store, view=View(level=level))
    counts = Counter(ground(world_store, of)).counts
    assert _counted(counts) == _published(of)
    assert _percent(counts) == _shares(of)


@pytest.mark.parametrize("suggestion", ["same", "unit of", "subsidiary of"])
@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_what_is_drawn_counts_as_what_is_judged(
    engine: Engine, left: str, right: str, suggestion: str
) -> None:
    ask(engine, left, right, 0.5, suggestion)
    view = View(subsidiaries=True)
    of = ground(engine, basis(engine, view=view))
    counter = Counter(of)
    everything = np.ones(len(of.facts), dtype=bool)
    state = counter.joined(np.array([True]), everything)
    apart = counter.joined(np.array([False]), everything)
    drawn = counter.recounted(state)
    assert _counted(counter.recounted(apart)) == _counted(counter.counts)
    whole = counter._count(np.arange(len(of.source)), state)
    assert _counted(drawn) == _counted(whole)
    judge(engine, left, right, suggestion, reason="a trial", known=NOBODY)
    after = basis(engine, view=view)
    assert _counted(drawn) == _published(after)
    assert _percent(drawn) == _shares(after)
    assert state.heads[of.at[entity_id(left)]] == state.heads[of.at[entity_id(right)]]


def test_facts_that_are_left_out_count_as_if_they_were_not_there(engine: Engine) -> None:
    fact, evidence = schema.fact, schema.evidence
    of = ground(engine, basis(engine))
    counter = Counter(of)
    with engine.connect() as connection:
        gone = set(
            connection.execute(
                select(fact.c.id).where(fact.c.kind.in_(("cooperation", "education"))).order_by(fact.c.id)
            ).scalars().all()[::2]
        )  # fmt: skip
    there = np.array([int(one) not in gone for one in of.facts])
    drawn = counter.recounted(counter.joined(np.zeros(0, dtype=bool), there))
    with writing(engine) as connection:
        connection.execute(
            update(evidence).where(evidence.c.fact_id.in_(gone)).values(ended_at=evidence.c.last_seen)
        )
    after = basis(engine, years=range(2018, 2022))
    told = {
        one: values for one, values in _published(after).items() if not one.startswith(("table_4", "table_5"))
    }
    mine = _counted(drawn)
    assert {one: values for one, values in mine.items() if one in told} == told
    assert mine["table_4/2021"] == _published(after)["table_4/2021"]
    assert mine != _counted(counter.counts)


def test_a_known_country_is_lent_where_the_busier_has_none(engine: Engine) -> None:
    """无名学院 has no known country; one with a known one it counts there."""
    ask(engine, "无名学院", "斯坦福大学", 0.5)
    of = ground(engine, basis(engine))
    counter = Counter(of)
    state = counter.joined(np.array([True]), np.ones(len(of.facts), dtype=bool))
    head = int(state.heads[of.at[entity_id("无名学院")]])
    assert state.domestic[head] == 0
    assert counter.recounted(state).values["table_6", "education_foreign"][head] > 0
