"""Writes what pages said, many pages in one transaction.

Invariants kept here:
- a page's snapshot, facts, evidence and rejections are committed together, or not at all;
- writing the same reading again changes nothing but `last_seen` (and the run that confirmed it);
- what a page no longer says is ended, never deleted; an older snapshot read late ends nothing that is newer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Connection, Engine, and_, bindparam, exists, func, insert, or_, select, update

from pipelines.facts import Fact, key_of
from pipelines.records import Document, Mention, Rejected
from pipelines.store import schema
from pipelines.store.bulk import EARLIER, LATER, TAKE, chunks, upsert
from pipelines.store.lapsing import doubt, end_lapsed, silent_pages
from pipelines.store.session import writing
from pipelines.store.types import content_id

#: Rejections of a run that are shown at once; the rest is in the store.
REFUSED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class SnapshotRef:
    """Where the bytes of a response lie: `archive` file and `offset` in it; `size` in bytes, decoded."""

    sha256: str
    archive: str
    offset: int
    status: int = 200
    content_type: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Method:
    """Who read a fact: a parser or extractor, and its version."""

    name: str
    version: str


@dataclass(slots=True)
class Reading:
    """All that one visit to a page gave. A long file may come in several readings of one page: only the last is
    `complete`, and only then what the page no longer says is ended."""

    url: str
    seen_at: dt.datetime
    snapshot: SnapshotRef
    facts: list[tuple[Fact, Method]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    records: int = 0
    first: bool = True
    complete: bool = True
    etag: str | None = None
    last_modified: str | None = None
    #: it asks for other pages; the parser's version, where it read the page as a whole
    leads: bool = False
    parser: str = ""
    #: found as it was: nothing of it is written but that it was seen
    unchanged: bool = False
    #: the host says that there is no such page: what it said ends when the run is complete
    gone: bool = False


@dataclass(slots=True)
class Counts:
    """What a run did. Facts: new (a question never answered before), changed (another answer, or one that came
    back), unchanged; ended counts places where a fact is no longer said. Pages: unchanged ones were found as they
    were, gone ones no longer."""

    snapshots: int = 0
    records: int = 0
    rejected: int = 0
    facts_new: int = 0
    facts_changed: int = 0
    facts_unchanged: int = 0
    facts_ended: int = 0
    unchanged: int = 0
    gone: int = 0

    @property
    def facts_seen(self) -> int:
        """Facts that were said, whether new or not."""
        return self.facts_new + self.facts_changed + self.facts_unchanged

    def add(self, other: Counts) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def as_dict(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


class StoreWriter:
    """Writes the readings of one run of one source. One writer a process; calls come one after another.

    judged: what pages no longer say waits for the run's close (`silent`); otherwise it ends at once. replay: what
    was seen before is read again; the run meets no pages itself.
    """

    def __init__(
        self, engine: Engine, source: str, run_id: int, *, judged: bool = False, replay: bool = False
    ) -> None:
        self.engine, self.source, self.run_id = engine, source, run_id
        self.counts = Counts()
        self.refused: list[str] = []  # the first rejections of this run, as messages
        self._new_slots: set[int] = set()  # questions first answered in this run, in whatever batch
        self._counted: set[int] = set()  # facts counted in this run, so that a fact on many pages counts once
        self.gone: set[int] = set()  # pages that this run found gone: ended when it closes as complete
        self._judged, self._replay = judged, replay
        self.silent: dict[int, str] = {}  # pages that no longer say all that they said, with their parsers

    def write(self, readings: Sequence[Reading]) -> Counts:
        """Commit `readings` in one transaction; returns what this batch did (also summed up in `counts`)."""
        if not readings:
            return Counts()
        batches = [_Batch(self.source, self.run_id)]
        for reading in readings:
            if not batches[-1].takes(reading):
                batches.append(_Batch(self.source, self.run_id))
            batches[-1].add(reading)
        done = Counts()
        with writing(self.engine) as connection:
            for batch in batches:
                done.add(batch.write(connection, self._counted, self._new_slots, replay=self._replay))
                self._counted.update(batch.facts)  # a write that fails ends the run, and its counts with it
                self.gone |= batch.gone
                self._end(connection, batch, done)
            connection.execute(
                update(schema.run)
                .where(schema.run.c.id == self.run_id)
                .values({name: schema.run.c[name] + value for name, value in done.as_dict().items()})
            )
        self.counts.add(done)
        for reading in readings:
            for one in reading.rejected[: REFUSED_SHOWN - len(self.refused)]:
                self.refused.append(message(reading.url, one))
        return done

    def _end(self, connection: Connection, batch: _Batch, done: Counts) -> None:
        """What the batch's pages said before and no longer say."""
        end_lapsed(connection, schema.rejected, batch.heard, self.run_id)
        if not self._judged:
            done.facts_ended += end_lapsed(connection, schema.evidence, batch.heard, self.run_id)
            return
        for page in batch.pages:  # a later reading in this run says otherwise
            self.silent.pop(page, None)
        silent = silent_pages(connection, batch.heard, self.run_id)
        doubt(connection, silent)
        self.silent.update((page, batch.pages[page]["parser"]) for page in silent)


