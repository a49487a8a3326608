"""Supplement 9: how complete the newest years are, told by how late sources tell of what happened.

Only a source that was being watched when something happened shows how late it tells of it: what had happened before
its first visit was all there at once. Where no source was watched for long enough, nothing is said.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from analytics.basis import Basis
from analytics.doubt.backed import DIMENSION_WORDS
from analytics.doubt.delays import complete, quantile, told_within
from analytics.exhibits import Column, Table, Words
from analytics.facts import View
from analytics.simple_graph import Ints
from pipelines.store import schema

TITLE: Final = Words("最近年份的完整程度", "How complete the newest years are")

#: Fewer delays than these say nothing.
LEAST: Final = 30
#: So many years back from the last are looked at.
_YEARS: Final = 2
_SEED: Final = 20211231
_DAYS: Final = Words("天", "days")
_PERCENT: Final = Words("%", "%")
#: Of a bound of the middle 90 %.
_BOUND: Final = Words("%，90% 区间", "%, 90 % range")
_COLUMNS: Final = (
    Column("group", Words("维度或来源", "Dimension or source"), "key"),
    Column("year", Words("年份", "Year"), "key"),
    Column("facts", Words("已知事实", "Facts known"), "count"),
    Column("followed", Words("可知延迟的事实", "Facts with a known delay"), "count"),
    Column("half", Words("半数报道所需", "Half are told within"), "count", _DAYS),
    Column("ninety", Words("九成报道所需", "Nine tenths within"), "count", _DAYS),
    Column("complete", Words("已知占比", "Known by now"), "share", _PERCENT, 1),
    Column("low", Words("下限", "Low"), "share", _BOUND, 1),
    Column("high", Words("上限", "High"), "share", _BOUND, 1),
)


def censoring_table(engine: Engine, basis: Basis) -> Table:
    """Supplement 9: rows by `group` (a dimension, or `source-NAME`) and `year`; behind a row are its facts."""
    events = _events(engine, basis)
    groups = {one: (words, events[events["dimension"] == one]) for one, words in DIMENSION_WORDS.items()}
    for source in sorted(events["source"].unique()):
        groups[f"source-{source}"] = (
            Words(f"来源：{source}", f"Source: {source}"),
            events[events["source"] == source],
        )
    years = [year for year in basis.years if year > basis.last - _YEARS]
    rows = [
        {"group": group, "year": year, **_row(mine, year)}
        for group, (_, mine) in groups.items()
        for year in years
    ]
    columns = [column.name for column in _COLUMNS]
    whole = dict.fromkeys(("facts", "followed", "half", "ninety"), "Int64")
    frame = pd.DataFrame(rows, columns=columns).astype(whole | dict.fromkeys(columns[6:], "float64"))

    def behind(row: int, column: str) -> Ints:
        mine = groups[str(frame["group"].iloc[row])][1]
        if column in ("followed", "half", "ninety"):
            chosen = mine[mine["delay"] >= 0]
        else:
            chosen = mine[mine["year"] == frame["year"].iloc[row]]
        return np.unique(chosen["fact"].to_numpy(dtype=np.int64))

    notes = [
        Words(
            "延迟：从事实的日期到来源首次说出它。只计日期精确到日或月、且发生在该来源首次采集之后的事实；"
            "月份从首日算起；两次采集之间得知的，取中点。",
            "Delay: from a fact's day until its source is first seen to tell of it. Only facts dated to the day or "
            "the month that happened after the first visit to their source; a month counts from its first day, and "
            "what was told of between two visits from the middle between them.",
        ),
        Words(
            "已知占比：按右截断修正（逆时间风险）估计，假定延迟的分布不变、事件在每四周内均匀；"
            "比见过的最长延迟更晚的报道无从得知。",
            "Known by now: corrected for what is not yet told of (reverse-time hazard), if delays stay as they are "
            "and events are spread evenly over each four weeks. What is told of later than the longest delay seen "
            "is not known of.",
        ),
    ]
    if frame["complete"].isna().any():
        notes.append(
            Words(
                f"空缺：可知延迟的事实不足 {LEAST} 条（例如历史一次导入），或该年太近，无法估计。",
                f"Gaps: fewer than {LEAST} facts with a known delay (a history that was read at once has none), or "
                "the year is too young to tell.",
            )
        )
    blocks = {group: words for group, (words, _) in groups.items()}
    return Table(
        "supplement_9", TITLE, _COLUMNS, ("group", "year"), "complete", frame, behind, tuple(notes), blocks
    )


def _row(events: pd.DataFrame, year: int) -> dict[str, float | int | None]:
    """Of facts that lie in a year, by the delays of all that were followed."""
    of_year = events[events["year"] == year]
    followed = events[events["delay"] >= 0]
    found: dict[str, float | int | None] = {
        "facts": len(of_year) or None, "followed": len(followed), "half": None, "ninety": None,
        "complete": None, "low": None, "high": None,
    }  # fmt: skip
    if len(followed) < LEAST:
        return found
    delay, window = (followed[name].to_numpy(dtype=np.int64) for name in ("delay", "window"))
    within = told_within(delay, window)
    found |= {"half": quantile(within, 0.5), "ninety": quantile(within, 0.9)}
    if not len(of_year):
        return found
    until = events["until"].max()
    last = min(dt.date(year, 12, 31), until)
    period = ((until - last).days, (until - dt.date(year, 1, 1)).days)
    age = of_year["window"].to_numpy(dtype=np.int64).clip(period[0], period[1])
    known = complete(delay, window, age, period, np.random.default_rng((_SEED, year)))
    if known is None:
        return found
    shares = {"complete": known.share, "low": known.low, "high": known.high}
    return found | {name: 100.0 * value for name, value in shares.items()}


def _events(engine: Engine, basis: Basis) -> pd.DataFrame:
    """One row a (dimension, fact): fact, dimension, source, year, until (the last day that its source was seen),
    window (days from the fact's day to that), delay (days until it was told of; -1 where that is not known).

    A relation of human capital begins with the present post: that is its fact here.
    """
    rows = basis.until(basis.last)
    rows = rows.assign(fact=rows["via"].fillna(rows["fact"]).astype("int64"))
    rows = rows[["dimension", "fact", "date"]].drop_duplicates(["dimension", "fact"])
    about = basis.facts.facts.set_index("fact")[["source", "precision"]]
    rows = rows.join(about, on="fact")
    rows = rows[rows["precision"].isin(("day", "month"))].reset_index(drop=True)
    with engine.connect() as connection:
        seen = _first_seen(connection, set(rows["fact"]))
        visits = _visits(connection, basis.facts.view)
    spans = [
        _span(day.date(), seen[fact], visits[source])
        for day, fact, source in zip(
            rows["date"], rows["fact"].tolist(), rows["source"].tolist(), strict=True
        )
    ]
    return pd.DataFrame(
        {
            "fact": rows["fact"],
            "dimension": rows["dimension"],
            "source": rows["source"],
            "year": rows["date"].dt.year,
            "until": [visits[source][-1] for source in rows["source"]],
            "window": np.array([window for window, _ in spans], dtype=np.int64),
            "delay": np.array([delay for _, delay in spans], dtype=np.int64),
        }
    )


def _span(day: dt.date, told: dt.date, visits: list[dt.date]) -> tuple[int, int]:
    """Window and delay of a fact. It was told of at some time between two visits: the middle is taken, for else the
    wait for a visit would make each delay longer than it is on the day of the last one."""
    window = max((visits[-1] - day).days, 0)
    if day <= visits[0]:
        return window, -1
    at = bisect_left(visits, told)
    before = max(visits[at - 1] if at else visits[0], day)
    told_at = told - dt.timedelta(days=(told - before).days // 2)
    return window, min(max((told_at - day).days, 0), window)


def _first_seen(connection: Connection, facts: set[int]) -> dict[int, dt.date]:
    table = schema.fact
    rows = connection.execute(select(table.c.id, table.c.first_seen))
    return {row.id: row.first_seen.date() for row in rows if row.id in facts}


def _visits(connection: Connection, view: View) -> dict[str, list[dt.date]]:
    """Source → the days on which it told of something for the first time, and the last on which a page of it was
    seen; rising, as far as the view knows."""
    fact, evidence, page = schema.fact, schema.evidence, schema.page
    query = (
        select(fact.c.source, evidence.c.first_seen)
        .join(evidence, evidence.c.fact_id == fact.c.id)
        .distinct()
    )
    if view.known is not None:
        query = query.where(evidence.c.first_seen <= view.known)
    days: dict[str, set[dt.date]] = defaultdict(set)
    for source, since in connection.execute(query):
        days[source].add(since.date())
    last = func.max(page.c.last_seen, type_=page.c.last_seen.type)
    for source, until in connection.execute(select(page.c.source, last).group_by(page.c.source)):
        if source in days:
            days[source].add((until if view.known is None else min(until, view.known)).date())
    return {source: sorted(found) for source, found in days.items()}
