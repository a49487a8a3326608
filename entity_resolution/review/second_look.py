"""Second looks: another person reads a part of the decided pairs again, and checks a sample of automatic merges.

Invariants kept here:
- a second reader is another person than the first, and does not see the first's verdict;
- which judgements are read twice does not hang on who made them or how: it is drawn by their content;
- a second look is a comparison and no judgement: it changes no entity.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, insert, or_, select, update

from entity_resolution import storage
from entity_resolution.log import deciding, effective
from pipelines.errors import UsageError
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import content_id, now

#: One of so many decisions is read a second time.
ONE_IN = 10
SAMPLE_MOST = 1000
_READER, _AUDIT = "second reader", "audit"
_VERDICTS = ("same", "different", "unit of", "subsidiary of", "has unit", "has subsidiary", "unsure")
#: The 97.5 % point of the normal distribution.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Look:
    """One that waits. For the judgement's `left` and `right` mentions; `verdict` is for checks of merges alone."""

    id: int
    judgement: int
    left: int
    right: int
    verdict: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Measured:
    """`agreed` of `count` looked at; `low` and `high` bound the share with 95 % confidence (Wilson). `kappa`:
    agreement beyond chance (Cohen), None where it is not defined or not asked for."""

    count: int
    agreed: int
    low: float
    high: float
    kappa: float | None = None

    @property
    def share(self) -> float:
        """0 where nothing was looked at."""
        return self.agreed / self.count if self.count else 0.0


def ask_now_and_then(connection: Connection, judgement: int) -> None:
    """Ask for a second reading of one in `ONE_IN` judgements."""
    if content_id("second look", judgement) % ONE_IN == 0:
        _ask(connection, [judgement], _READER)


def next_reading(connection: Connection, who: str) -> Look | None:
    """The oldest that waits for a second reader and is not this person's own."""
    return _next(connection, _READER, schema.judgement.c.by != f"person:{who}")


def next_check(connection: Connection) -> Look | None:
    """The next automatic merge of the sample."""
    return _next(connection, _AUDIT, None)


def find(connection: Connection, look: int) -> Look | None:
    """One by its id, answered or not."""
    query = _query().where(schema.second_look.c.id == look)
    row = connection.execute(query).one_or_none()
    return None if row is None else Look(*row)


def answer(engine: Engine, look: int, verdict: str, *, who: str, reason: str = "") -> bool:
    """Keep what a person says: a verdict, or *has unit*, *has subsidiary* where the right side is the part; for a
    check of a merge *same* and *different* mean right and wrong. False where somebody was quicker. Raises
    `UsageError` for what cannot be said, or not by them."""
    with writing(engine) as connection:
        found = find(connection, look)
        if found is None:
            raise UsageError(f"there is no second look {look}")
        if verdict not in _VERDICTS:
            raise UsageError(f"no such verdict: {verdict!r}")
        if found.by == f"person:{who}":
            raise UsageError("a second reader is another person than the first")
        table = schema.second_look
        done = connection.execute(
            update(table)
            .where(table.c.id == look, table.c.at.is_(None))
            .values(by=who, verdict=verdict, at=now(), reason=reason[:2000])
        )
        return done.rowcount == 1


def draw(engine: Engine, size: int) -> int:
    """Ask for checks of automatic *same* judgements that count now, drawn alike from all that were not asked for
    before. Returns how many were drawn. Raises `UsageError` for a size beyond 1 to 1000."""
    if not 1 <= size <= SAMPLE_MOST:
        raise UsageError(f"a sample has from 1 to {SAMPLE_MOST} merges")
    judgement, look = schema.judgement, schema.second_look
    with writing(engine) as connection:
        asked = select(look.c.judgement_id).where(look.c.kind == _AUDIT)
        undone = select(judgement.c.undoes).where(judgement.c.undoes.is_not(None))
        query = select(judgement.c.id, judgement.c.left_id, judgement.c.right_id).where(
            judgement.c.verdict == "same",
            or_(judgement.c.by.like("rule:%"), judgement.c.by.like("model:%")),
            judgement.c.id.not_in(asked),
            judgement.c.id.not_in(undone),
        )
        # by lot, and by the same lot each time: the smallest digests of their ids
        ids = sorted((row.id for row in connection.execute(query)), key=lambda one: content_id("audit", one))
        drawn = [one for one in ids[: 2 * size] if _counts(connection, one)][:size]
        _ask(connection, drawn, _AUDIT)
        return len(drawn)


