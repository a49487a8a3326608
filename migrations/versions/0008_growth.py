"""Large stores: what a run confirmed, and what a source says, are found without a look at the rest

Revision: 0008, after 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_evidence_run_id", "evidence", ["run_id"])
    op.create_index("ix_page_run_id", "page", ["run_id"])
    op.create_index("ix_fact_source", "fact", ["source"])


def downgrade() -> None:
    op.drop_index("ix_fact_source", "fact")
    op.drop_index("ix_page_run_id", "page")
    op.drop_index("ix_evidence_run_id", "evidence")
