"""How an entity is shown: its name, its English name, its kind and country, out of what its mentions say.

Invariant kept here: an identifier (a stock code, a LEI) is shown as a name only where no name is known at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from entity_resolution.compatibility import PLAIN, Mentioned, Stated
from entity_resolution.curated import Curated, Organisation
from entity_resolution.names import exact_key, is_han, legal_form

#: Ranks of names, the best first: a mention's own without and with a legal form, and further ones by their type.
#: Acronyms are left out, and so are former names that nobody bears.
_OWN, _OWN_LEGAL, _FORMER, _BRACKETED = 0, 2, 2, 8
_FURTHER = {"short": 1, "brand": 1, PLAIN: 3, "translation": 3, "alias": 4, "legal": 7}
_WITH_FORM = 2
#: Han characters stand in names of these languages too, which are no Chinese names.
_NOT_CHINESE = ("ja", "ko", "vi")


@dataclass(frozen=True, slots=True)
class Shown:
    """The columns of an entity that are for display."""

    kind: str
    name: str
    name_en: str | None
    country: str | None


@dataclass(slots=True)
class _Candidate:
    """A name that may be shown; `votes` is how many mentions bear it, `age` that of the oldest. A Chinese alias is
    no main name: it comes behind the short Latin name that its bearer goes by (OPPO, Momenta)."""

    name: str
    chinese: bool
    rank: int
    age: tuple[str, int]
    votes: int = 0

    @property
    def tier(self) -> int:
        """Chinese main names, short Latin names, Chinese aliases, the rest."""
        is_alias = self.rank in (_FURTHER["alias"], _FURTHER["alias"] + _WITH_FORM)
        if self.chinese:
            return 2 if is_alias else 0
        return 1 if self.rank == _OWN else 3


def shown(members: Sequence[Mentioned], further: Iterable[Stated], known: Curated) -> Shown:
    """What to show for these mentions (at least one); `further` are names that sources state of them besides.

    A curated organisation is shown as the list has it. Else Chinese comes before Latin, a short name before a
    legal one, a mention's own before one that is only stated, what most mentions bear before what few do, the
    older before the younger.
    """
    organisation = _curated(members, known)
    ranked = sorted(
        _candidates(members, list(further)),
        key=lambda one: (one.tier, one.rank, -one.votes, one.age, one.name),
    )
    name = ranked[0].name if ranked else min(members, key=lambda one: one.age).name
    english = next((one.name for one in ranked if not one.chinese and len(one.name) > 2), None)
    kinds = Counter(one.kind for one in members if one.kind and one.kind != "investor")
    investors = any(one.kind == "investor" for one in members)
    countries = Counter(one.country for one in members if one.country)
    kind = _most(kinds) or ("investor" if investors else "other")
    country = _most(countries)
    if organisation is None:
        return Shown(kind, name, english, country)
    return Shown(
        organisation.kind or kind,
        organisation.name,
        organisation.english or english,
        organisation.country or country,
    )


def _candidates(members: Sequence[Mentioned], further: Sequence[Stated]) -> Iterable[_Candidate]:
    """All names that may be shown, each once."""
    values = {value.casefold() for one in members for _, value in one.identifiers}
    codes = values | {value.partition(".")[0] for value in values}
    former = {one.name for one in further if one.type == "former"}
    plain = _confirmed(members, further)
    found: dict[str, _Candidate] = {}

    def offer(name: str, rank: int, age: tuple[str, int], votes: int) -> None:
        if name.casefold() in codes:
            return
        one = found.setdefault(name, _Candidate(name, _chinese(name), rank, age))
        one.rank, one.age, one.votes = min(one.rank, rank), min(one.age, age), one.votes + votes

    for one in members:
        rank = _OWN_LEGAL if one.has_form else _FORMER if one.name in former else _OWN
        offer(one.name, _BRACKETED if one.id in plain else rank, one.age, 1)
    age_of = {one.id: one.age for one in members}
    for stated in further:
        if stated.type not in _FURTHER or _is_foreign(stated):
            continue
        if stated.type == PLAIN and stated.mention not in plain:
            continue
        rank = _FURTHER[stated.type] + (_WITH_FORM if legal_form(stated.name) else 0)
        offer(stated.name, rank, age_of[stated.mention], 0)
    return found.values()


def _confirmed(members: Sequence[Mentioned], further: Sequence[Stated]) -> set[int]:
    """Mentions whose name without a registry's country is another name of the entity as well: only then is it
    shown, since the bearer's parent may go by it too."""
    plain = {one.mention: exact_key(one.name) for one in further if one.type == PLAIN}
    if not plain:
        return set()
    keys = {one.key for one in members} | {exact_key(one.name) for one in further if one.type != PLAIN}
    return {mention for mention, key in plain.items() if key in keys}


def _is_foreign(one: Stated) -> bool:
    """Whether Han characters in it are no Chinese: it is shown neither as a Chinese nor as an English name."""
    language = one.language.partition("-")[0].lower()
    return language in _NOT_CHINESE or any("\u3040" <= char <= "\u30ff" for char in one.name)


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
