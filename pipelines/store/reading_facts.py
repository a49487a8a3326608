"""Facts of the store out of the rows of `reading`: what was taken, accepted or mended is said by its document.

Invariants kept here:
- what a document is made to say is a function of its rows, and of what is said elsewhere in the same words: writing
  it again changes nothing;
- a fact that the crawl's own patterns read on the page, or that a copy of the sentence already states, gets a
  further evidence, and no second fact;
- what rows no longer stand for is ended, never deleted.

A document is a page of its own here (`URL#read-…`): a crawl that finds its page changed ends nothing of it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, Row, and_, bindparam, select, update

from pipelines.correcting import Corrector, load_corrections
from pipelines.ingest import Ingest
from pipelines.reading.fact import Fact, Piece, Role
from pipelines.reading.fact_json import fact_from
from pipelines.reading.recording import records_of
from pipelines.records import AnyRecord, Cooperation, Financing, Mention, Rejected
from pipelines.simplifying import plain_in_place
from pipelines.store import schema
from pipelines.store.bulk import chunks
from pipelines.store.types import now
from pipelines.store.writing import Counts, Method, Reading, SnapshotRef, page_id, rows_of, storable

#: States of rows that stand behind facts.
STANDING: Final = ("taken", "accepted", "mended")
#: Who read what the crawl itself read in running text.
INLINE: Final = "reading"
_SENTENCE: Final = 400
_ENDS: Final = "。！？!?；;\n"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands in its document, and who read it."""

    locator: str
    quote: str
    method: Method
    confidence: float


@dataclass(slots=True)
class _Said:
    """What one document is made to say: records, each with its row; and facts that stand elsewhere already."""

    row: Row[Any]
    facts: list[tuple[int, Any, Method]] = field(default_factory=list)  # row of reading, fact, method
    adopted: list[tuple[int, int, _Place]] = field(default_factory=list)  # row, the store's fact, where
    rejected: list[Rejected] = field(default_factory=list)


def read_url(url: str, document: int) -> str:
    """The page as which a document states what was read in it."""
    return f"{url}#read-{document:x}"


def write_documents(connection: Connection, documents: Collection[int]) -> dict[int, list[int]]:
    """Have the documents say what their standing rows say, and nothing else. Returns, for each standing row, the
    ids of the facts behind which it stands; rows of what the store has no kind of fact for are left out."""
    behind: dict[int, list[int]] = {}
    for ids in chunks(documents):
        behind |= _write(connection, ids)
    return behind


def _write(connection: Connection, ids: list[int]) -> dict[int, list[int]]:
    owns = _documents(connection, ids)
    table = schema.reading
    query = (
        select(table)
        .where(table.c.document_id.in_(ids), table.c.state.in_(STANDING))
        .order_by(table.c.document_id, table.c.start, table.c.id)
    )
    rows: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        rows[row.document_id].append(row)
    known = _Known(connection, owns, [row for own in rows.values() for row in own])
    behind: dict[int, list[int]] = defaultdict(list)
    batches: dict[str, Any] = {}
    pages: dict[int, _Said] = {}
    for key in ids:
        if key not in owns:
            continue
        said = _said(owns[key], [] if owns[key].left_at else rows[key], known)
        page, batch = _add(said, behind)
        pages[page] = said
        for row in rows[key]:
            known.keep(row, behind.get(row.id, []))
        _join(batches, owns[key].source, batch)
    written = Counts()
    for source in sorted(batches):
        written.add(batches[source].write(connection, set(), set(), replay=True))
    _end_unsaid(connection, pages, batches)
    _note(connection, rows, behind)
    _counted(connection, pages, written)
    return dict(behind)


def _documents(connection: Connection, ids: list[int]) -> dict[int, Row[Any]]:
    document, page, shot, read = schema.document, schema.page, schema.snapshot, schema.document_read
    query = (
        select(
            document, page.c.source, page.c.run_id.label("page_run"), read.c.run_id.label("read_run"),
            read.c.ended_at.label("left_at"), shot.c.sha256, shot.c.archive, shot.c.offset, shot.c.status,
            shot.c.content_type, shot.c.size,
        )
        .join(page, page.c.id == document.c.page_id)
        .join(shot, shot.c.id == document.c.snapshot_id)
        .outerjoin(read, read.c.document_id == document.c.id)
        .where(document.c.id.in_(ids))
    )  # fmt: skip
    return {row.id: row for row in connection.execute(query)}


