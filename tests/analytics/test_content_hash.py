"""The same content has the same hash: on either database, in any order of rows, under other run numbers."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, insert, select, text, update

from analytics.content_hash import content_hash, row_digest
from pipelines.store import schema
from pipelines.store.session import open_store, writing
from tests.analytics.world import world

#: Columns that hold numbers given out by the database, with the tables that give them out.
NUMBERED = {"run_id": "run", "born": "resolution", "judgement_id": "judgement", "undoes": None}


def shuffled_copy(engine: Engine, path: Path, seed: int) -> Engine:
    """The same content in another SQLite store: rows in another order, and under other numbers."""
    open_store(f"sqlite:///{path}", create=True).dispose()
    copy = create_engine(f"sqlite:///{path}")  # without foreign keys: rows come in any order
    dice = random.Random(seed)
    with engine.connect() as old, copy.begin() as new:
        for table in reversed(schema.metadata.sorted_tables):
            rows: list[dict[str, Any]] = [dict(row._mapping) for row in old.execute(select(table))]
            if not rows or table.name in ("taxonomy", "taxon"):
                continue
            dice.shuffle(rows)
            for row in rows:
                if table.name in ("run", "resolution"):
                    row["id"] += 1000
                elif table.name == "evidence":
                    del row["id"]
                for column, of in NUMBERED.items():
                    if row.get(column) is not None and of in ("run", "resolution"):
                        row[column] += 1000
            new.execute(insert(table), rows)
    return copy


def test_order_and_numbers_of_rows_do_not_count(world_store: Engine, tmp_path: Path) -> None:
    whole = content_hash(world_store)
    copy = shuffled_copy(world_store, tmp_path / "copy.db", 7)
    assert content_hash(copy) == whole
    assert whole.tables["fact"][0] > 30
    copy.dispose()


def test_both_databases_give_one_hash(world_store: Engine, empty_url: str, tmp_path: Path) -> None:
    engine = world(empty_url, tmp_path / "archive")
    assert content_hash(engine) == content_hash(world_store)
    engine.dispose()


def test_judgements_and_what_undoes_them_count(world_store: Engine, tmp_path: Path) -> None:
    engine = shuffled_copy(world_store, tmp_path / "copy.db", 1)
    with engine.connect() as connection:
        left, right = connection.execute(
            select(schema.mention.c.id).order_by(schema.mention.c.id).limit(2)
        ).scalars()
    said: dict[str, Any] = {"left_id": left, "right_id": right, "by": "person:Li", "reason": "r"}
    said["made_at"] = dt.datetime(2022, 5, 1, tzinfo=dt.UTC)
    hashes = [content_hash(engine).sha256]
    for values in ({"verdict": "same"}, {"verdict": "different"}, {"verdict": "undo", "undoes": 1}):
        with writing(engine) as connection:
            connection.execute(insert(schema.judgement).values(**said, **values))
        hashes.append(content_hash(engine).sha256)
    assert len(set(hashes)) == 4
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        update(schema.fact).values(value="other"),
        update(schema.evidence).values(quote="other"),
        update(schema.entity).values(name="other"),
        update(schema.sample_member).values(score=2.0),
        update(schema.source).values(terms="other"),
    ],
)
def test_any_change_of_content_changes_it(world_store: Engine, tmp_path: Path, change: Any) -> None:
    engine = shuffled_copy(world_store, tmp_path / "copy.db", 1)
    before = content_hash(engine).sha256
    with engine.begin() as connection:
        connection.execute(change)
    assert content_hash(engine).sha256 != before
    engine.dispose()


def test_where_bytes_lie_does_not_count(world_store: Engine, tmp_path: Path) -> None:
    engine = shuffled_copy(world_store, tmp_path / "copy.db", 1)
    before = content_hash(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE snapshot SET archive = 'elsewhere', \"offset\" = 7"))
    assert content_hash(engine) == before
    engine.dispose()


plain = st.none() | st.booleans() | st.text(max_size=5) | st.integers(-9, 9) | st.dates()


@given(st.lists(plain, max_size=4), st.lists(plain, max_size=4))
def test_rows_that_differ_have_different_digests(one: list[Any], other: list[Any]) -> None:
    same = [type(x) for x in one] == [type(x) for x in other] and one == other
    texts = [[x.isoformat() if isinstance(x, dt.date) else x for x in row] for row in (one, other)]
    assert (row_digest(one) == row_digest(other)) == (
        same or [*map(repr, texts[0])] == [*map(repr, texts[1])]
    )


def test_a_number_is_one_whether_whole_or_not() -> None:
    assert row_digest([1.0, {"a": [2.0]}]) == row_digest([1, {"a": [2]}])
    assert row_digest([True]) != row_digest([1])
    east = dt.timezone(dt.timedelta(hours=8))
    moments = [dt.datetime(2022, 1, 1, 8, tzinfo=east), dt.datetime(2022, 1, 1, tzinfo=dt.UTC)]
    assert row_digest(moments[:1]) == row_digest(moments[1:])
