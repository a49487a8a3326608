"""Which independent sources found each relation of the network, by dimension.

What copies another, or is of one host, is one find: `pipelines.store.corroboration` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.doubt.ground import counting
from analytics.networks import DIMENSIONS
from analytics.simple_graph import Ints
from pipelines.store.corroboration import finders

_EDGE = ["dimension", "source", "target"]


@dataclass(frozen=True, eq=False)
class Finds:
    """relations: dimension → for each relation (an edge of the last year's network) its facts and its independent
    sources by name. facts: dimension → for each fact behind these its number of independent sources."""

    relations: dict[str, list[tuple[Ints, tuple[str, ...]]]]
    facts: dict[str, dict[int, int]]

    def sources(self, dimension: str) -> list[tuple[str, ...]]:
        """The sources of each relation of a dimension."""
        return [found for _, found in self.relations[dimension]]


def finds(engine: Engine, basis: Basis) -> Finds:
    """The finds of a basis, made once."""
    return basis.once("finds", lambda it: _made(engine, it))


def _made(engine: Engine, basis: Basis) -> Finds:
    """A relation of human capital is found where the study or the earlier post is said, not the present post."""
    rows = basis.until(basis.last)
    said = {
        edge: np.unique(facts.to_numpy(dtype=np.int64))
        for edge, facts in rows.groupby(_EDGE, sort=True)["fact"]
    }
    which = counting(basis.facts.view)
    with engine.connect() as connection:
        found = finders(connection, {edge: facts.tolist() for edge, facts in said.items()}, which)
        alone = finders(connection, {int(one): [int(one)] for one in pd.unique(rows["fact"])}, which)
    relations: dict[str, list[tuple[Ints, tuple[str, ...]]]] = {one: [] for one in DIMENSIONS}
    facts: dict[str, dict[int, int]] = {one: {} for one in DIMENSIONS}
    for edge, mine in said.items():
        assert isinstance(edge, tuple)
        dimension = str(edge[0])
        relations[dimension].append((mine, found[edge]))
        facts[dimension] |= {int(one): len(alone[int(one)]) for one in mine}
    return Finds(relations, facts)
