"""What a page said before and says no longer: found when it is read, ended at once or when the run is judged.

A page that could be read, and is silent on what it once said, takes that back. On a visit to the web it is
believed only when the run as a whole is: a host that answers everything with an empty page takes back nothing.
Until then the page counts as unread, so that the next run reads it anew, whatever became of this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, exists, or_, select, update

from pipelines.store import schema
from pipelines.store.bulk import chunks


def silent_pages(connection: Connection, pages: Iterable[int], run_id: int) -> set[int]:
    """Those of `pages`, each just read as a whole by the run, that no longer say something they said before."""
    found: set[int] = set()
    for ids in chunks(pages):
        query = select(schema.evidence.c.page_id).where(_lapsed(schema.evidence, ids, run_id)).distinct()
        found.update(connection.execute(query).scalars())
    return found


def end_lapsed(connection: Connection, table: Table, pages: Iterable[int], run_id: int) -> int:
    """End the rows of `table` (evidence or rejected) that `pages` no longer give, at the page's last sight; returns
    how many there were."""
    ended = 0
    for ids in chunks(pages):
        ended += connection.execute(
            update(table).where(_lapsed(table, ids, run_id)).values(ended_at=_visited(table))
        ).rowcount
    return ended


def doubt(connection: Connection, pages: Iterable[int]) -> None:
    """Count pages as unread: the next run reads them anew."""
    for ids in chunks(pages):
        connection.execute(update(schema.page).where(schema.page.c.id.in_(ids)).values(parser=""))


def believe(connection: Connection, silent: Mapping[int, str], run_id: int, *, leading: bool) -> int:
    """End what the pages of `silent` no longer say, and count them as read by the parser named there. Pages that
    lead to others only with `leading`. Returns the number of places ended."""
    page = schema.page
    chosen: set[int] = set(silent)
    if not leading:
        chosen = set()
        for ids in chunks(silent):
            query = select(page.c.id).where(page.c.id.in_(ids), page.c.leads.is_(False))
            chosen.update(connection.execute(query).scalars())
    if not chosen:
        return 0
    ended = end_lapsed(connection, schema.evidence, chosen, run_id)
    connection.execute(
        update(page).where(page.c.id == bindparam("one")).values(parser=bindparam("reader")),
        [{"one": key, "reader": silent[key]} for key in sorted(chosen)],
    )
    return ended


def _visited(table: Table) -> ColumnElement[object]:
    return select(schema.page.c.last_seen).where(schema.page.c.id == table.c.page_id).scalar_subquery()


def _lapsed(table: Table, ids: list[int], run_id: int) -> ColumnElement[bool]:
    """Open, and not met by the last reading; but a place that can no longer be read does not take back what it
    said while it could."""
    refused = schema.rejected
    unread = exists().where(
        refused.c.page_id == table.c.page_id,
        refused.c.locator == table.c.locator,
        refused.c.run_id == run_id,
        refused.c.kind != "field",
    )
    return and_(
        table.c.page_id.in_(ids),
        table.c.ended_at.is_(None),
        or_(table.c.run_id != run_id, table.c.last_seen < _visited(table)),
        *([~unread] if table is schema.evidence else []),
    )