def message(url: str, one: Rejected) -> str:
    """A rejection as one line: where, which field, why, and the value."""
    place = unquote(url).removeprefix("file:///").partition("#")[0]
    where = place if one.locator == "file" else f"{place} {one.locator}"
    field = f"field {one.field}" if one.field else ""
    value = f"({one.value[:80]!r})" if one.value else ""
    return ": ".join(part for part in (where, field, f"{one.reason} {value}".strip()) if part)


def mention_id(source: str, mention: Mention) -> int:
    """The id of a mention in a source."""
    return content_id("mention", source, key_of(mention))


def page_id(source: str, url: str) -> int:
    """The id of a page of a source."""
    return content_id("page", source, url)


def storable(value: str) -> str:
    """The text without the one character that PostgreSQL cannot hold (records refuse lone surrogates)."""
    return value.replace("\0", "�")


class _Batch:
    """The rows of some readings, each once, by id."""

    def __init__(self, source: str, run_id: int) -> None:
        self.source, self.run_id = source, run_id
        self.snapshots: dict[int, dict[str, Any]] = {}
        self.pages: dict[int, dict[str, Any]] = {}
        self.mentions: dict[int, dict[str, Any]] = {}
        self.identifiers: dict[tuple[int, str, str], dict[str, Any]] = {}
        self.facts: dict[int, dict[str, Any]] = {}
        self.roles: dict[tuple[int, str, int], dict[str, Any]] = {}
        self.evidence: dict[tuple[int, int, str], dict[str, Any]] = {}
        self.rejected: dict[int, dict[str, Any]] = {}
        self.documents: dict[int, dict[str, Any]] = {}
        self.complete: set[int] = set()
        self.unchanged: dict[int, dict[str, Any]] = {}
        self.gone: set[int] = set()
        self.heard: set[int] = set()  # pages that were known, and now read as a whole
        self._next: dict[int, dt.datetime] = {}  # of late pages
        self.counts = Counts()

    # ── rows from readings ──────────────────────────────────────────────────────────────────────

    def takes(self, reading: Reading) -> bool:
        """Two visits to one page at different times go one after the other: the later may end the earlier."""
        page = page_id(self.source, reading.url)
        row = self.pages.get(page)
        return page not in self.unchanged and (row is None or row["last_seen"] == reading.seen_at)

    def add(self, reading: Reading) -> None:
        at, shot = reading.seen_at, reading.snapshot
        seen = {"first_seen": at, "last_seen": at}
        page = page_id(self.source, reading.url)
        snapshot = content_id("snapshot", reading.url, shot.sha256)
        self.counts.snapshots += reading.first and not reading.gone
        if reading.unchanged:
            self.counts.unchanged += 1
            self.unchanged[page] = {"page": page, "snapshot": snapshot, "at": at, "run": self.run_id}
            return
        if snapshot not in self.snapshots or self.snapshots[snapshot]["last_seen"] < at:
            self.snapshots[snapshot] = {
                "id": snapshot, "source": self.source, "url": reading.url, "sha256": shot.sha256,
                "status": shot.status, "content_type": shot.content_type, "size": shot.size,
                "archive": shot.archive, "offset": shot.offset, **seen,
            }  # fmt: skip
        if page not in self.pages or self.pages[page]["last_seen"] <= at:
            self.pages[page] = {
                "id": page, "source": self.source, "url": reading.url, "snapshot_id": snapshot,
                "run_id": self.run_id, "etag": reading.etag, "last_modified": reading.last_modified,
                "gone_at": None, "leads": reading.leads, "parser": reading.parser, **seen,
            }  # fmt: skip
        if reading.gone:
            self.counts.gone += 1
            self.gone.add(page)
        elif reading.complete:
            self.complete.add(page)
        for fact, method in reading.facts:
            self._fact(fact, method, page, snapshot, at)
        for one in reading.rejected:
            key = content_id("rejected", page, one.locator, one.kind, one.field, one.value, one.reason)
            self.rejected[key] = {
                "id": key, "source": self.source, "run_id": self.run_id, "page_id": page,
                "locator": storable(one.locator), "kind": one.kind, "field": storable(one.field),
                "value": storable(one.value), "reason": storable(one.reason), "raw": storable(one.raw),
                "ended_at": None, **seen,
            }  # fmt: skip
        for text in reading.documents:
            key = content_id("document", page, text.title, text.text, text.when.start)
            self.documents[key] = {
                "id": key, "page_id": page, "snapshot_id": snapshot, "url": text.url,
                "title": storable(text.title), "text": storable(text.text), "language": text.language,
                "published": text.when.start, "precision": text.when.precision, **seen,
            }  # fmt: skip
        self.counts.records += reading.records
        self.counts.rejected += len(reading.rejected)

    def _mention(self, mention: Mention, at: dt.datetime) -> int:
        key = mention_id(self.source, mention)
        if key not in self.mentions:
            self.mentions[key] = {
                "id": key, "source": self.source, "scope": mention.scope, "name": storable(mention.name),
                "kind": mention.kind, "country": mention.country, "place": mention.place, "first_seen": at,
            }  # fmt: skip
            for one in mention.identifiers:
                self.identifiers[key, one.scheme, one.value] = {
                    "mention_id": key, "scheme": one.scheme, "value": one.value,
                }  # fmt: skip
        return key

    def _fact(self, fact: Fact, method: Method, page: int, snapshot: int, at: dt.datetime) -> None:
        who = [(role, self._mention(mention, at)) for role, mention in fact.roles]
        slot = content_id("slot", self.source, fact.slot)
        when = fact.when
        said = {
            "kind": fact.kind, "value": storable(fact.value), "as_written": storable(fact.as_written),
            "number": fact.number, "low": fact.low, "high": fact.high, "unit": fact.unit,
            "detail": fact.detail, "valid_from": when.start, "valid_to": when.end,
            "valid_precision": when.precision,
        }  # fmt: skip
        key = content_id("fact", self.source, slot, who, said)
        if key not in self.facts:
            self.facts[key] = {
                "id": key, "source": self.source, "slot": slot, **said, "first_seen": at, "last_seen": at,
            }  # fmt: skip
            places: dict[str, int] = {}
            for role, mention in who:
                places[role] = position = places.get(role, -1) + 1
                self.roles[key, role, position] = {
                    "fact_id": key, "role": role, "position": position, "mention_id": mention,
                }  # fmt: skip
        self.evidence[key, page, storable(fact.locator)] = {
            "fact_id": key, "page_id": page, "snapshot_id": snapshot, "run_id": self.run_id,
            "locator": storable(fact.locator), "quote": storable(fact.quote), "method": method.name,
            "method_version": method.version, "confidence": fact.confidence, "first_seen": at,
            "last_seen": at, "ended_at": None,
        }  # fmt: skip

    # ── rows into the store ─────────────────────────────────────────────────────────────────────

    def write(
        self, connection: Connection, counted: set[int], fresh: set[int], *, replay: bool = False
    ) -> Counts:
        known = self._known_pages(connection)
        late = {key for key, row in self.pages.items() if key in known and row["last_seen"] < known[key]}
        self._count(connection, counted, fresh)
        upsert(
            connection, schema.snapshot, _sorted(self.snapshots), conflict=["id"],
            # the same bytes lie elsewhere where their first record was damaged
            update={"archive": TAKE, "offset": TAKE, "first_seen": EARLIER, "last_seen": LATER},
        )  # fmt: skip
        upsert(
            connection, schema.page, _sorted({k: row for k, row in self.pages.items() if k not in late}),
            conflict=["id"],
            update={
                **dict.fromkeys(
                    ("snapshot_id", "etag", "last_modified", "gone_at", "leads", "parser"), TAKE
                ),
                **({} if replay else {"run_id": TAKE}),
                "first_seen": EARLIER, "last_seen": LATER,
            },
        )  # fmt: skip
        upsert(connection, schema.mention, _sorted(self.mentions), conflict=["id"])
        upsert(
            connection, schema.mention_identifier, _sorted(self.identifiers),
            conflict=["mention_id", "scheme", "value"],
        )  # fmt: skip
        upsert(
            connection, schema.fact, _sorted(self.facts), conflict=["id"],
            update={"first_seen": EARLIER, "last_seen": LATER},
        )  # fmt: skip
        upsert(
            connection, schema.fact_mention, _sorted(self.roles), conflict=["fact_id", "role", "position"]
        )  # fmt: skip
        current = {key: row for key, row in self.evidence.items() if key[1] not in late}
        upsert(
            connection, schema.evidence, _sorted(current), conflict=["fact_id", "page_id", "locator"],
            where="ended_at IS NULL",
            update={
                **dict.fromkeys(("run_id", "quote", "method", "method_version", "confidence"), TAKE),
                "first_seen": EARLIER, "last_seen": LATER,
            },
        )  # fmt: skip
        if late:
            self._write_late({key: row for key, row in self.evidence.items() if key[1] in late}, connection)
        open_now = {key: row for key, row in self.rejected.items() if row["page_id"] not in late}
        upsert(
            connection, schema.rejected, _sorted(open_now), conflict=["id"],
            update={"run_id": TAKE, "ended_at": TAKE, "first_seen": EARLIER, "last_seen": LATER},
        )  # fmt: skip
        past = {
            key: {**row, "ended_at": self._next_visit(connection, row["page_id"])}
            for key, row in self.rejected.items() if row["page_id"] in late
        }  # fmt: skip
        upsert(
            connection, schema.rejected, _sorted(past), conflict=["id"], update={"first_seen": EARLIER}
        )  # fmt: skip
        upsert(
            connection, schema.document, _sorted(self.documents), conflict=["id"],
            update={"first_seen": EARLIER, "last_seen": LATER},
        )  # fmt: skip
        self.heard = (self.complete & known.keys()) - late
        self._confirm(connection, counted)
        return self.counts

    def _confirm(self, connection: Connection, counted: set[int]) -> None:
        """Pages found as they were: they were seen, and all that they say is unchanged."""
        if not self.unchanged:
            return
        page, snapshot, evidence = schema.page, schema.snapshot, schema.evidence
        rows = [self.unchanged[key] for key in sorted(self.unchanged)]
        connection.execute(
            update(page)
            .where(page.c.id == bindparam("page"), page.c.last_seen <= bindparam("at"))
            .values(last_seen=bindparam("at"), run_id=bindparam("run"), gone_at=None),
            rows,
        )
        connection.execute(
            update(snapshot)
            .where(snapshot.c.id == bindparam("snapshot"), snapshot.c.last_seen <= bindparam("at"))
            .values(last_seen=bindparam("at")),
            [{"snapshot": row["snapshot"], "at": row["at"]} for row in rows],
        )
        for ids in chunks(self.unchanged):
            said = set(
                connection.execute(
                    select(evidence.c.fact_id).where(
                        evidence.c.page_id.in_(ids), evidence.c.ended_at.is_(None)
                    )
                ).scalars()
            )
            self.counts.facts_unchanged += len(said - counted)
            counted |= said

    def _known_pages(self, connection: Connection) -> dict[int, dt.datetime]:
        page, found = schema.page, {}
        for ids in chunks(self.pages):
            rows = connection.execute(select(page.c.id, page.c.last_seen).where(page.c.id.in_(ids)))
            found.update({row.id: row.last_seen for row in rows})
        return found

    def _count(self, connection: Connection, counted: set[int], fresh: set[int]) -> None:
        """New: the slot was never answered before this run; unchanged: this very fact is being said; changed: all
        else. `fresh` are the slots that this run was the first to answer."""
        fact, evidence = schema.fact, schema.evidence
        wanted = {key: row["slot"] for key, row in self.facts.items() if key not in counted}
        said = exists().where(and_(evidence.c.fact_id == fact.c.id, evidence.c.ended_at.is_(None)))
        answered: set[int] = set()
        open_facts: set[int] = set()
        for slots in chunks(set(wanted.values())):
            for row in connection.execute(
                select(fact.c.id, fact.c.slot, said.label("open")).where(fact.c.slot.in_(slots))
            ):
                answered.add(row.slot)
                if row.open:
                    open_facts.add(row.id)
        for key, slot in wanted.items():
            if key in open_facts:
                self.counts.facts_unchanged += 1
            elif slot in answered and slot not in fresh:
                self.counts.facts_changed += 1
            else:
                self.counts.facts_new += 1
                fresh.add(slot)

    def _write_late(self, rows: dict[tuple[int, int, str], dict[str, Any]], connection: Connection) -> None:
        """An older snapshot read after a newer one: it adds the past, and touches nothing that holds now."""
        evidence = schema.evidence
        for (fact, where, locator), row in sorted(rows.items()):
            same = and_(
                evidence.c.fact_id == fact, evidence.c.page_id == where, evidence.c.locator == locator
            )
            at = row["first_seen"]
            covered = connection.execute(
                select(evidence.c.id).where(
                    same,
                    evidence.c.first_seen <= at,
                    or_(evidence.c.ended_at.is_(None), evidence.c.ended_at > at),
                )
            ).first()
            if covered:
                continue
            connection.execute(
                insert(evidence).values({**row, "ended_at": self._next_visit(connection, where)})
            )

    def _next_visit(self, connection: Connection, key: int) -> dt.datetime:
        """The first known visit to a page after the late one of this batch: what only the late one said ends
        there."""
        page, evidence, at = schema.page, schema.evidence, self.pages[key]["last_seen"]
        if key not in self._next:
            visits: list[dt.datetime | None] = [
                connection.execute(select(func.min(moment)).where(of_page, moment > at)).scalar_one()
                for moment, of_page in (
                    (page.c.last_seen, page.c.id == key),
                    (evidence.c.first_seen, evidence.c.page_id == key),
                    (evidence.c.ended_at, evidence.c.page_id == key),
                )
            ]
            self._next[key] = min(moment for moment in visits if moment is not None)
        return self._next[key]


def _sorted(rows: dict[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    return [rows[key] for key in sorted(rows)]


def rows_of(source: str, reading: Reading) -> _Batch:
    """The rows that writing a reading would make, by id, without a store."""
    batch = _Batch(source, 0)
    batch.add(reading)
    return batch
