"""The first schema

Revision: 0001, after none
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from pipelines.store.types import Moment

Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The judgement log only grows: the database itself refuses to change or delete a row.
GROW_ONLY = {
    "sqlite": (
        "CREATE TRIGGER judgement_no_update BEFORE UPDATE ON judgement "
        "BEGIN SELECT RAISE(ABORT, 'the judgement log only grows: write an undo row'); END",
        "CREATE TRIGGER judgement_no_delete BEFORE DELETE ON judgement "
        "BEGIN SELECT RAISE(ABORT, 'the judgement log only grows: write an undo row'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION judgement_grows_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'the judgement log only grows: write an undo row'; END $$",
        "CREATE TRIGGER judgement_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON judgement "
        "FOR EACH STATEMENT EXECUTE FUNCTION judgement_grows_only()",
    ),
}
revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", Number, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False, comment="mentions decided anew"),
        sa.Column("entities", sa.Integer(), nullable=False, comment="entities after it"),
        sa.Column(
            "last_judgement", sa.BigInteger(), nullable=True, comment="the newest row of the log that it knew"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
    )
    op.create_table(
        "sample_edition",
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("frozen_at", Moment(), nullable=True),
        sa.Column("frozen_by", sa.Text(), nullable=True),
        sa.Column("rule", Json, nullable=False, comment="the rules and their parameters"),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_sample_edition")),
    )
    op.create_table(
        "source",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("robots", sa.Text(), nullable=False),
        sa.Column("cadence", sa.String(length=20), nullable=False),
        sa.Column("personal_data", sa.Text(), nullable=False),
        sa.Column(
            "lists_all", sa.Boolean(), nullable=False, comment="a complete run names all that the source says"
        ),
        sa.Column(
            "authority", sa.Boolean(), nullable=False, comment="its names are looked for in running text"
        ),
        sa.Column(
            "declared",
            Json,
            nullable=False,
            comment="the rest of the declaration: rate, hosts, expected counts",
        ),
        sa.Column("declared_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )
    op.create_table(
        "taxonomy",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_taxonomy")),
    )
    op.create_table(
        "fact",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column(
            "value", sa.Text(), server_default="", nullable=False, comment="the statement's value, cleaned"
        ),
        sa.Column(
            "as_written",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="the same, as the source writes it",
        ),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column(
            "low", sa.Float(), nullable=True, comment="lower bound of an amount, in units of its currency"
        ),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column(
            "detail",
            Json,
            nullable=False,
            comment="what else the kind has: round, post, degree, technologies…",
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("valid_precision", sa.String(length=5), nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('name', 'attribute', 'link', 'product', 'financing', 'education', 'employment', 'patent', 'cooperation', 'policy')",
            name=op.f("ck_fact_kind"),
        ),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_fact_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index("ix_fact_kind", ["kind"], unique=False)
        batch_op.create_index("ix_fact_slot", ["slot"], unique=False)

    op.create_table(
        "mention",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_mention_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
    )
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.create_index("ix_mention_name", ["name"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", Number, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column(
            "scope",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="what was asked for: site, files, limit",
        ),
        sa.Column("snapshots", sa.Integer(), server_default="0", nullable=False),
        sa.Column("records", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("facts_new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("facts_changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("facts_unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("facts_ended", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('crawl', 'replay', 'import')", name=op.f("ck_run_kind")),
        sa.CheckConstraint(
            "outcome IN ('running', 'complete', 'partial', 'failed')", name=op.f("ck_run_outcome")
        ),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_run_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index("ix_run_source_started_at", ["source", "started_at"], unique=False)

    op.create_table(
        "snapshot",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes, decoded"),
        sa.Column("archive", sa.Text(), nullable=False, comment="WARC file, relative to the archive folder"),
        sa.Column("offset", sa.BigInteger(), nullable=False, comment="byte offset of the record in it"),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_snapshot_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
    )
    with op.batch_alter_table("snapshot", schema=None) as batch_op:
        batch_op.create_index("ix_snapshot_sha256", ["sha256"], unique=False)

    op.create_table(
        "taxon",
        sa.Column("taxonomy", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=60), nullable=True),
        sa.Column("definition", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["taxonomy"], ["taxonomy.name"], name=op.f("fk_taxon_taxonomy_taxonomy")),
        sa.PrimaryKeyConstraint("taxonomy", "code", name=op.f("pk_taxon")),
    )
    op.create_table(
        "entity",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("mention_id", Number, nullable=False, comment="the founding mention"),
        sa.Column("born", Number, nullable=False),
        sa.Column(
            "redirect_to",
            sa.String(length=20),
            nullable=True,
            comment="the older entity that it is now one with",
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(["born"], ["resolution.id"], name=op.f("fk_entity_born_resolution")),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], name=op.f("fk_entity_mention_id_mention")),
        sa.ForeignKeyConstraint(["redirect_to"], ["entity.id"], name=op.f("fk_entity_redirect_to_entity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("mention_id", name=op.f("uq_entity_mention_id")),
    )
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.create_index("ix_entity_name", ["name"], unique=False)
        batch_op.create_index("ix_entity_redirect_to", ["redirect_to"], unique=False)

    op.create_table(
        "fact_mention",
        sa.Column("fact_id", Number, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mention_id", Number, nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name=op.f("fk_fact_mention_fact_id_fact")),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name=op.f("fk_fact_mention_mention_id_mention")
        ),
        sa.PrimaryKeyConstraint("fact_id", "role", "position", name=op.f("pk_fact_mention")),
    )
    with op.batch_alter_table("fact_mention", schema=None) as batch_op:
        batch_op.create_index("ix_fact_mention_mention_id", ["mention_id"], unique=False)

    op.create_table(
        "judgement",
        sa.Column("id", Number, nullable=False),
        sa.Column("left_id", Number, nullable=False),
        sa.Column("right_id", Number, nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="'rule:NAME', 'model:VERSION' or 'person:NAME'"),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("features", Json, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("undoes", Number, nullable=True),
        sa.CheckConstraint("(verdict = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_judgement_undo")),
        sa.CheckConstraint(
            "verdict IN ('same', 'different', 'unit of', 'subsidiary of', 'unsure', 'undo')",
            name=op.f("ck_judgement_verdict"),
        ),
        sa.ForeignKeyConstraint(["left_id"], ["mention.id"], name=op.f("fk_judgement_left_id_mention")),
        sa.ForeignKeyConstraint(["right_id"], ["mention.id"], name=op.f("fk_judgement_right_id_mention")),
        sa.ForeignKeyConstraint(["undoes"], ["judgement.id"], name=op.f("fk_judgement_undoes_judgement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    with op.batch_alter_table("judgement", schema=None) as batch_op:
        batch_op.create_index("ix_judgement_left_id", ["left_id"], unique=False)
        batch_op.create_index("ix_judgement_right_id", ["right_id"], unique=False)

    op.create_table(
        "mention_identifier",
        sa.Column("mention_id", Number, nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name=op.f("fk_mention_identifier_mention_id_mention")
        ),
        sa.PrimaryKeyConstraint("mention_id", "scheme", "value", name=op.f("pk_mention_identifier")),
    )
    with op.batch_alter_table("mention_identifier", schema=None) as batch_op:
        batch_op.create_index("ix_mention_identifier_scheme_value", ["scheme", "value"], unique=False)

    op.create_table(
        "page",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("snapshot_id", Number, nullable=False),
        sa.Column("run_id", Number, nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.Column("gone_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_page_run_id_run")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_page_snapshot_id_snapshot")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_page_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
    )
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.create_index("ix_page_snapshot_id", ["snapshot_id"], unique=False)
        batch_op.create_index("ix_page_source", ["source"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("page_id", Number, nullable=False),
        sa.Column("snapshot_id", Number, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("precision", sa.String(length=5), nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_document_page_id_page")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_document_snapshot_id_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index("ix_document_page_id", ["page_id"], unique=False)

    op.create_table(
        "entity_relation",
        sa.Column("inner_id", sa.String(length=20), nullable=False),
        sa.Column("outer_id", sa.String(length=20), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("judgement_id", Number, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "relation IN ('unit of', 'subsidiary of')", name=op.f("ck_entity_relation_relation")
        ),
        sa.ForeignKeyConstraint(["inner_id"], ["entity.id"], name=op.f("fk_entity_relation_inner_id_entity")),
        sa.ForeignKeyConstraint(
            ["judgement_id"], ["judgement.id"], name=op.f("fk_entity_relation_judgement_id_judgement")
        ),
        sa.ForeignKeyConstraint(["outer_id"], ["entity.id"], name=op.f("fk_entity_relation_outer_id_entity")),
        sa.PrimaryKeyConstraint("inner_id", "outer_id", "relation", name=op.f("pk_entity_relation")),
    )
    with op.batch_alter_table("entity_relation", schema=None) as batch_op:
        batch_op.create_index("ix_entity_relation_outer_id", ["outer_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", Number, nullable=False),
        sa.Column("fact_id", Number, nullable=False),
        sa.Column("page_id", Number, nullable=False),
        sa.Column("snapshot_id", Number, nullable=False),
        sa.Column("run_id", Number, nullable=False, comment="the last run that confirmed it"),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("method_version", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name=op.f("fk_evidence_fact_id_fact")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_evidence_page_id_page")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_evidence_run_id_run")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_evidence_snapshot_id_snapshot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_fact_id", ["fact_id"], unique=False)
        batch_op.create_index("ix_evidence_page_id", ["page_id"], unique=False)
        batch_op.create_index(
            "uq_evidence_open",
            ["fact_id", "page_id", "locator"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "mention_entity",
        sa.Column("mention_id", Number, nullable=False),
        sa.Column("entity_id", sa.String(length=20), nullable=False),
        sa.Column(
            "exact_key", sa.Text(), nullable=False, comment="the folded name that exact matching compares"
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entity.id"], name=op.f("fk_mention_entity_entity_id_entity")
        ),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name=op.f("fk_mention_entity_mention_id_mention")
        ),
        sa.PrimaryKeyConstraint("mention_id", name=op.f("pk_mention_entity")),
    )
    with op.batch_alter_table("mention_entity", schema=None) as batch_op:
        batch_op.create_index("ix_mention_entity_entity_id", ["entity_id"], unique=False)
        batch_op.create_index("ix_mention_entity_exact_key", ["exact_key"], unique=False)

    op.create_table(
        "rejected",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("run_id", Number, nullable=False, comment="the last run that met it"),
        sa.Column("page_id", Number, nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_rejected_page_id_page")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_rejected_run_id_run")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_rejected_source_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected")),
    )
    with op.batch_alter_table("rejected", schema=None) as batch_op:
        batch_op.create_index("ix_rejected_page_id", ["page_id"], unique=False)
        batch_op.create_index("ix_rejected_source", ["source"], unique=False)

    op.create_table(
        "sample_member",
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("entity_id", sa.String(length=20), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("layer", sa.String(length=20), nullable=True),
        sa.Column("core_technology", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["sample_edition.edition"], name=op.f("fk_sample_member_edition_sample_edition")
        ),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_sample_member_entity_id_entity")),
        sa.PrimaryKeyConstraint("edition", "entity_id", name=op.f("pk_sample_member")),
    )
    with op.batch_alter_table("sample_member", schema=None) as batch_op:
        batch_op.create_index("ix_sample_member_entity_id", ["entity_id"], unique=False)
    for statement in GROW_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("sample_member", schema=None) as batch_op:
        batch_op.drop_index("ix_sample_member_entity_id")

    op.drop_table("sample_member")
    with op.batch_alter_table("rejected", schema=None) as batch_op:
        batch_op.drop_index("ix_rejected_source")
        batch_op.drop_index("ix_rejected_page_id")

    op.drop_table("rejected")
    with op.batch_alter_table("mention_entity", schema=None) as batch_op:
        batch_op.drop_index("ix_mention_entity_exact_key")
        batch_op.drop_index("ix_mention_entity_entity_id")

    op.drop_table("mention_entity")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_evidence_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_evidence_page_id")
        batch_op.drop_index("ix_evidence_fact_id")

    op.drop_table("evidence")
    with op.batch_alter_table("entity_relation", schema=None) as batch_op:
        batch_op.drop_index("ix_entity_relation_outer_id")

    op.drop_table("entity_relation")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_page_id")

    op.drop_table("document")
    with op.batch_alter_table("page", schema=None) as batch_op:
        batch_op.drop_index("ix_page_source")
        batch_op.drop_index("ix_page_snapshot_id")

    op.drop_table("page")
    with op.batch_alter_table("mention_identifier", schema=None) as batch_op:
        batch_op.drop_index("ix_mention_identifier_scheme_value")

    op.drop_table("mention_identifier")
    with op.batch_alter_table("judgement", schema=None) as batch_op:
        batch_op.drop_index("ix_judgement_right_id")
        batch_op.drop_index("ix_judgement_left_id")

    op.drop_table("judgement")
    with op.batch_alter_table("fact_mention", schema=None) as batch_op:
        batch_op.drop_index("ix_fact_mention_mention_id")

    op.drop_table("fact_mention")
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.drop_index("ix_entity_redirect_to")
        batch_op.drop_index("ix_entity_name")

    op.drop_table("entity")
    op.drop_table("taxon")
    with op.batch_alter_table("snapshot", schema=None) as batch_op:
        batch_op.drop_index("ix_snapshot_sha256")

    op.drop_table("snapshot")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index("ix_run_source_started_at")

    op.drop_table("run")
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.drop_index("ix_mention_name")

    op.drop_table("mention")
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.drop_index("ix_fact_slot")
        batch_op.drop_index("ix_fact_kind")

    op.drop_table("fact")
    op.drop_table("taxonomy")
    op.drop_table("source")
    op.drop_table("sample_edition")
    op.drop_table("resolution")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION judgement_grows_only()")
