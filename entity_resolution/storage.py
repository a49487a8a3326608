"""The store as this room sees it: mentions, further names, links, the log; and entities written back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from entity_resolution import planning
from entity_resolution.clustering import Node
from entity_resolution.compatibility import LOOSE, PLAIN, Further, Mentioned, Stated
from entity_resolution.log import Judgement, Key, deciding, effective
from entity_resolution.names import legal_form
from entity_resolution.registry_names import without_country
from entity_resolution.relations import Relation
from entity_resolution.rules import Link, key_of
from pipelines.store import schema
from pipelines.store.bulk import TAKE, upsert

#: Any number will do, as long as no other lock of the store uses it.
_LOCK = 7_308_326_001
#: Values in one `IN (...)`: fewer than SQLite and PostgreSQL take.
_CHUNK = 5000


def lock(connection: Connection) -> None:
    """One resolution or judgement at a time. SQLite's write transaction is such a lock by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


# ── mentions and what is stated of them ───────────────────────────────────────────────────────────


def new_mentions(connection: Connection) -> dict[int, Mentioned]:
    """Those that no resolution has seen."""
    seen = schema.mention_entity
    query = select(schema.mention).outerjoin(seen, seen.c.mention_id == schema.mention.c.id)
    return _mentioned(connection, connection.execute(query.where(seen.c.mention_id.is_(None))))


def all_mentions(connection: Connection) -> dict[int, Mentioned]:
    """Every mention by its id."""
    identifiers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in connection.execute(select(schema.mention_identifier)):
        identifiers[row.mention_id].add((row.scheme, row.value))
    return {
        row.id: _mention(row, frozenset(identifiers.get(row.id, ())))
        for row in connection.execute(select(schema.mention))
    }


def mentions(connection: Connection, ids: Collection[int]) -> dict[int, Mentioned]:
    """The mentions with these ids."""
    query = select(schema.mention)
    return _mentioned(connection, in_parts(connection, query, schema.mention.c.id, ids))


def ids_by_key(connection: Connection, keys: Collection[str]) -> set[int]:
    """Mentions, seen by a resolution, whose exact key is one of these."""
    table = schema.mention_entity
    return {row[0] for row in in_parts(connection, select(table.c.mention_id), table.c.exact_key, keys)}


def ids_by_identifier(
    connection: Connection, identifiers: Collection[tuple[str, str]]
) -> dict[tuple[str, str], set[int]]:
    """(scheme, value) → the mentions that bear it."""
    table = schema.mention_identifier
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for some in chunks(identifiers):
        query = select(table).where(tuple_(table.c.scheme, table.c.value).in_(some))
        for row in connection.execute(query):
            found[row.scheme, row.value].add(row.mention_id)
    return found


def stated_names(connection: Connection, ids: Collection[int] | None = None) -> list[Stated]:
    """Further names that sources state now of these mentions (None: of all)."""
    fact, who, mention = schema.fact, schema.fact_mention, schema.mention
    # of more than a few mentions SQLite would go through all names by the index of kinds, which this hides from it
    kind = fact.c.kind if ids is None else fact.c.kind.concat("")
    query = (
        select(who.c.mention_id, fact.c.value, fact.c.detail)
        .join(who, who.c.fact_id == fact.c.id)
        .join(mention, mention.c.id == who.c.mention_id)
        .where(kind == "name", who.c.role == "subject", fact.c.value != mention.c.name, _said_now())
    )
    rows = connection.execute(query) if ids is None else in_parts(connection, query, who.c.mention_id, ids)
    found = [
        Stated(
            row.mention_id,
            row.value,
            str(row.detail.get("type", "alias")),
            str(row.detail.get("language", "")),
        )
        for row in rows
    ]
    return found + _plain_names(connection, ids)


def _plain_names(connection: Connection, ids: Collection[int] | None) -> list[Stated]:
    """Names without the country that a registry adds, of mentions that are nobody's subsidiary there: a
    subsidiary's name without its country is the parent's."""
    mention = schema.mention
    query = select(mention).where(mention.c.country.is_not(None), mention.c.name.like("%(%)"))
    rows = connection.execute(query) if ids is None else in_parts(connection, query, mention.c.id, ids)
    plain = {row.id: without_country(row.name, row.kind, row.country) for row in rows}
    plain = {key: name for key, name in plain.items() if name}
    inner = set()
    if plain:
        inner = {
            one.subject for one in links(connection, plain.keys()) if one.relation in ("unit", "subsidiary")
        }
    return [Stated(key, name, PLAIN) for key, name in plain.items() if key not in inner]


