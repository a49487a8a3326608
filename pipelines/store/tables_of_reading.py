"""What models read in running text: every fact read, what it was worth, and what became of it.

Invariants kept here:
- a fact read in the same words at the same place is one row, however often and by whichever version it is read
  (the id says so);
- only `taken`, `accepted` and `mended` rows stand behind facts of the store; `waiting` rows wait for a person;
  `noted` ones say what the store has no kind of fact for (a planned investment) or are too unsure to be asked
  about; a `copy` says in the same sentence what a row of an earlier document says, and stands or falls with it;
  `gone` ones waited when their document left the web;
- what a person decided is never overwritten by a later reading.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from pipelines.store.metadata import metadata
from pipelines.store.types import Hashed, Json, Moment, one_of

#: Behind the URL of a document's page: the page as which it states what was read in it. No crawl visits it.
READ_MARK: Final = "#read-"

#: Which version of the readers has read a document: a run that breaks off goes on where it stopped.
document_read = Table(
    "document_read",
    metadata,
    Column("document_id", ForeignKey("document.id"), primary_key=True),
    Column("method_version", String(60), nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("same_text_as", ForeignKey("document.id"), comment="the document that it reprints, if any"),
    Column("written_at", Moment, comment="the document was seen until then when its facts were last written"),
    Column("ended_at", Moment, comment="since when it is no longer on the web; empty: still there"),
    Index("ix_document_read_method_version", "method_version"),
    Index("ix_document_read_same_text_as", "same_text_as"),
)

#: What tells near copies of a document apart from others: one digest of each band of its sketch.
text_band = Table(
    "text_band",
    metadata,
    Column("document_id", ForeignKey("document.id"), primary_key=True),
    Column("band", Hashed, primary_key=True, autoincrement=False),
    Index("ix_text_band_band", "band"),
)

#: One fact read in a document: `fact` is `pipelines.reading.fact.Fact` as JSON; `start` and `end` are the quote's,
#: in characters of the document's text (of its title, where `part` says so). `mended` is what a person made of it.
reading = Table(
    "reading",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("document_id", ForeignKey("document.id"), nullable=False),
    Column("part", String(5), nullable=False, server_default="text"),
    Column("type", String(20), nullable=False),
    Column("fact", Json, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("method", String(60), nullable=False),
    Column("state", String(10), nullable=False),
    Column(
        "said", Hashed, nullable=False, comment="digest of its sentence and its words, the same in copies"
    ),
    Column("facts", Json, comment="ids of the facts of the store that it stands behind"),
    Column("mended", Json),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Column("reason", Text, nullable=False, server_default=""),
    Column("claimed_by", Text),
    Column("claimed_until", Moment),
    Column("made_at", Moment, nullable=False),
    one_of("part", "text", "title"),
    one_of("state", "taken", "waiting", "accepted", "mended", "rejected", "noted", "copy", "gone"),
    Index("ix_reading_document_id", "document_id"),
    Index("ix_reading_said", "said"),
    Index("ix_reading_decided_at", "decided_at"),
    # the queue is read from the head of these, the surest first, of all types or of one
    Index(
        "ix_reading_waiting",
        "confidence",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_reading_waiting_type",
        "type",
        "confidence",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)