def _said(own: Row[Any], rows: Iterable[Row[Any]], known: _Known) -> _Said:
    said = _Said(own)
    ingest = Ingest(own.source, Method("reading", ""), corrector=_corrector(own.source))
    for row in rows:
        fact, text = _fact(row, own)
        quote = sentence_of(text, fact.start, fact.end)[:1000]
        sure = 1.0 if row.state != "taken" else round(fact.confidence, 3)
        place = _Place(f"{row.part}:{fact.start}-{fact.end}", quote, _method(row), sure)
        told = known.of_copy(row)
        if told is not None:
            said.adopted += [(row.id, one, place) for one in told]
            continue
        try:
            records = records_of(
                replace(fact, confidence=sure), quote, _Bearer(own, row, known), part=row.part
            )
        except ValidationError as error:  # words that no name can hold
            said.rejected.append(_refused(place, fact, error))
            continue
        for record in records:
            same = known.inline(own.page_id, record)
            if same is not None:
                said.adopted.append((row.id, same, place))
                continue
            done = ingest.run([record], own.last_seen)
            said.rejected += done.rejected
            said.facts += [(row.id, one, place.method) for one, _ in done.facts]
    return said


def _fact(row: Row[Any], own: Row[Any]) -> tuple[Fact, str]:
    text = own.title if row.part == "title" else own.text
    fact = fact_from(row.mended if row.state == "mended" else row.fact, text)
    return fact, text


def _method(row: Row[Any]) -> Method:
    if row.state != "taken":
        return Method(f"person:{row.decided_by}"[:60], "")
    name, _, version = row.method.partition("/")
    return Method(f"reading:{name}"[:60], version[:20])


def _refused(place: _Place, fact: Fact, error: ValidationError) -> Rejected:
    first = error.errors()[0]
    return Rejected(
        locator=place.locator,
        kind=fact.type,
        reason=str(first["msg"])[:2000],
        field=".".join(map(str, first["loc"]))[:300],
        raw=place.quote,
    )


def sentence_of(text: str, start: int, end: int) -> str:
    """The whole sentence, or sentences, that hold a span: at most so much before and behind it."""
    first = max((text.rfind(char, max(0, start - _SENTENCE), start) for char in _ENDS), default=-1) + 1
    first = first or max(0, start - _SENTENCE)
    ends = [at for char in _ENDS if (at := text.find(char, max(start, end - 1), end + _SENTENCE)) >= 0]
    return text[first : min(ends) + 1 if ends else min(len(text), end + _SENTENCE)].strip()


@cache
def _corrections() -> Any:
    return load_corrections()


def _corrector(source: str) -> Corrector:
    return Corrector(source, _corrections(), now().date())


class _Bearer:
    """Who bears the words of a role in one reading: whom the reader meant, else whom the source knows so."""

    def __init__(self, own: Row[Any], row: Row[Any], known: _Known) -> None:
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


class _Known:
    """What the store says already: in copies of the sentences, by the crawl's patterns, and of names."""

    def __init__(self, connection: Connection, owns: Mapping[int, Row[Any]], rows: list[Row[Any]]) -> None:
        self._connection = connection
        self._copies = self._load_copies({row.said for row in rows})
        self._inline = self._load_inline({own.page_id for own in owns.values()})
        self._names = self._load_names(owns, rows)

    def of_copy(self, row: Row[Any]) -> list[int] | None:
        """The facts of the oldest copy of this row's sentence in another document. What a person made of this very
        row stands by itself."""
        first = self._copies.get(row.said)
        if row.state == "mended" or first is None or first[0] == row.document_id:
            return None
        return first[1]

    def keep(self, row: Row[Any], facts: list[int]) -> None:
        if facts:
            self._copies.setdefault(row.said, (row.document_id, facts))

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

    def _load_copies(self, said: set[int]) -> dict[int, tuple[int, list[int]]]:
        table = schema.reading
        found: dict[int, tuple[int, list[int]]] = {}
        for ids in chunks(said):
            query = (
                select(table.c.said, table.c.document_id, table.c.facts)
                .where(table.c.said.in_(ids), table.c.state.in_(STANDING), table.c.facts.is_not(None))
                .order_by(table.c.made_at, table.c.id)
            )
            for row in self._connection.execute(query):
                if row.facts:
                    found.setdefault(row.said, (row.document_id, list(row.facts)))
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


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────