def agreement(connection: Connection) -> Measured:
    """How often second readers said the same as the first."""
    pairs = _answered(connection, _READER)
    agreed = sum(first == second for first, second in pairs)
    return Measured(len(pairs), agreed, *interval(agreed, len(pairs)), kappa(pairs))


def precision(connection: Connection) -> Measured:
    """How many of the automatic merges that were checked are right. *Unsure* is no answer and not counted."""
    pairs = [pair for pair in _answered(connection, _AUDIT) if pair[1] != "unsure"]
    right = sum(second == "same" for _, second in pairs)
    return Measured(len(pairs), right, *interval(right, len(pairs)))


def disagreements(connection: Connection, most: int = 50) -> list[tuple[Look, str, str, str]]:
    """The newest readings that differ from the judgement: it, the other verdict, by whom, and why."""
    look, judgement = schema.second_look, schema.judgement
    query = (
        _query(look.c.verdict.label("said"), look.c.by.label("reader"), look.c.reason.label("why"))
        .where(look.c.at.is_not(None), look.c.verdict != judgement.c.verdict)
        .order_by(look.c.at.desc(), look.c.id.desc())
        .limit(most)
    )
    return [(Look(*row[:7]), row.said, row.reader or "", row.why) for row in connection.execute(query)]


def counts(connection: Connection, who: str) -> tuple[int, int]:
    """How many wait: for a second reading by this person, and of the sample."""
    look, judgement = schema.second_look, schema.judgement
    query = (
        select(look.c.kind, func.count())
        .join(judgement, judgement.c.id == look.c.judgement_id)
        .where(look.c.at.is_(None), or_(look.c.kind == _AUDIT, judgement.c.by != f"person:{who}"))
        .group_by(look.c.kind)
    )
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    return found.get(_READER, 0), found.get(_AUDIT, 0)


def interval(agreed: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; (0, 1) for nothing."""
    if not count:
        return 0.0, 1.0
    share = agreed / count
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)) / (1 + _Z**2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two readers; None where there is nothing, or where chance alone would agree always."""
    if not pairs:
        return None
    count = len(pairs)
    agreed = sum(first == second for first, second in pairs) / count
    one, other = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    chance = sum(one[verdict] * other[verdict] for verdict in one) / count**2
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def _ask(connection: Connection, judgements: Sequence[int], kind: str) -> None:
    if judgements:
        at = now()
        rows = [{"judgement_id": one, "kind": kind, "asked_at": at} for one in judgements]
        connection.execute(insert(schema.second_look), rows)


def _query(*more: ColumnElement[Any]) -> Select[Any]:
    look, judgement = schema.second_look, schema.judgement
    return select(
        look.c.id, judgement.c.id.label("judgement"), judgement.c.left_id, judgement.c.right_id,
        judgement.c.verdict, judgement.c.by, judgement.c.reason, *more,
    ).join(judgement, judgement.c.id == look.c.judgement_id)  # fmt: skip


def _next(connection: Connection, kind: str, condition: ColumnElement[bool] | None) -> Look | None:
    look = schema.second_look
    wanted = and_(look.c.kind == kind, look.c.at.is_(None))
    query = _query().where(wanted if condition is None else and_(wanted, condition))
    row = connection.execute(query.order_by(look.c.id).limit(1)).one_or_none()
    return None if row is None else Look(*row)


def _answered(connection: Connection, kind: str) -> list[tuple[str, str]]:
    look = schema.second_look
    query = _query(look.c.verdict.label("said")).where(look.c.kind == kind, look.c.at.is_not(None))
    return [(row.verdict, row.said) for row in connection.execute(query)]


def _counts(connection: Connection, judgement: int) -> bool:
    """Whether it is the row that decides its pair."""
    table = schema.judgement
    row = connection.execute(select(table).where(table.c.id == judgement)).one()
    rows, _ = storage.log(connection, [row.left_id])
    return any(one.id == judgement for one in deciding(effective(rows)))
