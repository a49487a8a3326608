"""What is known of entities, property by property: for data extension, and to compare with what a query gives.

Invariants kept here:
- of persons only what `OF_PERSONS` names is told;
- a value that no source states any more is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from entity_resolution import kept_names, storage
from entity_resolution.names import exact_key, fold
from entity_resolution.reconcile import bearers, limits
from entity_resolution.reconcile.asked import Given, Wanted
from entity_resolution.reconcile.bearers import Known
from entity_resolution.reconcile.properties import OF_PERSONS, PERSON
from entity_resolution.review.showing import shown
from pipelines.errors import InputError
from pipelines.identifiers import CHECKS
from pipelines.places import country_of, province_of
from pipelines.store import schema

#: A value as the protocol has it: `{"str": …}`, `{"float": …}` or an entity, `{"id": …, "name": …}`.
Value = dict[str, Any]
Found = dict[str, dict[str, list[Value]]]

#: Facts that are looked at for the attributes of all entities asked for.
_FACTS_MOST: Final = 20_000
_VALUE_MOST: Final = 2000

#: Property → relation, and whether the entity is its inner side.
_RELATIONS: Final = {
    "unit_of": ("unit of", True),
    "subsidiary_of": ("subsidiary of", True),
    "units": ("unit of", False),
    "subsidiaries": ("subsidiary of", False),
}


def values(connection: Connection, known: Mapping[str, Known], wanted: Collection[Wanted]) -> Found:
    """Entity id → property id → values, for every entity (`known`: by the entity's own id) and property."""
    asked = {one.property.id: one for one in wanted}
    found: Found = {entity: {name: [] for name in asked} for entity in known}
    by_holder: dict[str, set[str]] = defaultdict(set)
    for one in asked.values():
        by_holder[one.property.holds].add(one.property.id)
    if by_holder["entity"]:
        _of_rows(known, by_holder["entity"], found)
    if by_holder["mention"] or by_holder["identifier"] or by_holder["attribute"]:
        members = bearers.members(connection, known, limits.MENTIONS_MOST)
        entity_of = {mention: entity for entity, ids in members.items() for mention in ids}
        if by_holder["mention"]:
            _of_mentions(connection, entity_of, by_holder["mention"], found)
        if by_holder["identifier"]:
            _of_identifiers(connection, entity_of, by_holder["identifier"], found)
        if by_holder["attribute"]:
            _of_attributes(
                connection, entity_of, {name: asked[name] for name in by_holder["attribute"]}, found
            )
    if by_holder["relation"]:
        _of_relations(connection, by_holder["relation"], found)
    for entity, row in found.items():
        is_person = known[entity].kind == PERSON
        for name in row:
            told = [] if is_person and name not in OF_PERSONS else _distinct(row[name])
            row[name] = told[: asked[name].limit]
    return found


def agrees(property_id: str, given: Iterable[Given], there: Iterable[Value]) -> bool | None:
    """Whether one of the given values is one of those known; None where nothing is known or given."""
    known, said = list(there), list(given)
    if not known or not said:
        return None
    compare = _COMPARED.get(property_id, _same_text)
    return any(
        one.id == value["id"] or exact_key(one.text) == exact_key(value["name"])
        if "id" in value
        else compare(one.text, str(value.get("str", value.get("float"))))
        for one in said
        for value in known
    )


def checked(scheme: str, text: str) -> str | None:
    """The identifier's normal form; None where the text is none. Schemes without a check are taken as they are."""
    check = CHECKS.get(scheme)
    if check is None:
        return text or None
    try:
        return check(text)
    except InputError:
        return None


def _of_rows(known: Mapping[str, Known], names: Collection[str], found: Found) -> None:
    for entity, one in known.items():
        for name in names:
            if value := getattr(one, name):
                found[entity][name].append(_words(value))


def _of_mentions(
    connection: Connection, entity_of: Mapping[int, str], names: Collection[str], found: Found
) -> None:
    table = schema.mention
    query = select(table.c.id, table.c.name, table.c.place).order_by(table.c.first_seen, table.c.id)
    for row in storage.in_parts(connection, query, table.c.id, entity_of.keys()):
        told = found[entity_of[row.id]]
        if "names" in names:
            told["names"].append(_words(row.name))
        if "place" in names and row.place:
            told["place"].append(_words(row.place))
    if "names" in names:
        for one in kept_names.of_mentions(connection, entity_of.keys()):
            found[entity_of[one.mention]]["names"].append(_words(one.name))


def _of_identifiers(
    connection: Connection, entity_of: Mapping[int, str], names: Collection[str], found: Found
) -> None:
    table = schema.mention_identifier
    query = select(table).where(table.c.scheme.in_(sorted(names))).order_by(table.c.value)
    for row in storage.in_parts(connection, query, table.c.mention_id, entity_of.keys()):
        found[entity_of[row.mention_id]][row.scheme].append(_words(row.value))


def _of_attributes(
    connection: Connection, entity_of: Mapping[int, str], names: Mapping[str, Wanted], found: Found
) -> None:
    """Attributes that are said now, those of the latest time first."""
    fact, who, evidence = schema.fact, schema.fact_mention, schema.evidence
    attribute = fact.c.detail["attribute"].as_string()
    is_said = (
        select(evidence.c.id).where(evidence.c.fact_id == fact.c.id, evidence.c.ended_at.is_(None)).exists()
    )
    query = (
        select(who.c.mention_id, attribute.label("attribute"), fact.c.value, fact.c.number, fact.c.valid_from)
        .join(fact, fact.c.id == who.c.fact_id)
        .where(fact.c.kind == "attribute", who.c.role == "subject", attribute.in_(sorted(names)), is_said)
        .order_by(fact.c.id)
        .limit(_FACTS_MOST)
    )
    rows = list(storage.in_parts(connection, query, who.c.mention_id, entity_of.keys()))
    rows.sort(key=lambda row: row.valid_from.toordinal() if row.valid_from else 0, reverse=True)
    for row in rows:
        year = names[row.attribute].year
        if year and (row.valid_from is None or row.valid_from.year != year):
            continue
        value = _words(row.value) if row.number is None else {"float": row.number}
        found[entity_of[row.mention_id]][row.attribute].append(value)


def _of_relations(connection: Connection, names: Collection[str], found: Found) -> None:
    table, other = schema.entity_relation, schema.entity
    for name in sorted(names):
        relation, is_inner = _RELATIONS[name]
        ends = (table.c.inner_id, table.c.outer_id)
        mine, theirs = ends if is_inner else ends[::-1]
        query = (
            select(mine.label("entity"), other.c.id, other.c.name)
            .join(other, other.c.id == theirs)
            .where(table.c.relation == relation)
            .order_by(other.c.name, other.c.id)
        )
        for row in storage.in_parts(connection, query, mine, found.keys()):
            told = found[row.entity][name]
            if len(told) < limits.VALUES_MOST:
                told.append({"id": row.id, "name": shown(row.name)})


def _words(text: str) -> Value:
    return {"str": shown(text, _VALUE_MOST)}


def _distinct(told: Iterable[Value]) -> list[Value]:
    return list({tuple(sorted(one.items())): one for one in told}.values())


# ── comparing what a query gives with what is known ───────────────────────────────────────────────


def _same_text(one: str, other: str) -> bool:
    return fold(one) == fold(other)


def _same_name(one: str, other: str) -> bool:
    return bool(exact_key(one)) and exact_key(one) == exact_key(other)


def _same_place(one: str, other: str) -> bool:
    mine, theirs = province_of(one), province_of(other)
    return mine == theirs if mine and theirs else _same_text(one, other)


def _same_country(one: str, other: str) -> bool:
    return (country_of(one) or one.upper()) == other


def _same_site(one: str, other: str) -> bool:
    return _host(one) == _host(other)


def _host(address: str) -> str:
    try:
        found = urlsplit(address if "//" in address else f"//{address}").hostname or address
    except ValueError:
        return address
    return found.removeprefix("www.")


def _same_day(one: str, other: str) -> bool:
    """As finely as both say it: 2014 is the year of 2014-05-01."""
    mine, theirs = _parts(one), _parts(other)
    return bool(mine and theirs) and all(a == b for a, b in zip(mine, theirs, strict=False))


def _parts(day: str) -> list[str]:
    """Year, month and day, without leading zeros, as far as there are."""
    plain = fold(day).partition("t")[0]
    return [part.lstrip("0") for part in "".join(c if c.isdigit() else " " for c in plain).split()]


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one.replace(",", "")) == float(other)
    except ValueError:
        return _same_text(one, other)


def _same_code(scheme: str) -> Callable[[str, str], bool]:
    def compare(one: str, other: str) -> bool:
        return _same_text(checked(scheme, one) or one, other)

    return compare


_COMPARED: Final[Mapping[str, Callable[[str, str], bool]]] = {
    **{scheme: _same_code(scheme) for scheme in CHECKS},
    "name": _same_name,
    "name_en": _same_name,
    "names": _same_name,
    "place": _same_place,
    "country": _same_country,
    "website": _same_site,
    "founded": _same_day,
    "staff": _same_number,
    "rd_staff": _same_number,
    "revenue": _same_number,
}
