"""Our numbers beside printed ones, and the checks that the printed ones fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sqlalchemy import Engine, select

from analytics.basis import Basis
from analytics.cells import exhibit
from analytics.checks import Check, check
from analytics.exhibits import Table, table_of
from analytics.published import read_published
from pipelines.store import schema

_CHUNK: Final = 2000
#: Every entity has its place in our ranking when it is compared, not only the leading ones.
_EVERY: Final = 10**9


@dataclass(frozen=True, eq=False)
class Comparison:
    """rows: path (of our cell, empty where we have none), table, row, column, name, printed, ours (NA where we have
    none), difference, printed_place, our_place. checks: those of the printed tables. left: fields not compared."""

    rows: pd.DataFrame
    checks: list[Check]
    left: list[str]

    @property
    def failed(self) -> list[Check]:
        return [one for one in self.checks if not one.ok]


def compare(engine: Engine, basis: Basis, path: Path) -> Comparison:
    """Compare the printed tables of a YAML file (see `analytics.published`) with ours of the same years.

    Of years after the edition's last we say nothing: the store's relations end there.
    """
    names = name_index(engine, basis.heads)
    printed, left = read_published(path, lambda name: names.get(name, name))
    years = sorted(
        {int(year) for table in printed.values() if "year" in table.frame for year in table.frame["year"]}
    )
    ours_too = [year for year in years if year <= basis.last]
    wide = replace(basis.with_years(range(ours_too[0], ours_too[-1] + 1)) if ours_too else basis, top=_EVERY)
    rows: list[dict[str, Any]] = []
    for identity, table in printed.items():
        ours = table_of(exhibit(engine, wide, identity))
        rows += _rankings(table, ours) if len(table.keys) > 1 else _cells(table, ours)
    columns = [
        "path", "table", "row", "column", "name", "printed", "ours", "difference", "printed_place", "our_place",
    ]  # fmt: skip
    checks = [one for table in printed.values() for one in check(table)]
    return Comparison(pd.DataFrame(rows, columns=columns), checks, left)


def name_index(engine: Engine, heads: dict[str, str]) -> dict[str, str]:
    """Every name that the store has read → the entity that most mentions of it mean, as the view counts it."""
    mention, decided, entity = schema.mention, schema.mention_entity, schema.entity
    votes: dict[str, Counter[str]] = {}
    with engine.connect() as connection:
        rows: Iterable[Any] = connection.execute(
            select(mention.c.name, entity.c.id, entity.c.redirect_to)
            .join(decided, decided.c.mention_id == mention.c.id)
            .join(entity, entity.c.id == decided.c.entity_id)
        )
        for row in rows:
            own = row.redirect_to or row.id
            votes.setdefault(row.name, Counter())[heads.get(own, own)] += 1
    return {name: min(found, key=lambda one: (-found[one], one)) for name, found in votes.items()}


def _cells(printed: Table, ours: Table) -> list[dict[str, Any]]:
    """A row a number of a table whose rows have one key."""
    places = {ours.row_path(row): row for row in range(len(ours.frame))}
    rows = []
    for at in range(len(printed.frame)):
        path = printed.row_path(at)
        for column in printed.columns:
            value = printed.value(at, column.name)
            if not column.numeric or value is None:
                continue
            known = path in places and column.name in ours.frame
            mine = ours.value(places[path], column.name) if known else None
            rows.append(_row(f"{path}/{column.name}" if known else "", path, column.name, "", value, mine))
    return rows


def _rankings(printed: Table, ours: Table) -> list[dict[str, Any]]:
    """A row a printed entry: the same entity in our ranking of that block, wherever it stands there."""
    key, value = printed.keys[0], printed.main
    places = {
        (str(block), str(entity)): row
        for row, (block, entity) in enumerate(zip(ours.frame[key], ours.frame["entity"], strict=True))
    }
    rows = []
    for at in range(len(printed.frame)):
        block, entity = str(printed.frame[key].iloc[at]), str(printed.frame["entity"].iloc[at])
        row = places.get((block, entity))
        mine = None if row is None else ours.value(row, value)
        path = "" if row is None else f"{ours.row_path(row)}/{value}"
        found = _row(
            path,
            printed.row_path(at),
            value,
            str(printed.frame["name"].iloc[at]),
            printed.value(at, value),
            mine,
        )
        found["printed_place"] = printed.value(at, "place")
        found["our_place"] = None if row is None else ours.value(row, "place")
        rows.append(found)
    return rows


def _row(path: str, row: str, column: str, name: str, printed: float, ours: float | None) -> dict[str, Any]:
    return {
        "path": path,
        "table": row.partition("/")[0],
        "row": row,
        "column": column,
        "name": name,
        "printed": printed,
        "ours": ours,
        "difference": None if ours is None else round(ours - printed, 6),
        "printed_place": None,
        "our_place": None,
    }
