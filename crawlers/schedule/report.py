"""The report of a day (in UTC): what ran, what failed, what came up short, what did not run though it was due."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, func, or_, select

from crawlers.declaration import Declaration
from crawlers.schedule.due import ONCE, step_of
from crawlers.webhook import NotDeliveredError, Webhook
from pipelines.console import harmless, plain
from pipelines.store import schema
from pipelines.store.changes import Position
from pipelines.store.deliveries import Told, begin, delivery_id, note_received, told
from pipelines.store.types import now

_log = logging.getLogger(__name__)

#: A source is late when its last visit began so much longer ago than its cadence.
SLACK = dt.timedelta(hours=2)
#: Reports of so many past days are written where they are missing.
CAUGHT_UP = 7
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Report:
    """One day. ran: a row a run that began or ended on it; failed, short: those of them that failed, and that came
    with an alarm; not_run: sources that were late at the day's end, each with why."""

    day: dt.date
    ran: tuple[Mapping[str, Any], ...]
    failed: tuple[Mapping[str, Any], ...]
    short: tuple[Mapping[str, Any], ...]
    not_run: tuple[Mapping[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = plain(self)
        return found

    def as_text(self) -> str:
        """The report as lines for a person."""
        lines = [f"{self.day}: {len(self.ran)} visits, {len(self.failed)} failed, {len(self.short)} came up short, "
                 f"{len(self.not_run)} sources did not run though due", ""]  # fmt: skip
        for row in self.ran:
            lines.append(
                f"{row['source']}: {row['outcome']}, {row['started']:%H:%M} to "
                + (f"{row['ended']:%H:%M}" if row["ended"] else "now")
                + f", {row['pages']} pages ({row['unchanged']} unchanged, {row['gone']} gone), "
                f"facts: {row['facts new']} new, {row['facts changed']} changed, {row['facts ended']} ended, "
                f"{row['rejected']} rejected"
            )
        for title, rows in (("Failed", self.failed), ("Came up short", self.short)):
            lines += ["", title] if rows else []
            lines += [f"{row['source']}: {harmless(row['alarm'] or row['note'])}" for row in rows]
        lines += ["", "Did not run though due"] if self.not_run else []
        lines += [f"{row['source']}: {row['why']}" for row in self.not_run]
        return "\n".join(lines) + "\n"


Lacking = Mapping[str, str]


def report_of(
    engine: Engine, declarations: Sequence[Declaration], day: dt.date, lacking: Lacking = MappingProxyType({})
) -> Report:
    """The report of a day, of one under way as far as it has come. lacking: what a source wants before it can be
    visited, by its name."""
    begins = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    end = min(begins + DAY, now())
    run, agenda = schema.run, schema.agenda
    within = or_(run.c.started_at.between(begins, begins + DAY), run.c.ended_at.between(begins, begins + DAY))
    with engine.connect() as connection:
        rows = connection.execute(select(run).where(run.c.kind == "crawl", within).order_by(run.c.id)).all()
        last = connection.execute(
            select(run.c.source, func.max(run.c.started_at).label("at"))
            .where(run.c.kind == "crawl", run.c.started_at < end)
            .group_by(run.c.source)
        )
        visited = {row.source: row.at for row in last}
        still = connection.execute(select(agenda.c.source).where(agenda.c.paused.is_(True))).scalars()
        paused = dict.fromkeys(still, "paused")
    ran = tuple(_row(row) for row in rows if row.started_at < begins + DAY)
    return Report(
        day,
        ran,
        tuple(row for row in ran if row["outcome"] == "failed"),
        tuple(row for row in ran if row["alarm"] and row["outcome"] != "failed"),
        tuple(_late(declarations, visited, {**lacking, **paused}, end)),
    )


def _row(row: Any) -> dict[str, Any]:
    return {
        "source": row.source, "outcome": row.outcome, "started": row.started_at, "ended": row.ended_at,
        "pages": row.snapshots, "unchanged": row.unchanged, "gone": row.gone, "records": row.records,
        "rejected": row.rejected, "facts new": row.facts_new, "facts changed": row.facts_changed,
        "facts ended": row.facts_ended, "alarm": row.alarm, "note": row.note,
    }  # fmt: skip


def _late(
    declarations: Sequence[Declaration],
    visited: Mapping[str, dt.datetime],
    reasons: Lacking,
    end: dt.datetime,
) -> list[dict[str, Any]]:
    found = []
    for one in declarations:
        last = visited.get(one.name)
        if last is not None and (one.cadence == ONCE or end - last <= step_of(one.cadence) + SLACK):
            continue
        why = "never visited" if last is None else f"{one.cadence}, last visited {last:%Y-%m-%d %H:%M}"
        found.append({"source": one.name, "why": "; ".join(filter(None, (why, reasons.get(one.name))))})
    return found


def write_reports(
    engine: Engine, declarations: Sequence[Declaration], folder: Path, lacking: Lacking = MappingProxyType({})
) -> list[Path]:
    """Write the reports of past days that are missing in `folder`, a text and a JSON file each. A day before the
    first visit has none. Returns the files."""
    today = now().date()
    days = [today - DAY * back for back in range(CAUGHT_UP, 0, -1)]
    missing = [day for day in days if not (folder / f"{day}.json").exists()]
    if not missing:
        return []
    with engine.connect() as connection:
        first = connection.execute(select(func.min(schema.run.c.started_at))).scalar()
    written: list[Path] = []
    for day in missing:
        if first is None or day < first.date():
            continue
        report = report_of(engine, declarations, day, lacking)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(report.as_dict(), ensure_ascii=False, indent=2)
        for ending, content in (("txt", report.as_text()), ("json", text + "\n")):
            path = folder / f"{day}.{ending}"
            part = folder / f".{path.name}.{os.getpid()}.part"
            part.write_text(content, encoding="utf-8")
            part.replace(path)
            written.append(path)
    return written


def send_reports(
    engine: Engine,
    declarations: Sequence[Declaration],
    hook: Webhook,
    lacking: Lacking = MappingProxyType({}),
) -> int:
    """Send the reports of past days that the receiver has not got; a new receiver gets yesterday's. Returns their
    number. A receiver that does not take one gets it the next time."""
    today = now().date()
    midnight = dt.datetime(today.year, today.month, today.day, tzinfo=dt.UTC)
    key = delivery_id(hook.url, asked="reports")
    state = told(engine, key) or begin(engine, key, hook.host, Position(midnight - DAY))
    sent = 0
    day = max(state.until.moment, midnight - CAUGHT_UP * DAY)
    while day < midnight:
        report = report_of(engine, declarations, day.date(), lacking)
        try:
            hook.post(f"report-{day.date()}-{key[:8]}", {"type": "report", "report": report.as_dict()})
        except NotDeliveredError as error:
            _log.warning("%s", error)
            break
        if not note_received(engine, key, state.until, Position(day + DAY)):
            break  # another sender is at it
        state, day, sent = Told(Position(day + DAY)), day + DAY, sent + 1
    return sent
