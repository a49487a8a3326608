"""The candidates for names that a client asks about, with scores from 0 to 100.

Invariants kept here:
- `match` is true for one candidate at most, and only where resolving a mention of that name would join it with this
  entity without asking a person: by the rules, or by the model from its threshold on;
- each query is answered as if it stood alone;
- persons are candidates only where the type *person*, or their id, was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from sqlalchemy import Connection

from entity_resolution import storage
from entity_resolution.compatibility import Mentioned, conflict, kinds_agree, profile
from entity_resolution.curated import Curated
from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.name import Name
from entity_resolution.reconcile import bearers, limits
from entity_resolution.reconcile.asked import Asked, Wanted
from entity_resolution.reconcile.bearers import Bears, Known
from entity_resolution.reconcile.deciding import Decided, decide, mention
from entity_resolution.reconcile.likeness import Likeness
from entity_resolution.reconcile.near import Near
from entity_resolution.reconcile.properties import PERSON, PROPERTIES
from entity_resolution.reconcile.values import Value, agrees, checked, values
from pipelines.identifiers import CHECKS
from pipelines.places import country_of

#: Names like the one asked for that are compared.
_NEAR_MOST: Final = 20
#: So many candidates beyond the limit are compared by what else the query gives.
_COMPARED_MOST: Final = 2 * limits.CANDIDATES_MOST

#: Scores: what identifies; a name that rules accept; one that they do not; one that a source states besides.
_IDENTIFIED, _NAMED, _ALIKE, _STATED = 100.0, 98.0, 80.0, 70.0
#: Likeness stays below any equal name that is accepted.
_LIKE_MOST: Final = 95.0
_AGREES, _DISAGREES, _OTHER_KIND, _TWO_NUMBERS = 1.0, -10.0, 0.5, 10.0
#: Less than this is as good as nothing, and is not shown.
_LEAST: Final = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may be meant. `features` are what its score rests on."""

    entity: Known
    score: float
    match: bool
    features: Mapping[str, float | bool]


@dataclass(slots=True)
class _Hit:
    """What speaks for one entity."""

    identified: bool = False
    same_name: bool = False
    stated_name: bool = False
    likeness: float = 0.0


