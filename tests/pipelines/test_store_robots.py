"""What robots.txt said is noted with the day since when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine, select

from pipelines.store import schema
from pipelines.store.robots import note_robots
from pipelines.store.runs import declare
from pipelines.store.types import clock
from tests.pipelines.test_store_writing import DAY, SOURCE


def note(store: Engine, day: int, status: int, body: bytes, delay: float | None = None) -> tuple[int, int]:
    """Note it on a day; the days on which it was checked and since when it is so."""
    with clock(lambda: DAY + dt.timedelta(days=day)):
        note_robots(store, "test", "a.example", status, body, delay)
    with store.connect() as connection:
        row = connection.execute(select(schema.robots_check)).one()
    assert (row.status, row.delay) == (status, delay)
    return (row.checked_at - DAY).days, (row.changed_at - DAY).days


def test_the_day_of_the_change_stays_until_the_next(store: Engine) -> None:
    declare(store, SOURCE)
    assert note(store, 0, 200, b"User-agent: *") == (0, 0)
    assert note(store, 5, 200, b"User-agent: *", 2.0) == (5, 0)
    assert note(store, 6, 200, b"User-agent: x") == (6, 6)
    assert note(store, 7, 404, b"") == (7, 7)
