"""What the store tells of entities besides facts: identifiers, and who decided what about them, when and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from analytics.basis import Basis
from analytics.exhibits import Words
from pipelines.store import schema

#: Judgements on an entity's page; the others are counted.
DECISIONS_MOST: Final = 30
_CHUNK: Final = 2000

VERDICTS: Final[Mapping[str, Words]] = {
    "same": Words("同一主体", "the same"),
    "different": Words("不同主体", "different"),
    "unit of": Words("前者是后者的业务单元", "the first is a unit of the second"),
    "subsidiary of": Words("前者是后者的子公司", "the first is a subsidiary of the second"),
    "unsure": Words("不确定", "unsure"),
    "undo": Words("撤销", "taken back"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of the judgement log about two names; `undone`: it counts no more."""

    number: int
    day: str
    by: str
    left: str
    verdict: str
    right: str
    reason: str
    undone: bool


@dataclass(frozen=True, slots=True)
class History:
    """identifiers: (scheme, value). decisions: persons' first, then the newest; `more` of them are left out."""

    identifiers: tuple[tuple[str, str], ...] = ()
    decisions: tuple[Decision, ...] = ()
    more: int = 0


def histories(engine: Engine, basis: Basis, entities: Collection[str]) -> dict[str, History]:
    """The histories of these entities, of all mentions that count as them."""
    roles = basis.facts.roles[["mention", "entity"]].drop_duplicates()
    roles = roles[roles["entity"].isin(set(entities))]
    whose: dict[int, str] = dict(zip(roles["mention"].tolist(), roles["entity"].tolist(), strict=True))
    with engine.connect() as connection:
        identifiers = _identifiers(connection, whose)
        rows = _rows(connection, whose)
        names = _names(
            connection, {side for found in rows.values() for row in found[0] for side in _sides(row)}
        )
        undone = _undone(connection)
    return {
        entity: History(
            tuple(sorted(identifiers.get(entity, ()))),
            tuple(_decision(row, names, undone) for row in rows[entity][0]) if entity in rows else (),
            rows[entity][1] if entity in rows else 0,
        )
        for entity in entities
    }


def _identifiers(connection: Connection, whose: Mapping[int, str]) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    table = schema.mention_identifier
    for row in connection.execute(select(table)):
        if row.mention_id in whose:
            found[whose[row.mention_id]].add((row.scheme, row.value))
    return found


def _sides(row: Any) -> tuple[int, int]:
    return row.left_id, row.right_id


def _rows(connection: Connection, whose: Mapping[int, str]) -> dict[str, tuple[list[Any], int]]:
    """Of each entity the rows that its page shows, and how many more there are."""
    table = schema.judgement
    columns = (
        table.c.id, table.c.left_id, table.c.right_id, table.c.verdict, table.c.by, table.c.reason, table.c.made_at,
    )  # fmt: skip
    found: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(select(*columns).order_by(table.c.id)):
        for entity in {whose[side] for side in _sides(row) if side in whose}:
            found[entity].append(row)
    return {entity: _leading(rows) for entity, rows in found.items()}


def _leading(rows: list[Any]) -> tuple[list[Any], int]:
    order = sorted(rows, key=lambda row: (not row.by.startswith("person:"), -row.id))
    return order[:DECISIONS_MOST], max(len(order) - DECISIONS_MOST, 0)


def _undone(connection: Connection) -> frozenset[int]:
    """The rows that an undo row takes back; a row that was taken back counts again when that undo is undone."""
    table = schema.judgement
    query = select(table.c.id, table.c.undoes).where(table.c.undoes.is_not(None))
    undoing = {row.id: row.undoes for row in connection.execute(query)}
    gone: set[int] = set()
    for undo in sorted(undoing, reverse=True):
        if undo not in gone:
            gone.add(undoing[undo])
    return frozenset(gone)


def _names(connection: Connection, mentions: Iterable[int]) -> dict[int, str]:
    table, wanted = schema.mention, sorted(mentions)
    found: dict[int, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(table.c.id, table.c.name).where(table.c.id.in_(wanted[start : start + _CHUNK]))
        found.update({row.id: row.name for row in connection.execute(query)})
    return found


def _decision(row: Any, names: Mapping[int, str], undone: frozenset[int]) -> Decision:
    left, right = (names.get(side, str(side)) for side in _sides(row))
    return Decision(
        row.id, f"{row.made_at:%Y-%m-%d}", row.by, left, row.verdict, right, row.reason, row.id in undone
    )
