"""What a rule holds now, against what it has written before: the rows to add and the rows to undo.

Invariants kept here:
- planning twice adds nothing the second time;
- a rule's row that a person has undone is never written again: its younger side leaves the rule's groups;
- a row is kept as long as both its sides belong together, whichever mention is the oldest by now.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from entity_resolution.compatibility import Mentioned
from entity_resolution.log import Judgement, Verdict, effective

#: Stands for the model, of whatever version, where cases are told apart.
MODEL = "model"
#: A case is what a rule decides at once: all mentions of one name, or all with one identifier.
Case = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Mentions (at least one) that a rule holds for one, the oldest first."""

    members: tuple[Mentioned, ...]
    reason: str = ""
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A verdict other than *same* between any of the `left` and any of the `right` mentions."""

    left: tuple[Mentioned, ...]
    right: tuple[Mentioned, ...]
    verdict: Verdict
    reason: str
    score: float = 1.0
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(slots=True)
class Held:
    """All that a rule, or the model, holds of one case. `why` goes into the rows beside the case."""

    groups: list[Group] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row to write: a judgement of a rule on a case, or (with `undoes`) the undoing of one."""

    left: int
    right: int
    verdict: Verdict
    by: str
    reason: str
    score: float | None = None
    case: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    undoes: int | None = None
    why: Mapping[str, Any] = field(default_factory=dict)


def plan(
    held: Mapping[Case, Held],
    log: Sequence[Judgement],
    cases: Mapping[int, str],
    *,
    whole: bool,
    model: str = "",
) -> list[Row]:
    """The rows that bring the log to what the rules hold. `log` are all rows that touch a mention of `held`;
    `cases` is, by row id, the case that a rule's row was written for. With `whole`, `held` is all that the rules
    hold at all, so that what they wrote of other cases is undone too. A case is (rule, what it is about).
    With `model`, the name that the model judges under now, its rows are planned instead of the rules': their case
    is (`MODEL`, what it is about), whatever version wrote them."""
    counting = effective(log)
    standing: dict[Case, list[Judgement]] = defaultdict(list)
    for row in counting:
        who = planned_by(row)
        if who and (who == MODEL) == bool(model):
            standing[who, cases.get(row.id, "")].append(row)
    withdrawn = _withdrawn(log, counting, cases)
    rows: list[Row] = []
    for case, wanted in held.items():
        rows += _of_case(case, wanted, standing.pop(case, []), withdrawn.get(case, frozenset()))
    if whole:
        for case, stale in standing.items():
            rows += [_undoing(row, case, "no longer found by this rule") for row in stale]
    return [replace(row, by=model) if model else row for row in rows]


def planned_by(row: Judgement) -> str:
    """The rule, or `MODEL`, that wrote a row; nothing for a person's."""
    if row.by.startswith("model:"):
        return MODEL
    return row.by if row.by.startswith("rule:") else ""


def _withdrawn(
    log: Sequence[Judgement], counting: Sequence[Judgement], cases: Mapping[int, str]
) -> dict[Case, frozenset[tuple[Any, Any, str]]]:
    """Case → (left, right, verdict) of its rows that a person has undone."""
    counts = {row.id for row in counting}
    by_id = {row.id: row for row in log}
    undone_undos = {row.undoes for row in log if row.undoes is not None}
    found: dict[Case, set[tuple[Any, Any, str]]] = defaultdict(set)
    for row in log:
        if row.undoes is None or row.id in undone_undos or not row.by.startswith("person:"):
            continue
        target = by_id[row.undoes]
        if target.id not in counts and planned_by(target) and target.undoes is None:
            case = (planned_by(target), cases.get(target.id, ""))
            found[case].add((target.left, target.right, target.verdict))
    return {case: frozenset(pairs) for case, pairs in found.items()}


def _of_case(
    case: Case, wanted: Held, standing: Iterable[Judgement], withdrawn: frozenset[tuple[Any, Any, str]]
) -> list[Row]:
    left_out = {left for left, _, verdict in withdrawn if verdict == "same"}
    groups = [
        Group(tuple(one for one in group.members if one.id not in left_out), group.reason, group.score)
        for group in wanted.groups
    ]
    group_of = {one.id: at for at, group in enumerate(groups) for one in group.members}
    parent: dict[int, int] = {key: key for key in group_of}

    def root(key: int) -> int:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    unmet = [pair for pair in wanted.pairs if pair.left and pair.right]
    rows: list[Row] = []
    for row in standing:
        left, right = _id(row.left), _id(row.right)
        if row.verdict == "same":
            if left in group_of and group_of[left] == group_of.get(right):
                parent[root(left)] = root(right)
            else:
                rows.append(_undoing(row, case, "they no longer belong together by this rule"))
            continue
        met = next((pair for pair in unmet if _is(pair, row, left, right)), None)
        if met is None:
            rows.append(_undoing(row, case, "no longer found by this rule"))
        else:
            unmet.remove(met)
    for group in groups:
        for one in group.members[1:]:
            if root(one.id) != root(group.members[0].id):
                parent[root(one.id)] = root(group.members[0].id)
                rows.append(
                    Row(
                        one.id, group.members[0].id, "same", case[0], group.reason, group.score, case[1],
                        why=wanted.why,
                    )
                )  # fmt: skip
    for pair in unmet:
        new = Row(
            pair.left[0].id, pair.right[0].id, pair.verdict, case[0], pair.reason, pair.score, case[1],
            pair.valid_from, pair.valid_to,
        )  # fmt: skip
        if new.left != new.right and (new.left, new.right, new.verdict) not in withdrawn:
            rows.append(new)
    return rows


def _is(pair: Pair, row: Judgement, left: int, right: int) -> bool:
    """Whether a row on the log says what the pair says."""
    said = (row.verdict, row.valid_from, row.valid_to)
    if said != (pair.verdict, pair.valid_from, pair.valid_to):
        return False
    lefts, rights = {one.id for one in pair.left}, {one.id for one in pair.right}
    if left in lefts and right in rights:
        return True
    return pair.verdict in ("different", "unsure") and left in rights and right in lefts


def _undoing(row: Judgement, case: Case, reason: str) -> Row:
    return Row(_id(row.left), _id(row.right), "undo", case[0], reason, case=case[1], undoes=row.id)


def _id(key: Any) -> int:
    assert isinstance(key, int)
    return key
