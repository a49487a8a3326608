"""The value network of a year, from resolved relations.

Invariants: a network of year Y holds what holds from a day at or before 31 December of Y; every edge touches a
sample node and joins two different nodes; there is one edge for one (source, target, dimension), or one for one
(source, target) where dimensions are merged; nodes are those that have an edge, in order of their ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.simple_graph import Ints, SimpleGraph
from pipelines.errors import InputError, UsageError

#: The dimensions of a relation; edges of one pair stand in this order.
DIMENSIONS: Final = ("technology", "human_capital", "investment")

#: keep: an edge for each dimension, weight 1. merge: an edge for each pair, weight = its number of dimensions.
#: pair: an edge for each pair, weight 1.
Parallel = Literal["keep", "merge", "pair"]

#: Joins the names of the dimensions of a merged edge.
JOINT: Final = "|"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows of relations that entered no edge: loops (source is target), undated ones (no day known, in any
    year), and those between two relation nodes. Relations that begin later are no part of this."""

    self_loops: int = 0
    undated: int = 0
    outside: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """One network. Frames are not to be changed.

    nodes: one row a node, its position the index 0..n-1, sorted by `entity`; columns as handed in, among them
    `entity` and `sample`. edges: `source`, `target` (positions), `dimension`, `facts` (distinct facts behind
    it), `weight`, `since` (first day), sorted by (source, target, dimension).
    An undirected network (`directed` False) has each edge once, source ≤ target. `parallel` says how edges that
    join the same two nodes were treated. A network read from an edge list has no year, and of the columns of
    edges only source, target and weight; its nodes may lack `sample`.
    """

    year: int | None
    nodes: pd.DataFrame
    edges: pd.DataFrame
    left_out: LeftOut = LeftOut()
    directed: bool = True
    parallel: Parallel = "keep"

    def graph(self) -> SimpleGraph:
        """Distinct ordered pairs without loops; both directions of every edge where undirected."""
        graph = SimpleGraph.of(len(self.nodes), self.edges["source"], self.edges["target"])
        return graph if self.directed else graph.both_ways()


def build(
    relations: pd.DataFrame,
    nodes: pd.DataFrame,
    year: int,
    *,
    dimensions: Collection[str] = DIMENSIONS,
    parallel: Parallel = "keep",
) -> Network:
    """The network of one year; see `build_years`."""
    return build_years(relations, nodes, [year], dimensions=dimensions, parallel=parallel)[year]


def build_years(
    relations: pd.DataFrame,
    nodes: pd.DataFrame,
    years: Iterable[int],
    *,
    dimensions: Collection[str] = DIMENSIONS,
    parallel: Parallel = "keep",
) -> dict[int, Network]:
    """The networks of several years, in rising order, from one pass over the relations.

    relations: one row a (fact, source, target) with `source`, `target` (entity ids), `dimension`, `date`
    (datetime64 without zone, NaT: undated), `fact`; a row that comes twice counts once. nodes: `entity`, `sample`
    (bool) and anything else; it has every entity that a relation names.
    Raises InputError for frames that break this, UsageError for an unknown dimension or way of joining.
    """
    unknown = sorted(set(dimensions) - set(DIMENSIONS))
    if unknown:
        raise UsageError(f"no such dimension: {', '.join(unknown)}; there are {', '.join(DIMENSIONS)}")
    if parallel not in ("keep", "merge", "pair"):
        raise UsageError(f"parallel edges are kept, merged or paired, not {parallel!r}")
    nodes = _checked_nodes(nodes)
    rows = _Rows.of(relations, nodes, dimensions)
    wanted = sorted(set(years))
    networks = {}
    growing = _Growing(rows)
    for year in wanted:
        growing.until(year)
        networks[year] = growing.network(year, nodes, parallel)
    return networks


