"""What a reviewer does to the queue: decide a pair, several at once, take back; always through `judgements`.

Invariants kept here:
- a pair of the queue is decided by one person: who comes second is told, and nothing is written;
- one transaction a decision: the judgement, the queue and the request for a second reading stand or fall together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, select

from entity_resolution import queue, storage
from entity_resolution.judgements import Judged, judge_within, undo_within
from entity_resolution.queue import Waiting
from entity_resolution.review.second_look import ask_now_and_then
from entity_resolution.review.showing import shown
from pipelines.errors import JudgementRefused, UsageError, ValuenetError
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now

#: What a form sends → the verdict, and whether its sides change places (the part is judged from the left).
VERDICTS: Final[dict[str, tuple[str, bool]]] = {
    "same": ("same", False),
    "different": ("different", False),
    "left unit": ("unit of", False),
    "right unit": ("unit of", True),
    "left subsidiary": ("subsidiary of", False),
    "right subsidiary": ("subsidiary of", True),
    "unsure": ("unsure", False),
}
_REASON_MOST = 2000
BATCH_MOST = 100


class TakenMeanwhile(ValuenetError):
    """The pair was decided or claimed by somebody else. `decided`: which of the two."""

    def __init__(self, decided: bool) -> None:
        self.decided = decided
        super().__init__("decided by somebody else" if decided else "claimed by somebody else")


@dataclass(frozen=True, slots=True)
class Batch:
    """What deciding several came to: judgements written, and pairs (candidates) refused with why."""

    judgements: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a pair of the queue now (empty: nobody), and whether it is decided."""

    by: str
    closed: bool
    judgement: int | None


def decide(engine: Engine, candidate: int, choice: str, *, reason: str, who: str) -> Judged:
    """Judge a pair of the queue. Raises `TakenMeanwhile`, `UsageError` for an unknown pair or choice, and
    `JudgementRefused` for what an earlier judgement forbids; then nothing is written."""
    with writing(engine) as connection:
        storage.lock(connection)
        pair = queue.find(connection, candidate)
        if pair is None:
            raise UsageError("this pair is not in the queue")
        holds = claim_of(connection, candidate)
        if holds.closed or (holds.by and holds.by != who):
            raise TakenMeanwhile(holds.closed)
        return _judge(connection, pair.left, pair.right, choice, reason or cited(pair), who)


def decide_freely(engine: Engine, left: int, right: int, choice: str, *, reason: str, who: str) -> Judged:
    """Judge two mentions that nobody queued. Raises as `decide`; a reason must be given."""
    with writing(engine) as connection:
        storage.lock(connection)
        return _judge(connection, left, right, choice, reason, who)


def decide_together(
    engine: Engine, entity: str, candidates: Collection[int], choice: str, *, reason: str, who: str
) -> Batch:
    """Judge pairs of which the entity is a side alike. In *left …* choices the entity is the left one. What is
    refused is told and leaves the others standing."""
    if not candidates or len(candidates) > BATCH_MOST:
        raise UsageError(f"from 1 to {BATCH_MOST} pairs are decided together")
    written: list[int] = []
    refused: list[tuple[int, str]] = []
    with writing(engine) as connection:
        storage.lock(connection)
        for candidate in sorted(candidates):
            pair = queue.find(connection, candidate)
            holds = claim_of(connection, candidate)
            if pair is None or holds.closed:  # one decision may settle several
                continue
            if holds.by and holds.by != who:
                refused.append((candidate, f"claimed by {holds.by}"))
                continue
            sides = (pair.left, pair.right)
            left, right = sides if pair.left_entity == entity else sides[::-1]
            try:
                with connection.begin_nested():
                    done = _judge(connection, left, right, choice, reason or cited(pair), who)
            except (JudgementRefused, UsageError) as error:
                refused.append((candidate, str(error)))
                continue
            written.append(done.judgement)
            moved = storage.entities_of(connection, [left])
            entity = moved.get(left, entity)
    return Batch(tuple(written), tuple(refused))


def take_back(engine: Engine, judgement: int, *, who: str, reason: str = "") -> Judged:
    """Undo a judgement; the pair that it had closed is claimed for whoever undoes it."""
    with writing(engine) as connection:
        storage.lock(connection)
        back = undo_within(connection, judgement, reason=reason[:_REASON_MOST], by=who)
        reopened = pair_of(connection, judgement)
        if reopened is not None:
            queue.claim(connection, reopened, who)
        return back


def claim_of(connection: Connection, candidate: int) -> Claim:
    """How it stands with a pair of the queue."""
    table = schema.candidate
    row = connection.execute(select(table).where(table.c.id == candidate)).one_or_none()
    if row is None:
        return Claim("", True, None)
    is_claimed = row.claimed_until is not None and row.claimed_until >= now()
    return Claim(row.claimed_by or "" if is_claimed else "", row.closed_at is not None, row.judgement_id)


def pair_of(connection: Connection, judgement: int) -> int | None:
    """The pair of the queue that a judgement is about, if there is one."""
    table = schema.judgement
    row = connection.execute(select(table).where(table.c.id == judgement)).one_or_none()
    if row is None:
        return None
    pair = queue.find(connection, queue.candidate_id(row.left_id, row.right_id))
    return None if pair is None else pair.id


def cited(pair: Waiting) -> str:
    """The reason of whoever gave none: what the page showed."""
    features = [str(one[1]) for one in _features(pair.why)[:3]]
    seen = "; ".join([str(pair.why.get("reason", "")), *features]).strip("; ")
    suggestion = f"suggested: {pair.suggestion}, {pair.score:.2f}"
    return shown(f"as shown for review ({suggestion}{'; ' if seen else ''}{seen})", 500)


def _features(why: object) -> list[list[object]]:
    """The features of a `why`, each (name, words, push); others are left out."""
    listed = why.get("features") if isinstance(why, dict) else None
    found = [one for one in listed or () if isinstance(one, list | tuple) and len(one) == 3]
    return [list(one) for one in found]


def features(pair: Waiting) -> list[tuple[str, float]]:
    """What spoke for and against the suggestion: words and push, the strongest first."""
    told = []
    for _, words, push in _features(pair.why):
        if isinstance(push, int | float):
            told.append((str(words), float(push)))
    return sorted(told, key=lambda one: -abs(one[1]))


def _judge(connection: Connection, left: int, right: int, choice: str, reason: str, who: str) -> Judged:
    if choice not in VERDICTS:
        raise UsageError(f"no such choice: {choice!r}")
    verdict, turned = VERDICTS[choice]
    sides: Iterable[int] = (right, left) if turned else (left, right)
    one, other = (str(each) for each in sides)
    done = judge_within(connection, one, other, verdict, reason=reason[:_REASON_MOST], by=who)
    ask_now_and_then(connection, done.judgement)
    return done
