"""From points to members: the bar, the size, who is carried on, what people decided; and who left, and why.

Invariants: a decision of a person goes before every rule; a company that is no more is never chosen by rule; of
equal scores the smaller id goes first, and the outcome counts the equal ones that the size cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from analytics.sample_overrides import Override
from analytics.sample_rules import ACTIVE_POINTS, CARRIED_POINTS, Rule, Weighed, last_year


@dataclass(frozen=True, slots=True)
class Choice:
    """members: rows for the store, the best first. left: entity → why it is in the edition before and not here.
    outcome: counts for people: candidates, chosen, carried, by_person, lowest, cut, cut_with_equal_score."""

    members: list[dict[str, Any]]
    left: dict[str, str]
    outcome: dict[str, Any] = field(default_factory=dict)


def choose(
    weighed: Mapping[str, Weighed], rule: Rule, before: Set[str], decided: Mapping[str, Override]
) -> Choice:
    """The members by rule and by decision. `before`: the members of the edition that this one carries on."""
    year = last_year(dict(weighed), rule)
    refused: dict[str, str] = {}
    passing: list[tuple[float, str]] = []
    for entity, one in weighed.items():
        if entity in decided:
            continue
        why = _refusal(one, rule, entity in before)
        if why:
            refused[entity] = why
        else:
            passing.append((_score(one, rule, year, entity in before), entity))
    passing.sort(key=lambda one: (-one[0], one[1]))
    included = sorted(
        entity for entity, one in decided.items() if one.verdict == "include" and entity in weighed
    )
    room = len(passing) if rule.size is None else max(0, rule.size - len(included))
    taken, cut = passing[:room], passing[room:]
    for place, (score, entity) in enumerate(cut, room + 1):
        refused[entity] = f"score {score:g}, place {place}: beyond the size of {rule.size}"
    members = [
        _member(entity, weighed[entity], score, rule, year, entity in before) for score, entity in taken
    ]
    for entity in included:
        score = _score(weighed[entity], rule, year, entity in before)
        members.append(_member(entity, weighed[entity], score, rule, year, entity in before, decided[entity]))
    members.sort(key=lambda one: (-one["score"], one["entity_id"]))
    left = {entity: _why_left(entity, weighed, refused, decided) for entity in sorted(before)}
    inside = {one["entity_id"] for one in members}
    outcome = {
        "candidates": len(passing) + len(included),
        "chosen": len(members),
        "carried": len(inside & before),
        "by_person": len(included),
        "lowest": taken[-1][0] if taken else None,
        "cut": len(cut),
        "cut_with_equal_score": sum(score == taken[-1][0] for score, _ in cut) if taken else 0,
    }
    return Choice(members, {who: why for who, why in left.items() if who not in inside}, outcome)


def _refusal(one: Weighed, rule: Rule, carried: bool) -> str:
    """Why the rule does not choose a company; empty where it does. Whoever is in already needs some evidence, not
    as much as the bar asks of newcomers."""
    if one.gone:
        return f"is no more: its status is {one.gone}"
    if one.foreign and not rule.foreign:
        return "its country is not China"
    if rule.known_layer and one.layer is None:
        return "its layer is not known"
    if not one.points:
        return "no evidence of AI is left"
    if not carried and (not one.admits or one.evidence < rule.least):
        return f"evidence of {one.evidence:g} points is below the bar of {rule.least:g}"
    return ""


def _score(one: Weighed, rule: Rule, year: int | None, carried: bool) -> float:
    return one.evidence + ACTIVE_POINTS * one.active(rule, year) + CARRIED_POINTS * carried


def _member(
    entity: str,
    one: Weighed,
    score: float,
    rule: Rule,
    year: int | None,
    carried: bool,
    decided: Override | None = None,
) -> dict[str, Any]:
    reasons = one.words()
    if one.active(rule, year):
        reasons.append(f"active: newest fact of {one.last}")
    if carried:
        reasons.append(f"carried on from {rule.after}")
    if decided:
        reasons.insert(0, f"included by {decided.by}: {decided.reason} (decision {decided.id})")
    return {
        "entity_id": entity,
        "score": float(score),
        "layer": one.layer,
        "core_technology": one.core_technology,
        "decided_by": f"person:{decided.by}" if decided else "rule",
        "reason": "; ".join(reasons),
    }


def _why_left(
    entity: str, weighed: Mapping[str, Weighed], refused: Mapping[str, str], decided: Mapping[str, Override]
) -> str:
    if entity in decided:
        one = decided[entity]
        return f"excluded by {one.by}: {one.reason} (decision {one.id})"
    if entity not in weighed:
        return "is no company of the store any more, or counts as another"
    return refused.get(entity, "")
