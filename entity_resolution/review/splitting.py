"""Taking a wrong entity apart: from names put into groups to the judgements that keep the groups apart.

Invariants kept here:
- afterwards each group is one entity, and no two groups are; or nothing is written at all;
- what is written are plain judgements of a person, each of which can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from entity_resolution import storage
from entity_resolution.judgements import judge_within
from entity_resolution.log import deciding, effective
from pipelines.errors import JudgementRefused, UsageError
from pipelines.store.session import writing

#: Larger entities are split by single judgements on the command line.
MENTIONS_MOST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A judgement to write about two mentions."""

    left: int
    right: int
    verdict: str


def plan(groups: Mapping[int, str], links: list[tuple[int, int]]) -> list[Step]:
    """The judgements that make the groups entities. `groups`: mention → its group; `links`: the *same* judgements
    between these mentions that decide now. Links across groups are contradicted; where that leaves a group in
    pieces, they are joined to its first mention; groups that no link joined are kept apart all the same."""
    first: dict[str, int] = {}
    for mention in sorted(groups):
        first.setdefault(groups[mention], mention)
    parent = {mention: mention for mention in groups}

    def root(mention: int) -> int:
        while parent[mention] != mention:
            parent[mention] = parent[parent[mention]]
            mention = parent[mention]
        return mention

    steps: list[Step] = []
    apart: set[frozenset[str]] = set()
    for left, right in sorted(links):
        if groups[left] == groups[right]:
            parent[root(left)] = root(right)
        else:
            steps.append(Step(left, right, "different"))
            apart.add(frozenset((groups[left], groups[right])))
    names = sorted(first)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            if frozenset((one, other)) not in apart:
                steps.append(Step(first[one], first[other], "different"))
    for mention in sorted(groups):
        head = first[groups[mention]]
        if root(mention) != root(head):
            steps.append(Step(mention, head, "same"))
            parent[root(mention)] = root(head)
    return steps


def split(engine: Engine, entity: str, groups: Mapping[int, str], *, reason: str, who: str) -> list[str]:
    """Split an entity into groups of its mentions; all of them must be given. Returns the entities that the groups
    are by then, in the order of the groups' names. Raises `UsageError` for groups that do not fit the entity, and
    `JudgementRefused` where an earlier judgement or an identifier holds against it."""
    if len(set(groups.values())) < 2:
        raise UsageError("all names are in one group")
    with writing(engine) as connection:
        storage.lock(connection)
        members = storage.members(connection, entity)
        if members != groups.keys():
            raise UsageError("the entity has changed meanwhile; load the page again")
        if len(members) > MENTIONS_MOST:
            raise UsageError(f"more than {MENTIONS_MOST} mentions are not split on a page")
        for step in plan(groups, _links(connection, members)):
            judge_within(connection, str(step.left), str(step.right), step.verdict, reason=reason, by=who)
        return _checked(connection, groups)


def _links(connection: Connection, members: set[int]) -> list[tuple[int, int]]:
    rows, _ = storage.log(connection, members)
    return [
        (storage.as_id(row.left), storage.as_id(row.right))
        for row in deciding(effective(rows))
        if row.verdict == "same" and row.left in members and row.right in members
    ]


def _checked(connection: Connection, groups: Mapping[int, str]) -> list[str]:
    entity = storage.entities_of(connection, groups.keys())
    of_group: dict[str, set[str]] = {}
    for mention, group in groups.items():
        of_group.setdefault(group, set()).add(entity[mention])
    if any(len(found) > 1 for found in of_group.values()):
        raise JudgementRefused("a group does not hold together; its identifiers may exclude each other")
    found = [of_group[group].pop() for group in sorted(of_group)]
    if len(set(found)) < len(found):
        raise JudgementRefused("two groups would still be one entity")
    return found
