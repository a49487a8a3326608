"""Writing the audit log, and reading it together with what people judged, the newest first.

Invariant: an entry holds no password and no key; names and addresses are cut to what a row may hold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select

from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now

#: What may be asked for at once.
LISTED_MOST: Final = 1000
COMMAND_LINE: Final = "command line"
_CUT: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. `judgement` is the number of the judgement that the line tells of, where it does."""

    at: dt.datetime
    who: str
    action: str
    about: str
    origin: str
    details: Mapping[str, Any]
    judgement: int | None = None

    def as_json(self) -> dict[str, Any]:
        """With the moment as text."""
        return asdict(self) | {"at": self.at.isoformat(), "details": dict(self.details)}


def write(
    engine: Engine, who: str, action: str, about: str = "", *, origin: str = COMMAND_LINE, **details: object
) -> None:
    """Add a line. `details` are words or numbers."""
    with writing(engine) as connection:
        connection.execute(
            insert(schema.audit).values(
                at=now(), who=who[:_CUT], action=action, about=about[:_CUT], origin=origin[:_CUT],
                details={key: value if isinstance(value, int) else str(value)[:_CUT]
                         for key, value in details.items()},
            )
        )  # fmt: skip


def listed(connection: Connection, most: int = 200) -> list[Entry]:
    """The newest lines, with the judgements of people among them in the order of time."""
    if not 0 < most <= LISTED_MOST:
        raise ValueError(f"from 1 to {LISTED_MOST} lines are read at once")
    lines = _written(connection, most) + _judged(connection, most)
    return sorted(lines, key=lambda one: one.at, reverse=True)[:most]


def _written(connection: Connection, most: int) -> list[Entry]:
    table = schema.audit
    rows = connection.execute(select(table).order_by(table.c.id.desc()).limit(most))
    return [
        Entry(row.at, row.who, row.action, row.about, row.origin, row.details or {}) for row in rows.all()
    ]


def _judged(connection: Connection, most: int) -> list[Entry]:
    table = schema.judgement
    query = select(table.c.id, table.c.by, table.c.verdict, table.c.made_at, table.c.undoes, table.c.left_id,
                   table.c.right_id)  # fmt: skip
    rows = connection.execute(
        query.where(table.c.by.startswith("person:")).order_by(table.c.id.desc()).limit(most)
    ).all()
    names = _names(connection, {key for row in rows for key in (row.left_id, row.right_id)})
    return [
        Entry(
            row.made_at,
            row.by.removeprefix("person:"),
            "taken back" if row.undoes else "judged",
            f"{names[row.left_id]} – {names[row.right_id]}",
            "",
            {"undoes": row.undoes} if row.undoes else {"verdict": row.verdict},
            row.id,
        )
        for row in rows
    ]


def _names(connection: Connection, ids: set[int]) -> dict[int, str]:
    table = schema.mention
    found: dict[int, str] = {}
    listed = sorted(ids)
    for start in range(0, len(listed), 500):  # SQLite takes so many values and not many more
        chosen = table.c.id.in_(listed[start : start + 500])
        found |= {
            row.id: row.name for row in connection.execute(select(table.c.id, table.c.name).where(chosen))
        }
    return found
