"""What is said on stderr as lines for a program: one JSON object a line, for whoever gathers logs.

Invariant: a line is one object and nothing else, whatever stands in the message.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

from pipelines.console import harmless


def log_line(record: logging.LogRecord) -> str:
    """`time` (UTC), `level`, `logger`, `message`; `source` and `run` where the record is of a visit; `error`
    where it carries an exception."""
    more: dict[str, Any] = {}
    spider = getattr(record, "spider", None)
    source = getattr(record, "source", None) or getattr(spider, "name", None)
    run = getattr(record, "run", None) or _run_of(spider)
    if source is not None:
        more["source"] = str(source)
    if isinstance(run, int):
        more["run"] = run
    if record.exc_info and record.exc_info[1] is not None:
        more["error"] = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
    return said_line(record.levelname.lower(), record.name, record.getMessage(), at=record.created, more=more)


def said_line(
    level: str, logger: str, message: str, *, at: float | None = None, more: Mapping[str, Any] | None = None
) -> str:
    """The same for words that no logger said. at: seconds since 1970; None: now."""
    moment = dt.datetime.now(dt.UTC) if at is None else dt.datetime.fromtimestamp(at, dt.UTC)
    told = {
        "time": moment.isoformat(timespec="milliseconds"),
        "level": level,
        "logger": logger,
        "message": harmless(message),
        **{
            name: harmless(value) if isinstance(value, str) else value for name, value in (more or {}).items()
        },
    }
    return json.dumps(told, ensure_ascii=False)


def _run_of(spider: Any) -> Any:
    """The number of the run that a spider works in, where it is known."""
    settings = getattr(getattr(spider, "crawler", None), "settings", None)
    context = settings.get("VALUENET_RUN") if settings is not None else None
    return getattr(getattr(context, "writer", None), "run_id", None)
