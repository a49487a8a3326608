"""Column types and content ids that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
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


def content_id(*parts: Any) -> int:
    """A 63-bit id made of content alone: the same content has the same id in every store and every run.

    The parts go through JSON, so that ("ab", "c") and ("a", "bc") differ. Among ten million rows the chance
    of one collision is about 5 in a million.
    """
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), default=str, sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1


def now() -> dt.datetime:
    """This moment in UTC, to the millisecond."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
