"""A basis of sample companies with stated attributes, rounds and patents, made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analytics.basis import Basis
from analytics.facts import Facts, View
from analytics.sample import Edition


@dataclass
class Companies:
    """Companies of the sample, and what is said of them; every statement is a fact with a number of its own."""

    names: list[str]
    layer: Mapping[str, str] = field(default_factory=dict)
    listed: Iterable[str] = ()
    facts: list[dict[str, Any]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=list)

    def says(
        self, company: str, attribute: str, value: str, number: float | None = None, day: str | None = None,
        unit: str | None = None,
    ) -> int:  # fmt: skip
        """An attribute; the fact's number."""
        detail = {"attribute": attribute}
        return self._add("attribute", {"subject": [company]}, value=value, number=number, day=day, unit=unit,
                         detail=detail)  # fmt: skip

    def raised(
        self, company: str, low: float | None, high: float | None, unit: str | None, day: str | None
    ) -> int:
        return self._add("financing", {"target": [company]}, low=low, high=high, unit=unit, day=day)

    def patent(self, *companies: str, day: str | None = "2020-01-01") -> int:
        return self._add("patent", {"applicant": list(companies)}, day=day)

    def _add(self, kind: str, roles: Mapping[str, list[str]], **said: Any) -> int:
        number = len(self.facts) + 1
        row = dict.fromkeys(("value", "as_written", "number", "low", "high", "unit", "end", "precision"))
        detail = said.pop("detail", {})
        day = said.pop("day", None)
        self.facts.append(
            row | said | {"fact": number, "kind": kind, "detail": detail, "source": "made"}
            | {"date": dt.datetime.fromisoformat(day) if day else pd.NaT}
        )  # fmt: skip
        for role, names in roles.items():
            for position, name in enumerate(names):
                self.roles.append(
                    {
                        "fact": number,
                        "kind": kind,
                        "role": role,
                        "position": position,
                        "entity": name,
                        "own": name,
                    }
                    | {"mention": number}
                )
        return number

    def basis(self, *years: int) -> Basis:
        """The basis of these; the years are 2014 to 2021 where none are given."""
        entities = pd.DataFrame(
            {"entity": self.names, "name": self.names, "name_en": None, "kind": "company", "country": "CN"}
        )
        facts = pd.DataFrame(self.facts)
        for column in ("number", "low", "high"):
            facts[column] = facts[column].astype("Float64")
        facts["date"] = pd.to_datetime(facts["date"])
        members = pd.DataFrame({"entity": self.names, "name": self.names, "score": 1})
        members["layer"] = [self.layer.get(one) for one in self.names]
        members["core_technology"] = None
        edition = Edition("made", dt.datetime(2022, 1, 1, tzinfo=dt.UTC), None, None, {}, members)
        found = Facts(View(), entities, facts, pd.DataFrame(self.roles), 0, frozenset(self.listed))
        return Basis(found, edition, years or tuple(range(2014, 2022)))
