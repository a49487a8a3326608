"""Supplement 10: how many independent sources stand behind the network, by dimension."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.doubt.finds import finds
from analytics.exhibits import Column, Table, Words
from analytics.networks import DIMENSIONS
from analytics.simple_graph import Ints

TITLE: Final = Words("独立来源的印证", "Corroboration by independent sources")

#: Dimension → its words, as the tables of this package show them.
DIMENSION_WORDS: Final = {
    "technology": Words("技术", "Technology"),
    "human_capital": Words("人力资本", "Human capital"),
    "investment": Words("投资", "Investment"),
}
_UNITS: Final = {
    "relations": Words("关系（网络的边）", "Relations (edges of the network)"),
    "facts": Words("事实", "Facts"),
}
_PERCENT: Final = Words("%", "%")
#: Column → how many sources it is about, at least and at most.
_SOURCES: Final = {"one": (1, 1), "two": (2, 2), "more": (3, None)}
_COLUMNS: Final = (
    Column("unit", Words("单位", "Unit"), "key"),
    Column("dimension", Words("维度", "Dimension"), "key", shown=False),
    Column("label", Words("维度", "Dimension"), "text", english="label_en"),
    Column("all", Words("合计", "All"), "count"),
    Column("one", Words("一个来源", "One source"), "count"),
    Column("two", Words("两个来源", "Two sources"), "count"),
    Column("more", Words("三个及以上", "Three or more"), "count"),
    Column("share", Words("两个及以上占比", "Two or more"), "share", _PERCENT, 2),
)


def backed_table(engine: Engine, basis: Basis) -> Table:
    """Supplement 10: rows by `unit` (relations, facts) and `dimension`; behind a cell are its facts."""
    found = finds(engine, basis)
    counts: dict[tuple[str, str], list[tuple[Ints, int]]] = {}
    for one in DIMENSIONS:
        counts["relations", one] = [(facts, len(sources)) for facts, sources in found.relations[one]]
        counts["facts", one] = [
            (np.array([fact], dtype=np.int64), sources) for fact, sources in found.facts[one].items()
        ]
    rows = []
    for unit in _UNITS:
        for one in DIMENSIONS:
            sources = np.array([count for _, count in counts[unit, one]], dtype=np.int64)
            number = {name: int(_inside(sources, name).sum()) for name in _SOURCES}
            every = len(sources)
            rows.append(
                {
                    "unit": unit,
                    "dimension": one,
                    "label": DIMENSION_WORDS[one].zh,
                    "label_en": DIMENSION_WORDS[one].en,
                    "all": every or None,
                    **{name: count if every else None for name, count in number.items()},
                    "share": 100.0 * (number["two"] + number["more"]) / every if every else np.nan,
                }
            )
    frame = pd.DataFrame(rows).astype(dict.fromkeys(("all", *_SOURCES), "Int64"))

    def behind(row: int, column: str) -> Ints:
        mine = counts[str(frame["unit"].iloc[row]), str(frame["dimension"].iloc[row])]
        chosen = [
            facts
            for facts, count in mine
            if column not in (*_SOURCES, "share")
            or (count >= 2 if column == "share" else bool(_inside(np.array([count]), column)[0]))
        ]
        return np.unique(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)

    notes = (
        Words(
            f"截至 {basis.last} 年末的网络。同一网站、互相转载或同一句话只算一个来源；"
            "一条关系的来源是其全部事实的来源。",
            f"The network at the end of {basis.last}. One site, reprints of each other, and one sentence are one "
            "source; a relation's sources are those of all its facts.",
        ),
        Words(
            "人力资本关系按前期学习或工作经历的来源计。",
            "A relation of human capital is counted by where the study or the earlier post is said.",
        ),
        Words(
            "多个来源并不证明属实，一个来源也不说明有误；未识别的转载会使来源偏多。",
            "Several sources prove nothing, and one alone need not be wrong; reprints that were not recognised "
            "make sources look more.",
        ),
    )
    return Table(
        "supplement_10", TITLE, _COLUMNS, ("unit", "dimension"), "share", frame, behind, notes, _UNITS
    )


def _inside(sources: Ints, column: str) -> np.typing.NDArray[np.bool_]:
    least, most = _SOURCES[column]
    inside: np.typing.NDArray[np.bool_] = sources >= least
    return inside if most is None else inside & (sources <= most)
