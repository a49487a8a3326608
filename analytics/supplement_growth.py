"""Supplement 3: what each year's network has that the one before has not."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Table, Words
from analytics.growth import Growth, growth
from analytics.simple_graph import Ints

TITLE: Final = Words("网络的逐年增长", "Growth of the network between years")

_PERCENT: Final = Words("%", "%")
_COLUMNS: Final = (
    Column("year", Words("年份", "Year"), "key"),
    Column("since", Words("相对于", "Against"), "text"),
    Column("new_nodes", Words("新节点", "New nodes"), "count"),
    Column("node_growth", Words("节点增长", "Growth of nodes"), "share", _PERCENT, 1),
    Column("new_pairs", Words("新节点对", "New pairs"), "count"),
    Column("pair_growth", Words("节点对增长", "Growth of pairs"), "share", _PERCENT, 1),
    Column("old_old", Words("原有节点之间", "Between nodes known before"), "count"),
    Column("old_new", Words("原有与新节点之间", "Known with new"), "count"),
    Column("new_new", Words("新节点之间", "Between new nodes"), "count"),
    Column("kept", Words("原有节点对留存", "Earlier pairs kept"), "share", _PERCENT, 1),
    Column("density", Words("密度（万分之）", "Density (per 10,000)"), "number", decimals=3),
    Column("exponent", Words("择优连接指数", "Exponent of attachment"), "number", decimals=2),
    Column("exponent_error", Words("标准误", "Its error"), "number", decimals=2),
)


def growth_supplement(_engine: Engine, basis: Basis) -> Table:
    """A row a year, against the year shown before it, the first against the year before."""
    before = dict(zip(basis.years, (basis.years[0] - 1, *basis.years[:-1]), strict=True))
    rows = [_row(basis, since, year) for year, since in before.items()]
    frame = pd.DataFrame(rows, columns=[one.name for one in _COLUMNS])
    counts = [one.name for one in _COLUMNS if one.kind == "count"]
    numbers = [one.name for one in _COLUMNS if one.kind in ("share", "number")]
    frame = frame.astype(dict.fromkeys(counts, "Int64") | dict.fromkeys(numbers, float))
    frame = frame.astype({"year": np.int64})

    def behind(row: int, _column: str) -> Ints:
        """The facts of the years since; what was kept rests on those before as well."""
        year = int(frame["year"].iloc[row])
        rows = basis.until(year)
        if _column in ("kept", "density", "exponent", "exponent_error"):
            return fact_ids(rows)
        return fact_ids(rows[rows["date"].dt.year > before[year]])

    notes = (
        Words(
            "节点对：有序、不计维度。网络逐年累积，故原有节点对不会消失；此处的增长含收录范围的扩大，"
            "另有补充表将其分开。",
            "Pairs are ordered, dimensions aside. Networks are cumulative, so that no pair is lost; "
            "growth here includes "
            "that of what sources cover, which another supplement tells apart.",
        ),
        Words(
            "择优连接指数：新边选择原有节点的机会与其度数的若干次方成正比，该次方的极大似然估计；"
            "零为随机选择，一为线性择优。",
            "Exponent of attachment: new edges choose a node known before with a chance that goes with a "
            "power of its "
            "degree; the power of greatest likelihood. 0 is blind choice, 1 linear preferential attachment.",
        ),
        *basis.reading_notes(),
    )
    return Table("supplement_3", TITLE, _COLUMNS, ("year",), "new_pairs", frame, behind, notes)


def _row(basis: Basis, since: int, year: int) -> dict[str, Any]:
    before, after = basis.network(since), basis.network(year)
    found: Growth = growth(before, after)
    chosen = found.attachment
    pairs = before.graph().edges
    return {
        "year": year,
        "since": str(since),
        "new_nodes": found.new_nodes,
        "node_growth": _percent(found.new_nodes - found.gone_nodes, len(before.nodes)),
        "new_pairs": found.new_edges,
        "pair_growth": _percent(found.new_edges - found.gone_edges, pairs),
        "old_old": found.old_old,
        "old_new": found.old_new,
        "new_new": found.new_new,
        "kept": None if found.kept is None else found.kept * 100,
        "density": None if found.density is None else found.density * 10_000,
        "exponent": chosen.exponent if chosen else None,
        "exponent_error": chosen.error if chosen else None,
    }


def _percent(part: int, whole: int) -> float | None:
    return part / whole * 100 if whole else None
