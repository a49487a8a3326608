"""What several readers say of one text, made one: facts told twice are one fact, and of two that cannot both hold
the surer stays.

Invariants kept here:
- joining what is joined already changes nothing;
- no fact is given whose organisations and roles are all in another fact of its type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from pipelines.reading.fact import ORGANISATION_ROLES, Fact, Piece, Role, Type

#: More facts of one text than this are a list or an attack: the surest are joined.
FACTS_LIMIT: Final = 2000
#: Types whose facts say who stands above whom: told the other way round, one of two is wrong.
_ONE_WAY: Final[Mapping[Type, tuple[tuple[Role, ...], tuple[Role, ...]]]] = {
    "investment": (("investor", "lead"), ("target",)),
    "acquisition": (("investor",), ("target",)),
    "ownership": (("owner",), ("owned",)),
    "cooperation": (("provider",), ("recipient",)),
    "contract": (("provider",), ("recipient",)),
}
#: Roles that only add to a fact: who they name says nothing against another telling.
_SIDES: Final[tuple[Role, ...]] = ("provider", "recipient", "party")

_Key = tuple[Type, frozenset[tuple[Role, str]]]


def join(
    facts: Iterable[Fact], names: Collection[str] = (), means: Mapping[str, str] = MappingProxyType({})
) -> list[Fact]:
    """The facts of one text, each once: those between `names` first, then in the order of the text.

    `means`: full names of the short forms that the text explains. What is told of a short form is told of the full
    name, unless somebody asks about just these words.
    """
    full = {short: name for short, name in means.items() if short not in names}
    once: dict[_Key, Fact] = {}
    for one in sorted(facts, key=_surest)[:FACTS_LIMIT]:
        key = key_of(one, full)
        if not key[1]:
            continue  # of nobody
        if len(_who(key)) == 1 < len(_who(key_of(one))):
            continue  # of one organisation under two names
        once[key] = _both(once[key], one) if key in once else one
    kept = _one_direction(_without_parts(list(once.values()), full))
    wanted = frozenset(names)
    return sorted(
        kept, key=lambda one: (not _between(one, wanted), one.start, one.end, one.type, -one.confidence)
    )


def key_of(fact: Fact, full: Mapping[str, str] = MappingProxyType({})) -> _Key:
    """What a fact says: its type, and who is what in it, by the words alone, or by what they stand for."""
    full = {} if fact.type == "alias" else full  # what an alias says is just that
    roles = _deciding(fact)
    return fact.type, frozenset(
        (role, full.get(one.text, one.text)) for role, pieces in roles for one in pieces
    )


def _who(key: _Key) -> set[str]:
    return {who for _, who in key[1]}


def _deciding(fact: Fact) -> list[tuple[Role, tuple[Piece, ...]]]:
    """The roles that make it this fact and no other: those of organisations, and a person with what is said of
    them."""
    further: tuple[Role, ...] = ("person", "post", "degree", "field")
    wanted = (*ORGANISATION_ROLES[fact.type], *further)
    return [(role, fact.roles[role]) for role in wanted if role in fact.roles]


def _surest(fact: Fact) -> tuple[float, int, int, str]:
    return -fact.confidence, fact.start, fact.end, fact.method


def _both(sure: Fact, other: Fact) -> Fact:
    """Two tellings of one fact: the surer one, with what only the other knows."""
    return replace(
        sure,
        roles={**other.roles, **sure.roles},
        when=sure.when if sure.when.as_written or not other.when.as_written else other.when,
        status=sure.status if sure.status != "done" else other.status if _near(sure, other) else sure.status,
        technology=sure.technology or other.technology,
        application=sure.application or other.application,
        details={**other.details, **sure.details},
        method=_methods(sure, other),
    )


def _near(one: Fact, other: Fact) -> bool:
    return one.start < other.end and other.start < one.end


def _methods(sure: Fact, other: Fact) -> str:
    """Who tells it: the surer reader first."""
    told = list(dict.fromkeys((*sure.method.split("+"), *other.method.split("+"))))
    return "+".join(told)[:60]


def _without_parts(facts: Sequence[Fact], full: Mapping[str, str]) -> list[Fact]:
    """Without the facts that another one tells as a part of it; what only the part knows is kept."""
    by_type: dict[Type, list[Fact]] = defaultdict(list)
    for one in facts:
        by_type[one.type].append(one)
    kept: list[Fact] = []
    for listed in by_type.values():
        whole: list[Fact] = []
        holders: dict[tuple[Role, str], list[int]] = defaultdict(list)
        for one in sorted(listed, key=lambda fact: (-len(key_of(fact, full)[1]), *_surest(fact))):
            said = key_of(one, full)[1]
            rarest = min((holders[item] for item in said), key=len, default=[])
            inside = next((at for at in rarest if said <= key_of(whole[at], full)[1]), None)
            if inside is None:
                for item in said:
                    holders[item].append(len(whole))
                whole.append(one)
            else:
                whole[inside] = _filled(whole[inside], one)
        kept += whole
    return kept


def _filled(whole: Fact, part: Fact) -> Fact:
    return replace(
        whole,
        technology=whole.technology or part.technology,
        application=whole.application or part.application,
        details={**part.details, **whole.details},
        method=_methods(whole, part),
    )


def _one_direction(facts: Sequence[Fact]) -> list[Fact]:
    """Without the less sure of two facts that say the same of the same, the other way round; and without partners
    of whom a surer fact, or one as sure, says who gives to whom."""
    kept: list[Fact] = []
    ways: dict[tuple[Type, str, str], float] = {}
    for one in facts:
        for pair in _ways(one):
            ways[(one.type, *pair)] = max(one.confidence, ways.get((one.type, *pair), 0.0))
    for one in facts:
        pairs = _ways(one)
        if pairs and all(ways.get((one.type, low, high), 0.0) > one.confidence for high, low in pairs):
            continue
        kept.append(one)
    return _directed_first(kept)


def _directed_first(facts: Sequence[Fact]) -> list[Fact]:
    """Partners of whom another fact of the same words says who gives to whom are that fact; so are those of whom
    one says so elsewhere that is as sure."""
    given: dict[Type, list[int]] = defaultdict(list)
    for at, one in enumerate(facts):
        if "party" not in one.roles and _ways(one):
            given[one.type].append(at)
    kept = list(facts)
    gone = set()
    for at, one in enumerate(facts):
        if "party" not in one.roles:
            continue
        for other in given[one.type]:
            if _between_sides(one, facts[other]) and _near(one, facts[other]):
                kept[other] = _surer(kept[other], one)
                gone.add(at)
            elif _everyone(one) == _everyone(facts[other]) and facts[other].confidence >= one.confidence:
                gone.add(at)
    return [one for at, one in enumerate(kept) if at not in gone]


def _between_sides(partners: Fact, given: Fact) -> bool:
    """Whether all partners take part in `given`, on both of its sides."""
    names = _everyone(partners)
    sides = [{one.text for one in given.roles.get(role, ())} for role in _SIDES[:2]]
    return names <= sides[0] | sides[1] and all(names & side for side in sides)


def _surer(given: Fact, partners: Fact) -> Fact:
    """The fact with a direction, as sure as whoever is surer that the two have to do with each other."""
    filled = _filled(given, partners)
    return replace(filled, confidence=max(given.confidence, partners.confidence))


def _ways(fact: Fact) -> list[tuple[str, str]]:
    if fact.type not in _ONE_WAY:
        return []
    above, below = (
        [one.text for role in roles for one in fact.roles.get(role, ())] for roles in _ONE_WAY[fact.type]
    )
    return [(one, other) for one in above for other in below if one != other][:200]


def _everyone(fact: Fact) -> frozenset[str]:
    return frozenset(one.text for role in _SIDES for one in fact.roles.get(role, ()))


def _between(fact: Fact, names: frozenset[str]) -> bool:
    """Whether at least two of the names stand in it."""
    roles = ORGANISATION_ROLES[fact.type]
    return len({one.text for role in roles for one in fact.roles.get(role, ())} & names) >= 2
