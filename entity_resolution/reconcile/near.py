"""Names of the store that are like a given one, found without reading the store.

The names that organisations go by are looked for in the index that resolving keeps; further names that sources
state, which are few, in one in memory, and so are all names of a store that was resolved without the model.

Invariant: an index holds names only, each with its exact key. Whom a key means is asked of the store each time, so
that a judgement counts at once; names of a new resolution are there at the next search.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Select, func, select

from entity_resolution import kept_names, name_index
from entity_resolution.compatibility import LOOSE
from entity_resolution.matching.candidates import Index
from pipelines.store import schema

#: (exact key, the name as one source writes it).
Like = tuple[str, str]


class Near:
    """Finds names of organisations. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._index = Index([])
        self._names: list[Like] = []
        self._keys: set[str] = set()
        self._resolution = 0

    def prepare(self, connection: Connection) -> None:
        """Take in names that came since the last call; the first one reads all that are held in memory."""
        resolution = connection.execute(select(func.max(schema.resolution.c.id))).scalar() or 0
        with self._lock:
            if resolution == self._resolution:
                return
            queries = [_stated()] if _is_kept(connection) else [_own(), _stated()]
            found: dict[str, str] = {}
            for query in queries:
                for row in connection.execute(query):
                    if row.exact_key not in self._keys:
                        found.setdefault(row.exact_key, row.name)
            news = sorted(found.items())
            self._index.add([name for _, name in news])
            self._names += news
            self._keys |= found.keys()
            self._resolution = resolution

    def find(self, connection: Connection, names: Sequence[str], top: int) -> list[list[Like]]:
        """For each name some others that are like it, about `top` for each index."""
        found: list[dict[Like, None]] = [{} for _ in names]
        if not names:
            return []
        if _is_kept(connection):
            pairs = name_index.search(connection, names, top)
            known = name_index.known(connection, set(pairs.right.tolist()))
            for at, number in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
                key, name = known[number]
                found[at][key, name.name] = None
        with self._lock:
            pairs = self._index.search(names, top)
            for at, to in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
                found[at][self._names[to]] = None
        return [list(one) for one in found]


def _is_kept(connection: Connection) -> bool:
    return kept_names.is_current(connection, name_index.INDEX, name_index.INDEX_VERSION)


def _own() -> Select[Any]:
    """One name for each key that an organisation bears."""
    of_mention, mention = schema.mention_entity, schema.mention
    return (
        select(of_mention.c.exact_key, func.min(mention.c.name).label("name"))
        .join(mention, mention.c.id == of_mention.c.mention_id)
        .where(of_mention.c.exact_key != "", of_mention.c.exact_key.not_like("person|%"))
        .group_by(of_mention.c.exact_key)
    )


def _stated() -> Select[Any]:
    """One name for each key that a source states of somebody."""
    stated = schema.stated_name
    return (
        select(stated.c.exact_key, func.min(stated.c.name).label("name"))
        .where(stated.c.exact_key != "", stated.c.type.not_in(sorted(LOOSE)))
        .group_by(stated.c.exact_key)
    )
