"""Whether documents lie in the store that no reader has seen: asked without loading a reader."""

from __future__ import annotations

from sqlalchemy import Engine, select

from pipelines.store import schema


def unseen(engine: Engine) -> bool:
    """Whether some document was read by no version of the readers. Those read by an earlier version alone do not
    count: reading everything anew is a decision of people."""
    document, read_by = schema.document, schema.document_read
    query = (
        select(document.c.id)
        .outerjoin(read_by, read_by.c.document_id == document.c.id)
        .where(read_by.c.document_id.is_(None))
        .limit(1)
    )
    with engine.connect() as connection:
        return connection.execute(query).first() is not None
