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
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, Row, and_, bindparam, select, update

from pipelines.correcting import Corrector, load_corrections
from pipelines.ingest import Ingest
from pipelines.reading.fact import Fact
from pipelines.reading.fact_json import fact_from
from pipelines.reading.recording import records_of
from pipelines.records import Rejected
from pipelines.store import schema
from pipelines.store.bulk import chunks
from pipelines.store.reading_known import STANDING, Bearing, Known
from pipelines.store.tables_of_reading import READ_MARK
from pipelines.store.types import now
from pipelines.store.writing import Method, Reading, SnapshotRef, page_id, rows_of, storable

_SENTENCE: Final = 400
_VERSION: Final = re.compile(r"(?P<name>.*?)[-/ :]?(?P<version>[\d.]*)$")
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
    """What one document is made to say: facts of its own, and facts that the store has already."""

    row: Row[Any]
    facts: list[tuple[Any, Method]] = field(default_factory=list)
    adopted: list[tuple[int, _Place]] = field(
        default_factory=list
    )  # a fact of the store, and where it stands
    rejected: list[Rejected] = field(default_factory=list)


def read_url(url: str, document: int) -> str:
    """The page as which a document states what was read in it."""
    return f"{url}{READ_MARK}{document:x}"


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
        .where(table.c.document_id.in_(ids), table.c.state.in_((*STANDING, "copy")))
        .order_by(table.c.document_id, table.c.start, table.c.id)
    )
    # what is no longer on the web says nothing, and its rows keep what they stood behind, for their copies
    rows = [row for row in connection.execute(query) if not owns[row.document_id].left_at]
    known = Known(connection, owns, rows)
    behind: dict[int, list[int]] = defaultdict(list)
    said = {key: _Said(own) for key, own in owns.items()}
    for row in rows:
        if row.state != "copy":
            _say(said[row.document_id], row, known, behind)
            known.keep(row, behind[row.id])
    for row in rows:
        if row.state == "copy":
            behind[row.id] = known.of_copy(row)
            place = _place(row, said[row.document_id].row)[0]
            said[row.document_id].adopted += [(one, place) for one in behind[row.id]]
    batches: dict[str, Any] = {}
    pages: dict[int, _Said] = {}
    for one in said.values():
        page, batch = _add(one)
        pages[page] = one
        _join(batches, one.row.source, batch)
    for source in sorted(batches):
        batches[source].write(connection, set(), set(), replay=True)
    _end_unsaid(connection, pages, batches)
    _note(connection, rows, behind)
    _written(connection, said.values())
    return dict(behind)


def _documents(connection: Connection, ids: list[int]) -> dict[int, Row[Any]]:
    document, page, shot, read = schema.document, schema.page, schema.snapshot, schema.document_read
    query = (
        select(
            document, page.c.source, page.c.run_id, read.c.ended_at.label("left_at"),
            shot.c.sha256, shot.c.archive, shot.c.offset, shot.c.status,
            shot.c.content_type, shot.c.size,
        )
        .join(page, page.c.id == document.c.page_id)
        .join(shot, shot.c.id == document.c.snapshot_id)
        .outerjoin(read, read.c.document_id == document.c.id)
        .where(document.c.id.in_(ids))
    )  # fmt: skip
    return {row.id: row for row in connection.execute(query)}


def _say(said: _Said, row: Row[Any], known: Known, behind: dict[int, list[int]]) -> None:
    """Add what a row says, and which facts of the store those are."""
    own = said.row
    place, fact = _place(row, own)
    try:
        sure = replace(fact, confidence=place.confidence)
        records = records_of(sure, place.quote, Bearing(own, row, known), part=row.part)
    except ValidationError as error:  # words that no name can hold
        said.rejected.append(_refused(place, fact, error))
        return
    ingest = Ingest(own.source, Method("reading", ""), corrector=_corrector(own.source))
    for record in records:
        same = known.inline(own.page_id, record)
        if same is not None:
            said.adopted.append((same, place))
            behind[row.id].append(same)
            continue
        done = ingest.run([record], own.last_seen)
        said.rejected += done.rejected
        for one, _ in done.facts:
            said.facts.append((one, place.method))
            behind[row.id] += rows_of(own.source, _reading(own, [(one, place.method)])).facts


