"""Figure 26: core people's places of study and of earlier work, domestic and foreign."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Figure, Table, Words
from analytics.human_capital import KIND_WORDS, PLACE_WORDS, origins, people_note
from analytics.simple_graph import Ints

TITLE: Final = Words("核心人力资本", "Core human capital")

_PERCENT: Final = Words("%", "%")
_COLUMNS: Final = (
    Column("kind", Words("项", "Key"), "key", shown=False),
    Column("label", Words("来源", "Origin"), "text", english="label_en"),
    Column("relations", Words("关系数", "Relations"), "count"),
    Column("unknown", Words("国别不明", "Country not known"), "count"),
    Column("domestic", PLACE_WORDS["domestic"], "share", _PERCENT, 2),
    Column("foreign", PLACE_WORDS["foreign"], "share", _PERCENT, 2),
)


def people_figure(basis: Basis) -> Figure:
    """Rows `education` and `work`; shares are of the relations whose country is known."""
    rows = origins(basis)
    found = []
    for kind, words in KIND_WORDS.items():
        pairs = rows.loc[rows["kind"] == kind, ["source", "target", "where"]].drop_duplicates()
        counts = pairs["where"].value_counts()
        placed = sum(int(counts.get(where, 0)) for where in PLACE_WORDS)
        found.append(
            {"kind": kind, "label": words.zh, "label_en": words.en.capitalize()}
            | {"relations": placed, "unknown": int(counts.get("", 0))}
            | {where: counts.get(where, 0) * 100 / placed if placed else np.nan for where in PLACE_WORDS}
        )
    frame = pd.DataFrame(found)

    def behind(row: int, column: str) -> Ints:
        chosen = rows[rows["kind"] == frame["kind"].iloc[row]]
        if column in PLACE_WORDS:
            return fact_ids(chosen[chosen["where"] == column])
        return fact_ids(chosen[(chosen["where"] == "") == (column == "unknown")])

    notes = (
        Words(
            f"关系：机构与样本企业之间、经由核心人员，截至{basis.last}年末；占比只计国别已知者。港澳台计为国内。",
            f"Relations of institutions and sample companies through core people, by the end of {basis.last}; "
            "shares are of those with a known country. Hong Kong, Macao and Taiwan count as domestic.",
        ),
        *people_note(basis, rows),
    )
    table = Table("figure_26", TITLE, _COLUMNS, ("kind",), "domestic", frame, behind, notes, whole=True)
    return Figure(
        table,
        "bars",
        x="label",
        series=("domestic", "foreign"),
        x_title=Words("", ""),
        y_title=Words("占比 (%)", "Share (%)"),
    )
