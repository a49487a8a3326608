"""What is known of pages before they are asked for again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, select

from pipelines.store import schema
from pipelines.store.bulk import chunks
from pipelines.store.scopes import met_in_scope
from pipelines.store.writing import SnapshotRef, page_id


@dataclass(frozen=True, slots=True)
class Known:
    """A page as it was last read: where its bytes lie, what the host calls that state, which parser read it.

    parser: the version that read it as a whole, empty where none could. leads: it asks for other pages.
    """

    url: str
    snapshot: SnapshotRef
    etag: str | None
    last_modified: str | None
    leads: bool
    parser: str
    run_id: int
    last_seen: dt.datetime
    gone: bool


def missed_pages(engine: Engine, source: str, run_id: int, most: int) -> list[str]:
    """Pages that earlier crawls of the same scope met and this run, its writes done, has not: up to `most`
    URLs, those longest unseen first. Pages that lead to others are none of them (they come and go), nor those
    that are gone."""
    page, run = schema.page, schema.run
    with engine.connect() as connection:
        scope: str = connection.execute(select(run.c.scope).where(run.c.id == run_id)).scalar_one()
        query = (
            select(page.c.url)
            .where(
                page.c.source == source, page.c.run_id != run_id, page.c.gone_at.is_(None),
                page.c.leads.is_(False), met_in_scope(page, scope),
            )
            .order_by(page.c.last_seen, page.c.id)
            .limit(most)
        )  # fmt: skip
        return list(connection.execute(query).scalars())


def known_pages(engine: Engine, source: str, urls: Iterable[str]) -> dict[str, Known]:
    """The pages of a source among `urls` (their lasting names) that were read before, by URL."""
    page, snapshot = schema.page, schema.snapshot
    ids = {page_id(source, url): url for url in urls}
    found: dict[str, Known] = {}
    if not ids:
        return found
    with engine.connect() as connection:
        for some in chunks(ids):
            rows = connection.execute(
                select(
                    page.c.id, page.c.etag, page.c.last_modified, page.c.leads, page.c.parser, page.c.run_id,
                    page.c.last_seen, page.c.gone_at, snapshot.c.sha256, snapshot.c.archive, snapshot.c.offset,
                    snapshot.c.status, snapshot.c.content_type, snapshot.c.size,
                )
                .join(snapshot, snapshot.c.id == page.c.snapshot_id)
                .where(page.c.id.in_(some))
            )  # fmt: skip
            for row in rows:
                url = ids[row.id]
                found[url] = Known(
                    url=url,
                    snapshot=SnapshotRef(
                        row.sha256, row.archive, row.offset, row.status, row.content_type, row.size
                    ),
                    etag=row.etag,
                    last_modified=row.last_modified,
                    leads=row.leads,
                    parser=row.parser,
                    run_id=row.run_id,
                    last_seen=row.last_seen,
                    gone=row.gone_at is not None,
                )
    return found
