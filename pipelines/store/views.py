"""Views for people who ask in SQL: entities, names, facts with evidence, relations and edges of what is said now.

Invariants: the same words make them on SQLite and on PostgreSQL; they hold what sources say today, each entity by
itself (no units rolled up); no migration ever meets one, since they are taken away before and made again after.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, inspect

#: Name → what it selects; a view may rest on those before it.
VIEWS: Final[Mapping[str, str]] = {
    "v_entity": """
        SELECT entity.id AS entity, entity.name, entity.name_en, entity.kind, entity.country,
               (SELECT COUNT(*) FROM mention_entity AS decided JOIN entity AS own ON own.id = decided.entity_id
                WHERE own.id = entity.id OR own.redirect_to = entity.id) AS mentions
        FROM entity WHERE entity.redirect_to IS NULL
    """,
    "v_name": """
        SELECT COALESCE(own.redirect_to, own.id) AS entity, mention.name, mention.kind, mention.country,
               mention.source, mention.first_seen
        FROM mention
        JOIN mention_entity AS decided ON decided.mention_id = mention.id
        JOIN entity AS own ON own.id = decided.entity_id
    """,
    "v_belongs": """
        SELECT inside.id AS inner_entity, inside.name AS inner_name, relation.relation,
               outside.id AS outer_entity, outside.name AS outer_name, relation.valid_from, relation.valid_to,
               judgement.by AS decided_by, judgement.reason
        FROM entity_relation AS relation
        JOIN entity AS inside ON inside.id = relation.inner_id
        JOIN entity AS outside ON outside.id = relation.outer_id
        JOIN judgement ON judgement.id = relation.judgement_id
    """,
    "v_role": """
        SELECT fact.id AS fact, fact.kind, role.role, role.position, head.id AS entity, head.name,
               mention.name AS written, fact.value, fact.valid_from, fact.valid_to, fact.source
        FROM fact_mention AS role
        JOIN fact ON fact.id = role.fact_id
        JOIN mention ON mention.id = role.mention_id
        JOIN mention_entity AS decided ON decided.mention_id = role.mention_id
        JOIN entity AS own ON own.id = decided.entity_id
        JOIN entity AS head ON head.id = COALESCE(own.redirect_to, own.id)
        WHERE EXISTS (SELECT 1 FROM evidence WHERE evidence.fact_id = fact.id AND evidence.ended_at IS NULL)
    """,
    "v_evidence": """
        SELECT evidence.fact_id AS fact, fact.kind, fact.value, fact.valid_from, fact.source, page.url,
               evidence.locator, evidence.quote, evidence.method, evidence.method_version, evidence.confidence,
               evidence.first_seen, evidence.last_seen, snapshot.sha256
        FROM evidence
        JOIN fact ON fact.id = evidence.fact_id
        JOIN page ON page.id = evidence.page_id
        JOIN snapshot ON snapshot.id = evidence.snapshot_id
        WHERE evidence.ended_at IS NULL
    """,
    # a value that is true in a fact's detail reads 1 on SQLite, true on PostgreSQL
    "v_relation": """
        WITH life AS (
            SELECT fact.id, fact.kind, fact.valid_from, person.entity AS person, place.entity AS place,
                   CAST((fact.detail ->> 'current') AS TEXT) AS is_current
            FROM fact
            JOIN v_role AS person ON person.fact = fact.id AND person.role = 'person'
            JOIN v_role AS place ON place.fact = fact.id AND place.role IN ('school', 'employer')
            WHERE fact.kind IN ('education', 'employment')
              AND CAST((fact.detail ->> 'core') AS TEXT) IN ('true', '1')
        ),
        pair AS (
            SELECT giver.fact, 'investment' AS dimension, giver.entity AS source, taker.entity AS target,
                   giver.valid_from AS since, giver.value
            FROM v_role AS giver
            JOIN v_role AS taker ON taker.fact = giver.fact AND taker.role = 'target'
            WHERE giver.kind = 'financing' AND giver.role = 'investor'
            UNION
            SELECT giver.fact, 'technology', giver.entity, taker.entity, giver.valid_from, giver.value
            FROM v_role AS giver
            JOIN v_role AS taker ON taker.fact = giver.fact
            JOIN fact ON fact.id = giver.fact
            WHERE giver.kind = 'cooperation' AND COALESCE(fact.detail ->> 'status', 'done') = 'done'
              AND ((giver.role = 'provider' AND taker.role = 'recipient')
                   OR (giver.role = 'party' AND taker.role = 'party' AND giver.entity <> taker.entity))
            UNION
            SELECT earlier.id, 'human_capital', earlier.place, present.place, present.valid_from, earlier.kind
            FROM life AS earlier
            JOIN life AS present ON present.person = earlier.person
            WHERE present.kind = 'employment' AND present.is_current IN ('true', '1')
              AND earlier.place <> present.place
              AND (earlier.kind = 'education' OR earlier.is_current IN ('false', '0'))
        )
        SELECT pair.fact, pair.dimension, pair.source, giver.name AS source_name, pair.target,
               taker.name AS target_name, pair.since,
               CAST(SUBSTR(CAST(pair.since AS TEXT), 1, 4) AS INTEGER) AS year, pair.value
        FROM pair
        JOIN entity AS giver ON giver.id = pair.source
        JOIN entity AS taker ON taker.id = pair.target
    """,
    "v_edge": """
        SELECT source, source_name, target, target_name, dimension, MIN(year) AS since_year,
               COUNT(DISTINCT fact) AS facts
        FROM v_relation
        WHERE source <> target AND since IS NOT NULL
        GROUP BY source, source_name, target, target_name, dimension
    """,
    "v_sample": """
        SELECT member.edition, COALESCE(own.redirect_to, own.id) AS entity, head.name, member.score, member.layer,
               member.core_technology, member.decided_by, member.reason, edition.frozen_at
        FROM sample_member AS member
        JOIN sample_edition AS edition ON edition.edition = member.edition
        JOIN entity AS own ON own.id = member.entity_id
        JOIN entity AS head ON head.id = COALESCE(own.redirect_to, own.id)
    """,
}


def make_views(connection: Connection) -> None:
    """Make the views, in place of earlier ones of their names."""
    drop_views(connection)
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")


def drop_views(connection: Connection) -> bool:
    """Take the views away; whether there were any."""
    there = set(inspect(connection).get_view_names()) & set(VIEWS)
    for name in reversed(list(VIEWS)):
        if name in there:
            connection.exec_driver_sql(f"DROP VIEW {name}")
    return bool(there)
