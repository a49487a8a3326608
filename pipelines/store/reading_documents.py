"""Reads the documents of the store that today's readers have not read yet; what is sure becomes facts.

Invariants kept here:
- a batch of documents, what was read in them and the facts that it makes are one transaction: a run that is killed
  leaves whole batches, and the next goes on from there;
- a document is read once by a version of the readers: a second run finds nothing to do;
- what people decided stays, whatever a later version reads.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, or_, select

from pipelines.reading.batches import read_batches
from pipelines.reading.copies import ALIKE, Pieces, bands_of, folded, pieces_of, share
from pipelines.reading.fact import ORGANISATION_ROLES, Fact
from pipelines.reading.fact_json import fact_json
from pipelines.reading.gazetteer import Gazetteer
from pipelines.reading.masking import Document
from pipelines.reading.reader import BATCH_CHARACTERS, BATCH_TEXTS, VERSION, Asked, Further, Read
from pipelines.reading.recording import records_of
from pipelines.reading.thresholds import NEVER, thresholds
from pipelines.records import Mention, When
from pipelines.store import schema
from pipelines.store.bulk import TAKE, chunks, upsert
from pipelines.store.names import known_names
from pipelines.store.reading_facts import sentence_of, write_documents
from pipelines.store.reading_following import follow_pages
from pipelines.store.session import writing
from pipelines.store.tables_of_reading import text_band
from pipelines.store.types import content_id, now

#: Documents that share a band with a new one and are compared with it: the rest share fewer.
COMPARED: Final = 5
#: What a reader is less sure of is no reading, but noise.
LEAST: Final = 0.3
#: So many characters behind the names of a sentence, half of them letters, tell copies of it from other sentences.
BEHIND: Final = 24
_DECIDED: Final = ("accepted", "mended", "rejected")


@dataclass(slots=True)
class Done:
    """What a run did: documents read, copies among them, those over which a reader broke, and facts read by what
    became of them."""

    documents: int = 0
    copies: int = 0
    failed: int = 0
    states: Counter[str] = field(default_factory=Counter)

    @property
    def waiting(self) -> int:
        return self.states["waiting"]

    def as_dict(self) -> dict[str, int]:
        kept = {name: self.states[name] for name in ("taken", "waiting", "noted", "copy")}
        broken = {"failed": self.failed} if self.failed else {}
        return {
            "documents": self.documents,
            "copies": self.copies,
            **broken,
            "facts": self.states.total(),
            **kept,
        }


def unread(engine: Engine, limit: int | None = None) -> int:
    """How many documents today's readers have not read: `limit` at most."""
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(_unread().subquery())).scalar_one()
    return min(count, limit or count)


def read_documents(
    engine: Engine,
    *,
    limit: int | None = None,
    further: Further | None = None,
    processes: int = 1,
    advance: Callable[[int], None] = lambda steps: None,
) -> Done:
    """Read what is unread, the oldest first, and have facts follow pages that were seen again or are gone."""
    done = Done()
    follow_pages(engine)
    with engine.connect() as connection:
        ids = array("q", connection.execute(_unread().limit(limit) if limit else _unread()).scalars())
    gazetteers: dict[str, Gazetteer] = {}
    batches = _asked(engine, ids, gazetteers)
    with closing(read_batches(batches, processes=processes, least=LEAST, further=further)) as told:
        for batch, found in told:
            with writing(engine) as connection:
                _keep(connection, batch, found, gazetteers, done)
            done.documents += len(batch)
            advance(len(batch))
    return done


def _unread() -> Any:
    document, read_by = schema.document, schema.document_read
    return (
        select(document.c.id)
        .outerjoin(read_by, read_by.c.document_id == document.c.id)
        .where(or_(read_by.c.document_id.is_(None), read_by.c.method_version != VERSION))
        .order_by(document.c.first_seen, document.c.id)
    )


def _batches(engine: Engine, ids: Sequence[int]) -> Iterable[list[Row[Any]]]:
    """The documents with these ids, in order, as many at a time as are read together."""
    document, page = schema.document, schema.page
    query = (
        select(document, page.c.source)
        .join(page, page.c.id == document.c.page_id)
        .where(document.c.id.in_(list(ids)))
        .order_by(document.c.first_seen, document.c.id)
    )
    batch: list[Row[Any]] = []
    size = 0
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        batch.append(row)
        size += len(row.text)
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _asked(
    engine: Engine, ids: Sequence[int], gazetteers: dict[str, Gazetteer]
) -> Iterator[tuple[list[Row[Any]], list[Asked]]]:
    """The documents with these ids in batches, each with its texts as they are asked about; the names known to the
    store are kept in `gazetteers`, by source."""
    for start in range(0, len(ids), BATCH_TEXTS):
        for batch in _batches(engine, ids[start : start + BATCH_TEXTS]):
            for source in sorted({row.source for row in batch} - gazetteers.keys()):
                gazetteers[source] = Gazetteer(known_names(engine, source))
            yield batch, [_as_asked(row, gazetteers[row.source]) for row in batch]


