"""The audit log: what is written stays, and is read with what people judged."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DBAPIError

from entity_resolution.judgements import judge
from pipelines.store import audit, schema
from pipelines.store.session import writing
from tests.entity_resolution.review.world import waiting_world


def test_lines_are_written_and_read_the_newest_first(store: Engine) -> None:
    audit.write(store, "ann", "login", origin="192.0.2.1")
    audit.write(store, "x" * 500, "login failed", origin="192.0.2.2", tries=3, name="安" * 500)
    with store.connect() as connection:
        last, first = audit.listed(connection)
    assert (first.who, first.action, first.origin, first.details) == ("ann", "login", "192.0.2.1", {})
    assert last.who == "x" * 200
    assert last.details == {"tries": 3, "name": "安" * 200}
    assert first.as_json()["at"].endswith("+00:00")


def test_judgements_of_people_stand_among_them(store: Engine) -> None:
    ids = waiting_world(store, ("甲牌科技", "甲牌", "same"))
    audit.write(store, "ann", "login")
    done = judge(store, str(ids["甲牌科技"]), str(ids["甲牌"]), "same", reason="x", by="ann")
    with store.connect() as connection:
        found = audit.listed(connection)
        assert len(audit.listed(connection, 1)) == 1
    assert {(one.action, one.judgement) for one in found} == {("login", None), ("judged", done.judgement)}
    assert next(one.about for one in found if one.judgement) in ("甲牌科技 – 甲牌", "甲牌 – 甲牌科技")


def test_the_database_refuses_to_change_or_delete(store: Engine) -> None:
    audit.write(store, "ann", "login")
    for statement in (update(schema.audit).values(who="bo"), delete(schema.audit)):
        with pytest.raises(DBAPIError, match="only grows"), writing(store) as connection:
            connection.execute(statement)
    with store.connect() as connection:
        assert connection.execute(select(schema.audit.c.who)).scalars().all() == ["ann"]


@pytest.mark.parametrize("most", [0, -1, audit.LISTED_MOST + 1])
def test_how_many_are_read_is_bounded(store: Engine, most: int) -> None:
    with store.connect() as connection, pytest.raises(ValueError, match="from 1"):
        audit.listed(connection, most)
