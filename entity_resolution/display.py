"""How an entity is shown: its name, its English name, its kind and country, out of what its mentions say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from entity_resolution.compatibility import Mentioned
from entity_resolution.curated import Curated, Organisation
from entity_resolution.names import is_han


@dataclass(frozen=True, slots=True)
class Shown:
    """The columns of an entity that are for display."""

    kind: str
    name: str
    name_en: str | None
    country: str | None


def shown(members: Sequence[Mentioned], further: Iterable[str], known: Curated) -> Shown:
    """What to show for these mentions (at least one); `further` are names that sources state of them besides.

    A curated organisation is shown as the list has it. Else the name that most mentions bear counts, Chinese before
    Latin, without a legal form before with one, the older before the younger.
    """
    organisation = _curated(members, known)
    names = Counter(one.name for one in members)
    oldest: dict[str, Mentioned] = {}
    for one in sorted(members, key=lambda one: one.age):
        oldest.setdefault(one.name, one)
    ranked = sorted(
        oldest.values(), key=lambda one: (not _chinese(one.name), -names[one.name], one.has_form, one.age)
    )
    english = [one.name for one in ranked if not _chinese(one.name)]
    english += sorted(name for name in further if not _chinese(name) and len(name) > 3)
    kinds = Counter(one.kind for one in members if one.kind and one.kind != "investor")
    investors = any(one.kind == "investor" for one in members)
    countries = Counter(one.country for one in members if one.country)
    kind = _most(kinds) or ("investor" if investors else "other")
    country = _most(countries)
    if organisation is None:
        return Shown(kind, ranked[0].name, english[0] if english else None, country)
    return Shown(
        organisation.kind or kind,
        organisation.name,
        organisation.english or (english[0] if english else None),
        organisation.country or country,
    )


def _curated(members: Sequence[Mentioned], known: Curated) -> Organisation | None:
    """The organisation of the list that the most mentions name clearly."""
    votes: Counter[int] = Counter()
    for one in members:
        if not one.is_person and not one.scope:
            votes.update(at for at, name in known.by_key.get(one.key, ()) if not name.ambiguous)
    if not votes:
        return None
    return known.organisations[min(votes, key=lambda at: (-votes[at], at))]


def _most(counts: Counter[str]) -> str | None:
    return min(counts, key=lambda value: (-counts[value], value)) if counts else None


def _chinese(name: str) -> bool:
    return any(map(is_han, name))
