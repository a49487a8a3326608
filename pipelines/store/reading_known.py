"""What the store says already, for readings that become facts: by the crawl's patterns, in copies, and of names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from pipelines.reading.fact import Piece, Role
from pipelines.records import AnyRecord, Cooperation, Financing, Mention
from pipelines.simplifying import plain_in_place
from pipelines.store import schema
from pipelines.store.bulk import chunks

#: States of rows that stand behind facts of their own; a `copy` stands behind those of the row that it copies.
STANDING: Final = ("taken", "accepted", "mended")
#: Who read what the crawl itself read in running text.
INLINE: Final = "reading"


class Bearing:
    """Who bears the words of a role in one reading: whom the reader meant, else whom the source knows so."""

    def __init__(self, own: Row[Any], row: Row[Any], known: Known) -> None:
        self._own, self._known = own, known
        self._meant: Mapping[str, Any] = row.fact.get("mentions", {})

    def __call__(self, piece: Piece, role: Role) -> Mention:
        if role == "person":
            return Mention(name=piece.text, kind="person", scope=self._own.url[:500])
        meant = self._meant.get(piece.text)
        if meant is not None:
            return Mention.model_validate(meant)
        found = self._known.mention(self._own.source, piece.text)
        return found or Mention(name=piece.text, kind="university" if role == "school" else None)


class Known:
    """What the store says already: in copies of the sentences, by the crawl's patterns, and of names."""

    def __init__(self, connection: Connection, owns: Mapping[int, Row[Any]], rows: list[Row[Any]]) -> None:
        self._connection = connection
        self._copies = self._load_copies({row.said for row in rows if row.state == "copy"}, owns)
        self._inline = self._load_inline({own.page_id for own in owns.values()})
        self._names = self._load_names(owns, rows)

    def of_copy(self, row: Row[Any]) -> list[int]:
        """The facts of the row that this one copies; none while that one does not stand."""
        return self._copies.get(row.said, [])

    def keep(self, row: Row[Any], facts: list[int]) -> None:
        """What a row of these documents, not a copy, is found to stand behind."""
        if facts:
            self._copies.setdefault(row.said, facts)

    def inline(self, page: int, record: AnyRecord) -> int | None:
        """The fact that the crawl read on the page and that tells the same: of the same, in the same roles."""
        kind, everyone, target = _told(record)
        if kind is None:
            return None
        for fact, own_kind, roles in self._inline.get(page, ()):
            if own_kind != kind:
                continue
            names = {_key(name) for _, name in roles}
            if kind == "cooperation" and names == everyone:
                return fact
            targets = {_key(name) for role, name in roles if role == "target"}
            if kind == "financing" and targets == {target} and (everyone <= names or names <= everyone):
                return fact
        return None

    def mention(self, source: str, name: str) -> Mention | None:
        return self._names.get((source, name))

    def _load_copies(self, said: set[int], owns: Collection[int]) -> dict[int, list[int]]:
        table = schema.reading
        found: dict[int, list[int]] = {}
        for ids in chunks(said):
            query = (
                select(table.c.said, table.c.document_id, table.c.facts)
                .where(table.c.said.in_(ids), table.c.state.in_(STANDING), table.c.facts.is_not(None))
                .order_by(table.c.made_at, table.c.id)
            )
            for row in self._connection.execute(query):
                if row.facts and row.document_id not in owns:  # those of these documents are being made anew
                    found.setdefault(row.said, list(row.facts))
        return found

    def _load_inline(self, pages: set[int]) -> dict[int, list[tuple[int, str, list[tuple[str, str]]]]]:
        evidence, fact, roles, mention = (
            schema.evidence, schema.fact, schema.fact_mention, schema.mention,
        )  # fmt: skip
        names: dict[tuple[int, int, str], list[tuple[str, str]]] = defaultdict(list)
        for ids in chunks(pages):
            query = (
                select(evidence.c.page_id, fact.c.id, fact.c.kind, roles.c.role, mention.c.name)
                .distinct()
                .join(fact, fact.c.id == evidence.c.fact_id)
                .join(roles, roles.c.fact_id == fact.c.id)
                .join(mention, mention.c.id == roles.c.mention_id)
                .where(
                    evidence.c.page_id.in_(ids),
                    evidence.c.ended_at.is_(None),
                    evidence.c.method == INLINE,
                    fact.c.kind.in_(("cooperation", "financing")),
                )
                .order_by(fact.c.id)
            )
            for row in self._connection.execute(query):
                names[row.page_id, row.id, row.kind].append((row.role, row.name))
        found: dict[int, list[tuple[int, str, list[tuple[str, str]]]]] = defaultdict(list)
        for (page, key, kind), who in names.items():
            found[page].append((key, kind, who))
        return found

    def _load_names(
        self, owns: Mapping[int, Row[Any]], rows: list[Row[Any]]
    ) -> dict[tuple[str, str], Mention]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            told = row.mended if row.state == "mended" else row.fact
            meant = row.fact.get("mentions", {})
            pieces = [one for listed in told["roles"].values() for one in listed]
            wanted[owns[row.document_id].source] |= {one["text"] for one in pieces} - set(meant)
        table = schema.mention
        found: dict[tuple[str, str], Mention] = {}
        for source, names in wanted.items():
            listed = sorted(names)
            for start in range(0, len(listed), 1000):
                query = (
                    select(table.c.name, table.c.kind, table.c.country, table.c.place)
                    .where(
                        table.c.source == source,
                        table.c.name.in_(listed[start : start + 1000]),
                        table.c.scope == "",
                    )
                    .order_by(table.c.first_seen, table.c.id)
                )
                for each in self._connection.execute(query):
                    one = Mention(name=each.name, kind=each.kind, country=each.country, place=each.place)
                    found.setdefault((source, each.name), one)
        return found


def _key(name: str) -> str:
    return plain_in_place(name)


def _told(record: AnyRecord) -> tuple[str | None, set[str], str]:
    match record:
        case Cooperation():
            who = (*record.providers, *record.recipients, *record.parties)
            return "cooperation", {_key(one.name) for one in who}, ""
        case Financing():
            who = (record.target, *record.investors, *record.leads)
            return "financing", {_key(one.name) for one in who}, _key(record.target.name)
        case _:
            return None, set(), ""
