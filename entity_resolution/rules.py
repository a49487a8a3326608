"""The rules: what identifiers, names, the curated list and stated links say of who is who, without any model.

Each rule decides case by case and only from the mentions of that case, so that deciding a few cases anew gives
what deciding all of them gives.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from entity_resolution.compatibility import LOOSE, Mentioned, Stated, kinds_agree, profile
from entity_resolution.curated import Curated, Organisation
from entity_resolution.homonyms import Bearing, split
from entity_resolution.log import CURATED, Verdict
from entity_resolution.names import exact_key, legal_form
from entity_resolution.planning import Case, Group, Held, Pair

IDENTIFIER, NAME, LINK = "rule:identifier", "rule:name", "rule:link"

#: An identifier with more names than this is a filler (000000), not an identifier.
NAMES_MOST = 40
_LINKS: dict[str, tuple[Verdict, bool, float]] = {
    # relation as stated of the subject → verdict, whether the subject is the inner side, score: what the inner
    # side's own entry says is finer than that the outer one's lists it
    "unit": ("unit of", True, 0.9),
    "subsidiary": ("subsidiary of", True, 0.9),
    "parent": ("subsidiary of", False, 0.8),
}
_UNIVERSITY = ("大学", "university")


@dataclass(frozen=True, slots=True)
class Link:
    """How a source says one mention's bearer stands to another's: `relation` as in `records.Link`."""

    subject: int
    other: int
    relation: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


def by_identifier(groups: Mapping[tuple[str, str], Iterable[Mentioned]]) -> dict[Case, Held]:
    """(scheme, value) → its mentions: all of them are one."""
    held = {}
    for (scheme, value), bearers in groups.items():
        members = tuple(sorted(bearers, key=lambda one: one.age))
        case = Held()
        if len({one.key for one in members}) <= NAMES_MOST:
            for persons in (False, True):
                alike = tuple(one for one in members if one.is_person == persons)
                if alike:
                    case.groups.append(Group(alike, f"one {scheme}: {value}"))
        held[IDENTIFIER, f"{scheme} {value}"] = case
    return held


def by_name(
    bearers: Mapping[str, Iterable[Mentioned]], stated: Mapping[str, Iterable[tuple[Mentioned, Stated]]]
) -> dict[Case, Held]:
    """Exact key → the mentions that bear it, and those of which a source states it as a further name."""
    held = {}
    for key in bearers.keys() | stated.keys():
        if not key:
            continue
        own = {one.id: Bearing(one) for one in bearers.get(key, ())}
        loose: dict[int, Mentioned] = {}
        for mention, name in stated.get(key, ()):
            if mention.id in own or mention.is_person:
                continue
            if name.type in LOOSE:
                loose[mention.id] = mention
                continue
            own[mention.id] = Bearing(mention, stated=True, stated_form=bool(legal_form(name.name)))
        found = split(own.values())
        case = Held()
        for group in found.groups:
            members = tuple(one.mention for one in group)
            further = any(one.stated for one in group)
            case.groups.append(
                Group(
                    members,
                    f"one name: {key}" + (" (stated by a source)" if further else ""),
                    0.9 if further else 1.0,
                )
            )
        case.pairs = [
            Pair((doubt.left,), (doubt.right,), "unsure", doubt.reason, 0.5) for doubt in found.doubts
        ]
        heads = [group[0].mention for group in found.groups if not group[0].mention.is_person]
        for mention in sorted(loose.values(), key=lambda one: one.age):
            if mention.id not in own and len(heads) == 1:
                case.pairs.append(Pair((mention,), (heads[0],), "unsure", f"{key} is an acronym of it", 0.5))
        held[NAME, key] = case
    return held


def by_list(known: Curated, bearers: Mapping[str, Sequence[Mentioned]]) -> dict[Case, Held]:
    """The curated list's organisations and relations. `bearers` holds the mentions of every key in the list."""
    held: dict[Case, Held] = {}
    groups: list[tuple[Mentioned, ...]] = []
    for organisation in known.organisations:
        case = held[CURATED, organisation.name] = Held()
        members, doubtful = _named(organisation, bearers)
        groups.append(members)
        if members:
            case.groups.append(Group(members, organisation.names[0].reason))
            case.pairs = [Pair((one,), members, "unsure", why, 0.5) for one, why in doubtful]
    for tie in known.ties:
        left, right = groups[tie.left], groups[tie.right]
        held[CURATED, known.organisations[tie.left].name].pairs.append(
            Pair(left, right, tie.verdict, tie.reason, 1.0, tie.since, tie.until)
        )
    return held


def _named(
    organisation: Organisation, bearers: Mapping[str, Sequence[Mentioned]]
) -> tuple[tuple[Mentioned, ...], list[tuple[Mentioned, str]]]:
    """The mentions that a curated organisation's names mean, the oldest first; and those that they may mean."""
    name_of = {name.key: name for name in reversed(organisation.names)}
    mentions = sorted(
        (one for key in name_of for one in bearers.get(key, ()) if _may_be(one, organisation)),
        key=lambda one: one.age,
    )
    members: list[Mentioned] = []
    doubtful: dict[str, tuple[Mentioned, str]] = {}
    borne: dict[str, str] = {}
    for one in mentions:
        name = name_of[one.key]
        own = dict(profile([one]).borne)
        clash = next(
            (within for within in sorted(own) if borne.get(within, own[within]) != own[within]), None
        )
        if name.ambiguous:
            doubtful.setdefault(name.key, (one, f"{name.name} names {organisation.name} and others"))
        elif clash:
            doubtful.setdefault(own[clash], (one, f"another {clash} than others of this name"))
        else:
            borne |= own
            members.append(one)
    return tuple(members), list(doubtful.values())


def _may_be(one: Mentioned, organisation: Organisation) -> bool:
    """A mention that its source keeps apart from namesakes, or of another kind or country, is not meant."""
    elsewhere = organisation.country and one.country and one.country != organisation.country
    return not (one.scope or one.is_person or elsewhere) and kinds_agree(one.kind, organisation.kind)


def by_link(links: Iterable[Link], mentions: Mapping[int, Mentioned]) -> dict[Case, Held]:
    """Units, subsidiaries and parents that sources state."""
    held: dict[Case, Held] = defaultdict(Held)
    done = set()
    for link in links:
        if link.relation not in _LINKS or link.subject == link.other or link in done:
            continue
        done.add(link)
        verdict, subject_is_inner, score = _LINKS[link.relation]
        subject, other = mentions[link.subject], mentions[link.other]
        inner, outer = (subject, other) if subject_is_inner else (other, subject)
        if inner.kind == "university" and not _is_university(outer):
            verdict = "subsidiary of"  # whoever oversees it: a university is a part of none but another one
        held[LINK, str(subject.id)].pairs.append(
            Pair(
                (inner,),
                (outer,),
                verdict,
                f"stated by {subject.source}",
                score,
                link.valid_from,
                link.valid_to,
            )
        )
    return dict(held)


def _is_university(one: Mentioned) -> bool:
    return one.kind == "university" or any(word in one.name.lower() for word in _UNIVERSITY)


def key_of(name: str, kind: str | None) -> str:
    """The exact key by which mentions are grouped: a person's and an organisation's never meet."""
    key = exact_key(name, kind)
    return f"person|{key}" if key and kind == "person" else key
