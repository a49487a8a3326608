"""What the explorer's page knows: the nodes of the last network with their places, its edges with the year from
which each holds, and what each is about.

Invariants: the page counts what the networks count: an edge is shown in a year if and only if the network of that
year has it. Networks only grow, so one year on each edge says it. A category or an area of an edge comes from one
fact; edges that are filtered by both need one fact with both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.basis import Basis
from analytics.figure_networks import GROUPS, groups_of, places_until
from analytics.networks import DIMENSIONS, Network
from analytics.simple_graph import Ints
from pipelines.taxonomy import Taxonomy, taxonomy

TECHNOLOGIES: Final = "technology_categories"
AREAS: Final = "application_areas"
#: A set of categories is a number of so many bits.
_BITS: Final = 32


@dataclass(frozen=True, eq=False)
class Contents:
    """years: rising. network: that of the last year. places: (n, 2). groups: (n,), positions in `GROUPS`.

    since: (m,) position of the year in which an edge first is there. rows: one a relation of the store: `edge`,
    `year` (position), `technologies`, `areas` (numbers whose bits are the terms), `fact`, `via`.
    """

    years: tuple[int, ...]
    network: Network
    places: NDArray[np.float64]
    groups: Ints
    since: Ints
    rows: pd.DataFrame

    @property
    def labels(self) -> pd.DataFrame:
        """edge, technologies, areas, and the position of the first year, of edges that have any category."""
        named = self.rows[(self.rows["technologies"] > 0) | (self.rows["areas"] > 0)]
        keys = ["edge", "technologies", "areas"]
        return named.groupby(keys, sort=True)["year"].min().reset_index()

    def facts(self) -> list[list[int]]:
        """The facts behind each edge, rising."""
        found: list[set[int]] = [set() for _ in range(len(self.network.edges))]
        for edge, fact, via in zip(self.rows["edge"], self.rows["fact"], self.rows["via"], strict=True):
            found[edge].add(int(fact))
            if via is not pd.NA:
                found[edge].add(int(via))
        return [sorted(one) for one in found]


def contents(basis: Basis) -> Contents:
    """What there is to see of a basis."""
    network = basis.network(basis.last)
    placed = places_until(basis, basis.last).reindex(network.nodes["entity"])
    return Contents(
        years=basis.years,
        network=network,
        places=placed.to_numpy(dtype=np.float64).reshape(-1, 2),
        groups=groups_of(network.nodes),
        since=_position(network.edges["since"].dt.year, basis.years),
        rows=_rows(basis, network),
    )


def _position(years: pd.Series, known: tuple[int, ...]) -> Ints:
    """The first of the known years whose network has what began in these years."""
    return np.searchsorted(np.array(known), years.to_numpy(dtype=np.int64)).astype(np.int64)


def _rows(basis: Basis, network: Network) -> pd.DataFrame:
    relations = basis.until(basis.last)
    place = pd.Series(range(len(network.nodes)), index=network.nodes["entity"])
    found = pd.DataFrame(
        {
            "source": relations["source"].map(place).to_numpy(dtype=np.int64),
            "target": relations["target"].map(place).to_numpy(dtype=np.int64),
            "dimension": relations["dimension"].to_numpy(dtype=object),
            "year": _position(relations["date"].dt.year, basis.years),
            "fact": relations["fact"].to_numpy(dtype=np.int64),
            "via": relations["via"].array,
            "technologies": _sets(relations, "technologies", taxonomy(TECHNOLOGIES)),
            "areas": _sets(relations, "applications", taxonomy(AREAS)),
        }
    )
    edges = network.edges[["source", "target", "dimension"]].assign(
        edge=np.arange(len(network.edges)), dimension=network.edges["dimension"].astype(object)
    )
    return found.merge(edges, on=["source", "target", "dimension"], validate="many_to_one")


def _sets(relations: pd.DataFrame, field: str, terms: Taxonomy) -> NDArray[np.int64]:
    """The categories of each technology relation as bits; words that are none of the list count for none."""
    if len(terms) > _BITS:
        raise ValueError(
            f"{terms.name} has more than {_BITS} terms: the page keeps a set of them in one number"
        )
    bit = {code: 1 << at for at, code in enumerate(terms.codes)}
    technology = relations["dimension"].eq(DIMENSIONS[0])
    found = np.zeros(len(relations), dtype=np.int64)
    for at, (wanted, detail) in enumerate(zip(technology, relations["detail"], strict=True)):
        for word in _listed(detail, field) if wanted else ():
            term = terms.find(str(word))
            found[at] |= bit[term.code] if term else 0
    return found


def _listed(detail: Mapping[str, Any], field: str) -> list[Any]:
    words = detail.get(field) or []
    return words if isinstance(words, list) else [words]


def group_words() -> list[tuple[str, str]]:
    """Chinese and English, in the order of `Contents.groups`."""
    return [(words.zh, words.en) for words in GROUPS.values()]