def _add(said: _Said, behind: dict[int, list[int]]) -> tuple[int, Any]:
    """The rows that make a document say it, by the way every page's are made."""
    own = said.row
    url = read_url(own.url, own.id)
    shot = SnapshotRef(own.sha256, own.archive, own.offset, own.status, own.content_type, own.size)
    batch = rows_of(own.source, Reading(url, own.last_seen, shot, first=False, complete=False))
    batch.run_id = own.read_run or own.page_run
    reading = Reading(
        url, own.last_seen, shot, rejected=said.rejected, first=False, complete=False,
        facts=[(fact, method) for _, fact, method in said.facts],
    )  # fmt: skip
    batch.add(reading)
    for row in batch.pages.values():
        row["run_id"] = batch.run_id
    page = page_id(own.source, url)
    for row_id, fact, method in said.facts:
        single = rows_of(own.source, Reading(url, own.last_seen, shot, facts=[(fact, method)], first=False))
        behind[row_id] += [key for key in single.facts if key not in behind[row_id]]
    (snapshot,) = batch.snapshots
    for row_id, key, place in said.adopted:
        if key not in behind[row_id]:
            behind[row_id].append(key)
        batch.evidence[key, page, place.locator] = {
            "fact_id": key, "page_id": page, "snapshot_id": snapshot, "run_id": batch.run_id,
            "locator": place.locator, "quote": storable(place.quote), "method": place.method.name,
            "method_version": place.method.version, "confidence": place.confidence,
            "first_seen": own.first_seen, "last_seen": own.last_seen, "ended_at": None,
        }  # fmt: skip
    for made in (batch.snapshots, batch.pages, batch.mentions, batch.facts, batch.evidence):
        for row in made.values():  # the page said so since it was first seen
            row["first_seen"] = own.first_seen
    if not (said.facts or said.adopted or said.rejected):
        batch.snapshots.clear()
        batch.pages.clear()
    return page, batch


def _join(batches: dict[str, Any], source: str, batch: Any) -> None:
    if source not in batches:
        batches[source] = batch
        return
    joined = batches[source]
    for name in ("snapshots", "pages", "identifiers", "roles", "evidence", "rejected"):
        getattr(joined, name).update(getattr(batch, name))
    for name in ("mentions", "facts"):
        mine = getattr(joined, name)
        for key, row in getattr(batch, name).items():
            if key in mine:
                mine[key]["first_seen"] = min(mine[key]["first_seen"], row["first_seen"])
                if name == "facts":
                    mine[key]["last_seen"] = max(mine[key]["last_seen"], row["last_seen"])
            else:
                mine[key] = row
    joined.counts.add(batch.counts)


def _end_unsaid(connection: Connection, pages: Mapping[int, _Said], batches: Mapping[str, Any]) -> None:
    """End what stood on these pages and stands there no longer."""
    evidence = schema.evidence
    said = {(key, page, place) for batch in batches.values() for key, page, place in batch.evidence}
    unsaid: dict[dt.datetime, list[int]] = defaultdict(list)
    for ids in chunks(pages):
        query = select(evidence.c.id, evidence.c.fact_id, evidence.c.page_id, evidence.c.locator).where(
            and_(evidence.c.page_id.in_(ids), evidence.c.ended_at.is_(None))
        )
        for row in connection.execute(query):
            if (row.fact_id, row.page_id, row.locator) not in said:
                own = pages[row.page_id].row
                unsaid[own.left_at or own.last_seen].append(row.id)
    for at, rows in unsaid.items():
        for ids in chunks(rows):
            connection.execute(update(evidence).where(evidence.c.id.in_(ids)).values(ended_at=at))


def _note(
    connection: Connection, rows: Mapping[int, list[Row[Any]]], behind: Mapping[int, list[int]]
) -> None:
    """Write down which facts each row stands behind."""
    changed = [
        {"row": row.id, "behind": sorted(behind.get(row.id, []))}
        for own in rows.values()
        for row in own
        if sorted(behind.get(row.id, [])) != (row.facts or [])
    ]
    if changed:
        table = schema.reading
        connection.execute(
            update(table).where(table.c.id == bindparam("row")).values(facts=bindparam("behind")), changed
        )


def _counted(connection: Connection, pages: Mapping[int, _Said], written: Counts) -> None:
    """Note until when the documents' words are written."""
    read = schema.document_read
    rows = [{"document": one.row.id, "until": one.row.last_seen} for one in pages.values()]
    if rows:
        connection.execute(
            update(read)
            .where(read.c.document_id == bindparam("document"))
            .values(written_at=bindparam("until")),
            rows,
        )
