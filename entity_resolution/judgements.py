"""A person's word: judge a pair, take a judgement back, and look up what was decided.

Invariants kept here:
- a judgement that could not be carried out is not written: `JudgementRefused` says which names stand in its way;
- *same* passes over no word that keeps its sides apart, not even one about this very pair (undo that first);
- judging and taking back are rows like any other, each with who and why; the entities are derived at once.
"""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from entity_resolution import queue, storage
from entity_resolution.clustering import APART, Refusal
from entity_resolution.curated import Curated, curated
from entity_resolution.deriving import derive, trial
from entity_resolution.log import VERDICTS, Judgement, Key, Verdict, deciding, effective
from entity_resolution.lookup import find_entity, find_mention
from entity_resolution.relations import RELATIONS, lift
from entity_resolution.resolver import begin, finish
from pipelines.errors import JudgementRefused, UsageError
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now


@dataclass(frozen=True, slots=True)
class Judged:
    """The row written, the entities of its two sides now, and weaker judgements that had to give way."""

    judgement: int
    left: str
    right: str
    given_way: tuple[Refusal, ...]


def judge(
    engine: Engine,
    left: str,
    right: str,
    verdict: str,
    *,
    reason: str,
    by: str = "",
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    known: Curated | None = None,
) -> Judged:
    """Write a person's verdict on two mentions, each given as an entity's id, a mention's id or a name.

    Raises `UsageError` for what names nobody or several, `JudgementRefused` for what an earlier judgement forbids.
    """
    with writing(engine) as connection:
        storage.lock(connection)
        return judge_within(
            connection, left, right, verdict, reason=reason, by=by, valid_from=valid_from, valid_to=valid_to,
            known=known,
        )  # fmt: skip


def judge_within(
    connection: Connection,
    left: str,
    right: str,
    verdict: str,
    *,
    reason: str,
    by: str = "",
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    known: Curated | None = None,
) -> Judged:
    """The same as a part of a larger write transaction, which holds the lock (`storage.lock`)."""
    if verdict not in VERDICTS or verdict == "undo":
        raise UsageError(f"no such verdict: {verdict!r}")
    if not reason.strip():
        raise UsageError("a judgement needs a reason")
    if valid_from and valid_to and valid_to < valid_from:
        raise UsageError("it would end before it starts")
    one, other = find_mention(connection, left), find_mention(connection, right)
    if one.id == other.id:
        raise UsageError(f"{left!r} and {right!r} are one mention")
    if one.is_person != other.is_person and verdict != "different":
        raise JudgementRefused("a person is no organisation", (one.name, other.name))
    row = Judgement(
        storage.last_judgement(connection) + 1, one.id, other.id, _verdict(verdict), person(by), 1.0,
        reason.strip(), valid_from, valid_to,
    )  # fmt: skip
    _not_kept_apart(connection, row, (one.name, other.name))
    return _carry_out(connection, row, row, curated() if known is None else known)


def undo(
    engine: Engine, judgement: int, *, reason: str, by: str = "", known: Curated | None = None
) -> Judged:
    """Take a judgement back; taking an undo row back restores what it undid.

    Raises `UsageError` for an unknown row or one that does not count, `JudgementRefused` where what would come back
    is forbidden by now.
    """
    with writing(engine) as connection:
        storage.lock(connection)
        return undo_within(connection, judgement, reason=reason, by=by, known=known)


def undo_within(
    connection: Connection, judgement: int, *, reason: str, by: str = "", known: Curated | None = None
) -> Judged:
    """The same as a part of a larger write transaction, which holds the lock (`storage.lock`)."""
    table = schema.judgement
    found = connection.execute(select(table).where(table.c.id == judgement)).one_or_none()
    if found is None:
        raise UsageError(f"there is no judgement {judgement}")
    target = storage.judgement(found)
    about = _about(connection, target)
    if not _counts(target, about):
        raise UsageError(f"judgement {judgement} was taken back before")
    row = Judgement(
        storage.last_judgement(connection) + 1, target.left, target.right, "undo", person(by), 1.0,
        reason.strip() or f"takes {judgement} back", undoes=judgement,
    )  # fmt: skip
    back = _comes_back([*about, row], about)
    return _carry_out(connection, row, back, curated() if known is None else known)


def history(engine: Engine, who: str, most: int | None = None) -> list[dict[str, Any]]:
    """All rows about an entity's mentions (or the newest), the oldest first, each with whether it counts and what
    it is worth: its `state` is decides, agrees (with the row that decides the pair), outvoted, undone or undo."""
    with engine.connect() as connection:
        entity = find_entity(connection, who)
        shown = None if most is None else storage.newest_of(connection, entity, most)
        if shown is None:
            rows, _ = storage.log(connection, storage.members(connection, entity))
        else:
            rows = storage.log_beside(connection, shown)
        counting = {row.id for row in effective(rows)}
        deciders = {
            frozenset((row.left, row.right)): row
            for row in deciding(row for row in rows if row.id in counting)
        }
        made = storage.made_at(connection, [row.id for row in rows])
        sides = {storage.as_id(key) for row in rows for key in (row.left, row.right)}
        who_is = storage.mentions(connection, sides)
    return [
        {
            "judgement": row.id,
            "made_at": made[row.id],
            "by": row.by,
            "left": who_is[storage.as_id(row.left)].name,
            "left_source": who_is[storage.as_id(row.left)].source,
            "verdict": row.verdict,
            "right": who_is[storage.as_id(row.right)].name,
            "right_source": who_is[storage.as_id(row.right)].source,
            "undoes": row.undoes,
            "state": _state(row, counting, deciders),
            "score": row.score,
            "reason": row.reason,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        }
        for row in sorted(rows, key=lambda row: row.id)
        if shown is None or row.id in shown
    ]


