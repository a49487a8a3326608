"""Where core people came from: schools and former employers of people who now work at sample companies."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analytics.basis import Basis
from analytics.exhibits import Words

#: What a person did there before, by the fact's kind.
KINDS: Final = {"education": "education", "employment": "work"}
KIND_WORDS: Final = {
    "education": Words("前期学习经验", "studies"),
    "work": Words("前期工作经验", "earlier work"),
}
PLACE_WORDS: Final = {"domestic": Words("国内", "domestic"), "foreign": Words("国外", "foreign")}


def origins(basis: Basis) -> pd.DataFrame:
    """One row a relation to a sample company by the end of the last year: fact, via, source, target, person, kind
    (education, work), where (domestic, foreign, or empty where no source names the country)."""
    rows = basis.until(basis.last, ("human_capital",))
    rows = rows[rows["to_sample"]]
    places = [
        "" if one is None else "domestic" if one else "foreign" for one in basis.domestic(rows["source"])
    ]
    return rows.assign(kind=rows["value"].map(KINDS), where=places)


def people_note(basis: Basis, rows: pd.DataFrame) -> tuple[Words, ...]:
    """What to say of relations without date or country."""
    every = basis.relations
    undated = every[every["date"].isna() & every["to_sample"] & (every["dimension"] == "human_capital")]
    notes = []
    if len(undated):
        notes.append(
            Words(
                f"另有 {len(undated)} 条人力资本关系没有任职日期，未计入。",
                f"Human capital relations without the date of the present post, left out: {len(undated)}.",
            )
        )
    homeless = rows.loc[rows["where"] == "", "source"].nunique()
    if homeless:
        notes.append(
            Words(
                f"另有 {homeless} 个机构没有来源说明所在国家，未列入国内或国外。",
                f"Institutions whose country no source names, under neither heading: {homeless}.",
            )
        )
    return tuple(notes)
