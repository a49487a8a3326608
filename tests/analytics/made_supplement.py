"""A supplement for tests of what shows supplements: two rows, one of them a gap, facts behind the other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.exhibits import Column, Table, Words
from analytics.simple_graph import Ints
from analytics.supplements import Make

TITLE = Words("边数的疑问", "Doubt in edges")


def made(_engine: Engine, basis: Basis) -> Table:
    """`supplement_99`: one row a year, the first one unknown."""
    frame = pd.DataFrame(
        {"year": [2020, 2021], "label": ["甲", "乙"], "doubt": pd.array([None, 3], dtype="Int64")}
    )
    columns = (
        Column("year", Words("年份", "Year"), "key"),
        Column("label", Words("类", "Kind"), "text"),
        Column("doubt", Words("疑问", "Doubt"), "count"),
    )

    def behind(row: int, _column: str) -> Ints:
        facts = np.array(sorted(basis.facts.relations["fact"].unique()), dtype=np.int64)
        return facts[: 3 * row]

    return Table("supplement_99", TITLE, columns, ("year",), "doubt", frame, behind)


#: As the registry of supplements holds it.
MADE: dict[str, tuple[Words, Make]] = {"supplement_99": (TITLE, made)}
