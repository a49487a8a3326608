"""The pairs of entities of which nobody knows yet whether they are one, with their chances, and what may not be
joined.

Invariants kept here:
- a pair has a chance only from a calibrated model; where a rule or a stated name raised it, or it is about a unit,
  the chance is even, and said to be so;
- one question for two entities: of several the surest counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, or_, select

from entity_resolution import storage
from entity_resolution.clustering import APART, Node
from entity_resolution.log import Judgement, deciding, effective
from pipelines.store import schema

Suggestion = Literal["same", "unit of", "subsidiary of"]

#: The chance of a pair for which no calibrated one is known.
EVEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entities (ids) that wait for a decision. `chance` (0 to 1) is that of the suggestion; for *unit of* and
    *subsidiary of* `left` is the part. `calibrated`: the model's chance, not the even one."""

    left: str
    right: str
    suggestion: Suggestion
    chance: float
    calibrated: bool = True


@dataclass(frozen=True, slots=True)
class Undecided:
    """pairs: sorted by their ends. nodes: their entities, each with all identifiers that its mentions bear.
    apart: what keeps two of these entities apart, as rows about entities. persons: pairs of persons, left out."""

    pairs: tuple[Pair, ...] = ()
    nodes: tuple[Node, ...] = ()
    apart: tuple[Judgement, ...] = ()
    persons: int = 0


def undecided(connection: Connection) -> Undecided:
    """The open pairs of the queue, and those that a person was *unsure* of, between two entities of now."""
    candidate, said = schema.candidate, schema.judgement
    query = (
        select(candidate)
        .outerjoin(said, said.c.id == candidate.c.judgement_id)
        .where(or_(candidate.c.closed_at.is_(None), said.c.verdict == "unsure"))
    )
    rows = connection.execute(query).all()
    entity = _entities_of(connection, {key for row in rows for key in (row.left_id, row.right_id)})
    best: dict[frozenset[str], Pair] = {}
    for row in rows:
        left, right = entity.get(row.left_id), entity.get(row.right_id)
        if left is None or right is None or left == right:
            continue
        known = row.suggestion == "same" and str(row.why.get("by", "")).startswith("model:")
        pair = Pair(left, right, _suggestion(row.suggestion), float(row.score) if known else EVEN, known)
        held = best.get(frozenset((left, right)))
        if held is None or _weight(pair) > _weight(held):
            best[frozenset((left, right))] = pair
    kinds = _kinds(connection, {one for pair in best for one in pair})
    pairs = [one for one in best.values() if "person" not in (kinds.get(one.left), kinds.get(one.right))]
    involved = {one for pair in pairs for one in (pair.left, pair.right)}
    nodes, apart = _constraints(connection, involved)
    return Undecided(
        tuple(sorted(pairs, key=lambda one: (one.left, one.right))), nodes, apart, len(best) - len(pairs)
    )


def _weight(pair: Pair) -> tuple[bool, float, str, str]:
    return (pair.calibrated, pair.chance, pair.left, pair.right)


def _suggestion(text: str) -> Suggestion:
    known: dict[str, Suggestion] = {"unit of": "unit of", "subsidiary of": "subsidiary of"}
    return known.get(text, "same")


def _entities_of(connection: Connection, mentions: Collection[int]) -> dict[int, str]:
    """Mention → the entity that it means, redirects followed (they are one step long)."""
    of_mention, entity = schema.mention_entity, schema.entity
    query = select(of_mention.c.mention_id, of_mention.c.entity_id, entity.c.redirect_to).join(
        entity, entity.c.id == of_mention.c.entity_id
    )
    return {
        row.mention_id: row.redirect_to or row.entity_id
        for row in storage.in_parts(connection, query, of_mention.c.mention_id, mentions)
    }


def _kinds(connection: Connection, entities: Collection[str]) -> dict[str, str]:
    table = schema.entity
    query = select(table.c.id, table.c.kind)
    return {row.id: row.kind for row in storage.in_parts(connection, query, table.c.id, entities)}


def _constraints(
    connection: Connection, entities: Collection[str]
) -> tuple[tuple[Node, ...], tuple[Judgement, ...]]:
    """The entities with their identifiers, and what was judged to be apart among them."""
    of_mention = schema.mention_entity
    query = select(of_mention.c.mention_id, of_mention.c.entity_id)
    entity_of = {
        row.mention_id: row.entity_id
        for row in storage.in_parts(connection, query, of_mention.c.entity_id, entities)
    }
    borne: dict[str, set[tuple[str, str]]] = defaultdict(set)
    table = schema.mention_identifier
    for row in storage.in_parts(connection, select(table), table.c.mention_id, entity_of):
        borne[entity_of[row.mention_id]].add((row.scheme, row.value))
    nodes = tuple(Node(one, one, identifiers=tuple(sorted(borne[one]))) for one in sorted(entities))
    log, _ = storage.log(connection, entity_of)
    return nodes, tuple(_lifted(deciding(effective(log)), entity_of))


def _lifted(rows: Iterable[Judgement], entity_of: dict[int, str]) -> list[Judgement]:
    """The rows that keep apart, about entities instead of mentions."""
    found = []
    for row in rows:
        left, right = (entity_of.get(storage.as_id(key)) for key in (row.left, row.right))
        if row.verdict in APART and left is not None and right is not None and left != right:
            found.append(Judgement(row.id, left, right, "different", row.by))
    return found
