"""What a store that has read the whole sample web must hold, as plain frames.

Organisations go by the ids of the facts files. Edges follow the rules of the value network: cumulative by the end
of a year, one for each (source, target, dimension), both ways where no direction is known, no edge from an
organisation to itself, and only those that touch a company of the sample.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from crawlers.sample_web.files import listable
from crawlers.sample_web.model import Cooperation, World
from crawlers.sample_web.pages.news import url_of
from crawlers.sample_web.pages.writing import as_printed
from crawlers.sample_web.world import world as own_world

Level = Literal["entity", "group"]
YEARS: Final = tuple(range(2014, 2022))


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """organisations: organisation, name, kind, country, province, city, founded, sample, layer, core, parent,
    relation. mentions: source (companies, financing, people, ror, gleif, cac, news), name (as written there),
    organisation. products: organisation, number, name, register, month.
    technology: source, target, date, precision, kind, technologies, applications, directed, url.
    investment: source, target, date, precision, round, amount, event, url (empty where only the table has it).
    human_capital: source, target, date, person, kind (education, employment).
    """

    organisations: pd.DataFrame
    mentions: pd.DataFrame
    products: pd.DataFrame
    technology: pd.DataFrame
    investment: pd.DataFrame
    human_capital: pd.DataFrame

    def relations(self, level: Level = "group") -> pd.DataFrame:
        """source, target, dimension, date of every relation, at a level: at `group`, units count as their head."""
        frames = []
        for dimension in ("technology", "human_capital", "investment"):
            frame: pd.DataFrame = getattr(self, dimension)[["source", "target", "date"]].copy()
            frame.insert(2, "dimension", dimension)
            frames.append(frame)
        found = pd.concat(frames, ignore_index=True)
        if level == "group":
            heads = self.heads()
            found["source"], found["target"] = found["source"].map(heads), found["target"].map(heads)
        return found[found["source"] != found["target"]].reset_index(drop=True)

    def edges(self, year: int, level: Level = "group") -> pd.DataFrame:
        """source, target, dimension of the network of a year."""
        found = self.relations(level)
        sample = self._sample(level)
        known = found["date"] <= pd.Timestamp(year, 12, 31)
        touching = found["source"].isin(sample) | found["target"].isin(sample)
        columns = ["source", "target", "dimension"]
        return (
            found.loc[known & touching, columns].drop_duplicates().sort_values(columns).reset_index(drop=True)
        )

    def nodes(self, year: int, level: Level = "group") -> frozenset[str]:
        """The nodes of the network of a year: the sample companies and all others that an edge touches.

        A sample company counts from the first year on, as in the printed report, also before its first edge.
        """
        edges = self.edges(year, level)
        return frozenset(self._sample(level)) | set(edges["source"]) | set(edges["target"])

    def _sample(self, level: Level) -> set[str]:
        sample = set(self.organisations.loc[self.organisations["sample"], "organisation"])
        if level == "group":
            heads = self.heads()
            return {heads[one] for one in sample}
        return sample

    def write(self, directory: Path) -> tuple[Path, ...]:
        """A CSV file for each frame and for the edges of each year at both levels, into `directory`, which is made
        where it is missing. Lists are joined by `|`."""
        directory.mkdir(parents=True, exist_ok=True)
        frames = {one.name: getattr(self, one.name) for one in fields(self)}
        levels: tuple[Level, ...] = ("entity", "group")
        frames |= {f"edges_{level}_{year}": self.edges(year, level) for level in levels for year in YEARS}
        written = []
        for name, frame in frames.items():
            path = directory / f"{name}.csv"
            lists = [column for column in ("technologies", "applications") if column in frame]
            joined = {column: frame[column].map("|".join) for column in lists}
            frame.assign(**joined).to_csv(path, index=False, lineterminator="\n")
            written.append(path)
        return tuple(written)

    def yearly(self, level: Level = "group") -> pd.DataFrame:
        """year, dimension, edges, for each year from 2014 to 2021."""
        rows = [
            {"year": year, "dimension": dimension, "edges": int(count)}
            for year in YEARS
            for dimension, count in sorted(self.edges(year, level)["dimension"].value_counts().items())
        ]
        return pd.DataFrame(rows, columns=["year", "dimension", "edges"])

    def heads(self) -> dict[str, str]:
        """Organisation → the one it counts as where units are rolled up."""
        units = self.organisations[self.organisations["relation"] == "unit"]
        above = dict(zip(units["organisation"], units["parent"], strict=True))
        heads = {}
        for one in self.organisations["organisation"]:
            head = one
            while head in above:
                head = above[head]
            heads[one] = head
        return heads


@lru_cache(maxsize=4)
def truth(world: World | None = None) -> Truth:
    """The truth of a world; of the one that comes with the program where none is given."""
    world = world or own_world()
    return Truth(
        organisations=pd.DataFrame(_organisations(world)),
        mentions=pd.DataFrame(sorted(set(_mentions(world))), columns=["source", "name", "organisation"]),
        products=pd.DataFrame(_products(world)),
        technology=pd.DataFrame(_technology(world)),
        investment=pd.DataFrame(_investment(world)),
        human_capital=pd.DataFrame(_human_capital(world)),
    )


def _organisations(world: World) -> Iterator[dict[str, object]]:
    for one in world.organisations.values():
        yield {
            "organisation": one.id,
            "name": one.name,
            "kind": one.kind,
            "country": one.country,
            "province": one.province,
            "city": one.city,
            "founded": one.founded,
            "sample": one.sample,
            "layer": one.layer,
            "core": one.core,
            "parent": one.parent,
            "relation": one.relation,
        }


def _mentions(world: World) -> Iterator[tuple[str, str, str]]:
    """Each name as a source writes it, with its bearer. What a table calls a legal name and is nobody's here
    (a sister company's, an older one) is no mention."""
    for one in world.organisations.values():
        if one.kind not in ("investor", "person"):
            for name, kind in one.names():
                if kind != "traditional" and (kind not in ("former", "alias") or listable(name)):
                    yield "companies", name, one.id
    for event in world.rounds:
        for name in (event.target, event.full, *event.investors):
            if name in world.name_of:
                yield "financing", name, world.name_of[name]
    for person in world.people:
        schools, employers = [one.school for one in person.studies], [one.employer for one in person.former]
        for name in (person.company, *schools, *employers):
            yield "people", name, world.name_of[name]
    for entry in world.ror:
        for name, *_ in entry.names:
            yield "ror", name, entry.organisation
    for record in world.lei:
        for name, *_ in (record.name, *record.other_names):
            yield "gleif", name, record.organisation
    for batch in world.batches:
        for row in batch.rows:
            yield "cac", row.bearer, world.name_of[row.bearer]
    for fact in world.cooperation:
        for name in filter(None, (fact.provider, *fact.recipients, *fact.parties)):
            yield "news", as_printed(name, fact.script), world.name_of[name]
    for event in world.rounds:
        if event.article:
            for name in (event.target, *event.investors):
                yield "news", name, world.name_of[name]


def _products(world: World) -> Iterator[dict[str, object]]:
    for batch in world.batches:
        for row in batch.rows:
            yield {
                "organisation": world.name_of[row.bearer],
                "number": row.number,
                "name": row.name,
                "register": batch.register,
                "month": pd.Timestamp(batch.month.day),
            }


def _technology(world: World) -> Iterator[dict[str, object]]:
    for fact in world.cooperation:
        where = url_of(world, fact)
        for source, target in _pairs(fact):
            yield {
                "source": world.name_of[source],
                "target": world.name_of[target],
                "date": pd.Timestamp(fact.when.day),
                "precision": fact.when.precision,
                "kind": fact.kind,
                "technologies": fact.technologies,
                "applications": fact.applications,
                "directed": not fact.parties,
                "url": where,
            }


def _pairs(fact: Cooperation) -> Iterator[tuple[str, str]]:
    if fact.parties:
        yield from ((one, other) for one in fact.parties for other in fact.parties if one != other)
    else:
        yield from ((fact.provider, one) for one in fact.recipients)


def _investment(world: World) -> Iterator[dict[str, object]]:
    for event in world.rounds:
        where = url_of(world, event) if event.article else ""
        for investor in event.investors:
            yield {
                "source": world.name_of[investor],
                "target": world.name_of[event.target],
                "date": pd.Timestamp(event.when.day),
                "precision": event.when.precision,
                "round": event.round,
                "amount": event.amount,
                "event": event.event,
                "url": where,
            }


def _human_capital(world: World) -> Iterator[dict[str, object]]:
    """From schools and former employers to the company at which the person still is."""
    for person in world.people:
        if person.end is not None:
            continue
        came_from = [("education", one.school) for one in person.studies]
        came_from += [("employment", one.employer) for one in person.former]
        for kind, name in came_from:
            if world.name_of[name] != world.name_of[person.company]:
                yield {
                    "source": world.name_of[name],
                    "target": world.name_of[person.company],
                    "date": pd.Timestamp(dt.date(person.start, 1, 1)),
                    "person": person.person,
                    "kind": kind,
                }
