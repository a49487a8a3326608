"""Samples of editions: the members, what people decide beside the rules, and who is no longer in one.

Invariant kept here: the log of decisions only grows; the database itself refuses to change or delete a row of it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    event,
)

from pipelines.store.metadata import metadata
from pipelines.store.types import Json, Moment, Serial, one_of

#: The sample of an edition. Frozen once: then it no longer changes.
sample_edition = Table(
    "sample_edition",
    metadata,
    Column("edition", String(40), primary_key=True),
    Column("proposed_at", Moment, nullable=False),
    Column("frozen_at", Moment),
    Column("frozen_by", Text),
    Column("rule", Json, nullable=False, comment="the rules and their parameters"),
)

#: A company of a sample, with why it is in it.
sample_member = Table(
    "sample_member",
    metadata,
    Column("edition", ForeignKey("sample_edition.edition"), primary_key=True),
    Column("entity_id", ForeignKey("entity.id"), primary_key=True),
    Column("score", Float, nullable=False),
    Column("layer", String(20)),
    Column("core_technology", Text),
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_sample_member_entity_id", "entity_id"),
)

#: One decision of a person about a company and the sample of an edition. `*` stands for every edition; `undoes`
#: names an earlier row that no longer counts. An edition may be spoken of before it is first proposed.
sample_override = Table(
    "sample_override",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("edition", String(40), nullable=False, comment="*: every edition"),
    Column("entity_id", ForeignKey("entity.id"), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("undoes", ForeignKey("sample_override.id")),
    one_of("verdict", "include", "exclude", "undo"),
    CheckConstraint("(verdict = 'undo') = (undoes IS NOT NULL)", name="undo"),
    Index("ix_sample_override_edition", "edition"),
    Index("ix_sample_override_entity_id", "entity_id"),
)

#: A company of the edition before that is not in this one, with why.
sample_left = Table(
    "sample_left",
    metadata,
    Column("edition", ForeignKey("sample_edition.edition"), primary_key=True),
    Column("entity_id", ForeignKey("entity.id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Index("ix_sample_left_entity_id", "entity_id"),
)

SQLITE = tuple(
    f"CREATE TRIGGER sample_override_no_{verb.lower()} BEFORE {verb} ON sample_override "
    "BEGIN SELECT RAISE(ABORT, 'decisions on a sample only grow: undo by a new row'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    "CREATE FUNCTION sample_override_grows_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'decisions on a sample only grow: undo by a new row'; END $$",
    "CREATE TRIGGER sample_override_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sample_override "
    "FOR EACH STATEMENT EXECUTE FUNCTION sample_override_grows_only()",
)


def _guard() -> None:
    make: Any = DDL  # SQLAlchemy leaves its constructor untyped
    for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
        for statement in statements:
            made = make(statement.replace("%", "%%")).execute_if(dialect=dialect)
            event.listen(sample_override, "after_create", made)


_guard()
