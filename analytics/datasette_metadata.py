"""What Datasette shows of a store: titles, meanings of columns, and questions that are asked by a form.

Invariant: running text is never shown; with `public`, nothing is but the views and the questions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from pipelines.store import schema

#: Running text, and readings out of it: kept for reading, never shown.
_TEXT: Final = ("document", "document_read", "text_band", "reading", "rejected")

#: View → title, what it holds, and the columns to filter by.
_VIEWS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "v_entity": ("主体 · Entities", "One row an organisation or person.", ("kind", "country")),
    "v_name": ("名称 · Names", "Names as sources write them, by entity.", ("kind", "source")),
    "v_belongs": ("隶属 · Units and subsidiaries", "Which belongs to which, and who decided.", ("relation",)),
    "v_role": ("事实中的主体 · Who stands in a fact", "One row a fact and role.", ("kind", "role", "source")),
    "v_evidence": ("证据 · Evidence", "Where each fact stands, with its words.", ("kind", "source", "method")),
    "v_relation": ("关系 · Relations", "One row a fact, source and target; each entity by itself.",
                   ("dimension", "year")),
    "v_edge": ("边 · Edges", "One row a source, target and dimension, with its first year.",
               ("dimension", "since_year")),
    "v_sample": ("样本 · Samples", "The companies of each edition, with score and reason.", ("edition", "layer")),
}  # fmt: skip

#: Column → what it means, wherever it stands.
_COLUMNS: Final[Mapping[str, str]] = {
    "source_name": "display name of the source",
    "target_name": "display name of the target",
    "entity": "id of the entity, never given to another",
    "name": "display name, or the name as written (v_name)",
    "written": "the name as the source writes it",
    "kind": "kind of entity or of fact",
    "country": "ISO 3166-1 alpha-2",
    "fact": "id of the fact, made of its content",
    "role": "target, investor, provider, recipient, person, school, employer, …",
    "valid_from": "first day on which the fact holds",
    "valid_to": "last day on which it holds",
    "since": "first day of the relation; empty: undated",
    "year": "year of that day",
    "since_year": "first year; the network of a year has all edges up to it",
    "facts": "number of facts behind it",
    "dimension": "technology, human_capital, investment",
    "quote": "the words that were read",
    "locator": "place in the page",
    "confidence": "0 to 1",
    "first_seen": "when the source was first seen to say so (UTC)",
    "last_seen": "when it was last seen to",
    "sha256": "of the snapshot's bytes",
    "score": "points by the edition's rule",
}

#: Name → title and SQL; `:name` becomes a field of the form.
QUERIES: Final[Mapping[str, tuple[str, str]]] = {
    "network_of_a_year": (
        "某年的价值网络 · The value network of a year",
        "SELECT source, source_name, target, target_name, dimension, since_year, facts FROM v_edge "
        "WHERE since_year <= CAST(:year AS INTEGER) "
        "AND (source IN (SELECT entity FROM v_sample WHERE edition = :edition) "
        "OR target IN (SELECT entity FROM v_sample WHERE edition = :edition)) "
        "ORDER BY source, target, dimension",
    ),
    "leading_sample_companies": (
        "度数最高的样本企业 · Sample companies by degree",
        "WITH ends AS ("
        "SELECT source AS entity, source_name AS name, target AS other FROM v_edge "
        "WHERE dimension = 'technology' AND since_year <= CAST(:year AS INTEGER) "
        "UNION ALL SELECT target, target_name, source FROM v_edge "
        "WHERE dimension = 'technology' AND since_year <= CAST(:year AS INTEGER)) "
        "SELECT entity, name, COUNT(*) AS degree FROM ends "
        "WHERE entity IN (SELECT entity FROM v_sample WHERE edition = :edition) "
        "GROUP BY entity, name ORDER BY degree DESC, name LIMIT 50",
    ),
    "leading_investors": (
        "投资样本企业最多的投资者 · Investors by sample companies",
        "SELECT source AS entity, source_name AS name, COUNT(DISTINCT target) AS companies FROM v_edge "
        "WHERE dimension = 'investment' AND since_year <= CAST(:year AS INTEGER) "
        "AND target IN (SELECT entity FROM v_sample WHERE edition = :edition) "
        "GROUP BY source, source_name ORDER BY companies DESC, name LIMIT 50",
    ),
    "all_of_an_entity": (
        "一个主体的全部事实 · All facts of an entity, by any of its names",
        "SELECT DISTINCT v_role.fact, v_role.kind, v_role.role, v_role.value, v_role.valid_from, v_role.source "
        "FROM v_role WHERE entity IN (SELECT entity FROM v_name WHERE name = :name) "
        "ORDER BY v_role.valid_from, v_role.fact",
    ),
    "evidence_of_a_fact": (
        "一条事实的证据 · Where a fact stands",
        "SELECT * FROM v_evidence WHERE fact = CAST(:fact AS INTEGER) ORDER BY first_seen, url",
    ),
    "behind_an_edge": (
        "一条边背后的引文 · The words behind an edge",
        "SELECT v_relation.dimension, v_relation.since, v_evidence.quote, v_evidence.url, v_evidence.locator "
        "FROM v_relation JOIN v_evidence ON v_evidence.fact = v_relation.fact "
        "WHERE v_relation.source_name = :source_name AND v_relation.target_name = :target_name "
        "ORDER BY v_relation.since, v_evidence.url",
    ),
}


def metadata(
    database: str, columns: Mapping[str, Collection[str]], *, public: bool = False
) -> dict[str, Any]:
    """Datasette's metadata for a store; `database` is the name that Datasette gives it, the file's without ending.

    columns: view → its columns.
    public: for others to look at: no SQL of their own, and of the tables only the views.
    """
    tables: dict[str, Any] = {
        name: {
            "title": title,
            "description": description,
            "facets": list(facets),
            "columns": {column: words for column, words in _COLUMNS.items() if column in columns[name]},
        }
        for name, (title, description, facets) in _VIEWS.items()
    }
    for table in (*schema.metadata.tables, "alembic_version"):
        tables[table] = {"hidden": True}
        if public or table in _TEXT:
            tables[table]["allow"] = False
    found: dict[str, Any] = {
        "title": "valuenet",
        "description": "Facts with their evidence, who is who, and the yearly value networks.",
        "databases": {
            database: {
                "tables": tables,
                "queries": {name: {"title": title, "sql": sql} for name, (title, sql) in QUERIES.items()},
            }
        },
    }
    if public:
        found["databases"][database]["allow_sql"] = False
    return found
