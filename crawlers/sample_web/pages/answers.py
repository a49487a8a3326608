"""A request to the sample web and its answer, apart from HTTP."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

#: The day of everything that has no day of its own.
WRITTEN = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """host in lower case, path with its escapes undone, query by name (the last value counts), Referer."""

    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    referer: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    content_type: str
    status: int = 200
    modified: dt.datetime = WRITTEN


def text(body: str, content_type: str, status: int = 200, modified: dt.datetime = WRITTEN) -> Answer:
    return Answer(body.encode(), f"{content_type}; charset=utf-8", status, modified)


def as_json(value: object, content_type: str = "application/json", status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), content_type, status)


def missing(asked: Asked) -> Answer:
    return text(f"nothing at {asked.path} on {asked.host}\n", "text/plain", 404)


def number(written: str, least: int, most: int, default: int) -> int:
    """A number out of a query, between bounds; the default where it is none."""
    if not (written.isascii() and written.isdecimal() and len(written) < 7):
        return default
    return min(max(int(written), least), most)
