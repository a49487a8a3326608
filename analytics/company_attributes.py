"""What is stated of the sample's companies at the end of a year: one value a company and attribute.

Invariant: the newest value that is not younger than the year counts; of two for one day, the company's own goes
before a unit's, then the smaller fact id, so that the same store gives the same value.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from analytics.basis import Basis
from analytics.exhibits import Words
from pipelines.taxonomy import taxonomy

COLUMNS: Final = ["entity", "value", "number", "unit", "date", "fact"]


def stated(basis: Basis, attribute: str, of: Collection[str] | None = None) -> pd.DataFrame:
    """entity, value, number, unit, date (NaT: undated), fact of `attribute`; a row for each sample company (or each
    entity of `of`) that has it by the end of the basis's last year. The index is 0..n-1, rows are in the entities'
    order."""
    rows = _by_age(basis, attribute, basis.sample if of is None else of)
    found: pd.DataFrame = rows.drop_duplicates("entity")[COLUMNS].reset_index(drop=True)
    return found


def _by_age(basis: Basis, attribute: str, of: Collection[str]) -> pd.DataFrame:
    """All that is stated, by entity, the newest first and what counts first of one day."""
    every = basis.facts.attributes
    rows = every[(every["attribute"] == attribute) & every["entity"].isin(list(of))]
    rows = rows[rows["date"].isna() | (rows["date"].dt.year <= basis.last)]
    rows = rows.assign(foreign=~rows["fact"].isin(basis.once("facts of heads themselves", _own_facts)))
    found: pd.DataFrame = rows.sort_values(
        ["entity", "date", "foreign", "fact"], ascending=[True, False, True, True], na_position="last"
    )
    return found


def _own_facts(basis: Basis) -> pd.Series[int]:
    roles = basis.facts.roles
    return roles.loc[roles["own"] == roles["entity"], "fact"]


def numbers(basis: Basis, attribute: str) -> pd.DataFrame:
    """The rows of `stated` that bear a number; a number that stands in the value alone is read from it."""
    return _with_number(stated(basis, attribute))


def yearly_numbers(basis: Basis, attribute: str) -> pd.DataFrame:
    """As `numbers`, but a row for each day (or none) that one is stated of, the newest first."""
    rows = _by_age(basis, attribute, basis.sample).drop_duplicates(["entity", "date"])
    return _with_number(rows[COLUMNS].reset_index(drop=True))


def _with_number(rows: pd.DataFrame) -> pd.DataFrame:
    read = pd.to_numeric(rows["value"], errors="coerce")
    rows["number"] = pd.to_numeric(rows["number"]).fillna(read)
    return rows[rows["number"].notna()].reset_index(drop=True)


def provinces(basis: Basis, of: Collection[str] | None = None) -> pd.DataFrame:
    """The rows of `stated` for the province, with `code`: the taxonomy's, or NA for what is no province."""
    rows = stated(basis, "province", of)
    terms = taxonomy("provinces")
    found = [terms.find(str(value)) for value in rows["value"]]
    rows["code"] = [term.code if term else pd.NA for term in found]
    return rows


def province_words(code: str) -> Words:
    """The short name of a province: 北京, Beijing."""
    term = taxonomy("provinces")[code]
    return Words(term.attributes.get("short", term.zh), term.en)


def years(rows: pd.DataFrame) -> pd.Series[float]:
    """The year that each value begins with; NaN for one that begins with none."""
    found = rows["value"].astype(str).str.extract(r"^\s*((?:1[89]|20)\d\d)(?!\d)", expand=False)
    return pd.to_numeric(found).astype(float) if len(rows) else pd.Series(np.zeros(0), dtype=float)