def with_further(found: Mapping[int, Mentioned], names: Iterable[Stated]) -> dict[int, Mentioned]:
    """The mentions, each with what is stated of it among the names (all that are stated of them)."""
    further: dict[int, set[Further]] = defaultdict(set)
    for one in names:
        if one.type not in LOOSE and one.mention in found:
            has_form = bool(legal_form(one.name))
            further[one.mention].add(Further(key_of(one.name, None), one.type == PLAIN, has_form))
    return {
        key: replace(one, further=frozenset(further[key])) if key in further else one
        for key, one in found.items()
    }


def links(connection: Connection, subjects: Collection[int] | None = None) -> list[Link]:
    """Links that sources state now of these mentions (None: of all)."""
    fact, subject = schema.fact, schema.fact_mention.alias("subject")
    other = schema.fact_mention.alias("other")
    query = (
        select(subject.c.mention_id.label("left"), other.c.mention_id.label("right"), fact)
        .join(subject, (subject.c.fact_id == fact.c.id) & (subject.c.role == "subject"))
        .join(other, (other.c.fact_id == fact.c.id) & (other.c.role == "other"))
        .where(fact.c.kind == "link", _said_now())
    )
    if subjects is not None:
        # begins with the mentions: SQLite would read every link
        about: BindParameter[int] = bindparam("subjects", expanding=True)
        spoken = schema.fact_mention.alias("spoken")
        of_them = select(spoken.c.fact_id).where(spoken.c.mention_id.in_(about), spoken.c.role == "subject")
        query = query.where(fact.c.id.in_(of_them), subject.c.mention_id.in_(about))
    asked: list[dict[str, list[int]]] = (
        [{}] if subjects is None else [{"subjects": some} for some in chunks(subjects)]
    )
    rows = (row for values in asked for row in connection.execute(query, values))
    return [Link(row.left, row.right, row.value, row.valid_from, row.valid_to) for row in rows]


def subjects_since(connection: Connection, moment: dt.datetime) -> set[int]:
    """Mentions of which a run that ended after `moment`, or has not ended, stated names or links, or read a page
    that no longer states them."""
    run, fact, who, evidence, page = (
        schema.run, schema.fact, schema.fact_mention, schema.evidence, schema.page,
    )  # fmt: skip
    query = select(run.c.id).where(or_(run.c.ended_at.is_(None), run.c.ended_at >= moment))
    runs = [row.id for row in connection.execute(query)]
    if not runs:
        return set()
    read = select(page.c.id).where(page.c.run_id.in_(runs))
    found = set()
    # Two queries, each of which begins with the evidence: an OR of them, or a join, would read every name and link.
    for condition in (
        evidence.c.run_id.in_(runs),
        evidence.c.ended_at.is_not(None) & evidence.c.page_id.in_(read),
    ):
        stated = (
            select(who.c.mention_id)
            .distinct()
            .join(fact, fact.c.id == who.c.fact_id)
            .where(
                fact.c.id.in_(select(evidence.c.fact_id).where(condition)),
                fact.c.kind.in_(("name", "link")),
                who.c.role == "subject",
            )
        )
        found |= {row.mention_id for row in connection.execute(stated)}
    return found


def _said_now() -> ColumnElement[bool]:
    evidence = schema.evidence
    open_one = select(evidence.c.id).where(
        evidence.c.fact_id == schema.fact.c.id, evidence.c.ended_at.is_(None)
    )
    return open_one.exists()


# ── the log ───────────────────────────────────────────────────────────────────────────────────────


def log(connection: Connection, ids: Collection[int] | None = None) -> tuple[list[Judgement], dict[int, str]]:
    """The rows that touch these mentions (None: all rows), and by row id the case that a rule wrote it for."""
    table = schema.judgement
    rows: dict[int, Row[Any]] = {}
    if ids is None:
        rows = {row.id: row for row in connection.execute(select(table))}
    else:
        for side in (table.c.left_id, table.c.right_id):
            rows.update({row.id: row for row in in_parts(connection, select(table), side, ids)})
    return [judgement(row) for row in rows.values()], {
        row.id: str(row.features.get("case", "")) for row in rows.values() if row.features
    }


def judgement(row: Row[Any]) -> Judgement:
    """A row of the log."""
    return Judgement(
        row.id, row.left_id, row.right_id, row.verdict, row.by, 1.0 if row.score is None else row.score,
        row.reason, row.valid_from, row.valid_to, row.undoes,
    )  # fmt: skip


def newest_of(connection: Connection, entity: str, most: int) -> set[int]:
    """The ids of the newest rows about an entity's mentions."""
    table, of_it = schema.judgement, schema.mention_entity
    found: set[int] = set()
    for side in (table.c.left_id, table.c.right_id):
        query = select(table.c.id).join(of_it, of_it.c.mention_id == side).where(of_it.c.entity_id == entity)
        newest = (table.c.id + 0).desc()  # not by the index of ids: few entities are in the newest rows
        found |= set(connection.execute(query.order_by(newest).limit(most)).scalars())
    return set(sorted(found)[-most:])