def _place(row: Row[Any], own: Row[Any]) -> tuple[_Place, Fact]:
    """Where a row stands, and what it says there."""
    fact, text = _fact(row, own)
    quote = sentence_of(text, fact.start, fact.end)[:1000]
    sure = round(fact.confidence, 3) if row.state in ("taken", "copy") else 1.0
    return _Place(f"{row.part}:{fact.start}-{fact.end}", quote, _method(row), sure), fact


def _fact(row: Row[Any], own: Row[Any]) -> tuple[Fact, str]:
    text = own.title if row.part == "title" else own.text
    fact = fact_from(row.mended if row.state == "mended" else row.fact, text)
    return fact, text


def _method(row: Row[Any]) -> Method:
    """Who read it: a person, or readers with their versions (relations-1+patterns-3)."""
    if row.state in ("accepted", "mended"):
        return Method(f"person:{row.decided_by}"[:60], "")
    told = [_VERSION.match(one) for one in row.method.split("+")]
    names = "+".join(one["name"] for one in told if one)
    versions = "+".join(one["version"] for one in told if one)
    return Method(f"reading:{names}"[:60], versions[:20])


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


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────


def _reading(own: Row[Any], facts: list[tuple[Any, Method]], rejected: Sequence[Rejected] = ()) -> Reading:
    shot = SnapshotRef(own.sha256, own.archive, own.offset, own.status, own.content_type, own.size)
    return Reading(
        read_url(own.url, own.id), own.last_seen, shot, facts=facts, rejected=list(rejected), first=False,
        complete=False,
    )  # fmt: skip


def _add(said: _Said) -> tuple[int, Any]:
    """The rows that make a document say it, by the way every page's are made."""
    own = said.row
    page = page_id(own.source, read_url(own.url, own.id))
    batch = rows_of(own.source, _reading(own, []))
    if not (said.facts or said.adopted or said.rejected):
        batch.snapshots.clear()
        batch.pages.clear()
        return page, batch
    batch.run_id = own.run_id  # the crawl that met the page: reading is no visit
    batch.add(_reading(own, said.facts, said.rejected))
    batch.pages[page]["run_id"] = own.run_id
    (snapshot,) = batch.snapshots
    for key, place in said.adopted:
        batch.evidence[key, page, place.locator] = {
            "fact_id": key, "page_id": page, "snapshot_id": snapshot, "run_id": own.run_id,
            "locator": place.locator, "quote": storable(place.quote), "method": place.method.name,
            "method_version": place.method.version, "confidence": place.confidence,
            "first_seen": own.first_seen, "last_seen": own.last_seen, "ended_at": None,
        }  # fmt: skip
    for made in (batch.snapshots, batch.pages, batch.mentions, batch.facts, batch.evidence):
        for row in made.values():  # the page said so since it was first seen
            row["first_seen"] = own.first_seen
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


def _note(connection: Connection, rows: Iterable[Row[Any]], behind: Mapping[int, list[int]]) -> None:
    """Write down which facts each row stands behind."""
    table = schema.reading
    now_behind = {row.id: sorted(set(behind.get(row.id, []))) for row in rows}
    changed = [
        {"row": row.id, "behind": now_behind[row.id]}
        for row in rows
        if now_behind[row.id] != (row.facts or [])
    ]
    if changed:
        connection.execute(
            update(table).where(table.c.id == bindparam("row")).values(facts=bindparam("behind")), changed
        )


def _written(connection: Connection, said: Iterable[_Said]) -> None:
    """Note until when the documents' words are written."""
    read = schema.document_read
    rows = [{"document": one.row.id, "until": one.row.last_seen} for one in said]
    if rows:
        connection.execute(
            update(read)
            .where(read.c.document_id == bindparam("document"))
            .values(written_at=bindparam("until")),
            rows,
        )
