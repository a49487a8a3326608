"""What the model decides where rules did not: pairs of names that are joined, and pairs that are put to a person.

A name stands here for all mentions of organisations that bear its key openly. Names are compared with those most
like them; what is found plausible is followed on both sides, so that a circle of names is decided as a whole,
whether it came at once or bit by bit.

Invariants kept here:
- rules and persons go first: the model joins bodies that they made, and never against what they or the bodies'
  own data say;
- a name with several bearers, or with several likely others that cannot be one, is joined with none: a person is
  asked;
- the same mentions and the same log give the same decisions; planning them twice writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from sqlalchemy import Connection

from entity_resolution import name_index, storage
from entity_resolution.bodies import Bodies, bearers
from entity_resolution.compatibility import Mentioned
from entity_resolution.deriving import linked
from entity_resolution.log import Judgement
from entity_resolution.matcher import Looked, Matcher
from entity_resolution.matching.candidates import Pairs
from entity_resolution.matching.name import Name
from entity_resolution.planning import MODEL, Case, Group, Held, Row, plan, planned_by
from entity_resolution.queue import Raised
from entity_resolution.units import unit_of, wholes

#: So many names most like it are compared with each.
TOP = 20
#: Rounds in which a circle of plausible names is followed, and the names of it that are looked up at most.
ROUNDS_MOST, NAMES_MOST = 4, 20_000
#: Between the two keys of a case; no key has a space.
_BETWEEN = " = "


@dataclass(frozen=True, slots=True)
class Modelled:
    """Rows for the log, pairs for the queue, and the mentions whose pairs these are all of (None: every one)."""

    rows: list[Row]
    raised: list[Raised]
    scope: frozenset[int] | None


@dataclass(slots=True)
class _Compared:
    """Names (by key), pairs of keys with their probabilities; `asked`: keys whose candidates are all among them."""

    names: dict[str, Name] = field(default_factory=dict)
    scores: dict[tuple[str, str], float] = field(default_factory=dict)
    units: set[tuple[str, str]] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    @property
    def at_stake(self) -> set[str]:
        """The keys that a decision may be about."""
        return self.asked.union(*self.scores, *self.units)


def decide(
    connection: Connection,
    matcher: Matcher,
    found: Mapping[int, Mentioned],
    new: Collection[int],
    *,
    whole: bool,
) -> Modelled:
    """Compare the names of the new mentions with all that are known (`whole`: all with all), and plan what follows.

    `found` has the new mentions, and with `whole` every one. Rows that the rules planned are in the log already.
    """
    ours = bearers(found.values()) if whole else _bearers_of(connection, found, new)
    named = {key: name_of(key, members) for key, members in ours.items()}
    if whole:
        name_index.make(connection, named)
        compared = _all(matcher, named)
        mentions = dict(found)
        log, cases = storage.log(connection)
    else:
        name_index.add(connection, named)
        compared = _around(connection, matcher, named)
        mentions, log, cases = _circle(connection, found, compared.at_stake)
    bodies = Bodies(mentions, log)
    of_key = bearers(mentions.values())
    held, raised = _planned(matcher, compared, bodies, of_key)
    if not whole:
        # what the model once held of these names, and does no more, is taken back
        for row in log:
            keys = _keys(cases.get(row.id, "")) if planned_by(row) == MODEL else ()
            if keys and compared.asked.issuperset(keys):
                held.setdefault((MODEL, _case(*keys)), Held())
    rows = plan(held, log, cases, whole=whole, model=f"model:{matcher.version}")
    rows = _explained(matcher, compared.names, rows)
    scope = None if whole else frozenset(one.id for key in compared.asked for one in of_key.get(key, ()))
    return Modelled(rows, raised, scope)


def name_of(key: str, mentions: Collection[Mentioned]) -> Name:
    """A key's name as the model compares it: the oldest mention's, with what its bearers agree on."""
    oldest = min(mentions, key=lambda one: one.age)
    return Name(
        key,
        oldest.name,
        _agreed({one.kind for one in mentions}),
        _agreed({one.country for one in mentions}),
        _agreed({one.place for one in mentions}),
    )


def _agreed(values: set[str | None]) -> str | None:
    said = values - {None}
    return said.pop() if len(said) == 1 else None


# ── comparing ─────────────────────────────────────────────────────────────────────────────────────


def _all(matcher: Matcher, named: dict[str, Name]) -> _Compared:
    keys = sorted(named)
    names = [named[key] for key in keys]
    pairs = matcher.candidates([one.name for one in names], TOP)
    compared = _Compared(named, asked=set(keys))
    _score(matcher, compared, keys, pairs)
    for key in keys:
        compared.units |= {(key, whole) for whole in _known_wholes(named[key], named)}
    return compared


def _around(connection: Connection, matcher: Matcher, named: dict[str, Name]) -> _Compared:
    """The new names, what is like them, and what is like that, as far as it is plausible."""
    compared = _Compared(dict(named))
    pairs: dict[tuple[str, str], None] = {}
    looks: list[Looked] = []
    numbers: dict[int, tuple[str, Name]] = {}
    asking = sorted(named)
    for _ in range(ROUNDS_MOST):
        found = name_index.search(connection, [compared.names[key].name for key in asking], TOP)
        fresh = name_index.known(connection, set(found.right.tolist()) - numbers.keys())
        numbers |= fresh
        compared.names |= {key: one for key, one in fresh.values() if key not in named}
        compared.asked.update(asking)
        news = sorted(
            {
                _pair(asking[left], numbers[right][0])
                for left, right in zip(found.left.tolist(), found.right.tolist(), strict=True)
                if asking[left] != numbers[right][0]
            }
            - pairs.keys()
        )
        pairs |= dict.fromkeys(news)
        looks.append(matcher.look(*_placed(compared.names, news)))
        plausible = np.flatnonzero(looks[-1].plausible).tolist()
        asking = sorted({key for place in plausible for key in news[place]} - compared.asked)
        if not asking or len(compared.asked) + len(asking) > NAMES_MOST:
            break
    names, placed = _placed(compared.names, list(pairs))
    _score(matcher, compared, [one.id for one in names], placed, Looked.joined(looks))
    heads = {whole for one in named.values() for whole in wholes(one.name)}
    known = name_index.by_key(connection, heads)
    compared.names |= {key: one for key, one in known.items() if key not in compared.names}
    for key, one in named.items():
        compared.units |= {(key, whole) for whole in _known_wholes(one, known)}
    return compared


def _placed(names: Mapping[str, Name], pairs: list[tuple[str, str]]) -> tuple[list[Name], Pairs]:
    """The names of pairs of keys, by key, and the pairs by their positions."""
    keys = sorted({key for pair in pairs for key in pair})
    at = {key: place for place, key in enumerate(keys)}
    both = np.array([(at[left], at[right]) for left, right in pairs], dtype=np.int32).reshape(-1, 2)
    return [names[key] for key in keys], Pairs(both[:, 0].copy(), both[:, 1].copy())


def _score(
    matcher: Matcher, compared: _Compared, keys: list[str], pairs: Pairs, looked: Looked | None = None
) -> None:
    """Keep what is worth a person's look, and what names a unit."""
    names = [compared.names[key] for key in keys]
    scores = matcher.score(names, pairs, looked)
    for place in np.flatnonzero(scores >= matcher.review).tolist():
        left, right = keys[pairs.left[place]], keys[pairs.right[place]]
        if left != right:
            compared.scores[_pair(left, right)] = float(scores[place])
    begins: dict[str, int] = {}
    begin = np.array([begins.setdefault(one.name[:2], len(begins)) for one in names] or [0])
    for place in np.flatnonzero(begin[pairs.left] == begin[pairs.right]).tolist():
        one, other = names[pairs.left[place]], names[pairs.right[place]]
        if len(one.name) < len(other.name):
            one, other = other, one
        if unit_of(one.name, other.name):
            compared.units.add((one.id, other.id))