def log_beside(connection: Connection, ids: Collection[int]) -> list[Judgement]:
    """These rows, and all others about the same pairs."""
    table, same = schema.judgement, schema.judgement.alias("same")
    pair = or_(
        (same.c.left_id == table.c.left_id) & (same.c.right_id == table.c.right_id),
        (same.c.left_id == table.c.right_id) & (same.c.right_id == table.c.left_id),
    )
    query = select(same).join(table, pair)
    rows = {row.id: row for row in in_parts(connection, query, table.c.id, ids)}
    return [judgement(row) for row in rows.values()]


def write_rows(connection: Connection, rows: Iterable[planning.Row], at: dt.datetime) -> None:
    """Append rows to the log, in their order."""
    values = [
        {
            "left_id": row.left, "right_id": row.right, "verdict": row.verdict, "by": row.by,
            "score": row.score, "features": {**row.why, "case": row.case} if row.case else None,
            "reason": row.reason, "valid_from": row.valid_from, "valid_to": row.valid_to, "made_at": at,
            "undoes": row.undoes,
        }
        for row in rows
    ]  # fmt: skip
    if values:
        connection.execute(insert(schema.judgement), values)


def made_at(connection: Connection, ids: Collection[int]) -> dict[int, dt.datetime]:
    """When these rows were written."""
    table = schema.judgement
    query = select(table.c.id, table.c.made_at)
    return {row.id: row.made_at for row in in_parts(connection, query, table.c.id, ids)}


def last_judgement(connection: Connection) -> int:
    """The newest row's id; 0 where the log is empty."""
    return connection.execute(select(func.max(schema.judgement.c.id))).scalar() or 0


def touched_since(connection: Connection, judgement_id: int) -> set[int]:
    """Mentions in rows newer than that one."""
    table = schema.judgement
    query = select(table.c.left_id, table.c.right_id).where(table.c.id > judgement_id)
    return {key for row in connection.execute(query) for key in row}


# ── entities ──────────────────────────────────────────────────────────────────────────────────────


def founders(connection: Connection, ids: Collection[int] | None) -> dict[int, tuple[str, int]]:
    """Founding mention → its entity's id and age."""
    table = schema.entity
    query = select(table.c.mention_id, table.c.id, table.c.born)
    rows = connection.execute(query) if ids is None else in_parts(connection, query, table.c.mention_id, ids)
    return {row.mention_id: (row.id, row.born) for row in rows}


