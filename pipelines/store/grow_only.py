"""The judgement log only grows: the database itself refuses to change or delete a row of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Table, event

SQLITE = tuple(
    f"CREATE TRIGGER judgement_no_{verb.lower()} BEFORE {verb} ON judgement "
    "BEGIN SELECT RAISE(ABORT, 'the judgement log only grows: write an undo row'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    "CREATE FUNCTION judgement_grows_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'the judgement log only grows: write an undo row'; END $$",
    "CREATE TRIGGER judgement_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON judgement "
    "FOR EACH STATEMENT EXECUTE FUNCTION judgement_grows_only()",
)


def grows_only(judgement: Table) -> None:
    """Whenever the table is created from the schema in code, its triggers are, too."""
    ddl: Any = DDL  # SQLAlchemy leaves its constructor untyped
    for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
        for statement in statements:
            made = ddl(statement.replace("%", "%%")).execute_if(dialect=dialect)
            event.listen(judgement, "after_create", made)
