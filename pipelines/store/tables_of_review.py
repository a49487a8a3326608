"""Tables around the judgement log: what waits for a person, and what is kept to find names quickly.

Invariants kept here:
- all but `second_look` is derived and may be made anew at any time; a candidate that was decided keeps its row,
  so that it is not asked about twice;
- one candidate a pair, whichever side comes first.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from pipelines.store.metadata import metadata
from pipelines.store.types import Hashed, Json, Moment, Serial, one_of

#: What is kept for speed alone, with the version of the code that made it: another version makes it anew.
kept = Table(
    "kept",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("version", String(60), nullable=False),
)

#: A further name that sources state now of a mention's bearer, under the key by which names are compared.
stated_name = Table(
    "stated_name",
    metadata,
    Column("mention_id", ForeignKey("mention.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("type", String(20), primary_key=True),
    Column("exact_key", Text, nullable=False),
    Column("language", String(20), nullable=False, server_default=""),
    Index("ix_stated_name_exact_key", "exact_key"),
)

#: A key that mentions of organisations bear, as the model compares it: the oldest mention's name, and what its
#: bearers agree on. A small number stands for it in the lists of `name_posting`.
known_name = Table(
    "known_name",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("exact_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", String(20)),
    Column("country", String(2)),
    Column("place", Text),
    Index("ix_known_name_exact_key", "exact_key", unique=True),
)

#: The names that have a term (two neighbouring characters, for one): numbers of `known_name` with their lengths,
#: packed. Even parts were made of all names at once, odd ones hold those that came since (see
#: `entity_resolution/name_index.py`). A term of very many names keeps their count alone.
name_posting = Table(
    "name_posting",
    metadata,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("names", LargeBinary, nullable=False),
)

#: A pair that waits for a person. `effect` orders the queue, the larger first: what deciding it may change in
#: the published numbers, in edges. The id is made of the two mentions.
candidate = Table(
    "candidate",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("left_id", ForeignKey("mention.id"), nullable=False),
    Column("right_id", ForeignKey("mention.id"), nullable=False),
    Column("score", Float, nullable=False, comment="the probability of one bearer, by rule or model"),
    Column("suggestion", String(20), nullable=False),
    Column("why", Json, nullable=False, comment="features with words, or the rule's reason"),
    Column("effect", Float, nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("evidence_at", Moment, nullable=False, comment="the newest evidence that it knew"),
    Column("closed_at", Moment),
    Column("judgement_id", ForeignKey("judgement.id"), comment="the person's judgement that closed it"),
    Column("claimed_by", Text),
    Column("claimed_until", Moment),
    one_of("suggestion", "same", "unit of", "subsidiary of"),
    Index(
        "ix_candidate_open",
        "effect",
        "id",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_candidate_left_id", "left_id"),
    Index("ix_candidate_right_id", "right_id"),
    Index("ix_candidate_judgement_id", "judgement_id"),
)

#: A judgement that a second person looks at: as second reader of another person's, or to check the program's.
second_look = Table(
    "second_look",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("judgement_id", ForeignKey("judgement.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("by", Text),
    Column("verdict", String(20)),
    Column("at", Moment),
    Column("reason", Text, nullable=False, server_default=""),
    one_of("kind", "second reader", "audit"),
    Index("ix_second_look_judgement_id", "judgement_id"),
)