def _known_wholes(one: Name, known: Collection[str]) -> list[str]:
    return [whole for whole in wholes(one.name) if whole in known and whole != one.id][:1]


# ── planning ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Asked:
    """The likeliest pair of names between two bodies, put to a person."""

    score: float
    left: str
    right: str
    reason: str
    suggestion: str = "same"


def _planned(
    matcher: Matcher, compared: _Compared, bodies: Bodies, of_key: Mapping[str, list[Mentioned]]
) -> tuple[dict[Case, Held], list[Raised]]:
    ordered = sorted(compared.scores.items(), key=lambda item: (-item[1], item[0]))
    bodies_of = {key: sorted({bodies.of[one.id] for one in members}) for key, members in of_key.items()}
    units = {pair for pair in compared.units if all(key in bodies_of for key in pair)}
    sure = [pair for pair, score in ordered if score >= matcher.accept]
    ambiguous = _ambiguous(sure, bodies, bodies_of)
    held: dict[Case, Held] = {}
    joined: list[tuple[str, str, float]] = []
    doubts: list[_Asked] = []
    for (left, right), score in ordered:
        ones, others = bodies_of.get(left, ()), bodies_of.get(right, ())
        if not ones or not others or set(ones) & set(others) or {(left, right), (right, left)} & units:
            continue
        reason = ""
        if len(ones) > 1 or len(others) > 1:
            reason = f"{left if len(ones) > 1 else right} has several bearers"
        one, other = ones[0], others[0]
        if bodies.root(one) == bodies.root(other):
            joined.append((left, right, score))
            continue
        if bodies.decided_apart(one, other):
            continue
        clash = bodies.conflict(one, other)
        # against what speaks for two, a middling score raises no question
        if clash is not None and (clash.certain or score < matcher.accept):
            continue
        if not reason and clash is not None:
            reason = clash.reason
        if not reason and frozenset((one, other)) in bodies.doubted:
            reason = "a person could not tell"
        if not reason and ambiguous & {left, right}:
            reason = "it could mean several"
        if not reason and score >= matcher.accept:
            bodies.join(one, other)
            joined.append((left, right, score))
        else:
            doubts.append(_Asked(score, left, right, reason))
    for left, right, score in joined:
        if score >= matcher.accept:
            held[MODEL, _case(left, right)] = _held(of_key[left], of_key[right], score)
    doubts += [
        _Asked(0.5, part, whole, "its name begins with the other's", "unit of")
        for part, whole in sorted(units)
    ]
    return held, _raised(matcher, compared, bodies, bodies_of, of_key, doubts)


