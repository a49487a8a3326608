"""From the log in the store to the entities in the store.

Invariants kept here:
- what is written is what the log says: entities, redirects and relations are derived, never edited;
- mentions that no judgement links to a changed one keep their entity: only linked ones are derived anew;
- an entity once made is never deleted, and its founding mention never changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from entity_resolution import storage
from entity_resolution.clustering import Clustering, Refusal, cluster, entity_id
from entity_resolution.compatibility import Mentioned, Stated
from entity_resolution.curated import Curated
from entity_resolution.display import Shown, shown
from entity_resolution.log import Judgement, deciding, effective
from entity_resolution.relations import RELATIONS, Cycle, lift


@dataclass(frozen=True, slots=True)
class Derived:
    """What a derivation came to. `refusals` are of the mentions that were derived; `cycles` of all. `touched` are
    these mentions (None: every one)."""

    entities: int
    founded: int
    refusals: tuple[Refusal, ...]
    cycles: tuple[Cycle, ...]
    touched: frozenset[int] | None = None


def linked(connection: Connection, seeds: Iterable[int]) -> tuple[set[int], list[Judgement]]:
    """All mentions that *same* judgements link to the seeds, through whatever chain; and the log about them."""
    found: set[int] = set()
    rows: dict[int, Judgement] = {}
    frontier = set(seeds)
    while frontier:
        found |= frontier
        touching, _ = storage.log(connection, frontier)
        rows.update({row.id: row for row in touching})
        frontier = {
            key
            for row in deciding(effective(touching))
            if row.verdict == "same"
            for key in (row.left, row.right)
            if isinstance(key, int)
        } - found
    return found, list(rows.values())


def trial(connection: Connection, seeds: Iterable[int], extra: Collection[Judgement]) -> Clustering:
    """The entities that the log and these further rows would make of the mentions around the seeds."""
    keys, _ = linked(connection, seeds)
    for row in extra:  # a row that joins two chains makes both relevant
        keys |= linked(connection, [key for key in (row.left, row.right) if isinstance(key, int)])[0]
    rows, _ = storage.log(connection, keys)
    known = {row.id for row in rows}
    return cluster(
        storage.nodes(storage.mentions(connection, keys), storage.founders(connection, keys)),
        [*rows, *(row for row in extra if row.id not in known)],
    )


def derive(
    connection: Connection,
    resolution: int,
    known: Curated,
    seeds: Collection[int] | None,
    mentions: dict[int, Mentioned] | None = None,
) -> Derived:
    """Derive the entities of the mentions linked to the seeds (None: all of them, given in `mentions`), and write
    them as found in this resolution."""
    if seeds is None:
        assert mentions is not None, "all mentions are given where all are derived"
        rows, _ = storage.log(connection)
        found = mentions
    else:
        keys, rows = linked(connection, seeds)
        found = {key: one for key, one in (mentions or {}).items() if key in keys}
        found |= storage.mentions(connection, keys - found.keys())
    born = storage.founders(connection, None if seeds is None else found)
    taken = storage.taken_ids(connection, {entity_id(key) for key in found if key not in born})
    result = cluster(storage.nodes(found, born), rows, taken.__contains__)
    _write(connection, resolution, known, result, found, born, everything=seeds is None)
    relation_rows = deciding(effective(storage.log_of_pairs(connection, RELATIONS)))
    sides = {key for row in relation_rows for key in _sides(row)}
    entity_of = storage.entities_of(connection, sides)
    relations, cycles = lift(relation_rows, entity_of)
    storage.write_relations(connection, relations)
    touched = None if seeds is None else frozenset(found)
    return Derived(len(result.members), len(result.founded), result.refusals, cycles, touched)


def _write(
    connection: Connection,
    resolution: int,
    known: Curated,
    result: Clustering,
    found: dict[int, Mentioned],
    born: dict[int, tuple[str, int]],
    *,
    everything: bool,
) -> None:
    further: dict[int, list[Stated]] = defaultdict(list)
    for stated in storage.stated_names(connection, None if everything else found.keys()):
        further[stated.mention].append(stated)
    founder_of = {name: key for key, (name, _) in born.items() if key in found}
    founder_of |= {name: key for name, key in result.founded.items() if isinstance(key, int)}
    ages = dict(born.values())
    rows = []
    faces: dict[str, Shown] = {}
    for name, keys in result.members.items():
        members = [found[key] for key in keys if isinstance(key, int)]
        faces[name] = shown(members, (one for key in members for one in further.get(key.id, ())), known)
    for name, founder in founder_of.items():
        face = faces.get(name) or shown([found[founder]], further.get(founder, ()), known)
        rows.append(
            {
                "id": name, "mention_id": founder, "born": ages.get(name, resolution), "kind": face.kind,
                "name": face.name, "name_en": face.name_en, "country": face.country,
            }
        )  # fmt: skip
    storage.write_entities(connection, rows)
    storage.write_redirects(connection, result.redirects)
    storage.write_mention_entities(
        connection,
        ((key, result.entity_of[key], one.key) for key, one in found.items()),
    )


def _sides(row: Judgement) -> list[int]:
    return [key for key in (row.left, row.right) if isinstance(key, int)]
