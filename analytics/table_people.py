"""Table 6: the institutions that core people studied or worked at before, domestic and foreign."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Table, Words
from analytics.human_capital import KIND_WORDS, PLACE_WORDS, origins, people_note
from analytics.ranking import NAME, PLACE, RANK, joined, ranked, values_of
from analytics.simple_graph import Ints

TITLE: Final = Words("人力资本来源前二十", "Leading sources of human capital")

_COLUMNS: Final = (
    Column("group", Words("类别", "Group"), "key"),
    PLACE,
    RANK,
    NAME,
    Column("degree", Words("度", "Degree"), "count"),
    Column("people", Words("人数", "People"), "count"),
)


def people_table(basis: Basis) -> Table:
    """Four rankings: `education_domestic`, `education_foreign`, `work_domestic`, `work_foreign`."""
    rows = origins(basis)
    parts, blocks = {}, {}
    for kind, kind_words in KIND_WORDS.items():
        for where, where_words in PLACE_WORDS.items():
            group = f"{kind}_{where}"
            inside = rows[(rows["kind"] == kind) & (rows["where"] == where)]
            shown, more = ranked(basis, values_of(inside.groupby("source")["target"].nunique()))
            people = inside.groupby("source")["person"].nunique()
            parts[group] = shown.assign(people=shown["entity"].map(people).astype("int64")), more
            blocks[group] = Words(
                f"{where_words.zh}{kind_words.zh}", f"{where_words.en.capitalize()}: {kind_words.en}"
            )
    frame, cut = joined(parts, "group")
    frame = frame.rename(columns={"value": "degree"})

    def behind(row: int, _column: str) -> Ints:
        kind, _, where = str(frame["group"].iloc[row]).partition("_")
        return fact_ids(_of(rows, kind, where, str(frame["entity"].iloc[row])))

    notes = (
        Words(
            f"度：截至{basis.last}年末，其校友或前雇员任核心人员的样本企业数。港澳台计为国内。",
            f"Degree: sample companies, by the end of {basis.last}, whose core people came from there. Hong Kong, "
            "Macao and Taiwan count as domestic.",
        ),
        *cut,
        *people_note(basis, rows),
    )
    return Table("table_6", TITLE, _COLUMNS, ("group", "place"), "degree", frame, behind, notes, blocks)


def _of(rows: pd.DataFrame, kind: str, where: str, entity: str) -> pd.DataFrame:
    return rows[(rows["kind"] == kind) & (rows["where"] == where) & (rows["source"] == entity)]
