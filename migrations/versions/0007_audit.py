"""The audit log: logins, refusals, roles, what was sent out

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store.types import Json, Moment, Serial

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The log only grows: the database itself refuses to change or delete a row.
GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_grows_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$",
        "CREATE TRIGGER audit_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_grows_only()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", Serial, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column(
            "who", sa.Text(), nullable=False, comment="the user; for a failed login the name that was typed"
        ),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column(
            "about", sa.Text(), nullable=False, comment="what or whom it was done to; may be empty"
        ),
        sa.Column("origin", sa.Text(), nullable=False, comment="an address, or 'command line'"),
        sa.Column("details", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    for statement in GUARDS[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_grows_only()")
