"""What the draws count over: the relations of a basis as arrays, between entities that nothing rolls up yet.

Invariants kept here:
- with nobody joined, what is counted is what the tables count;
- a row holds the fact (or the two facts) that it rests on, so that it can be left out where one was misread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select

from analytics.basis import Basis
from analytics.doubt.undecided import Undecided, undecided
from analytics.facts import DOMESTIC, View
from analytics.investors import CLASS_WORDS, investor_class
from analytics.networks import DIMENSIONS
from entity_resolution import storage
from entity_resolution.entities import read_relations
from entity_resolution.log import Judgement
from pipelines.store import schema
from pipelines.taxonomy import taxonomy

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Taxonomy → where a relation's detail has its words.
LABELLED: Final = {"technology_categories": "technologies", "application_areas": "applications"}


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Categories of relations: `row` has the category `code` (a position in `codes`)."""

    codes: tuple[str, ...]
    row: Ints
    code: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Entities by position (`ids`, rising; `at`: the way back). Of each: domestic (1, 0, or -1 where nobody knows)
    and the class of investor (a position in `CLASS_WORDS`).

    Of each dated relation until the last year, by the entities themselves: source, target, dimension (a position in
    `DIMENSIONS`), year, worked (a former employer, no school), fact and via (positions in `facts`; via -1: none).
    sure: (facts,), the chance that a fact was read rightly. members: the sample's entities. relations: of units and
    subsidiaries, as judgements about mentions; entity_of: these mentions' entities.
    """

    ids: tuple[str, ...]
    at: dict[str, int]
    domestic: Ints
    investor: Ints
    source: Ints
    target: Ints
    dimension: Ints
    year: Ints
    worked: Flags
    fact: Ints
    via: Ints
    facts: Ints
    sure: Floats
    labels: dict[str, Labels]
    members: Ints
    relations: tuple[Judgement, ...]
    entity_of: dict[int, str]
    undecided: Undecided
    view: View
    years: tuple[int, ...]


def ground(engine: Engine, basis: Basis) -> Ground:
    """The arrays of a basis, and what its store leaves undecided."""
    with engine.connect() as connection:
        open_pairs = undecided(connection)
        held = read_relations(connection)
        mentions = {storage.as_id(key) for one in held for key in (one.judgement.left, one.judgement.right)}
        entity_of = storage.entities_of(connection, mentions)
        sure = _confidence(connection, basis.facts.view)
        roles = basis.facts.roles
        own = replace(basis.facts, roles=roles.assign(entity=roles["own"]))
        rows = own.relations
        rows = rows[rows["date"].notna() & (rows["date"].dt.year <= basis.last)].reset_index(drop=True)
        ids = sorted(
            {*rows["source"], *rows["target"], *basis.known.index, *basis.edition.members["entity"]}
            | {one for each in held for one in (each.inner, each.outer)}
            | {str(node.key) for node in open_pairs.nodes}
        )
    index = pd.Index(ids, dtype=object)
    facts, fact = np.unique(rows["fact"].to_numpy(dtype=np.int64), return_inverse=True)
    via_facts = rows["via"].fillna(-1).to_numpy(dtype=np.int64)
    facts = np.unique(np.concatenate([facts, via_facts[via_facts >= 0]]))
    fact = np.searchsorted(facts, rows["fact"].to_numpy(dtype=np.int64))
    via = np.where(via_facts >= 0, np.searchsorted(facts, via_facts), -1)
    domestic, investor = _described(basis, ids)
    return Ground(
        ids=tuple(ids),
        at={one: place for place, one in enumerate(ids)},
        domestic=domestic,
        investor=investor,
        source=index.get_indexer(pd.Index(rows["source"], dtype=object)).astype(np.int64),
        target=index.get_indexer(pd.Index(rows["target"], dtype=object)).astype(np.int64),
        dimension=pd.Index(DIMENSIONS).get_indexer(pd.Index(rows["dimension"])).astype(np.int64),
        year=rows["date"].dt.year.to_numpy(dtype=np.int64),
        worked=(rows["value"] == "employment").to_numpy(dtype=bool),
        fact=fact.astype(np.int64),
        via=via.astype(np.int64),
        facts=facts,
        sure=np.array([sure.get(int(one), 1.0) for one in facts], dtype=np.float64),
        labels={listed: _labels(rows, listed, field) for listed, field in LABELLED.items()},
        members=np.unique(
            index.get_indexer(pd.Index(basis.edition.members["entity"], dtype=object)).astype(np.int64)
        ),
        relations=tuple(one.judgement for one in held),
        entity_of=entity_of,
        undecided=open_pairs,
        view=basis.facts.view,
        years=basis.ranking_years,
    )


def _described(basis: Basis, ids: list[str]) -> tuple[Ints, Ints]:
    known = basis.known.reindex(ids)
    classes = list(CLASS_WORDS)
    domestic, investor = [], []
    for name, english, kind, country in known.itertuples(index=False):
        domestic.append(int(country in DOMESTIC) if isinstance(country, str) and country else -1)
        words = [one if isinstance(one, str) else "" for one in (kind, name, english)]
        investor.append(classes.index(investor_class(*words)))
    return np.array(domestic, dtype=np.int64), np.array(investor, dtype=np.int64)


def _labels(rows: pd.DataFrame, listed: str, field: str) -> Labels:
    terms = taxonomy(listed)
    code_of = {code: at for at, code in enumerate(terms.codes)}
    found: dict[str, int] = {}
    row, code = [], []
    details = rows["detail"].tolist()
    for at in np.flatnonzero(rows["dimension"] == "technology").tolist():
        for word in details[at].get(field) or ():
            if word not in found:
                term = terms.find(str(word))
                found[word] = code_of[term.code] if term else -1
            if found[word] >= 0:
                row.append(at)
                code.append(found[word])
    return Labels(terms.codes, np.array(row, dtype=np.int64), np.array(code, dtype=np.int64))


def _confidence(connection: Connection, view: View) -> dict[int, float]:
    """Fact → how sure it was read, at the place that is surest of it; facts that are certain are left out."""
    evidence = schema.evidence
    surest = func.max(evidence.c.confidence)
    query = (
        select(evidence.c.fact_id, surest)
        .where(counting(view))
        .group_by(evidence.c.fact_id)
        .having(surest < 1)
    )
    return {row[0]: float(row[1]) for row in connection.execute(query)}


def counting(view: View) -> ColumnElement[bool]:
    """Which rows of `evidence` count under the view's record time."""
    evidence = schema.evidence
    if view.known is None:
        return evidence.c.ended_at.is_(None)
    return and_(
        evidence.c.first_seen <= view.known,
        or_(evidence.c.ended_at.is_(None), evidence.c.ended_at > view.known),
    )