def _ambiguous(sure: list[tuple[str, str]], bodies: Bodies, bodies_of: Mapping[str, list[int]]) -> set[str]:
    """Names that mean, as far as scores go, two bodies that cannot be one."""
    partners: dict[str, list[int]] = defaultdict(list)
    for left, right in sure:
        for key, other in ((left, right), (right, left)):
            mine = bodies_of.get(key, [])
            partners[key] += [body for body in bodies_of.get(other, []) if body not in mine]
    found = set()
    for key, others in partners.items():
        some = list(dict.fromkeys(others))[:10]
        if any(
            bodies.decided_apart(one, other) or bodies.conflict(one, other) is not None
            for at, one in enumerate(some)
            for other in some[:at]
        ):
            found.add(key)
    return found


def _held(left: list[Mentioned], right: list[Mentioned], score: float) -> Held:
    older, younger = sorted((left[0], right[0]), key=lambda one: one.age)
    reason = f"{younger.name} and {older.name} are alike"
    return Held(groups=[Group((older, younger), reason, round(score, 6))])


def _explained(matcher: Matcher, names: Mapping[str, Name], rows: list[Row]) -> list[Row]:
    """The rows, each that joins two with its reasons. To explain costs more than to score: what stands in the log
    already is not explained again."""
    pairs = [_keys(row.case) for row in rows if row.verdict == "same"]
    reasons = iter(_reasons(matcher, names, pairs))
    return [replace(row, why={"features": next(reasons)}) if row.verdict == "same" else row for row in rows]


def _reasons(
    matcher: Matcher, names: Mapping[str, Name], pairs: list[tuple[str, str]]
) -> list[list[list[object]]]:
    found = matcher.explain(*_placed(names, pairs))
    return [[[feature, words, round(push, 4)] for feature, words, push in one] for one in found]


def _raised(
    matcher: Matcher,
    compared: _Compared,
    bodies: Bodies,
    bodies_of: Mapping[str, list[int]],
    of_key: Mapping[str, list[Mentioned]],
    doubts: list[_Asked],
) -> list[Raised]:
    """One question for two bodies, whatever names they have."""
    best: dict[frozenset[int], _Asked] = {}
    for one in sorted(doubts, key=lambda one: (-one.score, one.left, one.right)):
        left, right = bodies_of[one.left][0], bodies_of[one.right][0]
        pair = frozenset((bodies.root(left), bodies.root(right)))
        if len(pair) == 2 and not bodies.decided_apart(left, right):
            best.setdefault(pair, one)
    chosen = list(best.values())
    reasons = _reasons(matcher, compared.names, [(one.left, one.right) for one in chosen])
    return [
        Raised(
            of_key[one.left][0].id,
            of_key[one.right][0].id,
            round(one.score, 6),
            one.suggestion,
            {
                "by": f"model:{matcher.version}",
                "reason": one.reason or "alike, but not enough",
                "features": why,
            },
        )
        for one, why in zip(chosen, reasons, strict=True)
    ]


# ── what is around new names ──────────────────────────────────────────────────────────────────────


def _bearers_of(
    connection: Connection, found: Mapping[int, Mentioned], new: Collection[int]
) -> dict[str, list[Mentioned]]:
    """The keys of the new mentions, each with all mentions that bear it openly."""
    fresh = bearers(found[key] for key in new)
    there = storage.mentions(connection, storage.ids_by_key(connection, fresh.keys()) - set(found))
    every = bearers([*found.values(), *there.values()])
    return {key: every[key] for key in fresh}


def _circle(
    connection: Connection, found: Mapping[int, Mentioned], names: Collection[str]
) -> tuple[dict[int, Mentioned], list[Judgement], dict[int, str]]:
    """All mentions of these names, and of whatever is one with them; the log about them."""
    ids = storage.ids_by_key(connection, names) | {one.id for one in found.values() if one.key in names}
    keys, _ = linked(connection, ids)
    mentions = {key: one for key, one in found.items() if key in keys}
    mentions |= storage.mentions(connection, keys - mentions.keys())
    log, cases = storage.log(connection, keys)
    return mentions, log, cases


def _pair(left: str, right: str) -> tuple[str, str]:
    return (left, right) if left < right else (right, left)


def _case(left: str, right: str) -> str:
    return _BETWEEN.join(_pair(left, right))


def _keys(case: str) -> tuple[str, str]:
    left, _, right = case.partition(_BETWEEN)
    return left, right
