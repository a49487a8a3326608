"""Figures that count the sample's companies by group: how many, and what share of those that have a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.exhibits import ChartKind, Column, Figure, Table, Words
from analytics.simple_graph import Ints

PERCENT: Final = Words("%", "%")
COMPANIES: Final = Words("样本企业", "sample companies")


def distribution(
    basis: Basis,
    identity: str,
    title: Words,
    heading: Words,
    groups: Mapping[str, Words],
    rows: pd.DataFrame,
    *,
    of: Words = COMPANIES,
    chart: ChartKind = "columns",
    notes: Sequence[Words] = (),
) -> Figure:
    """The figure of `rows` (entity, group, fact): a row of the table for each of `groups`, in their order.

    heading: what the groups are of. of: whom the shares are of, for the note. A company without a group is left
    out, and the note says how many there are; where none has one, all is a gap.
    """
    rows = rows[rows["group"].isin(list(groups))]
    counts = rows.drop_duplicates(["entity", "group"])["group"].value_counts()
    whole = int(counts.sum())
    frame = pd.DataFrame(
        {
            "group": list(groups),
            "label": [words.zh for words in groups.values()],
            "label_en": [words.en for words in groups.values()],
            "count": pd.array([int(counts.get(one, 0)) if whole else None for one in groups], dtype="Int64"),
            "share": [counts.get(one, 0) * 100 / whole if whole else np.nan for one in groups],
        }
    )

    def behind(row: int, _column: str) -> Ints:
        chosen = rows.loc[rows["group"] == frame["group"].iloc[row], "fact"]
        return np.unique(chosen.to_numpy(dtype=np.int64))

    columns = (
        Column("group", Words("项", "Key"), "key", shown=False),
        Column("label", heading, "text", english="label_en"),
        Column("count", Words("企业数", "Companies"), "count"),
        Column("share", Words("占比", "Share"), "share", PERCENT, 2),
    )
    table = Table(
        identity,
        title,
        columns,
        ("group",),
        "share",
        frame,
        behind,
        (coverage(basis, rows["entity"].nunique(), of), *notes),
    )
    return Figure(
        table, chart, x="label", series=("share",), x_title=heading, y_title=Words("占比 (%)", "Share (%)")
    )


def coverage(basis: Basis, known: int, of: Words) -> Words:
    """The note that says of how many the shares are, and what is not known."""
    every = len(basis.sample)
    return Words(
        f"占比以有此项数据的{of.zh}计：{known} 家；全部样本企业 {every} 家，截至{basis.last}年末。",
        f"Shares are of the {of.en} with such data: {known}; the sample has {every} companies, "
        f"by the end of {basis.last}.",
    )


def binned(rows: pd.DataFrame, edges: Sequence[float], unit: Words) -> tuple[dict[str, Words], pd.DataFrame]:
    """Groups between `edges`, the first open below and the last open above, and the rows (entity, number, fact)
    with their `group`; a number on an edge is in the group above it."""
    names = [f"<{edges[0]:g}", *(f"{low:g}-{high:g}" for low, high in pairwise(edges)), f">={edges[-1]:g}"]
    shown = [name.replace(">=", "≥") for name in names]
    groups = {
        name: Words(f"{words}{unit.zh}", f"{words} {unit.en}".strip())
        for name, words in zip(names, shown, strict=True)
    }
    place = np.searchsorted(np.asarray(edges, float), rows["number"].to_numpy(float), side="right")
    return groups, rows.assign(group=[names[one] for one in place])


def by_size(rows: pd.DataFrame) -> list[str]:
    """The groups by their companies, the most first, then by code."""
    counts = rows.drop_duplicates(["entity", "group"])["group"].value_counts()
    return [str(one) for one in sorted(counts.index, key=lambda one: (-counts[one], one))]
