"""Supplement 8: how much of a network's yearly growth is the world, and how much is new coverage.

Two clocks tell them apart. By valid time: a relation that begins in a year, told by a source that tells of earlier
years as well, is growth of the world; one that only sources tell of whose own history begins in that year may be
older, and is coverage. By record time: what is known now of a year, and was not at an earlier moment, is coverage.

Invariant: the sample and who is who are those of now at both moments, so that only what sources said differs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Table, Words
from analytics.facts import View, load
from analytics.simple_graph import Ints
from pipelines.store import schema

TITLE: Final = Words("增长的构成：真实变化与新增覆盖", "Growth: the world, and new coverage")

_YEAR: Final = dt.timedelta(days=365)
_UNITS: Final = {"edges": Words("边", "Edges"), "nodes": Words("节点", "Nodes")}
_COLUMNS: Final = (
    Column("unit", Words("单位", "Unit"), "key"),
    Column("year", Words("年份", "Year"), "key"),
    Column("total", Words("合计", "All"), "count"),
    Column("growth", Words("增长", "Growth"), "count"),
    Column("world", Words("真实变化", "The world"), "count"),
    Column("new_sources", Words("来源新起", "Sources that begin"), "count"),
    Column("known_then", Words("此前已知", "Known before"), "count"),
    Column("learned", Words("此后得知", "Learned since"), "count"),
    Column("learned_old", Words("其中：原有来源", "By sources of then"), "count"),
    Column("learned_new", Words("其中：新增来源", "By new sources"), "count"),
    Column("gone", Words("此后撤销", "Taken back since"), "count"),
)
_CLOCKS: Final = ("known_then", "learned", "learned_old", "learned_new", "gone")


def growth_table(engine: Engine, basis: Basis) -> Table:
    """Supplement 8: rows by `unit` (edges, nodes) and `year`; behind a cell are the facts that it counts."""
    then = earlier(engine, basis.facts.view)
    rows = _relations(basis)
    before = None if then is None else _relations(_at(engine, basis, then))
    things = {unit: _Things.of(rows, before, unit) for unit in _UNITS}
    told = [
        {"unit": unit, "year": year, **one.counts(year)}
        for unit, one in things.items()
        for year in basis.years
    ]
    columns = [column.name for column in _COLUMNS]
    frame = pd.DataFrame(told, columns=columns)
    frame = frame.astype({"year": np.int64} | dict.fromkeys(columns[2:], "Int64"))

    def behind(row: int, column: str) -> Ints:
        return things[str(frame["unit"].iloc[row])].facts(int(frame["year"].iloc[row]), column)

    notes = [
        Words(
            "增长：首个日期在该年的边或节点。由也报道更早年份的来源说到的，计为真实变化；只由历史始于该年的来源说到的，"
            "计为来源新起（可能更早就有）。",
            "Growth: edges or nodes whose first day lies in the year. The world: a source tells of them that tells "
            "of earlier years too. Sources that begin: told only by sources whose history begins in that year, so "
            "that they may be older.",
        ),
        _of_clocks(then),
        *basis.reading_notes(),
    ]
    return Table(
        "supplement_8", TITLE, _COLUMNS, ("unit", "year"), "growth", frame, behind, tuple(notes), _UNITS
    )


def _of_clocks(then: dt.datetime | None) -> Words:
    if then is None:
        return Words(
            "空缺：全部内容在同一天得知，无法区分此后得知的部分；再次采集之后才能区分。",
            "Gaps: everything was learned in one day, so what was learned since cannot be told; later visits will.",
        )
    return Words(
        f"“此前”指截至 {then:%Y-%m-%d} 已知的内容；样本和主体判定按现在。此后得知的部分是覆盖的增加，"
        "不是该年的真实变化。",
        f"Before: what was known by {then:%Y-%m-%d}, with the sample and who is who as of now. What was learned "
        "since is coverage, whatever year it is about.",
    )


def earlier(engine: Engine, view: View) -> dt.datetime | None:
    """The moment to compare with: a year before the newest that the view knows, or where nothing was seen by then
    the end of the first day; None where everything was seen on that day."""
    seen = schema.evidence.c.first_seen
    query = select(func.min(seen, type_=seen.type), func.max(seen, type_=seen.type))
    if view.known is not None:
        query = query.where(seen <= view.known)
    with engine.connect() as connection:
        first, last = connection.execute(query).one()
    if first is None:
        return None
    newest = view.known or last
    if newest - _YEAR >= first:
        back: dt.datetime = newest - _YEAR
        return back
    day: dt.datetime = first.replace(hour=0, minute=0, second=0, microsecond=0)
    end = day + dt.timedelta(days=1, microseconds=-1)
    return end if last > end else None


def _at(engine: Engine, basis: Basis, then: dt.datetime) -> Basis:
    facts = load(engine, replace(basis.facts.view, known=then))
    return Basis(facts, basis.edition, basis.years, basis.top)


def _relations(basis: Basis) -> pd.DataFrame:
    """The dated relations with `year` and `told_by`, the source of the fact."""
    rows = basis.until(basis.last)
    source = basis.facts.facts.set_index("fact")["source"]
    return rows.assign(year=rows["date"].dt.year, told_by=rows["fact"].map(source))


@dataclass(frozen=True, slots=True, eq=False)
class _Things:
    """Edges or nodes, by number. rows: a row for each (relation, thing): thing, year, told_by, fact, via. first:
    the year that each begins in (NaN: not known now). steady: a source of its first year tells of earlier ones.
    first_then: the same as `first` at the earlier moment, None where there is none. old: sources of then."""

    rows: pd.DataFrame
    first: pd.Series[float]
    steady: NDArray[np.bool_]
    first_then: pd.Series[float] | None
    old: frozenset[str]

    @classmethod
    def of(cls, now: pd.DataFrame, before: pd.DataFrame | None, unit: str) -> _Things:
        rows, old_rows = _apart(now, unit), None if before is None else _apart(before, unit)
        keys = rows["key"] if old_rows is None else pd.concat([rows["key"], old_rows["key"]])
        number = pd.Index(keys.unique())
        rows = rows.assign(thing=number.get_indexer(pd.Index(rows["key"])))
        every = pd.RangeIndex(len(number))
        first = rows.groupby("thing")["year"].min().reindex(every)
        begins = rows.groupby("told_by")["year"].min()
        at_first = rows["year"].to_numpy() == first.reindex(rows["thing"]).to_numpy()
        is_steady = rows["told_by"].map(begins).to_numpy() < rows["year"].to_numpy()
        steady = np.zeros(len(number), dtype=bool)
        steady[rows["thing"].to_numpy()[at_first & is_steady]] = True
        then = None
        if old_rows is not None:
            things = number.get_indexer(pd.Index(old_rows["key"]))
            then = old_rows.assign(thing=things).groupby("thing")["year"].min().reindex(every)
        old = frozenset() if before is None else frozenset(before["told_by"])
        return cls(rows, first, steady, then, old)

    def counts(self, year: int) -> dict[str, int | None]:
        """The numbers of a row."""
        found: dict[str, int | None] = {
            name: int(self._chosen(year, name).sum()) for name in ("total", "growth", "world", "new_sources")
        }
        known = self.first_then is not None
        return found | {name: int(self._chosen(year, name).sum()) if known else None for name in _CLOCKS}

    def facts(self, year: int, column: str) -> Ints:
        """The facts behind a cell; of what is known no more there are none."""
        if column in _CLOCKS and self.first_then is None:
            return np.zeros(0, dtype=np.int64)
        chosen = self._chosen(year, column)
        rows = self.rows[chosen[self.rows["thing"].to_numpy()] & (self.rows["year"] <= year).to_numpy()]
        return fact_ids(rows)

    def _chosen(self, year: int, column: str) -> NDArray[np.bool_]:
        first = self.first.to_numpy()
        there, begun = first <= year, first == year
        if column == "growth":
            return np.asarray(begun)
        if column in ("world", "new_sources"):
            return np.asarray(begun & (self.steady == (column == "world")))
        if column not in _CLOCKS or self.first_then is None:
            return np.asarray(there)
        then = self.first_then.to_numpy() <= year
        if column == "known_then":
            return np.asarray(then)
        if column == "gone":
            return np.asarray(then & ~there)
        learned = there & ~then
        if column == "learned":
            return np.asarray(learned)
        rows = self.rows[(self.rows["year"] <= year) & self.rows["told_by"].isin(self.old)]
        by_old = np.zeros(len(first), dtype=bool)
        by_old[rows["thing"].to_numpy()] = True
        return np.asarray(learned & (by_old == (column == "learned_old")))


def _apart(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """`key` of the thing, year, told_by, fact, via: a row for each edge, or for each end of one."""
    kept = ["key", "year", "told_by", "fact", "via"]
    if unit == "edges":
        key = rows["source"] + ">" + rows["target"] + ":" + rows["dimension"]
        return rows.assign(key=key)[kept]
    return pd.concat([rows.assign(key=rows[end])[kept] for end in ("source", "target")], ignore_index=True)