def taken_ids(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the ids that an entity has."""
    return {row.id for row in in_parts(connection, select(schema.entity.c.id), schema.entity.c.id, ids)}


def nodes(found: Mapping[int, Mentioned], born: Mapping[int, tuple[str, int]]) -> list[Node]:
    """Mentions as the clustering wants them."""
    made = []
    for one in found.values():
        name, age = born.get(one.id, (None, None))
        made.append(Node(one.id, one.name, one.seen, tuple(sorted(one.identifiers)), age, name))
    return made


def write_entities(connection: Connection, rows: Collection[Mapping[str, Any]]) -> None:
    """Insert or update whole entity rows; redirects are set when every row is there."""
    plain = [{**row, "redirect_to": None} for row in rows]
    changing = ("kind", "name", "name_en", "country", "redirect_to")
    upsert(connection, schema.entity, plain, conflict=["id"], update=dict.fromkeys(changing, TAKE))


def write_redirects(connection: Connection, redirects: Mapping[str, str | None]) -> None:
    """Entity id → where it redirects to (None: nowhere)."""
    table = schema.entity
    for source, target in sorted(redirects.items()):
        connection.execute(update(table).where(table.c.id == source).values(redirect_to=target))


def write_mention_entities(connection: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """(mention, entity, exact key) for each."""
    values = [
        {"mention_id": mention, "entity_id": entity, "exact_key": key}
        for mention, entity, key in sorted(rows)
    ]
    upsert(
        connection, schema.mention_entity, values, conflict=["mention_id"],
        update={"entity_id": TAKE, "exact_key": TAKE},
    )  # fmt: skip


def members(connection: Connection, entity: str, most: int | None = None) -> set[int]:
    """The mentions that mean this entity; `most` of them, those of the smallest ids."""
    table = schema.mention_entity
    query = select(table.c.mention_id).where(table.c.entity_id == entity)
    if most is not None:
        query = query.order_by(table.c.mention_id).limit(most)
    return {row.mention_id for row in connection.execute(query)}


def entity_names(connection: Connection, ids: Iterable[str]) -> tuple[str, ...]:
    """The names of entities, in the order given."""
    wanted = list(ids)
    table = schema.entity
    names = {row.id: row.name for row in in_parts(connection, select(table), table.c.id, set(wanted))}
    return tuple(names.get(one, one) for one in wanted)


def relations_of(connection: Connection, entity: str, most: int | None = None) -> list[dict[str, Any]]:
    """What it is a unit or subsidiary of, and what is one of it; `most` of each."""
    table, other = schema.entity_relation, schema.entity
    found = []
    for mine, theirs, of_it in (
        (table.c.inner_id, table.c.outer_id, False),
        (table.c.outer_id, table.c.inner_id, True),
    ):
        query = (
            select(table, other.c.id, other.c.name).join(other, other.c.id == theirs).where(mine == entity)
        )
        found += [
            {
                "relation": f"has {row.relation.removesuffix(' of')}" if of_it else row.relation,
                "id": row.id,
                "name": row.name,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "judgement": row.judgement_id,
            }
            for row in connection.execute(query.order_by(table.c.relation, other.c.name).limit(most))
        ]
    return found


def entities_of(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """Mention → its entity, for those that a resolution has seen."""
    table = schema.mention_entity
    query = select(table.c.mention_id, table.c.entity_id)
    return {row.mention_id: row.entity_id for row in in_parts(connection, query, table.c.mention_id, ids)}


def log_of_pairs(connection: Connection, verdicts: Collection[str]) -> list[Judgement]:
    """All rows about pairs of which a row has ever given one of the verdicts."""
    table = schema.judgement
    query = select(table.c.left_id, table.c.right_id).where(table.c.verdict.in_(verdicts))
    pairs = {frozenset((row.left_id, row.right_id)) for row in connection.execute(query)}
    rows, _ = log(connection, {key for pair in pairs for key in pair})
    return [row for row in rows if frozenset((row.left, row.right)) in pairs]


def waiting(connection: Connection, ids: Collection[int] | None = None) -> list[Judgement]:
    """The pairs (with one of these mentions as a side; None: all) that are judged *unsure*, and are not one entity
    by other ways. The oldest first."""
    rows = log_of_pairs(connection, ("unsure",)) if ids is None else log(connection, ids)[0]
    unsure = [row for row in deciding(effective(rows)) if row.verdict == "unsure"]
    entity = entities_of(connection, {as_id(key) for row in unsure for key in (row.left, row.right)})
    return [row for row in unsure if entity.get(as_id(row.left)) != entity.get(as_id(row.right), "")]


def write_relations(connection: Connection, relations: Iterable[Relation]) -> None:
    """Make the relations those given, and no others."""
    table = schema.entity_relation
    wanted = {
        (one.inner, one.outer, one.verdict): (
            one.judgement.id,
            one.judgement.valid_from,
            one.judgement.valid_to,
        )
        for one in relations
    }
    there = {
        (row.inner_id, row.outer_id, row.relation): (row.judgement_id, row.valid_from, row.valid_to)
        for row in connection.execute(select(table))
    }
    for inner, outer, relation in sorted(
        there.keys() - {key for key in wanted if wanted[key] == there.get(key)}
    ):
        connection.execute(
            delete(table).where(
                table.c.inner_id == inner, table.c.outer_id == outer, table.c.relation == relation
            )
        )
    rows = [
        {
            "inner_id": key[0], "outer_id": key[1], "relation": key[2], "judgement_id": said[0],
            "valid_from": said[1], "valid_to": said[2],
        }
        for key, said in sorted(wanted.items(), key=lambda item: item[0])
        if there.get(key) != said
    ]  # fmt: skip
    if rows:
        connection.execute(insert(table), rows)


# ── small things ──────────────────────────────────────────────────────────────────────────────────


def as_id(key: Key) -> int:
    """A mention's key in the store is its id."""
    assert isinstance(key, int)
    return key


def chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    """The values, sorted, in lists short enough for one `IN (...)`."""
    ordered = sorted(values)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def in_parts(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> Iterator[Row[Any]]:
    """The rows whose column has one of the values, asked for in parts."""
    for some in chunks(values):
        yield from connection.execute(query.where(column.in_(some)))


def _mentioned(connection: Connection, rows: Iterable[Row[Any]]) -> dict[int, Mentioned]:
    found = {row.id: row for row in rows}
    identifiers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    table = schema.mention_identifier
    for row in in_parts(connection, select(table), table.c.mention_id, found):
        identifiers[row.mention_id].add((row.scheme, row.value))
    return {key: _mention(row, frozenset(identifiers.get(key, ()))) for key, row in found.items()}


def _mention(row: Row[Any], identifiers: frozenset[tuple[str, str]]) -> Mentioned:
    key = key_of(row.name, row.kind)
    has_form = bool(legal_form(row.name)) if row.kind != "person" else False
    return Mentioned(
        row.id, row.source, row.scope, row.name, row.kind, row.country, row.place,
        row.first_seen.isoformat(), key, has_form, identifiers,
    )  # fmt: skip
