"""Review: the queue of undecided pairs, second looks, and what is kept to find names quickly

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipelines.store.types import Hashed, Json, Moment, Serial

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kept")),
    )
    op.create_table(
        "stated_name",
        sa.Column("mention_id", Hashed, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("exact_key", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name=op.f("fk_stated_name_mention_id_mention")
        ),
        sa.PrimaryKeyConstraint("mention_id", "name", "type", name=op.f("pk_stated_name")),
    )
    op.create_index("ix_stated_name_exact_key", "stated_name", ["exact_key"])
    op.create_table(
        "known_name",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("exact_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_name")),
    )
    op.create_index("ix_known_name_exact_key", "known_name", ["exact_key"], unique=True)
    op.create_table(
        "name_posting",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("term", "part", name=op.f("pk_name_posting")),
    )
    op.create_table(
        "candidate",
        sa.Column("id", Hashed, autoincrement=False, nullable=False),
        sa.Column("left_id", Hashed, nullable=False),
        sa.Column("right_id", Hashed, nullable=False),
        sa.Column(
            "score", sa.Float(), nullable=False, comment="the probability of one bearer, by rule or model"
        ),
        sa.Column("suggestion", sa.String(length=20), nullable=False),
        sa.Column("why", Json, nullable=False, comment="features with words, or the rule's reason"),
        sa.Column("effect", sa.Float(), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("evidence_at", Moment(), nullable=False, comment="the newest evidence that it knew"),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("judgement_id", Serial, nullable=True, comment="the person's judgement that closed it"),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.CheckConstraint(
            "suggestion IN ('same', 'unit of', 'subsidiary of')", name=op.f("ck_candidate_suggestion")
        ),
        sa.ForeignKeyConstraint(["left_id"], ["mention.id"], name=op.f("fk_candidate_left_id_mention")),
        sa.ForeignKeyConstraint(["right_id"], ["mention.id"], name=op.f("fk_candidate_right_id_mention")),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgement.id"], name=op.f("fk_candidate_judgement_id_judgement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
    )
    op.create_index(
        "ix_candidate_open",
        "candidate",
        ["effect", "id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    for column in ("left_id", "right_id", "judgement_id"):
        op.create_index(f"ix_candidate_{column}", "candidate", [column])
    op.create_table(
        "second_look",
        sa.Column("id", Serial, nullable=False),
        sa.Column("judgement_id", Serial, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('second reader', 'audit')", name=op.f("ck_second_look_kind")),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgement.id"], name=op.f("fk_second_look_judgement_id_judgement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_look")),
    )
    op.create_index("ix_second_look_judgement_id", "second_look", ["judgement_id"])
    op.create_index("ix_judgement_verdict", "judgement", ["verdict"])


def downgrade() -> None:
    op.drop_index("ix_judgement_verdict", "judgement")
    for table in ("second_look", "candidate", "name_posting", "known_name", "stated_name", "kept"):
        op.drop_table(table)