def _checked_nodes(nodes: pd.DataFrame) -> pd.DataFrame:
    """Sorted by entity, with positions as index."""
    for column in ("entity", "sample"):
        if column not in nodes.columns:
            raise InputError("the column is missing", where="nodes", field=column)
    if nodes["entity"].isna().any() or nodes["sample"].isna().any():
        raise InputError(
            "a node lacks it", where="nodes", field="entity" if nodes["entity"].isna().any() else "sample"
        )
    twice = nodes["entity"][nodes["entity"].duplicated()]
    if len(twice):
        raise InputError(f"{twice.iloc[0]!r} is listed twice", where="nodes", field="entity")
    ordered = nodes.sort_values("entity", ignore_index=True)
    return ordered.assign(sample=ordered["sample"].astype(bool))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Relations as arrays, sorted by date: pair number, dimension number, year, day; and pairs as positions."""

    pair: Ints
    dimension: Ints
    year: Ints
    day: NDArray[np.datetime64]
    pair_source: Ints
    pair_target: Ints
    undated: int
    loop_years: Ints
    outside_years: Ints

    @classmethod
    def of(cls, relations: pd.DataFrame, nodes: pd.DataFrame, dimensions: Collection[str]) -> _Rows:
        for column in ("source", "target", "dimension", "date", "fact"):
            if column not in relations.columns:
                raise InputError("the column is missing", where="relations", field=column)
        date = relations["date"]
        if not pd.api.types.is_datetime64_dtype(date.dtype):
            raise InputError(f"holds {date.dtype}, not days without a zone", where="relations", field="date")
        strange = relations["dimension"][~relations["dimension"].isin(DIMENSIONS)]
        if len(strange):
            raise InputError(
                f"{strange.iloc[0]!r} is no dimension",
                where=f"relations row {strange.index[0]}",
                field="dimension",
            )
        chosen = relations[relations["dimension"].isin(list(dimensions))]
        entity = pd.Index(nodes["entity"])
        place = {}
        for column in ("source", "target"):
            place[column] = entity.get_indexer(pd.Index(chosen[column])).astype(np.int64)
            missing = np.flatnonzero(place[column] < 0)
            if len(missing):
                row = chosen.iloc[[int(missing[0])]]
                raise InputError(
                    f"{row[column].iloc[0]!r} is not among the nodes",
                    where=f"relations row {row.index[0]}",
                    field=column,
                )
        rows = pd.DataFrame(
            {
                "source": place["source"],
                "target": place["target"],
                "dimension": pd.Index(DIMENSIONS).get_indexer(pd.Index(chosen["dimension"])),
                "date": chosen["date"].to_numpy(),
                "fact": chosen["fact"].to_numpy(),
            }
        )
        rows = rows.sort_values("date", kind="stable", na_position="last")
        rows = rows.drop_duplicates(["fact", "source", "target", "dimension"])
        dated = rows[rows["date"].notna()]
        loops = (dated["source"] == dated["target"]).to_numpy()
        sample = nodes["sample"].to_numpy()
        touching = sample[dated["source"].to_numpy()] | sample[dated["target"].to_numpy()]
        years = dated["date"].dt.year.to_numpy().astype(np.int64)
        inside = dated[~loops & touching]
        code = inside["source"].to_numpy() * len(nodes) + inside["target"].to_numpy()
        pairs, pair = np.unique(code, return_inverse=True)
        return cls(
            pair=pair.astype(np.int64),
            dimension=inside["dimension"].to_numpy().astype(np.int64),
            year=years[~loops & touching],
            day=inside["date"].to_numpy(),
            pair_source=pairs // max(len(nodes), 1),
            pair_target=pairs % max(len(nodes), 1),
            undated=len(rows) - len(dated),
            loop_years=years[loops],
            outside_years=years[~loops & ~touching],
        )


class _Growing:
    """Counts of facts behind each (pair, dimension), carried on from year to year."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        shape = (len(rows.pair_source), len(DIMENSIONS))
        self._facts = np.zeros(shape, dtype=np.int64)
        cell = rows.pair * len(DIMENSIONS) + rows.dimension
        # Rows come by date: the first row of a cell has its first day.
        filled, first = np.unique(cell, return_index=True)
        since = np.full(shape[0] * shape[1], np.datetime64("NaT", "ns"), dtype=rows.day.dtype)
        since[filled] = rows.day[first]
        self._since = since.reshape(shape)
        self._cell, self._done = cell, 0

    def until(self, year: int) -> None:
        """Add the rows up to the end of that year."""
        upto = int(np.searchsorted(self._rows.year, year, side="right"))
        news = np.bincount(self._cell[self._done : upto], minlength=self._facts.size)
        self._facts += news.reshape(self._facts.shape)
        self._done = upto

    def network(self, year: int, nodes: pd.DataFrame, parallel: Parallel) -> Network:
        rows = self._rows
        there = self._facts > 0
        if parallel == "keep":
            pair, dimension = np.nonzero(there)
            name = np.array(DIMENSIONS, dtype=object)[dimension]
            facts, since = self._facts[pair, dimension], self._since[pair, dimension]
            weight = np.ones(len(pair))
        else:
            pair = np.flatnonzero(there.any(axis=1))
            there = there[pair]
            name = _joint_names()[there @ (1 << np.arange(len(DIMENSIONS)))]
            facts = self._facts[pair].sum(axis=1)
            # A dimension that begins after this year has no say in the first day.
            far = np.array(np.iinfo(np.int64).max, dtype=np.int64).astype(self._since.dtype)
            since = np.where(there, self._since[pair], far).min(axis=1)
            weight = there.sum(axis=1).astype(float) if parallel == "merge" else np.ones(len(pair))
        source, target = rows.pair_source[pair], rows.pair_target[pair]
        used, place = np.unique(np.concatenate([source, target]), return_inverse=True)
        edges = pd.DataFrame(
            {
                "source": place[: len(source)].astype(np.int64),
                "target": place[len(source) :].astype(np.int64),
                "dimension": pd.Series(name, dtype="str"),
                "facts": facts,
                "weight": weight,
                "since": since,
            }
        )
        left_out = LeftOut(
            self_loops=int(np.count_nonzero(rows.loop_years <= year)),
            undated=rows.undated,
            outside=int(np.count_nonzero(rows.outside_years <= year)),
        )
        return Network(year, nodes.iloc[used].reset_index(drop=True), edges, left_out, parallel=parallel)


def _joint_names() -> NDArray[np.object_]:
    """Names of sets of dimensions, by the number whose bits are the dimensions."""
    names = [
        JOINT.join(name for place, name in enumerate(DIMENSIONS) if chosen >> place & 1)
        for chosen in range(1 << len(DIMENSIONS))
    ]
    return np.array(names, dtype=object)
