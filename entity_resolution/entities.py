"""What other rooms may ask of resolved entities: how they belong together."""

from __future__ import annotations

from sqlalchemy import Connection, select

from entity_resolution.log import by_strength
from entity_resolution.relations import Relation
from entity_resolution.storage import judgement
from pipelines.store import schema


def read_relations(connection: Connection) -> list[Relation]:
    """Units and subsidiaries as the newest resolution has them, the strongest first (as `roll_up` wants them)."""
    table = schema.entity_relation
    rows = connection.execute(
        select(table.c.inner_id, table.c.outer_id, schema.judgement).join(
            schema.judgement, schema.judgement.c.id == table.c.judgement_id
        )
    ).all()
    found = {row.id: Relation(row.inner_id, row.outer_id, judgement(row)) for row in rows}
    return [found[one.id] for one in by_strength(relation.judgement for relation in found.values())]
