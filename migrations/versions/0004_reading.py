"""Reading: what models read in documents, and what became of it

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store.types import Hashed, Json, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_read",
        sa.Column("document_id", Hashed, nullable=False),
        sa.Column("method_version", sa.String(length=60), nullable=False),
        sa.Column("read_at", Moment, nullable=False),
        sa.Column("same_text_as", Hashed, nullable=True, comment="the document that it reprints, if any"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_read_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["same_text_as"], ["document.id"], name=op.f("fk_document_read_same_text_as_document")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_read")),
    )
    for column in ("method_version", "same_text_as"):
        op.create_index(f"ix_document_read_{column}", "document_read", [column])
    op.create_table(
        "reading",
        sa.Column("id", Hashed, autoincrement=False, nullable=False),
        sa.Column("document_id", Hashed, nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("fact", Json, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mended", Json, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.CheckConstraint(
            "state IN ('taken', 'waiting', 'accepted', 'mended', 'rejected', 'gone')",
            name=op.f("ck_reading_state"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_reading_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_document_id", "reading", ["document_id"])
    op.create_index(
        "ix_reading_waiting",
        "reading",
        ["confidence", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    for table in ("reading", "document_read"):
        op.drop_table(table)
