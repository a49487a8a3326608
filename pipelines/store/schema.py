"""All tables, on one MetaData.

Invariants kept here:
- what was read (snapshot, page, mention, fact) has an id made of its content: writing it twice adds nothing;
- a fact speaks of mentions, never of entities: deciding anew who is who rewrites no fact;
- an evidence row is one span of record time in which a page said a fact at one place; at most one is open;
- the judgement log only grows: the database itself refuses to change or delete a row.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from pipelines.store.grow_only import grows_only
from pipelines.store.metadata import metadata
from pipelines.store.tables_of_audit import audit
from pipelines.store.tables_of_reading import document_read, reading
from pipelines.store.tables_of_review import (
    candidate,
    kept,
    known_name,
    name_posting,
    second_look,
    stated_name,
)
from pipelines.store.tables_of_samples import sample_edition, sample_left, sample_member, sample_override
from pipelines.store.tables_of_turns import part_turn
from pipelines.store.types import Hashed, Json, Moment, Serial, one_of

__all__ = [
    "audit",
    "candidate",
    "document_read",
    "kept",
    "known_name",
    "metadata",
    "name_posting",
    "part_turn",
    "reading",
    "sample_edition",
    "sample_left",
    "sample_member",
    "sample_override",
    "second_look",
    "stated_name",
]


# ── where facts come from ─────────────────────────────────────────────────────────────────────────

#: A place that facts come from, as its spider (or the person who handed in a file) declares it.
source = Table(
    "source",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("title", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("terms", Text, nullable=False),
    Column("robots", Text, nullable=False),
    Column("cadence", String(20), nullable=False),
    Column("personal_data", Text, nullable=False),
    Column("lists_all", Boolean, nullable=False, comment="a complete run names all that the source says"),
    Column("authority", Boolean, nullable=False, comment="its names are looked for in running text"),
    Column(
        "declared", Json, nullable=False, comment="the rest of the declaration: rate, hosts, expected counts"
    ),
    Column("declared_at", Moment, nullable=False),
)

#: One visit to a source. Counts are integers; facts_* count facts, not evidence.
run = Table(
    "run",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("source", ForeignKey("source.name"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", String(20), nullable=False),
    Column("version", String(40), nullable=False),
    Column(
        "scope", Text, nullable=False, server_default="", comment="what was asked for: site, files, limit"
    ),
    Column("snapshots", Integer, nullable=False, server_default="0"),
    Column("records", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("facts_new", Integer, nullable=False, server_default="0"),
    Column("facts_changed", Integer, nullable=False, server_default="0"),
    Column("facts_unchanged", Integer, nullable=False, server_default="0"),
    Column("facts_ended", Integer, nullable=False, server_default="0"),
    Column("note", Text, nullable=False, server_default=""),
    Column(
        "alarm",
        Text,
        nullable=False,
        server_default="",
        comment="what a person should look at; empty: nothing",
    ),
    Column(
        "unchanged",
        Integer,
        nullable=False,
        server_default="0",
        comment="pages asked for and found as before",
    ),
    Column("gone", Integer, nullable=False, server_default="0", comment="pages that are no longer there"),
    Column("continues", BigInteger, comment="the broken-off run whose pages are not asked for again"),
    one_of("kind", "crawl", "replay", "import"),
    one_of("outcome", "running", "complete", "partial", "failed"),
    Index("ix_run_source_started_at", "source", "started_at"),
)

#: When a source is due, and who is visiting it now. `held_until` is a lease: a visitor that dies lets go by itself.
agenda = Table(
    "agenda",
    metadata,
    Column("source", ForeignKey("source.name"), primary_key=True),
    Column("due_at", Moment),
    Column("failures", Integer, nullable=False, server_default="0", comment="runs in a row that failed"),
    Column("counted", BigInteger, comment="the newest run that `due_at` takes into account"),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("holder", Text),
    Column("held_until", Moment),
    Column("held_since", Moment),
)

#: What a host's robots.txt said when it was last read for a source.
robots_check = Table(
    "robots_check",
    metadata,
    Column("source", ForeignKey("source.name"), primary_key=True),
    Column("host", String(255), primary_key=True),
    Column("checked_at", Moment, nullable=False),
    Column("status", Integer, nullable=False, comment="of the answer; 0: none came"),
    Column("sha256", String(64), nullable=False),
    Column("delay", Float, comment="seconds between two requests that it asks for"),
    Column("changed_at", Moment, nullable=False, comment="since when it says this"),
)

#: How far a receiver has been told: of changes, or of the reports of the days. What is about to be sent is noted
#: before it is sent, so that whoever sends after a crash sends the same again, under the same number.
delivery = Table(
    "delivery",
    metadata,
    Column("id", String(64), primary_key=True, comment="digest of the receiver and of what it asks for"),
    Column("receiver", Text, nullable=False, comment="its host, for people to see"),
    Column("told_until", Moment, nullable=False, comment="all before it was received"),
    Column("told_row", BigInteger, nullable=False, comment="of that moment, the rows up to this one"),
    Column("sending_until", Moment, comment="under way: as far as this"),
    Column("sending_row", BigInteger),
    Column("changed_at", Moment, nullable=False),
)

#: The bytes that a URL gave, once per URL and content; they lie in a WARC file of the archive.
snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("source", ForeignKey("source.name"), nullable=False),
    Column("url", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes, decoded"),
    Column("archive", Text, nullable=False, comment="WARC file, relative to the archive folder"),
    Column("offset", BigInteger, nullable=False, comment="byte offset of the record in it"),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Index("ix_snapshot_sha256", "sha256"),
)

#: A URL that a source says things at: what was last read there, and what is needed to ask again politely.
page = Table(
    "page",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("source", ForeignKey("source.name"), nullable=False),
    Column("url", Text, nullable=False),
    Column("snapshot_id", ForeignKey("snapshot.id"), nullable=False),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column(
        "leads",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="it asks for other pages: fetched in full at each visit",
    ),
    Column(
        "parser",
        String(40),
        nullable=False,
        server_default="",
        comment="version of the parser that read it as a whole; empty: none did",
    ),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("gone_at", Moment),
    Index("ix_page_source", "source"),
    Index("ix_page_run_id", "run_id"),
    Index("ix_page_snapshot_id", "snapshot_id"),
)

#: Running text read at a page: kept for reading, never republished.
document = Table(
    "document",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("page_id", ForeignKey("page.id"), nullable=False),
    Column("snapshot_id", ForeignKey("snapshot.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("published", Date),
    Column("precision", String(5)),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Index("ix_document_page_id", "page_id"),
)

#: What could not be used, with the reason; `ended_at` once a later reading of the place accepts it.
rejected = Table(
    "rejected",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("source", ForeignKey("source.name"), nullable=False),
    Column("run_id", ForeignKey("run.id"), nullable=False, comment="the last run that met it"),
    Column("page_id", ForeignKey("page.id"), nullable=False),
    Column("locator", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_rejected_source", "source"),
    Index("ix_rejected_page_id", "page_id"),
)

# ── what they say ─────────────────────────────────────────────────────────────────────────────────

#: A name as written in one source, with what it says there of the bearer (see `pipelines.records.Mention`).
mention = Table(
    "mention",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("source", ForeignKey("source.name"), nullable=False),
    Column("scope", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("kind", String(20)),
    Column("country", String(2)),
    Column("place", Text),
    Column("first_seen", Moment, nullable=False),
    Index("ix_mention_name", "name"),
)

#: An identifier that the source gives with the mention.
mention_identifier = Table(
    "mention_identifier",
    metadata,
    Column("mention_id", ForeignKey("mention.id"), primary_key=True),
    Column("scheme", String(40), primary_key=True),
    Column("value", String(100), primary_key=True),
    Index("ix_mention_identifier_scheme_value", "scheme", "value"),
)

#: A statement of one source about mentions. `slot` is the question that it answers, so that another answer of
#: the same source counts as a change. Valid time is here; record time is in `evidence`, its ends here too.
fact = Table(
    "fact",
    metadata,
    Column("id", Hashed, primary_key=True, autoincrement=False),
    Column("source", ForeignKey("source.name"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("value", Text, nullable=False, server_default="", comment="the statement's value, cleaned"),
    Column(
        "as_written", Text, nullable=False, server_default="", comment="the same, as the source writes it"
    ),
    Column("number", Float),
    Column("low", Float, comment="lower bound of an amount, in units of its currency"),
    Column("high", Float),
    Column("unit", String(20)),
    Column(
        "detail", Json, nullable=False, comment="what else the kind has: round, post, degree, technologies…"
    ),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("valid_precision", String(5)),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    one_of(
        "kind",
        "name",
        "attribute",
        "link",
        "product",
        "financing",
        "education",
        "employment",
        "patent",
        "cooperation",
        "policy",
    ),
    Index("ix_fact_kind", "kind"),
    Index("ix_fact_slot", "slot"),
    Index("ix_fact_source", "source"),
)

#: Who stands in a fact, as what: subject, other, bearer, target, investor, lead, person, school, employer,
#: provider, recipient, party, applicant, assignee, inventor, issuer.
fact_mention = Table(
    "fact_mention",
    metadata,
    Column("fact_id", ForeignKey("fact.id"), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("mention_id", ForeignKey("mention.id"), nullable=False),
    Index("ix_fact_mention_mention_id", "mention_id"),
)

#: Where a fact stands, and in which span of record time it stood there: from `first_seen` to `last_seen`;
#: `ended_at` is the visit that no longer found it (empty: still said, as late as the page's own `last_seen`, as a
#: page found unchanged is not read again). A source that goes back to an older value opens a new span.
evidence = Table(
    "evidence",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("fact_id", ForeignKey("fact.id"), nullable=False),
    Column("page_id", ForeignKey("page.id"), nullable=False),
    Column("snapshot_id", ForeignKey("snapshot.id"), nullable=False),
    Column("run_id", ForeignKey("run.id"), nullable=False, comment="the last run that confirmed it"),
    Column("locator", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("method", String(60), nullable=False),
    Column("method_version", String(20), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("ended_at", Moment),
    Index(
        "uq_evidence_open",
        "fact_id",
        "page_id",
        "locator",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_evidence_fact_id", "fact_id"),
    Index("ix_evidence_page_id", "page_id"),
    Index("ix_evidence_run_id", "run_id"),
    # what began or ended in a time is found without a look at the rest, in one order
    Index("ix_evidence_first_seen_id", "first_seen", "id"),
    Index("ix_evidence_ended_at_id", "ended_at", "id"),
)

# ── who is who ────────────────────────────────────────────────────────────────────────────────────

#: One decision about one pair of mentions. `undoes` names an earlier row that no longer counts.
judgement = Table(
    "judgement",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("left_id", ForeignKey("mention.id"), nullable=False),
    Column("right_id", ForeignKey("mention.id"), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("by", Text, nullable=False, comment="'rule:NAME', 'model:VERSION' or 'person:NAME'"),
    Column("score", Float),
    Column("features", Json),
    Column("reason", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("made_at", Moment, nullable=False),
    Column("undoes", ForeignKey("judgement.id")),
    one_of("verdict", "same", "different", "unit of", "subsidiary of", "unsure", "undo"),
    CheckConstraint("(verdict = 'undo') = (undoes IS NOT NULL)", name="undo"),
    Index("ix_judgement_left_id", "left_id"),
    Index("ix_judgement_right_id", "right_id"),
    Index("ix_judgement_verdict", "verdict"),
)

#: One derivation of entities from the log: an entity is as old as the resolution that first made it.
resolution = Table(
    "resolution",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("version", String(40), nullable=False),
    Column("mentions", Integer, nullable=False, comment="mentions decided anew"),
    Column("entities", Integer, nullable=False, comment="entities after it"),
    Column("last_judgement", BigInteger, comment="the newest row of the log that it knew"),
)

#: One real organisation or person. The id is made of its founding mention, is never given to another,
#: and redirects to an older entity while the two are judged the same. Name and kind are for display.
entity = Table(
    "entity",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("mention_id", ForeignKey("mention.id"), nullable=False, comment="the founding mention"),
    Column("born", ForeignKey("resolution.id"), nullable=False),
    Column("redirect_to", ForeignKey("entity.id"), comment="the older entity that it is now one with"),
    Column("kind", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("country", String(2)),
    UniqueConstraint("mention_id"),
    Index("ix_entity_redirect_to", "redirect_to"),
    Index("ix_entity_name", "name"),
)

#: Which entity a mention means, by the newest resolution.
mention_entity = Table(
    "mention_entity",
    metadata,
    Column("mention_id", ForeignKey("mention.id"), primary_key=True),
    Column("entity_id", ForeignKey("entity.id"), nullable=False),
    Column("exact_key", Text, nullable=False, comment="the folded name that exact matching compares"),
    Index("ix_mention_entity_entity_id", "entity_id"),
    Index("ix_mention_entity_exact_key", "exact_key"),
)

#: `inner_id` is a unit of, or a subsidiary of, `outer_id`; derived from one judgement.
entity_relation = Table(
    "entity_relation",
    metadata,
    Column("inner_id", ForeignKey("entity.id"), primary_key=True),
    Column("outer_id", ForeignKey("entity.id"), primary_key=True),
    Column("relation", String(20), primary_key=True),
    Column("judgement_id", ForeignKey("judgement.id"), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    one_of("relation", "unit of", "subsidiary of"),
    Index("ix_entity_relation_outer_id", "outer_id"),
)

# ── taxonomies ───────────────────────────────────────────────────────────────────────

taxonomy = Table(
    "taxonomy",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("version", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
)

taxon = Table(
    "taxon",
    metadata,
    Column("taxonomy", ForeignKey("taxonomy.name"), primary_key=True),
    Column("code", String(60), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("label_zh", Text, nullable=False),
    Column("parent", String(60)),
    Column("definition", Text, nullable=False, server_default=""),
)

grows_only(judgement)
