"""Column types and content ids that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, DateTime, Dialect, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

#: A growing number given by the database, and an id made of content. SQLite's INTEGER key is its row number:
#: 64 bits wide, and without a second index.
Serial = BigInteger().with_variant(Integer(), "sqlite")
Hashed = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC; refuses times without a zone. SQLite keeps it as text without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        value = value.astimezone(dt.UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def one_of(column: str, *values: str) -> CheckConstraint:
    """The constraint that a column holds one of these words; its name is the column's."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def content_id(*parts: Any) -> int:
    """A 63-bit id made of content alone: the same content has the same id in every store and every run.

    The parts go through JSON, so that ("ab", "c") and ("a", "bc") differ. Among ten million rows the chance
    of one collision is about 5 in a million.
    """
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), default=str, sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1


def _own_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_clock: Callable[[], dt.datetime] = _own_clock


@contextmanager
def clock(tells: Callable[[], dt.datetime]) -> Iterator[None]:
    """Within the block another clock tells the time: for years that are played through in minutes."""
    global _clock
    before, _clock = _clock, tells
    try:
        yield
    finally:
        _clock = before


def now() -> dt.datetime:
    """This moment in UTC, to the millisecond."""
    moment = _clock()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
