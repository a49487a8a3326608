"""Further names kept for speed are those that the facts state, after whatever was said and taken back."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import Engine, delete, event

from entity_resolution import kept_names, storage
from entity_resolution.curated import Curated
from entity_resolution.resolver import resolve
from pipelines.records import Link
from pipelines.store import schema
from pipelines.store.session import writing
from tests.entity_resolution.world import mention, organisation, partition, rows, write

NOBODY = Curated((), ())


def _kept(engine: Engine) -> set[tuple[int, str, str]]:
    return {(row.mention_id, row.name, row.type) for row in rows(engine, schema.stated_name)}


def _stated(engine: Engine) -> set[tuple[int, str, str]]:
    with engine.connect() as connection:
        return {(one.mention, one.name, one.type) for one in storage.stated_names(connection)}


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_is_stated(store: Engine, seed: int) -> None:
    draw = random.Random(seed)
    parent = Link(relation="subsidiary", other=mention("Boss (Germany)", kind=None))
    for day in range(6):
        for source in ("one", "two"):
            said = [
                organisation(
                    name, *(draw.sample([("甲牌", "brand"), ("乙牌", "short"), ("JIA", "acronym")], draw.randrange(4))),
                )
                for name in ("甲科技有限公司", "乙科技有限公司")
            ]  # fmt: skip
            links = (parent,) if draw.random() < 0.5 else ()
            write(store, source, *said, organisation("Boss (China)", country="CN", links=links))
        resolve(store, known=NOBODY, everything=draw.random() < 0.2)
        assert _kept(store) == _stated(store), day
    with store.connect() as connection:
        every = {one.mention for one in storage.stated_names(connection)}
        assert {one.mention for one in kept_names.of_mentions(connection, every)} == every
        keys = {row.exact_key for row in rows(store, schema.stated_name)}
        assert len(kept_names.by_key(connection, keys)) == len(_stated(store))


def test_a_store_that_keeps_nothing_yet_is_read_as_a_whole(store: Engine) -> None:
    write(store, "one", organisation("甲科技有限公司", ("乙牌", "brand")))
    resolve(store, known=NOBODY)
    with writing(store) as connection:
        connection.execute(delete(schema.stated_name))
        connection.execute(delete(schema.kept))
    write(store, "two", organisation("乙牌"))
    resolve(store, known=NOBODY)
    assert _kept(store) == _stated(store) != set()
    assert len(partition(store)) == 1


def test_news_are_not_looked_for_among_all_stated_names(store: Engine) -> None:
    write(store, "one", *(organisation(f"第{at}科技有限公司", (f"{at}牌", "brand")) for at in range(30)))
    resolve(store, known=NOBODY)
    write(store, "two", organisation("7牌"))
    asked = []
    event.listen(store, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    assert resolve(store, known=NOBODY).same == 1
    over_all = [
        sql for sql, _ in asked if "fact.kind = " in sql and "IN (" not in sql and "verdict" not in sql
    ]
    assert over_all == []
