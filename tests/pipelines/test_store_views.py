"""The views say what the analysis says, on both databases, and stand in no migration's way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text

from analytics.basis import basis
from analytics.facts import View, load
from pipelines.store.session import migration_config, open_store, upgrade, writing
from pipelines.store.views import VIEWS, drop_views, make_views
from tests.analytics.world import entity_id, world


@pytest.fixture
def viewed(empty_url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = world(empty_url, tmp_path / "archive")
    with writing(engine) as connection:
        make_views(connection)
    yield engine
    engine.dispose()


def test_relations_are_those_of_the_analysis(viewed: Engine) -> None:
    facts = load(viewed, View(level="entity"))
    kept = facts.relations
    names = dict(zip(facts.entities["entity"], facts.entities["name"], strict=True))
    expected = Counter(
        (int(fact), dimension, source, names[target], None if date != date else date.date().isoformat())
        for fact, dimension, source, target, date in kept[
            ["fact", "dimension", "source", "target", "date"]
        ].itertuples(index=False)
    )
    assert {key[1] for key in expected} == {"technology", "human_capital", "investment"}
    with viewed.connect() as connection:
        rows = connection.execute(
            text("SELECT fact, dimension, source, target_name, since FROM v_relation")
        ).all()
    assert Counter((*row[:4], None if row.since is None else str(row.since)) for row in rows) == expected


def test_edges_are_those_of_the_networks(viewed: Engine) -> None:
    network = basis(viewed, "2021", View(level="entity")).network(2021)
    ends = list(network.nodes["entity"])
    expected = {
        (ends[source], ends[target], dimension)
        for source, target, dimension in network.edges[["source", "target", "dimension"]].itertuples(
            index=False
        )
    }
    sample = "(SELECT entity FROM v_sample WHERE edition = '2021')"
    query = f"SELECT * FROM v_edge WHERE since_year <= 2021 AND (source IN {sample} OR target IN {sample})"
    with viewed.connect() as connection:
        rows = connection.execute(text(query)).all()
    assert {(row.source, row.target, row.dimension) for row in rows} == expected
    assert next(row.facts for row in rows if (row.source_name, row.target_name) == ("华为", "腾讯")) == 2


def test_names_roles_and_evidence(viewed: Engine) -> None:
    with viewed.connect() as connection:
        names = connection.execute(
            text("SELECT name FROM v_name WHERE entity = :who ORDER BY name"), {"who": entity_id("华为")}
        ).scalars()
        assert set(names) == {"华为", "华为公司"}
        facts = connection.execute(text("SELECT fact FROM v_role WHERE written = '华为公司'")).scalars().all()
        assert len(facts) == 1
        row = connection.execute(
            text("SELECT * FROM v_evidence WHERE fact = :fact"), {"fact": facts[0]}
        ).one()
        assert row.quote == "华为公司向腾讯提供5G|大数据和云计算技术"
        assert row.url.startswith("https://world.example/")
        counts = connection.execute(text("SELECT SUM(mentions), COUNT(*) FROM v_entity")).one()
        mentions = connection.execute(text("SELECT COUNT(*) FROM mention_entity")).scalar_one()
    assert counts[0] == mentions


def test_what_no_source_says_any_more_is_not_in_them(viewed: Engine) -> None:
    with writing(viewed) as connection:
        connection.execute(text("UPDATE evidence SET ended_at = last_seen"))
    with viewed.connect() as connection:
        for name in ("v_role", "v_evidence", "v_relation", "v_edge"):
            assert connection.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one() == 0


def test_migrations_never_meet_a_view(empty_url: str) -> None:
    engine = open_store(empty_url, create=True)
    with writing(engine) as connection:
        make_views(connection)
        make_views(connection)  # a second time takes the place of the first
    assert set(inspect(engine).get_view_names()) == set(VIEWS)
    upgrade(engine)
    assert set(inspect(engine).get_view_names()) == set(VIEWS)
    with writing(engine) as connection:
        assert drop_views(connection)
        assert not drop_views(connection)
    command.downgrade(migration_config(engine), "base")
    upgrade(engine)
    assert inspect(engine).get_view_names() == []
    engine.dispose()