def _as_asked(row: Row[Any], gazetteer: Gazetteer) -> Asked:
    when = When(start=row.published, precision=row.precision or "day") if row.published else When()
    return Asked(row.text, when, (), row.title, gazetteer, read_title=True)


# ── what was read ─────────────────────────────────────────────────────────────────────────────────


def _keep(
    connection: Connection,
    batch: Sequence[Row[Any]],
    found: Sequence[Read],
    gazetteers: Mapping[str, Gazetteer],
    done: Done,
) -> None:
    ids = [row.id for row in batch]
    before = _rows_before(connection, ids)
    rows: dict[int, dict[str, Any]] = {}
    for own, told in zip(batch, found, strict=True):
        fresh = _rows(own, told, gazetteers[own.source], before[own.id])
        rows |= {row["id"]: row for row in fresh}
    _mark_copies(connection, rows, ids)
    stale = {row.id for own in before.values() for row in own if row.state not in _DECIDED} - rows.keys()
    for some in chunks(stale):
        connection.execute(delete(schema.reading).where(schema.reading.c.id.in_(some)))
    taken = dict.fromkeys(("fact", "confidence", "method", "state", "said", "reason"), TAKE)
    upsert(connection, schema.reading, [rows[key] for key in sorted(rows)], conflict=["id"], update=taken)
    originals = _originals(connection, batch)
    moment = now()
    upsert(
        connection, schema.document_read,
        [
            {"document_id": key, "method_version": VERSION, "read_at": moment, "same_text_as": originals.get(key),
             "written_at": None, "ended_at": None}
            for key in sorted(ids)
        ],
        conflict=["document_id"],
        update=dict.fromkeys(("method_version", "read_at", "same_text_as"), TAKE),
    )  # fmt: skip
    write_documents(connection, ids)
    done.copies += len(originals)
    done.failed += sum(bool(one.failed) for one in found)
    done.states.update(row["state"] for row in rows.values())


def _rows_before(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    table = schema.reading
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.document_id.in_(ids))):
        found[row.document_id].append(row)
    return found


def _rows(
    own: Row[Any], told: Read, gazetteer: Gazetteer, before: Iterable[Row[Any]]
) -> list[dict[str, Any]]:
    """The rows of a document's facts, without those that people have decided already."""
    decided = [row for row in before if row.state in _DECIDED]
    settled = {row.id for row in decided} | {_words(row.fact) for row in decided}
    rows = []
    for part, text, facts in (("text", own.text, told.facts), ("title", own.title, told.titled)):
        bearer = _Meant(text, told.means, gazetteer, bool(facts))
        for fact in _one_matter(facts):
            data = {**fact_json(fact), "mentions": bearer.of(fact)}
            key = content_id("reading", own.id, part, fact.type, data["roles"], fact.start, fact.end)
            if key in settled or _words(data) in settled:
                continue
            quote = sentence_of(text, fact.start, fact.end)
            rows.append(
                {
                    "id": key, "document_id": own.id, "part": part, "type": fact.type, "fact": data,
                    "start": fact.start, "end": fact.end, "confidence": round(fact.confidence, 4),
                    "method": fact.method[:60], "state": _state(fact, quote),
                    "said": content_id("said", _told(text, fact), *_words(data)), "reason": "",
                    "made_at": now(),
                }
            )  # fmt: skip
    return rows


def _one_matter(facts: Sequence[Fact]) -> list[Fact]:
    """Without the contracts that are told as a cooperation of the same in the same words: to the store both are
    cooperation, and one matter is one fact."""
    told: dict[frozenset[str], list[Fact]] = defaultdict(list)
    for one in facts:
        if one.type == "cooperation":
            told[_everyone(one)].append(one)
    return [
        one
        for one in facts
        if one.type != "contract"
        or not any(one.start < other.end and other.start < one.end for other in told[_everyone(one)])
    ]


def _everyone(fact: Fact) -> frozenset[str]:
    return frozenset(one.text for role in ORGANISATION_ROLES[fact.type] for one in fact.roles.get(role, ()))


