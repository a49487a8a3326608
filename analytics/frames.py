"""A store for analysts: pandas frames and networkx graphs, without a command line and without SQL.

Invariant: what is asked for here is what the report, the tables and the networks rest on; every frame has the
columns that its docstring names, in a stated order, and is a copy that may be changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import networkx as nx
import pandas as pd
from sqlalchemy import Engine, select

from analytics.basis import Basis, basis
from analytics.cells import any_table, find
from analytics.centrality import centrality
from analytics.exhibits import Figure, Table
from analytics.export import write_network
from analytics.facts import View
from analytics.figures import figure
from analytics.measures import Measures, measure
from analytics.network_items import edge_items, node_items
from analytics.networks import DIMENSIONS, Network, Parallel
from analytics.trace import trace
from entity_resolution.lookup import find_entity
from entity_resolution.relations import Level
from pipelines.store import schema
from pipelines.store.session import open_store

_PLACES: Final = [
    "fact", "kind", "value", "date", "who", "source", "url", "locator", "quote", "method", "confidence",
    "first_seen", "last_seen",
]  # fmt: skip


def read(
    store: str,
    edition: str | None = None,
    *,
    level: Level = "group",
    subsidiaries: bool = False,
    known: dt.datetime | None = None,
    years: Iterable[int] = (),
    top: int = 20,
) -> Analysis:
    """Open a store and look at it as an edition does.

    store: its URL (`sqlite:///x.db`, `postgresql://user@host/name`). edition: the sample; the newest if not given.
    level: `group` counts units as their organisation, `entity` each by itself. subsidiaries: count them as their
    parents, too. known: as it was known at that moment (with a time zone). years: of the tables; the edition's
    if not given. top: rows of a ranking.

    Raises `UsageError` for a URL or an edition that is not there, `StoreError` for a store that cannot be used,
    both of `pipelines.errors`.
    """
    engine = open_store(store)
    try:
        return Analysis(
            engine, basis(engine, edition, View(level, subsidiaries, known), years=years, top=top)
        )
    except BaseException:
        engine.dispose()
        raise


class Analysis:
    """A store under one view, one sample, and years. Use it in a `with` block, or `close` it.

    Facts are read once, when it is made; what is written to the store afterwards is not seen.
    """

    def __init__(self, engine: Engine, basis: Basis) -> None:
        self._engine, self._basis = engine, basis

    def __enter__(self) -> Analysis:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store. Frames stay."""
        self._engine.dispose()

    @property
    def edition(self) -> str:
        """The name of the sample."""
        return self._basis.edition.name

    @property
    def years(self) -> tuple[int, ...]:
        """The years that tables over years show, rising."""
        return self._basis.years

    def entities(self, kind: str | None = None) -> pd.DataFrame:
        """One row an entity, sorted by id: entity (id), name, name_en, kind (company, university, research
        institute, investor, government, alliance, park, person, other), country (ISO 3166-1), sample (bool),
        layer, core_technology (of sample companies; missing where not known)."""
        frame = self._basis.nodes
        return (frame if kind is None else frame[frame["kind"] == kind]).reset_index(drop=True).copy()

    def sample(self) -> pd.DataFrame:
        """The members of the edition, the best first: entity, name, score (points), layer, core_technology,
        decided_by, reason."""
        return self._basis.edition.members.copy()

    def find(self, who: str) -> str:
        """The id that an entity counts as under the view, by its id or any of its names. `UsageError` lists the
        bearers of a name that several have."""
        with self._engine.connect() as connection:
            own = find_entity(connection, who)
        return self._basis.heads.get(own, own)

    def name(self, entity: str) -> str:
        """The display name of an entity's id. `KeyError` where there is no such entity."""
        return str(self._basis.known["name"].loc[entity])

    def facts(self, kind: str | None = None, who: str | None = None) -> pd.DataFrame:
        """One row a fact, by id: fact, kind, value, as_written, number, low, high (in `unit`: a currency,
        persons, …), unit, detail (dict), date and end (datetime64, NaT: unknown), precision (day, month, year),
        source.

        kind: name, attribute, link, product, financing, education, employment, patent, cooperation, policy.
        who: only facts in which this entity stands.
        """
        frame = self._basis.facts.facts
        if kind is not None:
            frame = frame[frame["kind"] == kind]
        if who is not None:
            roles = self._basis.facts.roles
            frame = frame[frame["fact"].isin(roles.loc[roles["entity"] == self.find(who), "fact"])]
        return frame.reset_index(drop=True).copy()

    def roles(self) -> pd.DataFrame:
        """Who stands in each fact: fact, kind, role, position, entity (as it counts), own (itself), mention."""
        return self._basis.facts.roles.copy()

    def attributes(self, attribute: str | None = None) -> pd.DataFrame:
        """One row a stated attribute: entity, name, attribute, value, number, unit, date, fact, source."""
        frame = self._basis.facts.attributes
        if attribute is not None:
            frame = frame[frame["attribute"] == attribute]
        return self._named(frame.reset_index(drop=True), "entity", "name")

    def people(self) -> pd.DataFrame:
        """One row a study or post: person, person_name, entity, name (school or employer), kind (education,
        employment), current (True, False or missing), core (bool), value (degree or post), date, end, fact."""
        frame = self._named(self._basis.facts.people, "entity", "name")
        return self._named(frame, "person", "person_name")

    def relations(
        self, dimension: str | None = None, *, until: int | None = None, everywhere: bool = False
    ) -> pd.DataFrame:
        """One row a (fact, source, target): fact, source, source_name, target, target_name, dimension (technology:
        provider to recipient; human_capital: school or former employer to company; investment: investor to
        company), date (NaT: undated), via (a second fact), value, technologies, applications (lists), person.

        until: only those that hold by the end of that year (undated ones are left out). everywhere: with those in
        which no sample company stands.
        """
        frame = self._basis.facts.relations if everywhere else self._basis.relations
        if dimension is not None:
            frame = frame[frame["dimension"] == dimension]
        if until is not None:
            frame = frame[frame["date"].dt.year <= until]
        frame = frame.reset_index(drop=True).copy()
        for column in ("technologies", "applications"):
            lists = [list(detail.get(column, ())) for detail in frame["detail"]]
            frame[column] = pd.Series(lists, index=frame.index, dtype=object)
        named = self._named(self._named(frame, "source", "source_name"), "target", "target_name")
        return named[["fact", "source", "source_name", "target", "target_name", "dimension", "date", "via", "value",
                      "technologies", "applications", "person"]]  # fmt: skip

    def network(
        self, year: int, dimensions: Collection[str] = DIMENSIONS, parallel: Parallel = "keep"
    ) -> YearNetwork:
        """The value network of a year: all that holds by its end. parallel: `keep` an edge for each dimension,
        `merge` an edge for each pair with the number of dimensions as weight, `pair` one of weight 1."""
        return YearNetwork(self._basis.network(year, dimensions, parallel))

    def table(self, wanted: int | str) -> Table:
        """A table of the report by number, id or words of its title; a supplement by `s3`. Its `frame` has the
        numbers in full, `title`, `columns` and `notes` the words in both languages, `behind(row, column)` the
        facts."""
        return any_table(self._engine, self._basis, str(wanted))

    def figure(self, wanted: int | str) -> Figure:
        """A figure of the report by number, id or words of its title; its numbers are `.table.frame`."""
        return figure(self._basis, str(wanted))

    def trace(self, path: str) -> pd.DataFrame:
        """The way from a published cell (`table_7/institutional/1`) to the quoted words: one row a place where
        a fact behind the cell stands, by the facts' dates: fact, kind, value, date, who (role: name as written;
        …), source, url, locator, quote, method, confidence (0 to 1), first_seen, last_seen."""
        return self._traced(find(self._engine, self._basis, path).facts)

    def evidence(self, facts: Iterable[int]) -> pd.DataFrame:
        """Where these facts stand; columns as of `trace`."""
        return self._traced(facts)

    def names(self, who: str) -> pd.DataFrame:
        """Every name that sources write for an entity: name, own (the entity itself), source, facts (number of
        facts with that name), by falling number."""
        mention, roles = schema.mention, self._basis.facts.roles
        mine = roles[roles["entity"] == self.find(who)]
        with self._engine.connect() as connection:
            rows = connection.execute(select(mention.c.id, mention.c.name, mention.c.source)).all()
        known = pd.DataFrame(rows, columns=["mention", "name", "source"])
        counted = mine.merge(known, on="mention").groupby(["name", "own", "source"])["fact"].nunique()
        frame = counted.rename("facts").reset_index()
        return frame.sort_values(
            ["facts", "name", "source"], ascending=[False, True, True], ignore_index=True
        )

    def _traced(self, facts: Iterable[int]) -> pd.DataFrame:
        rows: list[tuple[Any, ...]] = []
        for one in trace(self._engine, facts, self._basis.facts.view, heads=self._basis.heads):
            who = "; ".join(f"{bearer.role}: {bearer.written}" for bearer in one.bearers)
            said = (one.fact, one.kind, one.value, one.valid_from, who, one.source)
            rows += [
                (*said, place.url, place.locator, place.quote, place.method, place.confidence, place.first_seen,
                 place.last_seen)
                for place in one.evidence
            ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=_PLACES)
        return frame.assign(date=pd.to_datetime(frame["date"]))

    def _named(self, frame: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
        """A copy with the display names of a column of ids right behind it."""
        found = frame.copy()
        names = found[column].map(self._basis.known["name"].to_dict())
        place = list(found.columns).index(column) + 1
        found.insert(place, name, names)
        return found


@dataclass(frozen=True, eq=False)
class YearNetwork:
    """A network as frames, as a graph, as a file, and measured."""

    network: Network

    @property
    def nodes(self) -> pd.DataFrame:
        """One row a node, sorted by id: columns as of `Analysis.entities`."""
        return self.network.nodes.copy()

    @property
    def edges(self) -> pd.DataFrame:
        """One row an edge: source, source_name, target, target_name (ids and names), dimension, facts (number
        behind it), weight, since (its first day)."""
        frame, nodes = self.network.edges, self.network.nodes
        ends = {
            column: [nodes[of].iloc[place] for place in frame[end]]
            for end in ("source", "target")
            for column, of in ((end, "entity"), (f"{end}_name", "name"))
        }
        return pd.DataFrame(ends | {name: frame[name] for name in ("dimension", "facts", "weight", "since")})

    def to_networkx(self) -> nx.MultiDiGraph | nx.DiGraph:
        """The graph: ids as nodes with `label` and what is known of them; edges with `weight`, `dimension`,
        `facts`, `since`. A MultiDiGraph with the dimension as key where parallel edges are kept, else a
        DiGraph."""
        keep = self.network.parallel == "keep"
        graph = nx.MultiDiGraph() if keep else nx.DiGraph()
        graph.graph["year"] = self.network.year
        for node in node_items(self.network):
            graph.add_node(node.id, label=node.label, **node.values)
        for edge in edge_items(self.network):
            key = {"key": edge.kind} if keep else {}
            graph.add_edge(edge.source, edge.target, **key, weight=edge.weight, **edge.values)
        return graph

    def measures(self) -> Measures:
        """Nodes, edges, mean degree, diameter, clustering, path length and so on (docs/measures.md)."""
        return measure(self.network)

    def centrality(self) -> pd.DataFrame:
        """One row a node: node (id), name, in_degree, out_degree, degree, betweenness, closeness,
        harmonic_closeness, eccentricity, in Gephi's conventions; by falling degree."""
        frame = centrality(self.network)
        names = dict(zip(self.network.nodes["entity"], self.network.nodes["name"], strict=True))
        frame.insert(1, "name", frame["node"].map(names))
        return frame.sort_values(["degree", "node"], ascending=[False, True], ignore_index=True)

    def save(self, path: str | Path) -> list[Path]:
        """Write it as .gexf, .graphml, .csv or .parquet, by the ending; the files written."""
        return write_network(self.network, Path(path))
