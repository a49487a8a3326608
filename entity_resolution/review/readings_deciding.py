"""What a reviewer does to a reading: accept, reject, mend, take back; always through the store's queue of readings.

Invariants kept here:
- a reading is decided by one person: who comes second is told, and nothing is written;
- one transaction a decision: the reading and the facts that follow from it stand or fall together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, select

from entity_resolution.review.decisions import TakenMeanwhile
from entity_resolution.review.readings_mending import Draft, MendRefused, mended, says_the_same
from pipelines.errors import UsageError
from pipelines.store import readings, schema
from pipelines.store.readings import Verdict, Waiting
from pipelines.store.session import writing
from pipelines.store.types import now

#: The form's choices that decide.
CHOICES: Final[dict[str, Verdict]] = {"accept": "accepted", "reject": "rejected", "mend": "mended"}
_REASON_MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a reading: its state, and who holds it now (empty: nobody)."""

    state: str
    by: str

    @property
    def waits(self) -> bool:
        """Whether nobody has decided it."""
        return self.state == "waiting"


def standing(connection: Connection, reading: int, *, lock: bool = False) -> Standing | None:
    """How it stands with a reading; None where there is no such. With `lock` it stays so till the transaction
    ends."""
    table = schema.reading
    query = select(table.c.state, table.c.claimed_by, table.c.claimed_until).where(table.c.id == reading)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    is_claimed = row.claimed_until is not None and row.claimed_until > now()
    return Standing(row.state, (row.claimed_by or "") if is_claimed else "")


def decide(
    engine: Engine, reading: int, choice: str, *, who: str, reason: str = "", draft: Draft | None = None
) -> Verdict:
    """Decide a reading that waits; `draft` is the form of a `mend`. Raises `TakenMeanwhile`, `UsageError` for an
    unknown reading or choice, `MendRefused` and `InputError` for a form that states no fact of the text; then
    nothing is written."""
    if choice not in CHOICES:
        raise UsageError(f"no such choice: {choice!r}")
    verdict = CHOICES[choice]
    with writing(engine) as connection:
        holds = standing(connection, reading, lock=True)
        if holds is None:
            raise UsageError("there is no such reading")
        if not holds.waits or (holds.by and holds.by != who):
            raise TakenMeanwhile(not holds.waits)
        fact = None
        if verdict == "mended":
            one = readings.find(connection, reading)
            if one is None or draft is None:
                raise UsageError("a mended reading needs the fact as it should be")
            fact = mended(draft, one.fact, one.text, who)
            if says_the_same(fact, one.fact):
                raise MendRefused("mend_nothing")
        readings.decide(connection, reading, verdict, who, reason[:_REASON_MOST], fact)
    return verdict


def take_back(engine: Engine, reading: int, *, who: str) -> Waiting:
    """The reading waits again, claimed for whoever takes it back. Raises `UsageError` where nobody decided it."""
    with writing(engine) as connection:
        back = readings.undo(connection, reading)
        readings.claim(connection, reading, who)
    return back


def decided_by(connection: Connection, who: str, most: int) -> list[Waiting]:
    """What this person decided last, the newest first."""
    table = schema.reading
    query = (
        select(table.c.id)
        .where(table.c.decided_at.is_not(None), table.c.decided_by == who)
        .order_by(table.c.decided_at.desc())
        .limit(most)
    )
    found = [readings.find(connection, row.id) for row in connection.execute(query).all()]
    return [one for one in found if one is not None]
