"""From mentions and the judgement log to entities: a pure function, whatever order its input comes in.

Invariants kept here:
- no entity holds both sides of a pair that is judged *different*, *unit of* or *subsidiary of*, however long the
  chain of *same* judgements between them;
- no entity holds two identifiers of one registered scheme of which a bearer has only one;
- a *same* judgement that would break this is refused, and reported with the names it would have joined; of two
  that exclude each other the stronger stands (authority, then score, then age);
- an entity carries the id of its oldest member that founded one; a younger founder's id redirects to it, comes back
  when they part, and is given to nobody else.

Two mentions become one only along *same* judgements, so that a component of these can be derived by itself.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from entity_resolution.log import Judgement, Key, by_strength, deciding, effective
from pipelines.errors import InputError

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
APART = ("different", "unit of", "subsidiary of")


@dataclass(frozen=True, slots=True)
class Node:
    """A mention: a name and the identifiers (scheme, value) that its source gives the bearer.

    `seen` orders mentions by age. `born` is set for the founder of an entity that exists already: it orders
    entities by age.
    """

    key: Key
    name: str
    seen: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    born: int | None = None
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A judgement that was not carried out. `path` leads by name from one side, along accepted *same* judgements
    and this one, to the other; `against` is what forbids it: a judgement's id, or a scheme of identifiers."""

    judgement: Judgement
    against: int | str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clustering:
    """entity_of: mention → entity id. members: entity id → mentions, the founder first.
    redirects: id of an older founder's younger fellow → the id that it is one with now. founded: new ids → founder.
    clashing: mentions whose own identifiers exclude each other; they stay alone."""

    entity_of: dict[Key, str]
    members: dict[str, tuple[Key, ...]]
    redirects: dict[str, str]
    founded: dict[str, Key]
    refusals: tuple[Refusal, ...]
    clashing: tuple[Key, ...]
    apart: tuple[Judgement, ...] = field(repr=False)


def entity_id(key: Key, size: int = 12) -> str:
    """The id of the entity that the mention with this key founds: `vn` and base32 (Crockford's) of its SHA-256."""
    number = int.from_bytes(hashlib.sha256(str(key).encode()).digest(), "big")
    return "vn" + "".join(_CROCKFORD[number >> (256 - 5 * at) & 31] for at in range(1, size + 1))


def exclusive(scheme: str, value: str) -> str | None:
    """Within what a bearer has one value only; None where it may have several.

    A source's own ids (`SOURCE:NAME`) never exclude. ISNI and FundRef give one body several numbers. A company has
    a stock code for each market: mainland A shares, B shares, Hong Kong; elsewhere it may have several tickers.
    """
    if ":" in scheme or scheme in ("isni", "fundref"):
        return None
    if scheme != "stock":
        return scheme
    digits = "".join(char for char in value if char.isascii() and char.isdigit())
    if len(digits) == 6 and digits[0] in "036":
        return "stock in A shares"
    if len(digits) == 6 and digits[0] in "29":
        return "stock in B shares" if digits[:3] in ("200", "900") else None
    return "stock in Hong Kong" if len(digits) == 5 and digits == value.upper().removesuffix(".HK") else None


def cluster(
    nodes: Iterable[Node], log: Iterable[Judgement], is_taken: Callable[[str], bool] = lambda _: False
) -> Clustering:
    """The entities that the log makes of the mentions. Rows about mentions that are not given are left aside.

    `is_taken` says whether an id stands for another mention already. Near-linear in mentions and judgements.
    Raises `InputError` for a broken log or two mentions with one key.
    """
    by_key: dict[Key, Node] = {}
    for node in nodes:
        if by_key.setdefault(node.key, node) is not node:
            raise InputError("two mentions have this key", where=str(node.key))
    rows = [row for row in deciding(effective(log)) if row.left in by_key and row.right in by_key]
    groups = _Groups(by_key)
    apart = [row for row in rows if row.verdict in APART]
    for row in apart:
        groups.keep_apart(row)
    refused = []
    for row in by_strength(row for row in rows if row.verdict == "same"):
        reason = groups.join(row)
        if reason is not None:
            refused.append((row, reason))
    refusals = tuple(
        Refusal(row, why.against, groups.path(why.first, row, why.second)) for row, why in refused
    )
    return _entities(groups, refusals, apart, is_taken)


@dataclass(frozen=True, slots=True)
class _Why:
    """Two mentions that must stay apart, and what says so."""

    first: Key
    second: Key
    against: int | str