@dataclass(slots=True)
class _Query:
    asked: Asked
    mention: Mentioned
    hits: dict[str, _Hit] = field(default_factory=dict)

    def hit(self, entity: str) -> _Hit:
        return self.hits.setdefault(entity, _Hit())


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers queries against one store. Safe to share between threads."""

    near: Near
    likeness: Likeness
    known: Curated

    def answer(self, connection: Connection, asked: Sequence[Asked]) -> list[list[Candidate]]:
        """The candidates for each query, the best first; none for a name longer than any that the store takes."""
        queries = [
            _Query(one, _mention(at, one))
            for at, one in enumerate(asked)
            if len(one.name) <= limits.NAME_MOST
        ]
        decided = decide(connection, [one.mention for one in queries], self.known)
        self._by_id(connection, queries)
        self._by_name(connection, queries)
        entities = bearers.entities(connection, {key for one in queries for key in one.hits} | _all(decided))
        for one, said in zip(queries, decided, strict=True):
            for key in said.by_identifier:
                one.hit(key).identified = True
            for key in said.by_list:
                one.hit(key).stated_name = True
        accepted = self._accepted(connection, queries, decided)
        found: list[list[Candidate]] = [[] for _ in asked]
        for one in queries:
            found[-1 - one.mention.id] = self._candidates(
                connection, one, accepted.get(one.mention.id), entities
            )
        return found

    def _by_id(self, connection: Connection, queries: Sequence[_Query]) -> None:
        """An entity's id may be asked for as a name."""
        typed = {one.asked.name.lower() for one in queries if one.asked.name.isascii()}
        known = bearers.entities(connection, {one for one in typed if 0 < len(one) <= 20})
        for one in queries:
            if found := known.get(one.asked.name.lower()):
                one.hit(found.id).identified = True

    def _by_name(self, connection: Connection, queries: Sequence[_Query]) -> None:
        named = [one for one in queries if one.asked.name and not one.mention.is_person]
        like = self.near.find(connection, [one.asked.name for one in named], _NEAR_MOST)
        keys = {key for some in like for key, _ in some} | {one.mention.key for one in queries}
        known = bearers.of_keys(connection, keys)
        for one in queries:
            for each in known.get(one.mention.key, ()):
                hit = one.hit(each.entity)
                hit.same_name = hit.same_name or not each.stated
                hit.stated_name = hit.stated_name or each.stated
        self._compare(connection, named, like, known)

    def _compare(
        self,
        connection: Connection,
        queries: Sequence[_Query],
        like: Sequence[Sequence[tuple[str, str]]],
        known: Mapping[str, Sequence[Bears]],
    ) -> None:
        """How like the names found are to those asked for; an entity counts by its likest name."""
        borne = [
            (at, name, one)
            for at, some in enumerate(like)
            for key, name in some
            for one in known.get(key, ())
        ]
        rows = bearers.entities(connection, {one.entity for _, _, one in borne})
        bearing = storage.mentions(connection, {one.mention for *_, one in borne})
        right: list[Name] = []
        position: dict[tuple[str, str], int] = {}
        pairs: list[tuple[int, int]] = []
        for at, name, one in borne:
            entity = rows.get(one.entity)
            if entity is None or entity.kind == PERSON:
                continue
            to = position.setdefault((entity.id, name), len(right))
            if to == len(right):
                place = bearing[one.mention].place
                right.append(Name(entity.id, name, entity.kind, entity.country or None, place))
            pairs.append((at, to))
        asked = [one.mention for one in queries]
        left = [Name("", one.name, one.kind, one.country, one.place) for one in asked]
        sides = np.array(sorted(set(pairs)), dtype=np.int32).reshape(-1, 2)
        found = self.likeness.score(left, right, Pairs(sides[:, 0].copy(), sides[:, 1].copy()))
        for (at, to), score in zip(sides.tolist(), found.tolist(), strict=True):
            hit = queries[at].hit(right[to].id)
            hit.likeness = max(hit.likeness, score)

    def _candidates(
        self, connection: Connection, query: _Query, accepted: str | None, entities: Mapping[str, Known]
    ) -> list[Candidate]:
        asked = query.asked
        rough = []
        for key, hit in query.hits.items():
            entity = entities.get(key)
            if entity is not None and _wanted(asked, entity, hit):
                score = self._score(hit, entity, asked, is_accepted=key == accepted)
                if score >= _LEAST:
                    rough.append((score, entity, hit))
        rough.sort(key=lambda one: (-one[0], one[1].id))
        rough = rough[:_COMPARED_MOST]
        given = [Wanted(PROPERTIES[name]) for name in asked.given]
        told = values(connection, {one.id: one for _, one, _ in rough}, given)
        made = [
            _candidate(asked, score, entity, hit, told[entity.id], is_accepted=entity.id == accepted)
            for score, entity, hit in rough
        ]
        best = max((one.score for one in made), default=0.0)
        made = [replace(one, score=best) if one.match else one for one in made]
        made.sort(key=lambda one: (-one.score, not one.match, one.entity.id))
        return made[: asked.limit]

    def _score(self, hit: _Hit, entity: Known, asked: Asked, *, is_accepted: bool) -> float:
        score = hit.likeness * _LIKE_MOST
        if hit.identified:
            score = _IDENTIFIED
        elif is_accepted and (hit.same_name or hit.stated_name):
            score = _NAMED
        elif hit.same_name:
            score = max(score, _ALIKE)
        elif hit.stated_name:
            score = max(score, _STATED)
        if asked.kinds is not None and entity.kind not in asked.kinds:
            agree = any(kinds_agree(kind, entity.kind) for kind in asked.kinds)
            score = score + _DISAGREES if agree else score * _OTHER_KIND
        return score

    def _accepted(
        self, connection: Connection, queries: Sequence[_Query], decided: Sequence[Decided]
    ) -> dict[int, str]:
        """The asked mention's id → the one entity that would be decided for without a person."""
        found: dict[int, str] = {}
        by_rule: dict[int, str] = {}
        by_model: dict[int, str] = {}
        for query, said in zip(queries, decided, strict=True):
            at = query.mention.id
            typed = {key for key, hit in query.hits.items() if hit.identified} - said.by_identifier
            if len(typed) == 1:
                found[at] = next(iter(typed))  # its id was typed
            elif said.by_identifier or said.by_name or said.by_list:
                if said.entity is not None:
                    by_rule[at] = said.entity
            elif not said.ambiguous and not query.mention.is_person:
                likely = [key for key, hit in query.hits.items() if hit.likeness >= self.likeness.accept]
                if len(likely) == 1 and not any(hit.same_name for hit in query.hits.values()):
                    by_model[at] = likely[0]
        of_entity = bearers.members(connection, {*by_rule.values(), *by_model.values()}, limits.MENTIONS_MOST)
        mentions = storage.mentions(connection, {key for ids in of_entity.values() for key in ids})
        for query in queries:
            at = query.mention.id
            entity = by_rule.get(at) or by_model.get(at)
            if entity is not None:
                there = [mentions[key] for key in of_entity.get(entity, ())]
                if not self._conflicts(query.mention, there, certain=at in by_rule):
                    found[at] = entity
        return found

    def _conflicts(self, asked: Mentioned, there: Sequence[Mentioned], *, certain: bool) -> bool:
        """Whether what is given speaks against the bearer of these mentions: outright (`certain`), or at all, and
        be it for one of its names."""
        against = conflict(profile([asked]), profile(there))
        if against is not None and (against.certain or not certain):
            return True
        one = Name("", asked.name, asked.kind, asked.country)
        names = {Name("", each.name, each.kind, each.country) for each in there}
        return not certain and any(self.likeness.bars(one, each) for each in names)


