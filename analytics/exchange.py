"""Sums of money in yuan, so that they can be compared: yearly mean rates from `exchange_rates.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pipelines.checked_yaml import read_yaml
from pipelines.errors import InputError

FILE: Final = Path(__file__).with_name("exchange_rates.yaml")


@cache
def rates() -> Mapping[str, Mapping[int, float]]:
    """Currency → year → yuan for one unit. Raises `InputError` for a file that holds anything else."""
    found: dict[str, dict[int, float]] = {"CNY": {0: 1.0}}
    fields = read_yaml(FILE)
    fields.value("version", int), fields.value("source", str)
    given = fields.value("rates", dict)
    fields.finish()
    for currency, years in given.items():
        found[str(currency)] = {int(year): float(rate) for year, rate in years.items()}
        if not found[str(currency)] or min(found[str(currency)].values()) <= 0:
            raise InputError("a rate above zero is wanted", where=str(FILE), field=f"rates.{currency}")
    return found


def rate(currency: str, year: int | None) -> float | None:
    """Yuan for one unit of `currency` in `year` (None: the newest known); None for an unlisted currency."""
    listed = rates().get(currency)
    if listed is None:
        return None
    nearest = max(listed) if year is None else min(listed, key=lambda one: (abs(one - year), one))
    return listed[nearest]


def in_yuan(rows: pd.DataFrame) -> pd.Series[float]:
    """The amounts of financing facts (`number`, `low`, `high`, `unit`, `date`) in yuan; NaN where none is known.

    Of a range the middle is taken; of one that is open at one side, the bound that is stated.
    """
    low, high = (pd.to_numeric(rows[name]).fillna(pd.to_numeric(rows["number"])) for name in ("low", "high"))
    middle = (low + high) / 2
    stated = middle.fillna(low).fillna(high)
    years = rows["date"].dt.year
    pairs = zip(rows["unit"], years, strict=True)
    found = [rate(str(unit), None if year != year else int(year)) for unit, year in pairs]
    return stated * pd.Series(
        np.array([np.nan if one is None else one for one in found], float), index=rows.index
    )
