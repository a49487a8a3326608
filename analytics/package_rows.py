"""The rows of a data package's files: what may be passed on of a basis, in an order that content alone decides.

Invariants: no row rests on a fact that may not be passed on; of persons there are names, studies, posts and parts
in deals and patents, and no quoted words on their lives; nothing depends on numbers that a database gave out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, Engine, or_, select

from analytics.basis import Basis
from analytics.facts import View
from analytics.networks import build_years
from analytics.package_schema import (
    EDGES,
    ENTITIES,
    EVIDENCE,
    FACTS,
    IDENTIFIERS,
    LEFT,
    NAMES,
    RELATIONS,
    ROLES,
    SAMPLE,
    SOURCES,
)
from analytics.passing_on import Passing, quoted
from pipelines.store import schema

Row = tuple[Any, ...]

#: Facts on the lives of persons, and those that may be of a person: then their words are not quoted.
_LIVES: Final = ("education", "employment")
_OF_ONE: Final = ("name", "attribute", "link")
#: Identifiers of persons that are professional.
_PROFESSIONAL: Final = ("orcid",)


@dataclass(frozen=True, eq=False)
class Packing:
    """What goes into a package, file by file. Frames and rows are computed once."""

    engine: Engine
    basis: Basis
    passing: Mapping[str, Passing]

    def files(self) -> dict[str, list[Row]]:
        """Name of each file of `package_schema.DATA` → its rows."""
        with self.engine.connect() as connection:
            return {
                ENTITIES.name: self._entities(),
                NAMES.name: self._names(),
                IDENTIFIERS.name: self._identifiers(connection),
                FACTS.name: self._facts(),
                ROLES.name: self._roles(),
                EVIDENCE.name: self._evidence(connection),
                RELATIONS.name: self._relations(),
                EDGES.name: self._edges(),
                SAMPLE.name: self._sample(),
                LEFT.name: self._left(),
                SOURCES.name: self._sources(connection),
            }

    @cached_property
    def persons(self) -> frozenset[str]:
        nodes = self.basis.nodes
        return frozenset(nodes.loc[nodes["kind"] == "person", "entity"])

    @cached_property
    def facts(self) -> pd.DataFrame:
        """Facts that may be passed on, in the ids' order. Attributes of persons are left out."""
        allowed = [one.source for one in self.passing.values() if one.extent != "nothing"]
        every, roles = self.basis.facts.facts, self.basis.facts.roles
        of_persons = roles.loc[
            (roles["kind"] == "attribute") & roles["entity"].isin(list(self.persons)), "fact"
        ]
        found = every[every["source"].isin(allowed) & ~every["fact"].isin(of_persons)]
        return found.sort_values("fact", ignore_index=True)

    @cached_property
    def roles(self) -> pd.DataFrame:
        """Roles in these facts, with the mention's `written` name, `stated` kind and `source`."""
        every = self.basis.facts.roles
        found = every[every["fact"].isin(self.facts["fact"])].merge(self.mentions, on="mention")
        return found.sort_values(["fact", "role", "position"], ignore_index=True)

    @cached_property
    def lives(self) -> frozenset[int]:
        """Facts on the lives of persons."""
        rows = self.roles
        of_person = rows["kind"].isin(_OF_ONE) & rows["entity"].isin(list(self.persons))
        return frozenset(rows.loc[rows["kind"].isin(_LIVES) | of_person, "fact"])

    @cached_property
    def mentions(self) -> pd.DataFrame:
        """mention, written, stated, from_source."""
        table = schema.mention
        with self.engine.connect() as connection:
            rows = connection.execute(select(table.c.id, table.c.name, table.c.kind, table.c.source)).all()
        return pd.DataFrame(rows, columns=["mention", "written", "stated", "from_source"])

    @cached_property
    def entities(self) -> frozenset[str]:
        """Entities that stand in a fact that is passed on, or in the sample."""
        return frozenset(self.roles["entity"]) | self.basis.sample

    @cached_property
    def relations(self) -> pd.DataFrame:
        """The basis's relations that rest on facts that are passed on."""
        rows, known = self.basis.relations, set(self.facts["fact"])
        via = rows["via"].isna() | rows["via"].isin(list(known))
        found: pd.DataFrame = rows[rows["fact"].isin(list(known)) & via]
        order = ["dimension", "source", "target", "fact", "via", "person"]
        return found.sort_values(order, ignore_index=True)

    def _entities(self) -> list[Row]:
        nodes = self.basis.nodes
        chosen = nodes[nodes["entity"].isin(list(self.entities))].sort_values("entity")
        said: dict[str, list[str]] = {}
        for entity, name in zip(self.roles["entity"], self.roles["written"], strict=True):
            said.setdefault(entity, []).append(name)
        stated = set(self.facts.loc[self.facts["kind"] == "name", "value"])
        rows = []
        for row in _each(chosen):
            written = said.get(row.entity, [])
            # a name that only a withheld source writes gives way to one that may be passed on
            fits = row.name in written or row.name in stated or not written
            english = row.name_en if row.name_en in written or row.name_en in stated else None
            layer = (row.layer, row.core_technology) if row.sample else (None, None)
            rows.append(
                (row.entity, row.name if fits else min(written), english, row.kind, row.country, bool(row.sample),
                 *layer, row.entity in self.basis.facts.listed)
            )  # fmt: skip
        return rows

    def _names(self) -> list[Row]:
        columns = ["entity", "own", "written", "from_source", "stated"]
        found = self.roles[columns].astype(object).where(self.roles[columns].notna(), None)
        return sorted(
            set(found.itertuples(index=False, name=None)), key=lambda row: tuple(one or "" for one in row)
        )

    def _identifiers(self, connection: Connection) -> list[Row]:
        table = schema.mention_identifier
        rows = connection.execute(select(table.c.mention_id, table.c.scheme, table.c.value)).all()
        given = pd.DataFrame(rows, columns=["mention", "scheme", "value"])
        ends = self.roles[["mention", "entity", "from_source"]].drop_duplicates()
        found = given.merge(ends, on="mention")
        private = found["entity"].isin(list(self.persons)) & ~found["scheme"].isin(_PROFESSIONAL)
        chosen = found.loc[~private, ["entity", "scheme", "value", "from_source"]]
        return sorted(set(chosen.itertuples(index=False, name=None)))

    def _facts(self) -> list[Row]:
        return [
            (int(row.fact), row.kind, row.value, row.as_written, _number(row.number), _number(row.low),
             _number(row.high), row.unit, _json(row.detail), _date(row.date), _date(row.end), row.precision,
             row.source)
            for row in _each(self.facts)
        ]  # fmt: skip

    def _roles(self) -> list[Row]:
        columns = ["fact", "role", "position", "entity", "own", "written"]
        return list(self.roles[columns].itertuples(index=False, name=None))

    def _evidence(self, connection: Connection) -> list[Row]:
        sources = dict(zip(self.facts["fact"], self.facts["source"], strict=True))
        found = []
        for fact, url, locator, sha256, quote, *rest in connection.execute(
            _evidence_query(self.basis.facts.view)
        ):
            if fact in sources:
                extent = "facts" if fact in self.lives else self.passing[sources[fact]].extent
                *how, first, last = rest
                where = (fact, url, locator, sha256, quoted(quote, extent))
                found.append((*where, *how, _second(first), _second(last)))
        return sorted(found, key=lambda row: (row[0], row[-2], *map(str, row[1:])))

    def _relations(self) -> list[Row]:
        return [
            (int(row.fact), row.source, row.target, row.dimension, _date(row.date), _whole(row.via),
             row.person if isinstance(row.person, str) else None, _list(row.detail, "technologies"),
             _list(row.detail, "applications"))
            for row in _each(self.relations)
        ]  # fmt: skip

    def _edges(self) -> list[Row]:
        rows: list[Row] = []
        for year, network in build_years(self.relations, self.basis.nodes, self.basis.years).items():
            ends = network.nodes["entity"]
            rows += [
                (year, ends[edge.source], ends[edge.target], edge.dimension, int(edge.facts), float(edge.weight),
                 _date(edge.since))
                for edge in _each(network.edges)
            ]  # fmt: skip
        return rows

    def _sample(self) -> list[Row]:
        shown, heads = {row[0]: row[1] for row in self._entities()}, self.basis.heads
        rows: dict[str, Row] = {}
        members = list(_each(self.basis.edition.members))
        # of a company and its unit, both members, what is said of the company itself stands
        for row in sorted(members, key=lambda row: heads.get(row.entity, row.entity) != row.entity):
            head = heads.get(row.entity, row.entity)
            said = (float(row.score), row.layer, row.core_technology, row.decided_by, row.reason)
            rows.setdefault(head, (head, shown.get(head), *said))
        return sorted(rows.values(), key=lambda row: (-row[2], row[0]))

    def _left(self) -> list[Row]:
        shown = {row[0]: row[1] for row in self._entities()}
        return [
            (row.entity, shown[row.entity], row.reason)
            for row in _each(self.basis.edition.left)
            if row.entity in shown
        ]

    def _sources(self, connection: Connection) -> list[Row]:
        table = schema.source
        packed = self.facts["source"].value_counts()
        every = self.basis.facts.facts["source"].value_counts()
        rows = connection.execute(select(table).order_by(table.c.name)).all()
        return [
            (row.name, row.title, row.title_zh, row.publisher, row.home, row.licence, row.terms, row.personal_data,
             self.passing[row.name].extent, self.passing[row.name].why, int(packed.get(row.name, 0)),
             int(every.get(row.name, 0) - packed.get(row.name, 0)))
            for row in sorted(rows, key=lambda row: row.name)
        ]  # fmt: skip


