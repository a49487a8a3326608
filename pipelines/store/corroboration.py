"""How many independent sources say a fact: places that copy each other, or are of one site, count once.

Two places are of one source where they are of one host (a host publishes one paper), where their documents reprint
each other, or where they hold the same sentence. Places that no longer say it count no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from pipelines.reading.copies import SHORT, folded
from pipelines.store import schema
from pipelines.store.bulk import chunks


def corroboration(connection: Connection, fact_ids: Iterable[int]) -> dict[int, int]:
    """Fact → its independent sources now; 0 for a fact that nothing says any more."""
    wanted = sorted(set(fact_ids))
    found = dict.fromkeys(wanted, 0)
    for ids in chunks(wanted):
        places = _places(connection, ids)
        texts = _texts(connection, {row.page_id: row.url for rows in places.values() for row in rows})
        for fact, rows in places.items():
            found[fact] = _groups([_marks(row, texts) for row in rows])
    return found


def _places(connection: Connection, ids: list[int]) -> dict[int, list[Any]]:
    evidence, page = schema.evidence, schema.page
    query = (
        select(evidence.c.fact_id, evidence.c.page_id, evidence.c.quote, page.c.url, page.c.source)
        .join(page, page.c.id == evidence.c.page_id)
        .where(evidence.c.fact_id.in_(ids), evidence.c.ended_at.is_(None))
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.fact_id].append(row)
    return found


def _texts(connection: Connection, pages: dict[int, str]) -> dict[int, int]:
    """Page → the text that it prints first of all: its document, or the one that this reprints."""
    document, read = schema.document, schema.document_read
    documents = {
        int(part, 16): key for key, url in pages.items() if (part := url.rpartition("#read-")[2]) != url
    }
    found: dict[int, int] = {}
    for column, keys in ((document.c.page_id, pages.keys()), (document.c.id, documents.keys())):
        for ids in chunks(keys):
            query = (
                select(document.c.id, document.c.page_id, read.c.same_text_as)
                .outerjoin(read, read.c.document_id == document.c.id)
                .where(column.in_(ids))
                .order_by(document.c.last_seen)
            )
            for row in connection.execute(query):
                page = row.page_id if column is document.c.page_id else documents[row.id]
                found[page] = row.same_text_as or row.id
    return found


def _marks(row: Any, texts: dict[int, int]) -> list[Hashable]:
    """What two places share where they are of one source."""
    host = urlsplit(row.url).hostname
    marks: list[Hashable] = [("host", host) if host else ("source", row.source)]
    if row.page_id in texts:
        marks.append(("text", texts[row.page_id]))
    sentence = folded(row.quote)
    if len(sentence) >= SHORT // 2:  # the words of a cell may be alike by chance
        marks.append(("sentence", sentence))
    return marks


def _groups(places: list[list[Hashable]]) -> int:
    """How many groups there are, if places that share a mark are of one."""
    parent: dict[Hashable, Hashable] = {}

    def root(mark: Hashable) -> Hashable:
        parent.setdefault(mark, mark)
        while parent[mark] != mark:
            parent[mark] = parent[parent[mark]]
            mark = parent[mark]
        return mark

    for first, *others in places:
        for other in others:
            parent[root(other)] = root(first)
    return len({root(marks[0]) for marks in places})