def _state(row: Judgement, counting: set[int], deciders: Mapping[frozenset[Key], Judgement]) -> str:
    if row.undoes is not None:
        return "undo"
    if row.id not in counting:
        return "undone"
    decider = deciders.get(frozenset((row.left, row.right)), row)
    if decider.id == row.id:
        return "decides"
    return "agrees" if decider.verdict == row.verdict else "outvoted"


def person(name: str) -> str:
    """Who judges: the name given, or the one this computer knows the user by."""
    given = name.strip()
    if not given:
        try:
            given = getpass.getuser()
        except (KeyError, OSError):
            given = "unknown"
    return f"person:{given.removeprefix('person:')}"


def _carry_out(connection: Connection, row: Judgement, acting: Judgement | None, known: Curated) -> Judged:
    """Write the row and derive, unless `acting` (the row that then counts anew) could not be carried out."""
    sides = [storage.as_id(row.left), storage.as_id(row.right)]
    before = {refusal.judgement.id for refusal in trial(connection, sides, ()).refusals}
    after = trial(connection, sides, (row,))
    for refusal in after.refusals if acting is not None else ():
        assert acting is not None
        refused = refusal.judgement
        # an older *same* that comes back must not push a person's newer one out in silence either
        pushed_out = acting.verdict == "same" and refused.by_person and refused.id not in before
        if refused.id == acting.id or pushed_out:
            raise JudgementRefused(_against(connection, refusal), refusal.path)
    if acting is not None and acting.verdict in RELATIONS:
        _without_ring(connection, row, acting, after.entity_of)
    table = schema.judgement
    written = connection.execute(
        insert(table)
        .values(
            left_id=row.left, right_id=row.right, verdict=row.verdict, by=row.by, score=row.score,
            reason=row.reason, valid_from=row.valid_from, valid_to=row.valid_to, made_at=now(), undoes=row.undoes,
        )
        .returning(table.c.id)
    ).scalar_one()  # fmt: skip
    resolution = begin(connection, now(), 0)
    derive(connection, resolution, known, sides)
    finish(connection, resolution)
    entity = storage.entities_of(connection, sides)
    if row.undoes is not None:
        queue.reopen(connection, row.undoes)
    # a rule's doubt that counts again, once a person's word is taken back, leaves the pair open
    if acting is not None and (acting.by_person or acting.verdict != "unsure"):
        counts = written if acting is row else acting.id
        queue.close(connection, counts, entity[sides[0]], entity[sides[1]])
    given_way = tuple(refusal for refusal in after.refusals if refusal.judgement.id not in before)
    return Judged(written, entity[sides[0]], entity[sides[1]], given_way)


def _not_kept_apart(connection: Connection, row: Judgement, names: tuple[str, str]) -> None:
    """Refuse *same* where the pair is judged otherwise by now."""
    if row.verdict == "same":
        for standing in deciding(effective(_about(connection, row))):
            if standing.verdict in APART:
                raise JudgementRefused(_keeps_apart(standing), names)


def _without_ring(
    connection: Connection, row: Judgement, acting: Judgement, moved: Mapping[Any, str]
) -> None:
    rows = [*storage.log_of_pairs(connection, RELATIONS), *_about(connection, row), row]
    deciders = deciding(effective({one.id: one for one in rows}.values()))
    sides = {storage.as_id(key) for one in deciders for key in (one.left, one.right)}
    entity_of = {**storage.entities_of(connection, sides), **moved}
    _, cycles = lift(deciders, entity_of)
    for cycle in cycles:
        if cycle.judgement.id == acting.id:
            raise JudgementRefused("it would close a ring", storage.entity_names(connection, cycle.path))


def _against(connection: Connection, refusal: Refusal) -> str:
    if isinstance(refusal.against, str):
        return f"these bear two identifiers of one scheme ({refusal.against})"
    table = schema.judgement
    row = connection.execute(select(table).where(table.c.id == refusal.against)).one()
    return _keeps_apart(storage.judgement(row))


def _keeps_apart(row: Judgement) -> str:
    back = f"take it back first with: valuenet undo {row.id}"
    return f"judgement {row.id} ({row.verdict}, {row.by}) keeps these apart ({back})"


def _about(connection: Connection, row: Judgement) -> list[Judgement]:
    """All rows about the same pair."""
    rows, _ = storage.log(connection, [storage.as_id(row.left)])
    pair = {row.left, row.right}
    return [one for one in rows if {one.left, one.right} == pair]


def _counts(row: Judgement, about: list[Judgement]) -> bool:
    """Whether no later row that counts undoes it."""
    return not any(later.undoes == row.id and _counts(later, about) for later in about)


def _comes_back(after: list[Judgement], before: list[Judgement]) -> Judgement | None:
    """The row that decides the pair once the last row is written, if that is another than before."""
    old = {row.id for row in deciding(effective(before))}
    new = [row for row in deciding(effective(after)) if row.id not in old]
    return new[0] if new else None


def _verdict(verdict: str) -> Verdict:
    known: dict[str, Verdict] = {
        "same": "same", "different": "different", "unit of": "unit of", "subsidiary of": "subsidiary of",
        "unsure": "unsure",
    }  # fmt: skip
    return known[verdict]
