"""Whether two mentions of one name can mean one bearer, by what their sources say of it.

A name alone never joins against such evidence; nor does it join persons, who share names too often.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from entity_resolution.clustering import exclusive
from pipelines.places import province_of

#: Kinds that sources use for one and the same body. `investor` says what it did, not what it is.
_ALIKE = (
    frozenset({"company", "investor", "research institute", "other"}),
    frozenset({"university", "investor", "research institute", "other"}),
    frozenset({"government", "investor", "other"}),
    frozenset({"alliance", "other"}),
    frozenset({"park", "company", "other"}),
)
#: Where Chinese companies register their holdings: such a country does not speak against CN.
_HOLDINGS = frozenset({"CN", "HK", "KY", "VG", "BM"})


#: The type of a name that is the mention's own without the country that a registry adds in brackets.
PLAIN = "plain"
#: Types of further names that are too short and too common to say who is meant.
LOOSE = frozenset({"acronym"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A further name that a source states of the bearer of one of its mentions; `type` as in `AlsoNamed`, or
    `PLAIN`. `language` is empty where it is not said."""

    mention: int
    name: str
    type: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Further:
    """A further name as names are compared: its exact key, whether it is the mention's own name (`PLAIN`), and
    whether it bears a legal form."""

    key: str
    own: bool
    has_form: bool


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A mention with its exact key and whether the name bears a legal form. `seen` orders mentions by age;
    `further` are the names that its source states of the bearer besides."""

    id: int
    source: str
    scope: str
    name: str
    kind: str | None
    country: str | None
    place: str | None
    seen: str
    key: str
    has_form: bool = False
    identifiers: frozenset[tuple[str, str]] = frozenset()
    further: frozenset[Further] = frozenset()

    @property
    def is_person(self) -> bool:
        """Persons are told from organisations wherever one is compared."""
        return self.kind == "person"

    @property
    def age(self) -> tuple[str, int]:
        """The older first."""
        return (self.seen, self.id)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the mentions of one bearer say together. `borne`: (within what there is one, value) of identifiers."""

    kinds: frozenset[str]
    countries: frozenset[str]
    provinces: frozenset[str]
    borne: frozenset[tuple[str, str]]
    has_form: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why two cannot be joined by name: `certain` where they are two, else a person may know better."""

    reason: str
    certain: bool = False


def profile(mentions: Iterable[Mentioned]) -> Profile:
    """The profile of mentions that mean one bearer."""
    every = list(mentions)
    return Profile(
        frozenset(one.kind for one in every if one.kind),
        frozenset(one.country for one in every if one.country),
        frozenset(found for one in every if one.place and (found := _province(one.place))),
        frozenset(
            (within, value)
            for one in every
            for scheme, value in one.identifiers
            if (within := exclusive(scheme, value)) is not None
        ),
        all(one.has_form for one in every),
    )


def conflict(one: Profile, other: Profile) -> Conflict | None:
    """What speaks against one bearer, the strongest first."""
    if ("person" in one.kinds) != ("person" in other.kinds):
        return Conflict("a person and an organisation", certain=True)
    mine, theirs = dict(one.borne), dict(other.borne)
    clash = next((within for within in sorted(mine.keys() & theirs) if mine[within] != theirs[within]), None)
    if clash:
        return Conflict(f"two identifiers: {clash}", certain=True)
    if not all(kinds_agree(kind, another) for kind in one.kinds for another in other.kinds):
        return Conflict(f"kinds: {_listed(one.kinds)} / {_listed(other.kinds)}")
    if one.countries and other.countries and not one.countries & other.countries:
        foreign = (one.countries | other.countries) - _HOLDINGS
        if foreign:
            return Conflict(f"countries: {_listed(one.countries)} / {_listed(other.countries)}")
    # a full legal name is registered once; its bearer may have addresses in two provinces
    registered = one.has_form and other.has_form
    if not registered and one.provinces and other.provinces and not one.provinces & other.provinces:
        return Conflict(f"places: {_listed(one.provinces)} / {_listed(other.provinces)}")
    return None


def kinds_agree(one: str | None, other: str | None) -> bool:
    """Whether two kinds can be said of one bearer; an unknown kind agrees with every organisation's."""
    if one == other:
        return True
    if one is None or other is None:
        return "person" not in (one, other)
    return any(one in alike and other in alike for alike in _ALIKE)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


@lru_cache(maxsize=20_000)
def _province(place: str) -> str | None:
    found = province_of(place)
    return found.code if found else None
