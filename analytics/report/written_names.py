"""The names under which sources speak of an entity: how often, between which days, and which sources."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Engine, func, or_, select

from analytics.basis import Basis
from analytics.exhibits import Words
from pipelines.store import schema


@dataclass(frozen=True, slots=True)
class WrittenName:
    """facts: how many say the name. first, last: when sources were seen to say it. sources: their titles."""

    name: str
    facts: int
    first: dt.datetime
    last: dt.datetime
    sources: tuple[Words, ...]


def written_names(engine: Engine, basis: Basis, entities: frozenset[str]) -> dict[str, list[WrittenName]]:
    """The names of each of these entities, those of most facts first; only evidence that counts under the view's
    record time."""
    roles = basis.facts.roles
    rows = roles.loc[roles["entity"].isin(entities), ["fact", "mention", "entity"]]
    rows = rows.merge(basis.facts.facts[["fact", "source"]], on="fact").merge(_seen(engine, basis), on="fact")
    rows = rows.merge(_mentions(engine, rows), on="mention").drop_duplicates(["entity", "name", "fact"])
    found: dict[str, list[WrittenName]] = {}
    titles = _titles(engine)
    grouped = rows.groupby(["entity", "name"], sort=True).agg(
        facts=("fact", "size"), first=("first", "min"), last=("last", "max"), sources=("source", "unique")
    )
    columns = (grouped[name].tolist() for name in grouped)
    for (entity, name), facts, first, last, sources in zip(grouped.index, *columns, strict=True):
        told = tuple(titles[one] for one in sorted(sources))
        found.setdefault(entity, []).append(WrittenName(name, facts, first, last, told))
    for names in found.values():
        names.sort(key=lambda one: (-one.facts, one.name))
    return found


def _seen(engine: Engine, basis: Basis) -> pd.DataFrame:
    """fact, first, last: between which moments a page was seen to say it."""
    table, known = schema.evidence, basis.facts.view.known
    query = select(table.c.fact_id, func.min(table.c.first_seen), func.max(table.c.last_seen))
    if known is None:
        query = query.where(table.c.ended_at.is_(None))
    else:
        query = query.where(
            table.c.first_seen <= known, or_(table.c.ended_at.is_(None), table.c.ended_at > known)
        )
    with engine.connect() as connection:
        rows = connection.execute(query.group_by(table.c.fact_id))
        return pd.DataFrame(dict(zip(("fact", "first", "last"), zip(*rows, strict=True), strict=False)),
                            columns=["fact", "first", "last"])  # fmt: skip


def _mentions(engine: Engine, rows: pd.DataFrame) -> pd.DataFrame:
    table = schema.mention
    wanted = set(rows["mention"].tolist())
    with engine.connect() as connection:
        found = [
            tuple(row) for row in connection.execute(select(table.c.id, table.c.name)) if row.id in wanted
        ]
    return pd.DataFrame(found, columns=["mention", "name"])


def _titles(engine: Engine) -> dict[str, Words]:
    table = schema.source
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.name, table.c.title, table.c.title_zh)).all()
    return {row.name: Words(row.title_zh or row.name, row.title or row.name) for row in rows}
