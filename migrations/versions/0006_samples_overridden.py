"""Samples: what people decide beside the rules, and who left since the edition before

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store.types import Moment, Serial

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The log of decisions only grows: the database itself refuses to change or delete a row.
GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER sample_override_no_{verb.lower()} BEFORE {verb} ON sample_override "
        "BEGIN SELECT RAISE(ABORT, 'decisions on a sample only grow: undo by a new row'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION sample_override_grows_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'decisions on a sample only grow: undo by a new row'; END $$",
        "CREATE TRIGGER sample_override_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sample_override "
        "FOR EACH STATEMENT EXECUTE FUNCTION sample_override_grows_only()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "sample_override",
        sa.Column("id", Serial, nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False, comment="*: every edition"),
        sa.Column("entity_id", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("undoes", Serial, nullable=True),
        sa.CheckConstraint(
            "verdict IN ('include', 'exclude', 'undo')", name=op.f("ck_sample_override_verdict")
        ),
        sa.CheckConstraint("(verdict = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_sample_override_undo")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_sample_override_entity_id_entity")),
        sa.ForeignKeyConstraint(
            ["undoes"], ["sample_override.id"], name=op.f("fk_sample_override_undoes_sample_override")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_override")),
    )
    for column in ("edition", "entity_id"):
        op.create_index(f"ix_sample_override_{column}", "sample_override", [column])
    op.create_table(
        "sample_left",
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["sample_edition.edition"], name=op.f("fk_sample_left_edition_sample_edition")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_sample_left_entity_id_entity")),
        sa.PrimaryKeyConstraint("edition", "entity_id", name=op.f("pk_sample_left")),
    )
    op.create_index("ix_sample_left_entity_id", "sample_left", ["entity_id"])
    for statement in GUARDS[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in ("sample_left", "sample_override"):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION sample_override_grows_only()")
