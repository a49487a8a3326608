"""Which visits of the queue are due: each part by its own past, by the rules of the schedule."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Engine

from crawlers.registry import spider_of
from crawlers.running import Plan, scope_of
from crawlers.schedule.agenda import ended_visits
from crawlers.schedule.due import Visit, next_due
from crawlers.workers.parts import Part
from pipelines.store.types import now

#: The schedule scatters dates by chance; here a part's date has to be the same whenever it is asked for.
CHANCE = 0.5


def due_at(engine: Engine, part: Part) -> dt.datetime | None:
    """When a part is due: at once if it was never visited; None for one that is done for good."""
    scope = scope_of(Plan(arguments={part.source: part.arguments}), part.source)
    with engine.connect() as connection:
        visits = ended_visits(connection, part.source, scope)
    cadence = spider_of(part.source).declaration.cadence
    due: dt.datetime | None = now()
    before: Visit | None = None
    failures = 0
    for _, visit in visits:
        date = next_due(cadence, visit, before, failures, CHANCE)
        due, failures, before = date.at, date.failures, visit
    return due


def is_due(engine: Engine, part: Part) -> bool:
    """Whether the part may be visited now."""
    date = due_at(engine, part)
    return date is not None and date <= now()
