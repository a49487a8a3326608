"""Whom resolving would take a new mention for: the rules, asked about a mention that is not kept.

Invariant: the rules themselves decide, over the same mentions as if the asked one stood among them; nothing here is
more generous than they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from entity_resolution import storage
from entity_resolution.compatibility import Mentioned, Stated
from entity_resolution.curated import Curated
from entity_resolution.names import legal_form
from entity_resolution.planning import Case, Held
from entity_resolution.reconcile.bearers import mentions_of, mentions_of_keys, of_identifiers
from entity_resolution.rules import by_identifier, by_list, by_name, key_of

#: Younger than whatever the store has.
_NOW = "9999"


@dataclass(frozen=True, slots=True)
class Decided:
    """The entities that rules would join the asked mention with, by what they go by. `ambiguous`: the curated list
    says that organisations besides the known ones bear this name."""

    by_identifier: frozenset[str]
    by_name: frozenset[str]
    by_list: frozenset[str]
    ambiguous: bool

    @property
    def entity(self) -> str | None:
        """The only one that everything leads to; None where nothing does, or not to one."""
        found = self.by_identifier | self.by_name | self.by_list
        return (
            next(iter(found)) if len(found) == 1 and not (self.ambiguous and not self.by_identifier) else None
        )


def mention(
    at: int,
    name: str,
    kind: str | None,
    country: str | None,
    place: str | None,
    ids: Collection[tuple[str, str]],
) -> Mentioned:
    """An asked mention; `at` is its place among those asked about together."""
    has_form = bool(legal_form(name)) if kind != "person" else False
    return Mentioned(
        -1 - at, "", "", name, kind, country, place, _NOW, key_of(name, kind), has_form, frozenset(ids)
    )


def decide(connection: Connection, asked: Sequence[Mentioned], known: Curated) -> list[Decided]:
    """What the rules say of each, independently of the others."""
    listed = {one.key: _organisations(known, one.key) for one in asked}
    keys = {one.key for one in asked}
    keys |= {name.key for some in listed.values() for at in some for name in known.organisations[at].names}
    bearers, naming = mentions_of_keys(connection, keys)
    told = mentions_of(connection, {one.mention for one in naming})
    stated: dict[str, list[tuple[Mentioned, Stated]]] = defaultdict(list)
    for name in naming:
        if name.mention in told:
            stated[key_of(name.name, None)].append((told[name.mention], name))
    identified = of_identifiers(connection, {each for one in asked for each in one.identifiers})
    found: list[tuple[set[int], set[int], set[int]]] = []
    for one in asked:
        same_value = {each: [*identified[each], one] for each in one.identifiers if each in identified}
        same_key = by_name({one.key: [*bearers.get(one.key, ()), one]}, {one.key: stated.get(one.key, [])})
        lists: set[int] = set()
        for at in listed[one.key]:
            organisation = known.organisations[at]
            own = {name.key: bearers.get(name.key, []) for name in organisation.names}
            own[one.key] = [*own[one.key], one]
            lists |= _joined(by_list(replace(known, organisations=(organisation,), ties=()), own), one.id)
        found.append((_joined(by_identifier(same_value), one.id), _joined(same_key, one.id), lists))
    entity = storage.entities_of(connection, {key for sets in found for some in sets for key in some})
    made = []
    for one, sets in zip(asked, found, strict=True):
        value, same, listing = (frozenset(entity[key] for key in some if key in entity) for some in sets)
        made.append(Decided(value, same, listing, _is_ambiguous(known, one.key)))
    return made


def _organisations(known: Curated, key: str) -> list[int]:
    """The organisations of the list that the name clearly means."""
    return [at for at, name in known.by_key.get(key, ()) if not name.ambiguous] if key else []


def _is_ambiguous(known: Curated, key: str) -> bool:
    return any(name.ambiguous for _, name in known.by_key.get(key, ()))


def _joined(held: Mapping[Case, Held], asked: int) -> set[int]:
    """The mentions in one group with the asked one."""
    groups = [group.members for case in held.values() for group in case.groups]
    return {one.id for members in groups if any(each.id == asked for each in members) for one in members} - {
        asked
    }
