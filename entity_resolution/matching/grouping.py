"""Which names of one list mean one organisation: pairs are joined by falling score, unless something forbids it.

Joining in the order of scores keeps one wrong pair from gluing two organisations together: the names of each are
joined first, and what forbids one organisation (two legal names, two kinds) then stands between the two groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from entity_resolution.matching.barring import barred
from entity_resolution.matching.candidates import Index, Pairs
from entity_resolution.matching.comparing import Compared, compare
from entity_resolution.matching.knowledge import OrganisationOf
from entity_resolution.matching.linking import CANDIDATES, Decision, numbered
from entity_resolution.matching.model import Scorer, Thresholds
from entity_resolution.matching.name import Name
from entity_resolution.names import exact_key, lettered

Doubles = NDArray[np.float64]
Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Groups:
    """cluster: the position of the first name of each name's group. decision: accept where the name's place is
    sure, review where a person should look at its best pair."""

    cluster: Ids
    decision: list[Decision]


def group(names: Sequence[Name], *, scorer: Scorer | None = None) -> Groups:
    """The groups of a list of names, and for each name whether its place in them is decided."""
    scorer = scorer or Scorer.load()
    keys = [exact_key(one.name, one.kind) for one in names]
    owners = numbered([key or f"\0{at}" for at, key in enumerate(keys)])
    pairs, probability = scored(names, scorer=scorer, owners=owners)
    return join(names, keys, pairs, probability, scorer.grouping)


def scored(names: Sequence[Name], *, scorer: Scorer, owners: Ids) -> tuple[Pairs, Doubles]:
    """The pairs of the list that have a chance, each with its probability beside both names' other pairs."""
    found = Index([one.name for one in names]).itself(CANDIDATES)
    compared = compare(names, found, scorer)
    pairs = Pairs(found.left[compared.at], found.right[compared.at])
    return pairs, beside_rivals(compared, found, owners, scorer)


def beside_rivals(compared: Compared, pairs: Pairs, owners: Ids, scorer: Scorer) -> Doubles:
    """The probability of each pair that has a chance (`compared.at`). `pairs` are all that were compared."""
    return scorer.group(compared.features, compared.raw, pairs.left, pairs.right, owners, compared.at)


def join(
    names: Sequence[Name], keys: Sequence[str], pairs: Pairs, probability: Doubles, thresholds: Thresholds
) -> Groups:
    """Groups by falling probability. Names of one exact key come first, where nothing stated forbids it."""
    groups = _Groups(names, keys)
    groups.join_equal()
    groups.join_known()
    order = np.lexsort((pairs.right, pairs.left, -probability))
    doubtful = np.zeros(len(names), dtype=bool)
    for at in order.tolist():
        chance = probability[at]
        if chance < thresholds.review:
            break
        one, other = int(pairs.left[at]), int(pairs.right[at])
        if groups.root(one) == groups.root(other):
            continue
        if chance >= thresholds.accept:
            groups.join(one, other)
        else:
            doubtful[one if len(names[one].name) <= len(names[other].name) else other] = True
    cluster = np.fromiter((groups.root(at) for at in range(len(names))), dtype=np.int32, count=len(names))
    return Groups(cluster, ["review" if doubt else "accept" for doubt in doubtful.tolist()])


class _Groups:
    """Groups that grow; each remembers what two joined ones must agree in. The root is the first position."""

    def __init__(self, names: Sequence[Name], keys: Sequence[str]) -> None:
        self._names = names
        self._keys = keys
        self._parent = list(range(len(names)))
        self._members: dict[int, list[int]] = {}
        self._legal: dict[int, str] = {}

    def root(self, at: int) -> int:
        while self._parent[at] != at:
            self._parent[at] = self._parent[self._parent[at]]
            at = self._parent[at]
        return at

    def join_equal(self) -> None:
        """Joins names of one key."""
        first: dict[str, int] = {}
        for at, key in enumerate(self._keys):
            if key:
                self.join(first.setdefault(key, at), at)

    def join_known(self) -> None:
        """Joins names that the curated list says are one organisation."""
        first: dict[int, int] = {}
        for at, key in enumerate(self._keys):
            known = OrganisationOf.shipped().of(key) if key else None
            if known is not None:
                self.join(first.setdefault(known, at), at, sure=True)

    def _legal_key(self, root: int) -> str:
        """The key of a group's legal name, if it has one. Most names are never joined, and never asked for it."""
        found = self._legal.get(root)
        if found is None:
            key = self._keys[root]
            found = self._legal[root] = key if key and lettered(self._names[root].name).form else ""
        return found

    def join(self, one: int, other: int, *, sure: bool = False) -> bool:
        """Whether the groups of both are one now. A sure join looks at nothing but what is stated of the names."""
        first, second = sorted((self.root(one), self.root(other)))
        if first == second:
            return True
        mine, theirs = self._members.get(first, [first]), self._members.get(second, [second])
        legal = self._legal_key(first), self._legal_key(second)
        if not sure and all(legal) and legal[0] != legal[1]:
            return False
        if not sure and any(barred(self._names[a], self._names[b]) for a in mine[:20] for b in theirs[:20]):
            return False
        self._parent[second] = first
        self._members[first] = sorted((*mine, *theirs))
        if any(legal):
            self._legal[first] = legal[0] or legal[1]
        return True
