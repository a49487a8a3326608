"""What a decision is said to change is what the tables show once it is made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from analytics.basis import basis
from analytics.effects import NetworkEffects, effects
from analytics.tables import table
from entity_resolution.curated import Curated
from entity_resolution.judgements import judge, undo
from entity_resolution.review.effects import Effects
from pipelines.store.session import open_store
from tests.analytics.world import entity_id

NOBODY = Curated((), ())
#: Of the world's entities, those of one mention: what the others hold together by is not in its log.
PAIRS = [
    ("腾讯", "阿里巴巴"),
    ("<b>恶意</b>&资本", "IDG资本"),
    ("清华大学", "斯坦福大学"),
    ("科大讯飞", "英特尔"),
    ("百度", "阿里巴巴"),
    ("英特尔", "腾讯"),
]


@pytest.fixture
def engine(world_store: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the world, to be judged in."""
    path = str(world_store.url.database)
    with closing(sqlite3.connect(path)) as whole, closing(sqlite3.connect(tmp_path / "world.db")) as copy:
        whole.backup(copy)
    made = open_store(f"sqlite:///{tmp_path / 'world.db'}")
    yield made
    made.dispose()


def _published(engine: Engine) -> dict[str, object]:
    """Table 3's counts by year, and the ranks of Tables 4 to 7, by name."""
    of = basis(engine)
    found: dict[str, object] = {}
    counts = table(of, "3").frame.set_index("year")[["sample_nodes", "relation_nodes", "edges"]]
    for year, row in counts.iterrows():
        found[str(year)] = tuple(row.tolist())
    for number, column in ((4, "year"), (5, "year"), (6, "group"), (7, "group")):
        ranks = table(of, str(number)).frame
        for part, entity, rank in zip(ranks[column], ranks["entity"], ranks["rank"], strict=True):
            found[f"table_{number} {part} {entity}"] = rank
    return found


def _told(of: NetworkEffects) -> dict[str, object]:
    """The same as the effects count it."""
    counted = of.counted
    found: dict[str, object] = {
        str(year): (counted.sample_nodes[year], counted.relation_nodes[year], edges)
        for year, edges in counted.edges.items()
    }
    return found | {
        f"{one} {part} {of.entity_at(at)}": rank
        for (one, part), ranks in of.ranks(counted).items()
        for at, rank in ranks.items()
    }


def test_it_counts_what_the_tables_count(engine: Engine) -> None:
    of = effects(engine)
    assert of is not None
    assert _told(of) == _published(engine)


@pytest.mark.parametrize("verdict", ["same", "unit of"])
@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_what_is_told_before_is_what_is_published_after(
    engine: Engine, left: str, right: str, verdict: str
) -> None:
    of = effects(engine)
    assert of is not None
    before = basis(engine)
    told = of.of(entity_id(left), entity_id(right), verdict)
    years = table(before, "3").frame.set_index("year")
    done = judge(engine, left, right, verdict, reason="a trial", known=NOBODY)
    after = table(basis(engine), "3").frame.set_index("year")
    last = years.index.max()
    assert told.nodes == after.loc[last, "nodes"] - years.loc[last, "nodes"]
    assert told.edges == after.loc[last, "edges"] - years.loc[last, "edges"]
    published = _published(engine)
    assert _told(of) == published  # the judgement was taken in
    assert told.size >= 1
    assert set(told.lines) == {"en", "zh"}
    undo(engine, done.judgement, reason="a trial", known=NOBODY)
    assert _told(of) == _published(engine) != published


def test_the_words_name_who_moves_and_what_goes(engine: Engine) -> None:
    of = effects(engine)
    assert of is not None
    told = of.of(entity_id("红杉中国"), entity_id("IDG资本"), "same")
    assert told.lines["en"] == ("Network of 2021: nodes −1, edges −1.",)
    assert told.lines["zh"] == ("2021 年网络：节点 −1，边 −1。",)
    moved = of.of(entity_id("英特尔"), entity_id("腾讯"), "same")
    assert moved.lines["en"][0] == "Tencent enters Table 5 (2019) at 1."
    assert moved.lines["zh"][0] == "腾讯进入表5（2019），名次 1。"


def test_what_changes_nothing_says_nothing(engine: Engine) -> None:
    of: Effects | None = effects(engine)
    assert of is not None
    for left, right, verdict in (
        ("腾讯", "阿里巴巴", "different"),
        ("腾讯", "阿里巴巴", "subsidiary of"),
        ("腾讯", "腾讯", "same"),
        ("王一", "李二", "same"),
    ):
        assert not of.of(entity_id(left), entity_id(right), verdict).lines
    assert not of.of("vnnobody", entity_id("腾讯"), "same").lines


def test_a_store_without_a_sample_has_no_effects(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'empty.db'}", create=True)
    assert effects(engine) is None
    engine.dispose()
