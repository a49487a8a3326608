"""Mentions that share a name → the bearers that the name alone may join, and the pairs that it may not.

Invariants kept here:
- where a name has one bearer by all that is known, its mentions are one; where it has several, a mention that
  does not say which one it means is joined with none of them;
- persons are joined by an equal name only where the scope is equal too;
- the answer depends on the mentions alone, not on their order or on when they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from entity_resolution.compatibility import Conflict, Mentioned, Profile, conflict, profile
from entity_resolution.names import exact_key, fold

#: With more different bearers than this a name tells nobody apart: then identifiers alone join.
BEARERS_MOST = 300
#: At most so many pairs of one name wait for a person: one decision settles more than one of them.
DOUBTS_MOST = 20


@dataclass(frozen=True, slots=True)
class Bearing:
    """A mention that bears the name: as its own, or (`stated`) as a further name that its source states.
    `stated_form`: whether that further name bears a legal form."""

    mention: Mentioned
    stated: bool = False
    stated_form: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two mentions of one name that nothing decides between."""

    left: Mentioned
    right: Mentioned
    reason: str


@dataclass(frozen=True, slots=True)
class Split:
    """Groups of mentions that are one, the oldest first in each; and what is in doubt."""

    groups: tuple[tuple[Bearing, ...], ...]
    doubts: tuple[Doubt, ...]


@dataclass(slots=True)
class _Unit:
    """Mentions that are one by more than their name, with the keys of their own names, of all their names, and of
    those with a legal form."""

    bearings: list[Bearing]
    profile: Profile
    own: frozenset[str]
    named: frozenset[str]
    registered: frozenset[str]

    @property
    def oldest(self) -> Mentioned:
        return min((one.mention for one in self.bearings), key=lambda mention: mention.age)


def split(bearings: Iterable[Bearing]) -> Split:
    """The bearers of one name."""
    by_scope: dict[tuple[str, ...], list[Bearing]] = defaultdict(list)
    for one in sorted(bearings, key=lambda one: one.mention.age):
        by_scope[_scope(one.mention)].append(one)
    groups: list[tuple[Bearing, ...]] = []
    doubts: list[Doubt] = []
    for scoped in by_scope.values():
        found = _split_scope(scoped)
        groups += found.groups
        doubts += found.doubts
    open_groups = [group for group in groups if _scope(group[0].mention) == ("open",)]
    for group in groups:
        scope = _scope(group[0].mention)
        if scope[0] == "scoped" and len(open_groups) == 1:
            doubts.append(
                Doubt(group[0].mention, open_groups[0][0].mention, "the source keeps namesakes apart")
            )
    return Split(tuple(groups), tuple(doubts[:DOUBTS_MOST]))


def _scope(mention: Mentioned) -> tuple[str, ...]:
    """Mentions with unequal scopes are not joined by name. A person without a scope is one within the source."""
    if mention.is_person:
        if not mention.scope:
            return ("person of", mention.source)
        return ("person", exact_key(mention.scope) or fold(mention.scope))
    return ("scoped", exact_key(mention.scope) or fold(mention.scope)) if mention.scope else ("open",)


def _split_scope(bearings: Sequence[Bearing]) -> Split:
    units = _by_source(_by_identifier(bearings))
    if len(units) > BEARERS_MOST:
        return Split(tuple(tuple(unit.bearings) for unit in units), ())
    conflicts = {
        (i, j): found
        for (i, one), (j, other) in combinations(enumerate(units), 2)
        if (found := _conflict(one, other)) is not None
    }
    if not conflicts:
        return Split((_joined(units),), ())
    told_apart = sorted({at for pair in conflicts for at in pair})
    bearers = _bearers(told_apart, conflicts)
    doubts = [
        Doubt(units[j].oldest, units[i].oldest, found.reason)
        for (i, j), found in conflicts.items()
        if not found.certain
    ]
    apart = [at for at in range(len(units)) if at not in set(told_apart)]
    for at in apart:
        for bearer in bearers:
            head = min((units[one].oldest for one in bearer), key=lambda mention: mention.age)
            younger, older = sorted((units[at].oldest, head), key=lambda mention: mention.age, reverse=True)
            doubts.append(Doubt(younger, older, f"{len(bearers)} bearers of one name"))
    groups = [_joined([units[at] for at in bearer]) for bearer in bearers]
    groups += [_joined([units[at]]) for at in apart]
    return Split(tuple(groups), tuple(doubts[:DOUBTS_MOST]))


