"""What models read in running text: every fact read, what it was worth, and what became of it.

Invariants kept here:
- a fact read at the same place by the same version is one row, however often it is read again (the id says so);
- only `taken`, `accepted` and `mended` rows stand behind facts of the store; `waiting` rows wait for a person;
- what a person decided is never overwritten by a later reading; the newest version's row points to it by its words.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from pipelines.store.metadata import metadata
from pipelines.store.types import Hashed, Json, Moment, one_of

#: Which version of the readers has read a document: a run that breaks off goes on where it stopped.
document_read = Table(
    "document_read",
    metadata,
    Column("document_id", ForeignKey("document.id"), primary_key=True),
    Column("method_version", String(60), nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("same_text_as", ForeignKey("document.id"), comment="the document that it reprints, if any"),
    Index("ix_document_read_method_version", "method_version"),
    Index("ix_document_read_same_text_as", "same_text_as"),
)

#: One fact read in a document: `fact` is `pipelines.reading.fact.Fact` as JSON; `start` and `end` are the quote's,
#: in characters of the document's text. `mended` is what a person made of it.
reading = Table(
    "reading",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("document_id", ForeignKey("document.id"), nullable=False),
    Column("type", String(20), nullable=False),
    Column("fact", Json, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("method", String(60), nullable=False),
    Column("state", String(10), nullable=False),
    Column("mended", Json),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Column("reason", Text, nullable=False, server_default=""),
    Column("made_at", Moment, nullable=False),
    one_of("state", "taken", "waiting", "accepted", "mended", "rejected", "gone"),
    Index("ix_reading_document_id", "document_id"),
    Index(
        "ix_reading_waiting",
        "confidence",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)
