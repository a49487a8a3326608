"""From a cell to the quoted words and the bytes that they stood in, on both databases."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from sqlalchemy import Engine, select, update

from analytics.basis import Basis, basis
from analytics.cells import find
from analytics.facts import View
from analytics.trace import trace
from pipelines.store import schema
from pipelines.store.archive import read_snapshot
from pipelines.store.session import writing
from tests.analytics.world import SEEN, entity_id, world


def test_down_to_the_bytes(empty_url: str, tmp_path: Path) -> None:
    engine = world(empty_url, tmp_path / "archive")
    found = basis(engine)
    facts = trace(engine, find(engine, found, "table_7/institutional/1").facts, heads=found.heads)
    assert [str(one.valid_from) for one in facts] == ["2018-01-01", "2019-01-01", "2020-01-01"]
    first = facts[0]
    assert (first.kind, first.value, first.source_title_zh, first.year) == (
        "financing",
        "A轮",
        "测试世界",
        2018,
    )
    assert [(one.role, one.written, one.entity) for one in first.bearers] == [
        ("investor", "红杉资本中国", entity_id("红杉资本中国")),
        ("investor", "IDG资本", entity_id("IDG资本")),
        ("target", "百度", entity_id("百度")),
    ]
    # Written otherwise, meant the same.
    assert facts[1].bearers[0].written == "红杉中国"
    assert facts[1].bearers[0].name == "红杉资本中国"
    (place,) = first.evidence
    assert (place.quote, place.locator, place.method) == ("百度完成融资", "row 2018-01-01", "world parser")
    assert place.first_seen == place.last_seen == SEEN
    stored = read_snapshot(tmp_path / "archive", place.archive, place.offset)
    assert hashlib.sha256(stored.body).hexdigest() == place.sha256
    engine.dispose()


def test_evidence_counts_when_it_was_said(tmp_path: Path) -> None:
    engine = world(f"sqlite:///{tmp_path / 'w.db'}", tmp_path / "archive")
    with engine.connect() as connection:
        fact = connection.execute(select(schema.evidence.c.fact_id).limit(1)).scalar_one()
    later = SEEN + dt.timedelta(days=10)
    with writing(engine) as connection:
        connection.execute(
            update(schema.evidence).where(schema.evidence.c.fact_id == fact).values(ended_at=later)
        )
    assert trace(engine, [fact])[0].evidence == ()
    assert len(trace(engine, [fact], View(known=SEEN))[0].evidence) == 1
    assert trace(engine, [fact], View(known=later))[0].evidence == ()
    assert trace(engine, [fact], View(known=SEEN - dt.timedelta(days=1)))[0].evidence == ()
    engine.dispose()


def test_unknown_facts_are_left_out_and_heads_are_named(world_basis: Basis, world_store: Engine) -> None:
    assert trace(world_store, [1, 2, 3]) == []
    fact = int(find(world_store, world_basis, "figure_23/2019/input").facts[0])
    heads = {entity_id("英特尔"): entity_id("腾讯")}
    (found,) = trace(world_store, [fact, fact], heads=heads)
    assert ("英特尔", "腾讯") in [(one.written, one.name) for one in found.bearers]


def test_undated_facts_come_last(world_basis: Basis, world_store: Engine) -> None:
    every = world_basis.facts.facts["fact"].tolist()
    found = trace(world_store, every)
    assert len(found) == len(every)
    dated = [one.valid_from is not None for one in found]
    assert dated == sorted(dated, reverse=True)