def _by_identifier(bearings: Sequence[Bearing]) -> list[_Unit]:
    """Units of mentions that share an identifier, of whatever scheme."""
    groups: list[list[Bearing]] = []
    group_of: dict[tuple[str, str], int] = {}
    for one in bearings:
        met = sorted({group_of[each] for each in one.mention.identifiers if each in group_of})
        target = met[0] if met else len(groups)
        if not met:
            groups.append([])
        groups[target].append(one)
        for other in met[1:]:
            for each, at in group_of.items():
                if at == other:
                    group_of[each] = target
            groups[target] += groups[other]
            groups[other] = []
        group_of.update(dict.fromkeys(one.mention.identifiers, target))
    return [_unit(group) for group in groups if group]


def _by_source(units: list[_Unit]) -> list[_Unit]:
    """A source's name without a scope means one thing there: units that agree are one."""
    by_source: dict[str, list[int]] = defaultdict(list)
    for at, unit in enumerate(units):
        for source in {one.mention.source for one in unit.bearings if not one.stated}:
            by_source[source].append(at)
    target = list(range(len(units)))

    def root(at: int) -> int:
        while target[at] != at:
            at = target[at]
        return at

    for source in sorted(by_source):
        mine = sorted({root(at) for at in by_source[source]})
        if len(mine) > BEARERS_MOST:
            continue
        if all(_conflict(units[i], units[j]) is None for i, j in combinations(mine, 2)):
            for at in mine[1:]:
                target[at] = mine[0]
            units[mine[0]] = _unit([one for at in mine for one in units[at].bearings])
    return [unit for at, unit in enumerate(units) if target[at] == at]


def _unit(bearings: list[Bearing]) -> _Unit:
    mentions = [one.mention for one in bearings]
    further = [name for one in mentions for name in one.further]
    own = {one.key for one in mentions} | {name.key for name in further if name.own}
    registered = {one.key for one in mentions if one.has_form} | {
        name.key for name in further if name.has_form
    }
    return _Unit(
        bearings,
        profile(mentions),
        frozenset(own - {""}),
        frozenset(own | {name.key for name in further}) - {""},
        frozenset(registered - {""}),
    )


def _conflict(one: _Unit, other: _Unit) -> Conflict | None:
    found = conflict(one.profile, other.profile)
    if found is not None:
        return found
    stated = [*one.bearings, *other.bearings]
    if not all(each.stated for each in stated) or all(each.stated_form for each in stated):
        return None
    # sister companies go by one brand: that two sources state it of two names makes these no one company,
    # unless the one's own name, or a full legal name, is stated of the other too
    if one.own & other.named or one.named & other.own or one.registered & other.registered:
        return None
    return Conflict("two organisations of which this name is stated")


def _bearers(told_apart: Sequence[int], conflicts: dict[tuple[int, int], Conflict]) -> list[list[int]]:
    """Units that agree with each other and nobody else; one that agrees with two that do not stays alone."""
    agrees = {
        at: {
            other for other in told_apart if other != at and (min(at, other), max(at, other)) not in conflicts
        }
        for at in told_apart
    }
    bearers, done = [], set()
    for at in told_apart:
        if at in done:
            continue
        circle = agrees[at] | {at}
        if all(agrees[one] | {one} == circle for one in circle):
            bearers.append(sorted(circle))
            done |= circle
        else:
            bearers.append([at])
            done.add(at)
    return bearers


def _joined(units: Sequence[_Unit]) -> tuple[Bearing, ...]:
    return tuple(sorted((one for unit in units for one in unit.bearings), key=lambda one: one.mention.age))
