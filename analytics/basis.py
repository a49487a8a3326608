"""What every table and figure is computed from: the facts of a view, a sample, the years, and the networks of them.

Invariant: all tables of one basis see the same facts, the same sample and the same networks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.exhibits import Words
from analytics.facts import DOMESTIC, Facts, View, load
from analytics.networks import DIMENSIONS, Network, Parallel, build_years
from analytics.sample import Edition, newest, nodes, show
from analytics.simple_graph import Ints
from pipelines.errors import UsageError

T = TypeVar("T")

#: As many years as the tables over years show, where nobody asks for others.
SPAN: Final = 8
#: The printed report's rankings are of these years.
_PRINTED_YEARS: Final = (2015, 2017, 2019, 2021)
#: Years further apart than this are a slip of the pen, not a wish.
_YEARS_MOST: Final = 200
#: Each cell of a table asks for the rows behind it: those of the last few years asked for stay at hand.
_KEPT_YEARS: Final = 3


@dataclass(frozen=True, eq=False)
class Basis:
    """years: rising, without gaps or not; the last is the year that the tables without a year speak of.
    top: how many rows a ranking has. asked: somebody named the years, so that rankings are of all of them."""

    facts: Facts
    edition: Edition
    years: tuple[int, ...]
    top: int = 20
    asked: bool = False
    _networks: dict[tuple[tuple[str, ...], Parallel], dict[int, Network]] = field(
        default_factory=dict, repr=False
    )
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, init=False)
    _until: dict[tuple[int, tuple[str, ...]], pd.DataFrame] = field(
        default_factory=dict, repr=False, init=False
    )

    def __post_init__(self) -> None:
        if not self.years:
            raise UsageError("no year: no relation of the sample has a date; name years with --year")
        if list(self.years) != sorted(set(self.years)) or self.years[-1] - self.years[0] > _YEARS_MOST:
            raise UsageError(f"years rise and lie within {_YEARS_MOST} of each other, not {self.years}")
        if self.top < 1:
            raise UsageError("a ranking has one row or more")

    @property
    def last(self) -> int:
        return self.years[-1]

    @property
    def ranking_years(self) -> tuple[int, ...]:
        """The years that rankings are shown for: those asked for, or the printed report's where these fit, or else
        every second one back from the last, four at most."""
        if self.asked:
            return self.years
        if set(_PRINTED_YEARS) <= set(self.years) and self.last == _PRINTED_YEARS[-1]:
            return _PRINTED_YEARS
        return tuple(sorted(self.years[::-1][::2][:4]))

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """All entities of the view, with `sample`, `layer`, `core_technology`."""
        return nodes(self.facts, self.edition)

    @cached_property
    def sample(self) -> frozenset[str]:
        """Entities that are sample nodes."""
        return frozenset(self.nodes.loc[self.nodes["sample"], "entity"])

    @cached_property
    def heads(self) -> dict[str, str]:
        """Entity → the one that it counts as under the view, for all that stand in a fact."""
        return dict(zip(self.facts.roles["own"], self.facts.roles["entity"], strict=True))

    @cached_property
    def known(self) -> pd.DataFrame:
        """name, name_en, kind, country of each entity; the index is the entity."""
        return self.nodes.set_index("entity")[["name", "name_en", "kind", "country"]]

    @cached_property
    def relations(self) -> pd.DataFrame:
        """The relations that may enter a network of the sample: two different ends, one of them of the sample, with
        `from_sample` and `to_sample`; undated ones are among them."""
        every = self.facts.relations
        ends = {"from_sample": every["source"], "to_sample": every["target"]}
        rows = every.assign(**{name: end.isin(self.sample) for name, end in ends.items()})
        inside = (rows["source"] != rows["target"]) & (rows["from_sample"] | rows["to_sample"])
        return rows.loc[inside]

    def network(
        self, year: int, dimensions: Collection[str] = DIMENSIONS, parallel: Parallel = "keep"
    ) -> Network:
        """The network of one year; those of all years of the basis are built together, once."""
        key = (tuple(one for one in DIMENSIONS if one in dimensions), parallel)
        found = self._networks.setdefault(key, {})
        if year not in found:
            wanted = sorted({*self.years, year} - found.keys())
            found.update(
                build_years(self.facts.relations, self.nodes, wanted, dimensions=key[0], parallel=parallel)
            )
        return found[year]

    def once(self, name: str, make: Callable[[Basis], T]) -> T:
        """What `make` computes of this basis, kept under a name: several figures rest on it."""
        if name not in self._kept:
            self._kept[name] = make(self)
        found: T = self._kept[name]
        return found

    def until(self, year: int, dimensions: Collection[str] = DIMENSIONS) -> pd.DataFrame:
        """The rows of `relations` behind the network of a year, not to be changed in place."""
        key = (year, tuple(dimensions))
        if key not in self._until:
            rows = self.relations
            wanted = (rows["date"].dt.year <= year) & rows["dimension"].isin(list(dimensions))
            while len(self._until) >= _KEPT_YEARS:
                del self._until[next(iter(self._until))]
            self._until[key] = rows.loc[wanted]
        return self._until[key]

    def facts_until(self, year: int) -> Ints:
        """The distinct facts behind the network of a year, rising; one array, however often it is asked for."""
        return self.once(f"facts until {year}", lambda basis: fact_ids(basis.until(year)))

    def domestic(self, entities: Iterable[str]) -> list[bool | None]:
        """Whether each is domestic; None where no source names its country."""
        country = self.facts.country
        found = (country.get(one) for one in entities)
        return [one in DOMESTIC if isinstance(one, str) and one else None for one in found]

    def names(self, entities: Iterable[str]) -> dict[str, list[str]]:
        """The columns `entity`, `name`, `name_en` for a table."""
        listed = list(entities)
        found = self.known.reindex(listed)
        english = [one if isinstance(one, str) else "" for one in found["name_en"]]
        return {"entity": listed, "name": [str(one) for one in found["name"]], "name_en": english}

    def with_years(self, years: Iterable[int]) -> Basis:
        """The same with other years, of which nobody has asked for any one."""
        return replace(self, years=tuple(sorted(set(years))), asked=False, _networks=self._networks)

    def reading_notes(self, dimensions: Collection[str] = DIMENSIONS) -> tuple[Words, ...]:
        """What a reader of any table over these dimensions has to know of what was left out."""
        chosen = self.relations[self.relations["dimension"].isin(list(dimensions))]
        undated = int(chosen["date"].isna().sum())
        said = []
        if undated:
            said.append(
                Words(
                    f"另有 {undated} 条关系没有日期，未计入任何年份。",
                    f"Relations without a date, which enter no year: {undated}.",
                )
            )
        if self.facts.unresolved:
            said.append(
                Words(
                    f"尚有 {self.facts.unresolved} 个名称未判定其所指，涉及的事实未计入。",
                    f"Names not resolved yet, whose facts are left out: {self.facts.unresolved}.",
                )
            )
        return tuple(said)


def fact_ids(rows: pd.DataFrame) -> Ints:
    """The distinct facts that rows of relations rest on, rising."""
    via = rows["via"].dropna().to_numpy(dtype=np.int64)
    return np.unique(np.concatenate([rows["fact"].to_numpy(dtype=np.int64), via]))


def basis(
    engine: Engine,
    edition: str | None = None,
    view: View | None = None,
    *,
    years: Iterable[int] = (),
    top: int = 20,
) -> Basis:
    """The basis over a store: the newest sample unless one is named, `SPAN` years up to the edition's last unless
    years are named. Raises `UsageError` or `StoreError` where the store has no sample or no entities."""
    sample = show(engine, edition or newest(engine))
    facts = load(engine, view)
    asked = tuple(sorted(set(years)))
    return Basis(facts, sample, asked or _years(facts, sample), top, asked=bool(asked))


def _years(facts: Facts, sample: Edition) -> tuple[int, ...]:
    """Up to the year of the sample's rule, or the one that names the edition, or the newest relation's; from the
    first year that has a relation, but no more than `SPAN`."""
    members = nodes(facts, sample)
    inside = set(members.loc[members["sample"], "entity"])
    rows = facts.relations
    touching = rows["source"].isin(inside) | rows["target"].isin(inside)
    dated = rows.loc[touching & rows["date"].notna(), "date"].dt.year
    if dated.empty:
        return ()
    last = int(dated.max())
    until: object = sample.rule.get("until")
    named = int(sample.name) if sample.name.isascii() and sample.name.isdigit() else None
    if isinstance(until, int):
        last = until
    elif named is not None and int(dated.min()) <= named < last:
        last = named
    first = max(int(dated.min()), last - SPAN + 1)
    return tuple(range(min(first, last), last + 1))


LEVEL_WORDS: Final[Mapping[str, Words]] = {
    "group": Words("机构层级（业务单元并入所属机构）", "group level (units count as their organisation)"),
    "entity": Words("主体层级（业务单元单独计）", "entity level (units count by themselves)"),
}
