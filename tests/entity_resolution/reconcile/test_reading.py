"""A connection that can only read, and not for long."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from entity_resolution.reconcile.limits import Refused
from entity_resolution.reconcile.reading import reading
from pipelines.store import schema
from pipelines.store.session import writing

_ROW = {"name": "x", "version": "1"}


def test_nothing_can_be_written_and_later_connections_can_write_again(store: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), reading(store) as connection:
        connection.execute(insert(schema.kept).values(_ROW))
    with writing(store) as connection:
        connection.execute(insert(schema.kept).values(_ROW))
    with reading(store) as connection:
        assert connection.execute(select(func.count()).select_from(schema.kept)).scalar_one() == 1


def test_what_takes_too_long_is_broken_off(store: Engine) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"
    with pytest.raises(Refused, match="too long") as caught, reading(store, seconds=0.05) as connection:
        connection.execute(text(endless))
    assert caught.value.status == 503
    with reading(store) as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_other_troubles_are_not_hidden(store: Engine) -> None:
    with pytest.raises(DBAPIError), reading(store) as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
