"""Table 7: investors by the number of sample companies that they have invested in."""

from __future__ import annotations

from typing import Final

from analytics.basis import Basis, fact_ids
from analytics.exhibits import Column, Table, Words
from analytics.investors import CLASS_WORDS, RULE, investor_class
from analytics.ranking import NAME, PLACE, RANK, joined, ranked, values_of
from analytics.simple_graph import Ints

TITLE: Final = Words("投资者前二十", "Leading investors")

_INVESTMENT: Final = ("investment",)
_COLUMNS: Final = (
    Column("group", Words("类别", "Group"), "key"),
    PLACE,
    RANK,
    NAME,
    Column("companies", Words("样本企业数", "Sample companies"), "count"),
)


def investors_table(basis: Basis) -> Table:
    """Rankings `institutional` and `non_institutional`, and `person` where a person has invested."""
    rows = basis.until(basis.last, _INVESTMENT)
    rows = rows[rows["to_sample"]]
    companies = values_of(rows.groupby("source")["target"].nunique())
    known = basis.known.reindex(list(companies))
    classes = {
        entity: investor_class(str(row.kind), str(row.name_), str(row.name_en or ""))
        for entity, row in zip(companies, known.rename(columns={"name": "name_"}).itertuples(), strict=True)
    }
    parts = {}
    for group in CLASS_WORDS:
        members = {entity: count for entity, count in companies.items() if classes[entity] == group}
        if members or group != "person":
            parts[group] = ranked(basis, members)
    frame, cut = joined(parts, "group")
    frame = frame.rename(columns={"value": "companies"})

    def behind(row: int, _column: str) -> Ints:
        return fact_ids(rows[rows["source"] == frame["entity"].iloc[row]])

    notes = (
        Words(
            f"截至{basis.last}年末所投的不同样本企业数；同一企业的多轮投资计一次。",
            f"Distinct sample companies invested in by the end of {basis.last}; several rounds of one count once.",
        ),
        RULE,
        *cut,
        *basis.reading_notes(_INVESTMENT),
    )
    return Table(
        "table_7", TITLE, _COLUMNS, ("group", "place"), "companies", frame, behind, notes, CLASS_WORDS
    )
