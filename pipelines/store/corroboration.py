"""How many independent sources say a fact: places that copy each other, or are of one site, count once.

Two places are of one source where they are of one host (a host publishes one paper), where their documents reprint
each other, or where they hold the same sentence. Places that no longer say it count no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, select

from pipelines.reading.copies import SHORT, folded
from pipelines.store import schema
from pipelines.store.bulk import chunks

_Key = TypeVar("_Key", bound=Hashable)


def corroboration(connection: Connection, fact_ids: Iterable[int]) -> dict[int, int]:
    """Fact → its independent sources now; 0 for a fact that nothing says any more."""
    wanted = sorted(set(fact_ids))
    found = dict.fromkeys(wanted, 0)
    for ids in chunks(wanted):
        places = _places(connection, ids)
        texts = _texts(connection, {row.page_id: row.url for rows in places.values() for row in rows})
        for fact, rows in places.items():
            found[fact] = len(set(_grouped([_marks(row, texts) for row in rows])))
    return found


def finders(
    connection: Connection, said: Mapping[_Key, Collection[int]], counts: ColumnElement[bool] | None = None
) -> dict[_Key, tuple[str, ...]]:
    """What several facts say together (a relation, say) → its independent sources, each named by the host (or the
    source, where it has none) that said it first; none for what nothing says.

    counts: which rows of `evidence` count; those that still stand where it is not given.
    """
    places: dict[int, list[Any]] = {}
    texts: dict[int, int] = {}
    for ids in chunks({fact for facts in said.values() for fact in facts}):
        some = _places(connection, ids, counts)
        texts |= _texts(connection, {row.page_id: row.url for rows in some.values() for row in rows})
        places |= some
    found: dict[_Key, tuple[str, ...]] = {}
    for key, facts in said.items():
        rows = [row for fact in facts for row in places.get(fact, ())]
        rows.sort(key=lambda row: (row.first_seen, row.id))
        first: dict[Hashable, str] = {}
        for row, group in zip(rows, _grouped([_marks(row, texts) for row in rows]), strict=True):
            first.setdefault(group, urlsplit(row.url).hostname or row.source)
        found[key] = tuple(first.values())
    return found


def _places(
    connection: Connection, ids: list[int], counts: ColumnElement[bool] | None = None
) -> dict[int, list[Any]]:
    evidence, page = schema.evidence, schema.page
    query = (
        select(
            evidence.c.id, evidence.c.fact_id, evidence.c.page_id, evidence.c.quote, evidence.c.first_seen,
            page.c.url, page.c.source,
        )
        .join(page, page.c.id == evidence.c.page_id)
        .where(evidence.c.fact_id.in_(ids), evidence.c.ended_at.is_(None) if counts is None else counts)
    )  # fmt: skip
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


def _grouped(places: list[list[Hashable]]) -> list[Hashable]:
    """The group of each place, if places that share a mark are of one."""
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
    return [root(marks[0]) for marks in places]
