"""What was read follows its pages: a document seen again says its facts as late as that, one that is gone no more.

A document is on the web while its page is, and while the page has not been seen to say something else since.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, exists, func, or_, select, update

from pipelines.store import schema
from pipelines.store.reading_facts import write_documents
from pipelines.store.session import writing

_BATCH: Final = 500


def follow_pages(engine: Engine) -> int:
    """Bring what documents say up to when they were last seen; returns how many documents that concerned."""
    count = 0
    while True:
        with writing(engine) as connection:
            rows = connection.execute(_to_follow().limit(_BATCH)).all()
            if not rows:
                return count
            for row in rows:
                _follow(connection, row)
            write_documents(connection, [row.id for row in rows])
            count += len(rows)


def _follow(connection: Connection, row: Any) -> None:
    read, table = schema.document_read, schema.reading
    ended = None if row.there else (row.gone_at or row.page_seen)
    connection.execute(
        update(read).where(read.c.document_id == row.id).values(ended_at=ended, written_at=row.last_seen)
    )
    before, after = ("gone", "waiting") if row.there else ("waiting", "gone")
    connection.execute(
        update(table).where(table.c.document_id == row.id, table.c.state == before).values(state=after)
    )


def _to_follow() -> Any:
    document, page, shot, read = schema.document, schema.page, schema.snapshot, schema.document_read
    later = document.alias("later")
    replaced = exists().where(
        later.c.page_id == document.c.page_id,
        later.c.url == document.c.url,
        later.c.last_seen > document.c.last_seen,
    )
    there = and_(page.c.gone_at.is_(None), shot.c.first_seen <= document.c.last_seen, ~replaced)
    return (
        select(
            document.c.id, document.c.last_seen, page.c.gone_at, page.c.last_seen.label("page_seen"),
            there.label("there"),
        )
        .join(read, read.c.document_id == document.c.id)
        .join(page, page.c.id == document.c.page_id)
        .join(shot, shot.c.id == page.c.snapshot_id)
        .where(
            or_(
                and_(read.c.ended_at.is_(None), ~there),
                and_(read.c.ended_at.is_not(None), there),
                and_(there, func.coalesce(read.c.written_at, document.c.first_seen) < document.c.last_seen),
            )
        )
        .order_by(document.c.id)
    )  # fmt: skip