def _candidate(
    asked: Asked,
    score: float,
    entity: Known,
    hit: _Hit,
    told: Mapping[str, Sequence[Value]],
    *,
    is_accepted: bool,
) -> Candidate:
    """The candidate with what the query gives compared to what is known of it."""
    features: dict[str, float | bool] = {
        "identified": hit.identified,
        "same_name": hit.same_name,
        "stated_name": hit.stated_name,
        "likeness": round(hit.likeness, 4),
    }
    if asked.kinds is not None:
        features["type"] = entity.kind in asked.kinds
    disagrees = False
    for name, said in asked.given.items():
        same = agrees(name, said, told[name])
        if same is None:
            continue
        features[f"property_{name}"] = same
        score += _AGREES if same else _DISAGREES
        disagrees = disagrees or not same
        if not same and PROPERTIES[name].holds == "identifier":
            score = min(score, _TWO_NUMBERS)
    return Candidate(entity, round(min(max(score, 0.0), 100.0), 1), is_accepted and not disagrees, features)


def _mention(at: int, asked: Asked) -> Mentioned:
    """The query as a mention that a source might state."""
    kind = next(iter(asked.kinds)) if asked.kinds is not None and len(asked.kinds) == 1 else None
    texts = {name: [one.text for one in said if one.text] for name, said in asked.given.items()}
    ids = {
        (name, value)
        for name, some in texts.items()
        if PROPERTIES[name].holds == "identifier"
        for text in some
        if (value := checked(name, text))
    }
    if not any(char.isspace() for char in asked.name):
        # an identifier may be typed as a name: its check digits say so
        ids |= {(scheme, value) for scheme in CHECKS if (value := checked(scheme, asked.name))}
    countries = [country_of(text) for text in texts.get("country", ())]
    places = texts.get("place", [])
    country = countries[0] if len(countries) == 1 else None
    return mention(at, asked.name, kind, country, places[0] if len(places) == 1 else None, ids)


def _wanted(asked: Asked, entity: Known, hit: _Hit) -> bool:
    """Whether the entity is of a kind that is asked for; where that is not strict, organisations of other kinds are
    candidates too."""
    if asked.kinds is None:
        return entity.kind != PERSON or hit.identified
    if entity.kind in asked.kinds:
        return True
    return not asked.strict and entity.kind != PERSON and bool(asked.kinds - {PERSON})


def _all(decided: Sequence[Decided]) -> set[str]:
    return {key for one in decided for some in (one.by_identifier, one.by_name, one.by_list) for key in some}
