"""The judgement log, read: which rows count, and which one decides a pair.

Invariants kept here:
- the log only grows; an undo row names an earlier row, which counts no more (unless the undo is itself undone);
- of the rows that count for a pair, a person's beats a curated rule's, that any other rule's, that the model's;
  between equals the newest decides, but a rule's or the model's doubt never outvotes what one of them knows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from pipelines.errors import InputError

Verdict = Literal["same", "different", "unit of", "subsidiary of", "unsure", "undo"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
Key = Hashable

#: The curated names and relations that ship with the program judge under this name.
CURATED = "rule:curated"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One row of the log. `id` grows with every row; `left` and `right` are keys of mentions.

    For *unit of* and *subsidiary of* `left` is the part and `right` the whole. An undo row has `undoes`.
    """

    id: int
    left: Key
    right: Key
    verdict: Verdict
    by: str
    score: float = 1.0
    reason: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    undoes: int | None = None

    @property
    def by_person(self) -> bool:
        """Whether a person judged."""
        return self.by.startswith("person:")

    @property
    def authority(self) -> int:
        """How much the judge's word weighs: person 3, curated rule 2, rule 1, model 0."""
        if self.by_person:
            return 3
        if self.by == CURATED:
            return 2
        return 1 if self.by.startswith("rule:") else 0


def effective(log: Iterable[Judgement]) -> list[Judgement]:
    """The rows that count: neither undone nor undo rows, by id. Raises `InputError` for a broken log."""
    rows = sorted(log, key=lambda row: row.id)
    known: set[int] = set()
    for row in rows:
        where = f"judgement {row.id}"
        if row.id in known:
            raise InputError("two rows have this id", where=where)
        if row.verdict not in VERDICTS:
            raise InputError(f"no such verdict: {row.verdict!r}", where=where, field="verdict")
        if (row.verdict == "undo") != (row.undoes is not None):
            raise InputError("an undo names a row, and nothing else does", where=where, field="undoes")
        if row.undoes is not None and row.undoes not in known:
            raise InputError(f"row {row.undoes} is not an earlier row", where=where, field="undoes")
        known.add(row.id)
    undone: set[int] = set()
    for row in reversed(rows):  # an undo is later than what it undoes: its own standing is known by then
        if row.undoes is not None and row.id not in undone:
            undone.add(row.undoes)
    return [row for row in rows if row.verdict != "undo" and row.id not in undone]


def deciding(rows: Iterable[Judgement]) -> list[Judgement]:
    """One row for each pair: the one that decides it, by id. A row about a mention and itself decides nothing."""
    best: dict[frozenset[Key], Judgement] = {}
    for row in rows:
        if row.left == row.right:
            continue
        pair = frozenset((row.left, row.right))
        held = best.get(pair)
        if held is None or _weight(row) > _weight(held):
            best[pair] = row
    return sorted(best.values(), key=lambda row: row.id)


def _weight(row: Judgement) -> tuple[int, bool, int]:
    """A person's *unsure* takes an earlier word back; a rule's says only that this rule does not know."""
    return (row.authority, row.by_person or row.verdict != "unsure", row.id)


def by_strength(rows: Iterable[Judgement]) -> Sequence[Judgement]:
    """The strongest first: by authority, then score, then age (the older first)."""
    return sorted(rows, key=lambda row: (-row.authority, -row.score, row.id))
