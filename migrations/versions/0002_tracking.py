"""Tracking: pages that are not read again, whose turn it is, what robots.txt said

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store.types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False, comment="runs in a row that failed"),
        sa.Column(
            "counted", sa.BigInteger(), nullable=True, comment="the newest run that `due_at` takes into account"
        ),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("held_until", Moment(), nullable=True),
        sa.Column("held_since", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_agenda_source_source")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_agenda")),
    )
    op.create_table(
        "robots_check",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("checked_at", Moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False, comment="of the answer; 0: none came"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("delay", sa.Float(), nullable=True, comment="seconds between two requests that it asks for"),
        sa.Column("changed_at", Moment(), nullable=False, comment="since when it says this"),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_robots_check_source_source")),
        sa.PrimaryKeyConstraint("source", "host", name=op.f("pk_robots_check")),
    )
    op.create_table(
        "delivery",
        sa.Column(
            "id", sa.String(length=64), nullable=False, comment="digest of the receiver and of what it asks for"
        ),
        sa.Column("receiver", sa.Text(), nullable=False, comment="its host, for people to see"),
        sa.Column("told_until", Moment(), nullable=False, comment="all before it was received"),
        sa.Column("told_row", sa.BigInteger(), nullable=False, comment="of that moment, the rows up to this one"),
        sa.Column("sending_until", Moment(), nullable=True, comment="under way: as far as this"),
        sa.Column("sending_row", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_evidence_first_seen_id", "evidence", ["first_seen", "id"])
    op.create_index("ix_evidence_ended_at_id", "evidence", ["ended_at", "id"])
    # Plain columns are added in place, also on SQLite: no table is copied, whatever refers to it.
    op.add_column(
        "page",
        sa.Column(
            "leads",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="it asks for other pages: fetched in full at each visit",
        ),
    )
    op.add_column(
        "page",
        sa.Column(
            "parser",
            sa.String(length=40),
            server_default="",
            nullable=False,
            comment="version of the parser that read it as a whole; empty: none did",
        ),
    )
    for column in (
        sa.Column(
            "alarm",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="what a person should look at; empty: nothing",
        ),
        sa.Column(
            "unchanged",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="pages asked for and found as before",
        ),
        sa.Column(
            "gone", sa.Integer(), server_default="0", nullable=False, comment="pages that are no longer there"
        ),
        sa.Column(
            "continues",
            sa.BigInteger(),
            nullable=True,
            comment="the broken-off run whose pages are not asked for again",
        ),
    ):
        op.add_column("run", column)


def downgrade() -> None:
    for column in ("continues", "gone", "unchanged", "alarm"):
        op.drop_column("run", column)
    op.drop_column("page", "parser")
    op.drop_column("page", "leads")
    op.drop_index("ix_evidence_ended_at_id", "evidence")
    op.drop_index("ix_evidence_first_seen_id", "evidence")
    op.drop_table("delivery")
    op.drop_table("robots_check")
    op.drop_table("agenda")
