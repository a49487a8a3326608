"""The audit log: who came in, who was refused, who was given what role, what left the house.

Invariant kept here: the log only grows; the database itself refuses to change or delete a row of it. What people
decide about pairs stands in the judgement log and is not written twice.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Column, Index, String, Table, Text, event

from pipelines.store.metadata import metadata
from pipelines.store.types import Json, Moment, Serial

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False, comment="the user; for a failed login the name that was typed"),
    Column("action", String(40), nullable=False),
    Column("about", Text, nullable=False, comment="what or whom it was done to; may be empty"),
    Column("origin", Text, nullable=False, comment="an address, or 'command line'"),
    Column("details", Json),
    Index("ix_audit_at", "at"),
)

SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    "CREATE FUNCTION audit_grows_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$",
    "CREATE TRIGGER audit_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_grows_only()",
)


def _guard() -> None:
    make: Any = DDL  # SQLAlchemy leaves its constructor untyped
    for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
        for statement in statements:
            made = make(statement.replace("%", "%%")).execute_if(dialect=dialect)
            event.listen(audit, "after_create", made)


_guard()
