"""Turns of parts: several workers share a source

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store.types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "part_turn",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=2000), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("held_since", Moment, nullable=False),
        sa.Column("held_until", Moment, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_part_turn_source_source")),
        sa.PrimaryKeyConstraint("source", "part", name=op.f("pk_part_turn")),
    )


def downgrade() -> None:
    op.drop_table("part_turn")