def _told(text: str, fact: Fact) -> str:
    """The words that tell a fact, alike in copies that open or close the sentence in their own way: from the first
    of those who stand in it to a little behind the last."""
    pieces = [one for role in ORGANISATION_ROLES[fact.type] for one in fact.roles.get(role, ())]
    start = min((one.start for one in pieces), default=fact.start)
    end = max((one.end for one in pieces), default=fact.end)
    return folded(text[start : end + BEHIND])[: len(folded(text[start:end])) + BEHIND // 2]


def _words(fact: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a fact says, wherever in its document it says so."""
    roles = fact["roles"].items()
    return fact["type"], tuple(sorted({(role, one["text"]) for role, listed in roles for one in listed}))


def _state(fact: Fact, quote: str) -> str:
    limit = thresholds()[fact.type]
    if not records_of(fact, quote, lambda piece, role: Mention(name=piece.text[:300])):
        return "noted"  # the store has no kind of fact for it
    if fact.confidence >= limit.taken and limit.taken != NEVER:
        return "taken"
    return "waiting" if fact.confidence >= limit.waits else "noted"


class _Meant:
    """Whom the words of a text or title mean, where more is known of that than the words."""

    def __init__(self, text: str, means: Mapping[str, str], gazetteer: Gazetteer, wanted: bool) -> None:
        self._means = means
        self._found = {one.start: one for one in Document(text, gazetteer).found} if wanted else {}

    def of(self, fact: Fact) -> dict[str, Any]:
        """Words → mention, as JSON: of organisations that are known, or called otherwise in full."""
        meant: dict[str, Any] = {}
        for role in ORGANISATION_ROLES[fact.type]:
            for piece in fact.roles.get(role, ()):
                known = self._found.get(piece.start)
                if known is not None and known.end >= piece.end:
                    meant[piece.text] = known.mention.model_dump(mode="json", exclude_defaults=True)
                elif piece.text in self._means:
                    meant[piece.text] = {"name": self._means[piece.text][:300]}
        return meant


# ── copies ────────────────────────────────────────────────────────────────────────────────────────


def _mark_copies(connection: Connection, rows: dict[int, dict[str, Any]], ids: Sequence[int]) -> None:
    """Rows that say in the same sentence what a row of another document says become copies of that: of one read by
    today's readers, or decided by a person, or of an earlier one of this batch."""
    table, read_by = schema.reading, schema.document_read
    first: dict[int, int] = {}
    for some in chunks({row["said"] for row in rows.values()}):
        query = (
            select(table.c.said, table.c.document_id)
            .outerjoin(read_by, read_by.c.document_id == table.c.document_id)
            .where(
                table.c.said.in_(some),
                table.c.document_id.not_in(ids),
                table.c.state.in_(("taken", "waiting", *_DECIDED)),
                or_(read_by.c.method_version == VERSION, table.c.state.in_(_DECIDED)),
            )
            .order_by(table.c.made_at, table.c.id)
        )
        for row in connection.execute(query):
            first.setdefault(row.said, row.document_id)
    for one in rows.values():  # in the order of the documents
        if one["state"] not in ("taken", "waiting"):
            continue
        if first.setdefault(one["said"], one["document_id"]) != one["document_id"]:
            one["state"] = "copy"


def _originals(connection: Connection, batch: Sequence[Row[Any]]) -> dict[int, int]:
    """Document → the one that it reprints, for those that do. Sketches of originals alone are kept: what is
    copied a thousand times is compared with one."""
    found: dict[int, int] = {}
    fresh: dict[int, tuple[Pieces, list[int]]] = {}
    for row in batch:
        pieces = pieces_of(row.text)
        bands = bands_of(pieces)
        original = _among(fresh, pieces, bands) or _stored(connection, row.id, pieces, bands)
        if original is None:
            fresh[row.id] = (pieces, bands)
        else:
            found[row.id] = original
    rows = [{"document_id": key, "band": band} for key, (_, bands) in fresh.items() for band in set(bands)]
    upsert(connection, text_band, sorted(rows, key=lambda one: (one["document_id"], one["band"])),
           conflict=["document_id", "band"])  # fmt: skip
    return found


def _among(fresh: Mapping[int, tuple[Pieces, list[int]]], pieces: Pieces, bands: list[int]) -> int | None:
    wanted = set(bands)
    for key, (others, own) in fresh.items():
        if not wanted.isdisjoint(own) and share(pieces, others) >= ALIKE:
            return key
    return None


def _stored(connection: Connection, document: int, pieces: Pieces, bands: list[int]) -> int | None:
    shared: ColumnElement[int] = func.count()
    query = (
        select(text_band.c.document_id)
        .where(text_band.c.band.in_(bands), text_band.c.document_id != document)
        .group_by(text_band.c.document_id)
        .order_by(shared.desc(), text_band.c.document_id)
        .limit(COMPARED)
    )
    for key in connection.execute(query).scalars().all():
        text = select(schema.document.c.text).where(schema.document.c.id == key)
        if share(pieces, pieces_of(connection.execute(text).scalar_one())) >= ALIKE:
            return int(key)
    return None
