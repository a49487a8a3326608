"""Bodies: mentions that are one without any model, and what may not be joined with what.

Invariants kept here:
- a body is never split; joining bodies joins what is known of them;
- a *different* of a person or a rule, two identifiers of one scheme, kinds, countries or places that exclude each
  other, and names that bar each other (two full legal names, for one) keep two bodies apart, through any chain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from entity_resolution.clustering import APART, Node, cluster
from entity_resolution.compatibility import Conflict, Mentioned, Profile, conflict, profile
from entity_resolution.log import Judgement, deciding, effective
from entity_resolution.matching.barring import barred
from entity_resolution.matching.name import Name
from entity_resolution.names import is_han
from entity_resolution.planning import MODEL, planned_by
from entity_resolution.storage import as_id

#: Of a body's names so many are held against another's: those of its oldest mentions.
_NAMES_MOST = 12


@dataclass(slots=True)
class _Body:
    profile: Profile
    names: tuple[str, ...]
    oldest: Mentioned
    enemies: set[int] = field(default_factory=set)


class Bodies:
    """Bodies by number, with union-find over them."""

    def __init__(self, mentions: Mapping[int, Mentioned], log: Iterable[Judgement]) -> None:
        """`log`: all rows about the mentions; the model's own are left aside."""
        counting = [row for row in effective(log) if planned_by(row) != MODEL]
        made = cluster(
            [Node(one.id, one.name, one.seen, tuple(sorted(one.identifiers))) for one in mentions.values()],
            counting,
        )
        number = {name: at for at, name in enumerate(sorted(made.members))}
        self.of = {as_id(key): number[name] for key, name in made.entity_of.items()}
        self._parent = list(range(len(number)))
        self._bodies = [
            self._body([mentions[as_id(key)] for key in made.members[name]]) for name in sorted(made.members)
        ]
        #: Pairs of bodies that a person could not decide.
        self.doubted: set[frozenset[int]] = set()
        for row in deciding(counting):
            sides = [self.of.get(as_id(key)) for key in (row.left, row.right)]
            left, right = sides
            if left is None or right is None or left == right:
                continue
            if row.verdict in APART:
                self._bodies[left].enemies.add(right)
                self._bodies[right].enemies.add(left)
            elif row.by_person:
                self.doubted.add(frozenset((left, right)))

    def root(self, body: int) -> int:
        """What a body is one with by now."""
        parent = self._parent
        while parent[body] != body:
            parent[body] = parent[parent[body]]
            body = parent[body]
        return body

    def oldest(self, body: int) -> Mentioned:
        """The oldest mention of what a body is one with."""
        return self._bodies[self.root(body)].oldest

    def decided_apart(self, left: int, right: int) -> bool:
        """Whether a person or a rule keeps them apart, or relates them otherwise."""
        one, other = self.root(left), self.root(right)
        few, many = sorted((one, other), key=lambda at: len(self._bodies[at].enemies))
        return any(self.root(enemy) == many for enemy in self._bodies[few].enemies)

    def conflict(self, left: int, right: int) -> Conflict | None:
        """What speaks against joining them, but for what was judged."""
        one, other = self._bodies[self.root(left)], self._bodies[self.root(right)]
        found = conflict(one.profile, other.profile)
        if found is not None:
            return found
        for name in one.names:
            for another in other.names:
                if _is_chinese(name) != _is_chinese(another):
                    continue  # a legal name and its translation are two spellings of one
                reason = barred(Name("", name), Name("", another))
                if reason:
                    return Conflict(reason)
        return None

    def join(self, left: int, right: int) -> None:
        """Make them one."""
        one, other = self.root(left), self.root(right)
        if one == other:
            return
        first, second = self._bodies[one], self._bodies[other]
        if len(first.enemies) < len(second.enemies):
            one, other, first, second = other, one, second, first
        self._parent[other] = one
        first.enemies |= second.enemies
        a, b = first.profile, second.profile
        first.profile = Profile(
            a.kinds | b.kinds, a.countries | b.countries, a.provinces | b.provinces, a.borne | b.borne,
            a.has_form and b.has_form,
        )  # fmt: skip
        first.names = (first.names + second.names)[:_NAMES_MOST]
        first.oldest = min(first.oldest, second.oldest, key=lambda one: one.age)

    @staticmethod
    def _body(members: list[Mentioned]) -> _Body:
        ordered = sorted(members, key=lambda one: one.age)
        by_key = {one.key: one.name for one in reversed(ordered) if one.key and not one.is_person}
        names = tuple(by_key[key] for key in dict.fromkeys(one.key for one in ordered) if key in by_key)
        return _Body(profile(ordered), names[:_NAMES_MOST], ordered[0])


def _is_chinese(name: str) -> bool:
    return any(map(is_han, name))


def bearers(mentions: Iterable[Mentioned]) -> dict[str, list[Mentioned]]:
    """Exact key → the organisations' mentions that bear it openly, the oldest first."""
    found: dict[str, list[Mentioned]] = defaultdict(list)
    for one in sorted(mentions, key=lambda one: one.age):
        if one.key and not one.is_person and not one.scope:
            found[one.key].append(one)
    return found
