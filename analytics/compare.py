"""Our numbers beside printed ones, and the checks that the printed ones fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sqlalchemy import Engine, select

from analytics.basis import Basis
from analytics.cells import exhibit
from analytics.checks import Check, check_all
from analytics.exhibits import Table, table_of
from analytics.published import read_published
from analytics.text_numbers import LETTERS_MOST, TextSlip, numbers_in, text_slips
from entity_resolution.curated import curated
from entity_resolution.names import exact_key
from pipelines.checked_yaml import read_yaml
from pipelines.errors import InputError
from pipelines.store import schema

_CHUNK: Final = 2000
#: Every entity has its place in our ranking when it is compared, not only the leading ones.
_EVERY: Final = 10**9


@dataclass(frozen=True, eq=False)
class Comparison:
    """rows: path (of our cell, empty where we have none), table, row, column, name, printed, ours (NA where we have
    none), difference, printed_place, our_place. checks: those of the printed tables. left: fields not compared.
    slips: numbers of the printed text that are printed numbers with two digits exchanged."""

    rows: pd.DataFrame
    checks: list[Check]
    left: list[str]
    slips: list[TextSlip] = field(default_factory=list)

    @property
    def failed(self) -> list[Check]:
        return [one for one in self.checks if not one.ok]


def compare(engine: Engine, basis: Basis, path: Path, text: Path | None = None) -> Comparison:
    """Compare the printed tables of a YAML file (see `analytics.published`) with ours of the same years, and the
    printed numbers with those of the printed text, where it is at hand.

    Names that the store has not read mean what the curated list says. In a printed ranking a unit and its
    organisation are two, whatever our level is: the checks look at it so. Of years after the edition's last we say
    nothing: the store's relations end there.
    """
    names = name_index(engine, basis.heads)
    printed, left = read_published(path, partial(_meant, names))
    as_printed, _ = read_published(path, partial(_meant, name_index(engine, {})))
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
    checks = check_all(as_printed.values())
    slips = [] if text is None else text_slips(_text(text), numbers_in(read_yaml(path).content))
    return Comparison(pd.DataFrame(rows, columns=columns), checks, left, slips)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > 4 * LETTERS_MOST:
            raise InputError("is too long for the text of a report", where=str(path))
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read as text: {error}", where=str(path)) from error


def _meant(names: Mapping[str, str], name: str) -> str:
    known = _curated_name(name)
    return names.get(name) or names.get(known) or known


def _curated_name(name: str) -> str:
    """The first name of the one organisation of the curated list that bears this name; else the name itself."""
    known = curated()
    bearers = {place for place, one in known.by_key.get(exact_key(name), ()) if not one.ambiguous}
    return known.organisations[bearers.pop()].name if len(bearers) == 1 else name


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