class _Groups:
    """Union-find; each root holds what its group may not be joined with. The smaller holding moves."""

    def __init__(self, nodes: Mapping[Key, Node]) -> None:
        self.nodes = nodes
        self.parent: dict[Key, Key] = {key: key for key in nodes}
        self.size: dict[Key, int] = dict.fromkeys(nodes, 1)
        self.enemies: dict[Key, dict[Key, Judgement]] = {}
        self.values: dict[Key, dict[str, tuple[str, Key]]] = {}
        self.joined: dict[Key, list[Key]] = defaultdict(list)
        self.clashing: dict[Key, str] = {}
        for key, node in nodes.items():
            held: dict[str, tuple[str, Key]] = {}
            for scheme, value in sorted(node.identifiers):
                within = exclusive(scheme, value)
                if within is None:
                    continue
                if held.setdefault(within, (value, key))[0] != value:
                    self.clashing[key] = within
            if held:
                self.values[key] = held

    def root(self, key: Key) -> Key:
        parent = self.parent
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    def keep_apart(self, row: Judgement) -> None:
        """Before any joining: every mention is its own root."""
        self.enemies.setdefault(row.left, {}).setdefault(row.right, row)
        self.enemies.setdefault(row.right, {}).setdefault(row.left, row)

    def join(self, row: Judgement) -> _Why | None:
        """Make one group of both sides', or say what forbids it."""
        left, right = self.root(row.left), self.root(row.right)
        if left == right:
            return None
        why = self._forbidden(row, left, right)
        if why is not None:
            return why
        self.joined[row.left].append(row.right)
        self.joined[row.right].append(row.left)
        if self._weight(left) < self._weight(right):
            left, right = right, left
        self.parent[right] = left
        self.size[left] += self.size.pop(right)
        if right in self.values:
            self.values.setdefault(left, {}).update(self.values.pop(right))
        for enemy, said in self.enemies.pop(right, {}).items():
            of_enemy = self.enemies[enemy]
            del of_enemy[right]
            of_enemy.setdefault(left, said)
            self.enemies.setdefault(left, {}).setdefault(enemy, said)
        return None

    def path(self, first: Key, row: Judgement, second: Key) -> tuple[str, ...]:
        """Names from `first` over the refused judgement to `second`, along what was accepted."""
        ends = (row.left, row.right) if self.root(first) == self.root(row.left) else (row.right, row.left)
        keys = [*self._way(first, ends[0]), *self._way(ends[1], second)]
        return tuple(self.nodes[key].name for key in keys)

    def _weight(self, root: Key) -> int:
        return self.size[root] + len(self.enemies.get(root, ())) + len(self.values.get(root, ()))

    def _forbidden(self, row: Judgement, left: Key, right: Key) -> _Why | None:
        for mine, other in ((row.left, row.right), (row.right, row.left)):
            if mine in self.clashing:
                return _Why(mine, other, self.clashing[mine])
        said = self.enemies.get(left, {}).get(right)
        if said is not None:
            ours = said.left if self.root(said.left) == left else said.right
            theirs = said.right if ours == said.left else said.left
            return _Why(ours, theirs, said.id)
        few, many = sorted((self.values.get(left, {}), self.values.get(right, {})), key=len)
        for within in sorted(few.keys() & many.keys()):
            (value, bearer), (other_value, other_bearer) = few[within], many[within]
            if value != other_value:
                return _Why(bearer, other_bearer, within)
        return None

    def _way(self, start: Key, goal: Key) -> list[Key]:
        """The only way between two members along accepted judgements: these make a tree."""
        came: dict[Key, Key] = {start: start}
        waiting = [start]
        while waiting and goal not in came:
            here = waiting.pop()
            for there in self.joined[here]:
                if there not in came:
                    came[there] = here
                    waiting.append(there)
        way = [goal]
        while way[-1] != start:
            way.append(came[way[-1]])
        return way[::-1]


def _age(node: Node) -> tuple[bool, int, str, str]:
    """Founders before others, older entities before younger, then older mentions; the key settles ties."""
    return (node.born is None, node.born or 0, node.seen, str(node.key))


def _entities(
    groups: _Groups, refusals: tuple[Refusal, ...], apart: list[Judgement], is_taken: Callable[[str], bool]
) -> Clustering:
    grouped: dict[Key, list[Node]] = defaultdict(list)
    for key, node in groups.nodes.items():
        grouped[groups.root(key)].append(node)
    ordered = sorted(
        (sorted(group, key=_age) for group in grouped.values()), key=lambda group: _age(group[0])
    )
    own = {node.entity: node.key for node in groups.nodes.values() if node.entity}
    entity_of: dict[Key, str] = {}
    members: dict[str, tuple[Key, ...]] = {}
    redirects: dict[str, str] = {}
    founded: dict[str, Key] = {}
    for group in ordered:
        founder = group[0]
        name = founder.entity
        if name is None:
            name = _new_id(founder.key, lambda one: one in own or is_taken(one))
            own[name] = founded[name] = founder.key
        members[name] = tuple(node.key for node in group)
        for node in group:
            entity_of[node.key] = name
            if node.entity and node.entity != name:
                redirects[node.entity] = name
    return Clustering(entity_of, members, redirects, founded, refusals, tuple(groups.clashing), tuple(apart))


def _new_id(key: Key, is_taken: Callable[[str], bool]) -> str:
    """Longer where the usual length is taken: among fifty million, once in a thousand stores."""
    for size in (12, 14, 16, 18):
        name = entity_id(key, size)
        if not is_taken(name):
            return name
    raise InputError("every id that this mention could found is taken", where=str(key))