def _evidence_query(view: View) -> Any:
    evidence, page, snapshot = schema.evidence, schema.page, schema.snapshot
    query = (
        select(
            evidence.c.fact_id, page.c.url, evidence.c.locator, snapshot.c.sha256, evidence.c.quote,
            evidence.c.method, evidence.c.method_version, evidence.c.confidence, evidence.c.first_seen,
            evidence.c.last_seen,
        )
        .join(page, page.c.id == evidence.c.page_id)
        .join(snapshot, snapshot.c.id == evidence.c.snapshot_id)
    )  # fmt: skip
    if view.known is None:
        return query.where(evidence.c.ended_at.is_(None))
    return query.where(
        evidence.c.first_seen <= view.known,
        or_(evidence.c.ended_at.is_(None), evidence.c.ended_at > view.known),
    )


def _json(value: Any) -> str:
    return json.dumps(_whole_numbers(value), ensure_ascii=False, sort_keys=True)


def _whole_numbers(value: Any) -> Any:
    """1.0 as 1: databases differ in which of them they give back."""
    match value:
        case float():
            return int(value) if value.is_integer() else value
        case dict():
            return {name: _whole_numbers(inner) for name, inner in value.items()}
        case list():
            return [_whole_numbers(inner) for inner in value]
        case _:
            return value


def _list(detail: Any, name: str) -> str | None:
    found = detail.get(name) if isinstance(detail, dict) else None
    return _json(found) if found else None


def _number(value: Any) -> float | None:
    return None if value is None or value is pd.NA or value != value else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None or value is pd.NA or value != value else int(value)


def _date(value: Any) -> dt.date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def _second(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC).replace(microsecond=0)


def _each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, a column an attribute; what a column holds, the frame's maker knows."""
    return iter(frame.itertuples(index=False))
