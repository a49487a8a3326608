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

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "document_read",
        sa.Column("document_id", Hashed, nullable=False),
        sa.Column("method_version", sa.String(length=60), nullable=False),
        sa.Column("read_at", Moment, nullable=False),
        sa.Column("same_text_as", Hashed, nullable=True, comment="the document that it reprints, if any"),
        sa.Column(
            "written_at", Moment, nullable=True,
            comment="the document was seen until then when its facts were last written",
        ),
        sa.Column(
            "ended_at", Moment, nullable=True, comment="since when it is no longer on the web; empty: still there"
        ),
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
        "text_band",
        sa.Column("document_id", Hashed, nullable=False),
        sa.Column("band", Hashed, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_text_band_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", "band", name=op.f("pk_text_band")),
    )
    op.create_index("ix_text_band_band", "text_band", ["band"])
    op.create_table(
        "reading",
        sa.Column("id", Hashed, autoincrement=False, nullable=False),
        sa.Column("document_id", Hashed, nullable=False),
        sa.Column("part", sa.String(length=5), server_default="text", nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("fact", Json, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column(
            "said", Hashed, nullable=False, comment="digest of its sentence and its words, the same in copies"
        ),
        sa.Column("facts", Json, nullable=True, comment="ids of the facts of the store that it stands behind"),
        sa.Column("mended", Json, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", Moment, nullable=True),
        sa.Column("made_at", Moment, nullable=False),
        sa.CheckConstraint("part IN ('text', 'title')", name=op.f("ck_reading_part")),
        sa.CheckConstraint(
            "state IN ('taken', 'waiting', 'accepted', 'mended', 'rejected', 'noted', 'copy', 'gone')",
            name=op.f("ck_reading_state"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_reading_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
    )
    for column in ("document_id", "said", "decided_at"):
        op.create_index(f"ix_reading_{column}", "reading", [column])
    for name, columns in (
        ("ix_reading_waiting", ["confidence", "id"]),
        ("ix_reading_waiting_type", ["type", "confidence", "id"]),
    ):
        op.create_index(name, "reading", columns, sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    for table in ("reading", "text_band", "document_read"):
        op.drop_table(table)
