"""Which visits of the queue are due: each part by its own past, by the rules of the schedule."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine, select

from crawlers.registry import spider_of
from crawlers.running import Plan, scope_of
from crawlers.schedule.due import Visit, next_due
from crawlers.workers.parts import Part
from pipelines.store import schema
from pipelines.store.runs import INTERRUPTED
from pipelines.store.types import now

#: Of a part's past, so many visits count for what is due.
LOOKED_BACK = 20
#: The schedule scatters dates by chance; here a part's date has to be the same whenever it is asked for.
CHANCE = 0.5


def due_at(engine: Engine, part: Part) -> dt.datetime | None:
    """When a part is due: at once if it was never visited; None for one that is done for good."""
    run = schema.run
    scope = scope_of(Plan(arguments={part.source: part.arguments}), part.source)
    query = (
        select(run.c.outcome, run.c.started_at, run.c.ended_at, run.c.note)
        .where(
            run.c.source == part.source, run.c.kind == "crawl", run.c.scope == scope,
            run.c.outcome != "running",
        )
        .order_by(run.c.id.desc())
        .limit(LOOKED_BACK)
    )  # fmt: skip
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    cadence = spider_of(part.source).declaration.cadence
    due: dt.datetime | None = now()
    before: Visit | None = None
    failures = 0
    for row in reversed(rows):
        interrupted = row.note.startswith(INTERRUPTED)
        visit = Visit(row.outcome, row.started_at, row.ended_at or row.started_at, interrupted)
        date = next_due(cadence, visit, before, failures, CHANCE)
        due, failures, before = date.at, date.failures, visit
    return due


def is_due(engine: Engine, part: Part) -> bool:
    """Whether the part may be visited now."""
    date = due_at(engine, part)
    return date is not None and date <= now()
