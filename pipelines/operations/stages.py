"""How much waits at each stage between a page and a decision: counts, for those who look after a store."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, inspect, select, text

from pipelines.store import schema

#: Where the workers' queue keeps its visits (PostgreSQL).
QUEUE = "valuenet_queue"


def waiting_pairs(connection: Connection) -> int:
    """Pairs of names that wait for a person."""
    table = schema.candidate
    query = select(func.count()).select_from(table).where(table.c.closed_at.is_(None))
    return int(connection.execute(query).scalar_one())


def waiting_readings(connection: Connection) -> int:
    """Facts read in running text that wait for a person."""
    table = schema.reading
    query = select(func.count()).select_from(table).where(table.c.state == "waiting")
    return int(connection.execute(query).scalar_one())


def unread_documents(connection: Connection) -> int:
    """Documents that no reader has read."""
    document, read = schema.document, schema.document_read
    known = exists().where(read.c.document_id == document.c.id)
    return int(connection.execute(select(func.count()).select_from(document).where(~known)).scalar_one())


def queued_visits(connection: Connection) -> dict[str, int]:
    """Visits in the workers' queue by state (`todo`, `doing`, `failed`, …); empty where there is no queue."""
    if connection.dialect.name != "postgresql" or QUEUE not in inspect(connection).get_schema_names():
        return {}
    if not inspect(connection).has_table("procrastinate_jobs", schema=QUEUE):
        return {}
    rows = connection.execute(
        text("SELECT status::text, count(*) FROM valuenet_queue.procrastinate_jobs GROUP BY status")
    )
    return {str(state): int(count) for state, count in rows}
