"""The commands of this room: init and status."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import Connection, Engine, and_, func, select

from pipelines.console import emit, front, json_option, note, table
from pipelines.store import schema
from pipelines.store.left_open import DIED, left_open
from pipelines.store.session import open_store, revisions, writing
from pipelines.store.tables_of_reading import READ_MARK
from pipelines.store.taxonomies import write_taxonomies


@click.command(epilog="Example: valuenet --store postgresql://user@host/valuenet init")
@json_option
def init_command(as_json: bool) -> None:
    """Create the store, or bring it to the newest schema. What it holds stays."""
    engine = open_store(front().store, create=True)
    with writing(engine) as connection:
        write_taxonomies(connection)
    found, head = revisions(engine)
    where = engine.url.render_as_string(hide_password=True)
    emit({"store": where, "schema": found}, as_json)
    if not as_json:
        note(
            "The store is ready." if found == head else "The store could not be brought to the newest schema."
        )
    engine.dispose()


@click.command(epilog="Example: valuenet status --rejected")
@click.option(
    "--rejected", is_flag=True, help="List what was rejected and is not mended: place, field, reason."
)
@click.option("--source", metavar="NAME", help="Only this source.")
@json_option
def status_command(rejected: bool, source: str | None, as_json: bool) -> None:
    """How fresh each source is, how its last run ended, what it holds, what was rejected, what wants a look.

    unchanged and gone count pages of the last run: found as they were, and no longer there. due is when the source
    is visited next, where a schedule runs.
    """
    engine = open_store(front().store)
    rows = rejections(engine, source) if rejected else sources(engine, source)
    engine.dispose()
    if as_json:
        emit(rows, True)
    elif rows:
        shown = [name for name in rows[0] if name not in ("notes", "raw")]
        table(rows, shown)
        for row in rows:
            if row.get("notes"):
                note(f"{row['source']}: {row['notes']}")
            if row.get("alarm") and row["alarm"] not in row.get("notes", ""):
                note(f"{row['source']}: alarm: {row['alarm']}")
    else:
        note("Nothing is rejected." if rejected else "No source has been visited yet; try: valuenet demo")


def sources(engine: Engine, source: str | None = None) -> list[dict[str, Any]]:
    """A row a source that was ever visited: its last run, what it holds, what of it is rejected."""
    run, agenda, page = schema.run, schema.agenda, schema.page
    newest = select(func.max(run.c.id)).group_by(run.c.source)
    with engine.connect() as connection:
        facts = _counts(connection, schema.fact)
        refused = _counts(connection, schema.rejected, schema.rejected.c.ended_at.is_(None))
        visited = and_(page.c.gone_at.is_(None), page.c.url.not_like(f"%{READ_MARK}%"))
        pages = _counts(connection, page, visited)
        query = (
            select(run, agenda.c.due_at)
            .outerjoin(agenda, agenda.c.source == run.c.source)
            .where(run.c.id.in_(newest))
            .order_by(run.c.source)
        )
        if source:
            query = query.where(run.c.source == source)
        dead = {one.id for one in left_open(connection)}
        return [
            {
                "source": row.source,
                "last run": row.started_at,
                "outcome": "failed" if row.id in dead else row.outcome,
                "pages": pages.get(row.source, 0),
                "facts": facts.get(row.source, 0),
                "rejected": refused.get(row.source, 0),
                "new": row.facts_new,
                "changed": row.facts_changed,
                "ended": row.facts_ended,
                "unchanged": row.unchanged,
                "gone": row.gone,
                "due": row.due_at,
                "alarm": row.alarm,
                "notes": DIED if row.id in dead else row.note,
            }
            for row in connection.execute(query)
        ]


def rejections(engine: Engine, source: str | None = None) -> list[dict[str, Any]]:
    """A row a rejection that still stands."""
    table_, page = schema.rejected, schema.page
    query = (
        select(
            table_.c.source, page.c.url, table_.c.locator, table_.c.kind, table_.c.field, table_.c.value,
            table_.c.reason, table_.c.raw,
        )
        .join(page, page.c.id == table_.c.page_id)
        .where(table_.c.ended_at.is_(None))
        .order_by(table_.c.source, page.c.url, table_.c.locator, table_.c.id)
    )  # fmt: skip
    if source:
        query = query.where(table_.c.source == source)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def _counts(connection: Connection, counted: Any, condition: Any = None) -> dict[str, int]:
    query = select(counted.c.source, func.count()).group_by(counted.c.source)
    if condition is not None:
        query = query.where(condition)
    return {row[0]: row[1] for row in connection.execute(query)}
