"""What a decision about who is who changes in the published numbers, told before it is made.

All relations are loaded once, between the entities that mentions mean, as plain arrays. A decision is another way
of counting these entities: edges, nodes and rankings are then counted anew out of the arrays, in milliseconds.

Invariants kept here:
- what is counted is what Table 3 (nodes, edges) and Tables 4 to 7 (the first places) of the basis count;
- the entities are those of now: judgements that were written since loading are taken in before an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from analytics.basis import Basis, basis
from analytics.exhibits import Words
from analytics.facts import DOMESTIC, View, load
from analytics.human_capital import KIND_WORDS, KINDS, PLACE_WORDS
from analytics.investors import CLASS_WORDS, investor_class
from analytics.networks import DIMENSIONS
from entity_resolution import storage
from entity_resolution.entities import read_relations
from entity_resolution.relations import roll_up
from entity_resolution.review.effects import Effect
from pipelines.errors import StoreError, UsageError
from pipelines.store import schema

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: A ranking: the table and its part (a year, a group).
Ranking = tuple[str, str]
#: So many lines about rankings are told.
_LINES_MOST: Final = 6
#: Rows without a day hold in no year.
_NEVER: Final = 9999


@dataclass(frozen=True, slots=True)
class Counted:
    """The published numbers under one way of counting. By year: sample nodes, relation nodes, edges. Rankings:
    values by entity (a position), those above 0."""

    sample_nodes: dict[int, int]
    relation_nodes: dict[int, int]
    edges: dict[int, int]
    values: dict[Ranking, Ints]


@dataclass(frozen=True, slots=True)
class Moved:
    """An entity's rank before and after in one ranking; 0: it is not among the first."""

    ranking: Ranking
    entity: int
    before: int
    after: int


class NetworkEffects:
    """Tells effects on the tables of the newest sample; see `entity_resolution.review.effects.Effects`."""

    def __init__(self, engine: Engine, of: Basis) -> None:
        self._engine = engine
        self._years, self._ranking_years, self._top = of.years, of.ranking_years, of.top
        self._edition = of.edition
        self._load()

    def of(self, left_entity: str, right_entity: str, verdict: str) -> Effect:
        """What the verdict changes. Two entities are apart now, so *different* changes nothing; nor does
        *subsidiary of*, as subsidiaries count by themselves; nor what is said of persons. Of two that become one
        the busier lends its kind and country."""
        self._up_to_date()
        left, right = (self._at.get(one) for one in (left_entity, right_entity))
        if left is None or right is None or verdict not in ("same", "unit of"):
            return Effect()
        left, right = int(self._heads[left]), int(self._heads[right])
        if left == right or self._kind[left] == "person" or self._kind[right] == "person":
            return Effect()
        kept, gone = right, left
        if verdict == "same" and self._edges_at(left) > self._edges_at(right):
            kept, gone = left, right
        heads = np.where(self._heads == gone, kept, self._heads)
        return self._told(self._counted, self._count(heads), kept, gone)

    @property
    def counted(self) -> Counted:
        """The numbers as they are."""
        self._up_to_date()
        return self._counted

    def ranks(self, counted: Counted) -> dict[Ranking, dict[int, int]]:
        """The first places of each ranking: entity (a position) → rank."""
        return {ranking: _ranks(values, self._top) for ranking, values in counted.values.items()}

    def entity_at(self, position: int) -> str:
        """The id of the entity at a position."""
        return self._entities[position]

    # ── loading ───────────────────────────────────────────────────────────────────────────────────

    def _load(self) -> None:
        facts = load(self._engine, View(level="entity"))
        entities = facts.entities
        self._entities = [str(one) for one in entities["entity"]]
        self._at = {str(entity): at for at, entity in enumerate(entities["entity"])}
        count = len(entities)
        self._names, self._english, self._kind = [""] * count, [""] * count, [""] * count
        self._domestic, self._investor = np.zeros(count, dtype=np.int8), np.zeros(count, dtype=np.int8)
        for at, row in enumerate(entities[["name", "name_en", "kind", "country"]].itertuples(index=False)):
            self._describe(at, *row)
        rows = facts.relations
        year = rows["date"].dt.year.fillna(_NEVER).to_numpy(dtype=np.int64)
        order = np.argsort(year, kind="stable")  # the first row of an edge is then its first year
        self._year = year[order]
        index = pd.Index(entities["entity"])
        self._source = index.get_indexer(pd.Index(rows["source"])).astype(np.int64)[order]
        self._target = index.get_indexer(pd.Index(rows["target"])).astype(np.int64)[order]
        self._dimension = (
            pd.Index(DIMENSIONS).get_indexer(pd.Index(rows["dimension"])).astype(np.int64)[order]
        )
        self._worked = (rows["value"] == "employment").to_numpy(dtype=bool)[order]
        with self._engine.connect() as connection:
            self._read_heads(connection)

    def _describe(self, at: int, name: str, english: object, kind: str, country: object) -> None:
        self._names[at], self._kind[at] = name, kind
        self._english[at] = english if isinstance(english, str) else ""
        self._domestic[at] = int(country in DOMESTIC) if isinstance(country, str) else -1
        group = investor_class(kind, name, self._english[at])
        self._investor[at] = list(CLASS_WORDS).index(group)

    def _read_heads(self, connection: Connection) -> None:
        """Which entity each of the loaded ones counts as now."""
        judgement, entity = schema.judgement, schema.entity
        self._last = connection.execute(select(func.max(judgement.c.id))).scalar() or 0
        redirects = connection.execute(
            select(entity.c.id, entity.c.redirect_to).where(entity.c.redirect_to.is_not(None))
        ).all()
        now = {row.id: row.redirect_to for row in redirects}
        columns = (entity.c.name, entity.c.name_en, entity.c.kind, entity.c.country)
        query = select(entity.c.id, *columns)
        for row in storage.in_parts(connection, query, entity.c.id, set(now.values())):
            if row.id in self._at:
                self._describe(self._at[row.id], row.name, row.name_en, row.kind, row.country)
        above = roll_up(read_relations(connection), "group")
        heads = np.arange(len(self._names))
        for one, at in self._at.items():
            canonical = now.get(one, one)
            head = above.get(canonical, canonical)
            if head != one:
                heads[at] = self._at.get(head, at)
        self._heads = heads
        members = [now.get(one, one) for one in self._edition.members["entity"]]
        self._members = np.array(
            sorted({self._at[one] for one in members if one in self._at}), dtype=np.int64
        )
        self._counted = self._count(heads)

    def _up_to_date(self) -> None:
        with self._engine.connect() as connection:
            table = schema.judgement
            query = select(table.c.id, table.c.verdict).where(table.c.id > self._last)
            news = connection.execute(query).all()
            if not news:
                return
            if all(row.verdict != "undo" for row in news):
                self._read_heads(connection)
                return
        self._load()  # what was one is not any more: whose facts are whose has to be read again

    # ── counting ──────────────────────────────────────────────────────────────────────────────────

    def _count(self, heads: Ints) -> Counted:
        count = len(self._names)
        sample = np.zeros(count, dtype=bool)
        sample[heads[self._members]] = True
        source, target = heads[self._source], heads[self._target]
        inside = (source != target) & (sample[source] | sample[target]) & (self._year < _NEVER)
        source, target, year = source[inside], target[inside], self._year[inside]
        dimension, worked = self._dimension[inside], self._worked[inside]
        code = (source * count + target) * len(DIMENSIONS) + dimension
        _, first = np.unique(code, return_index=True)
        since = np.full(count, _NEVER)
        for ends in (source, target):
            np.minimum.at(since, ends[first], year[first])
        edges, nodes_of, others = {}, {}, {}
        for one in self._years:
            edges[one] = int(np.count_nonzero(year[first] <= one))
            nodes_of[one] = int(np.count_nonzero((since <= one) & sample))
            others[one] = int(np.count_nonzero((since <= one) & ~sample))
        values = self._by_technology(source[first], target[first], dimension[first], year[first], sample)
        to_sample = sample[target] & (year <= self._years[-1])
        values |= self._origins(source, target, to_sample & (dimension == 1), worked)
        values |= self._investors(source, target, to_sample & (dimension == 2))
        return Counted(nodes_of, others, edges, values)

    def _by_technology(
        self, source: Ints, target: Ints, dimension: Ints, year: Ints, sample: Flags
    ) -> dict[Ranking, Ints]:
        found: dict[Ranking, Ints] = {}
        for one in self._ranking_years:
            chosen = (dimension == 0) & (year <= one)
            degree = np.bincount(source[chosen], minlength=len(sample))
            degree += np.bincount(target[chosen], minlength=len(sample))
            found["table_4", str(one)] = np.where(sample, degree, 0)
            found["table_5", str(one)] = np.where(sample, 0, degree)
        return found

    def _origins(self, source: Ints, target: Ints, chosen: Flags, worked: Flags) -> dict[Ranking, Ints]:
        found: dict[Ranking, Ints] = {}
        for kind in KINDS.values():
            degree = self._distinct(source, target, chosen & (worked == (kind == "work")))
            for where in PLACE_WORDS:
                there = self._domestic == int(where == "domestic")
                found["table_6", f"{kind}_{where}"] = np.where(there, degree, 0)
        return found

    def _investors(self, source: Ints, target: Ints, chosen: Flags) -> dict[Ranking, Ints]:
        companies = self._distinct(source, target, chosen)
        return {
            ("table_7", group): np.where(self._investor == number, companies, 0)
            for number, group in enumerate(CLASS_WORDS)
        }

    def _distinct(self, source: Ints, target: Ints, chosen: Flags) -> Ints:
        """How many different targets each source has."""
        count = len(self._names)
        pairs = np.unique(source[chosen] * count + target[chosen])
        return np.bincount(pairs // max(count, 1), minlength=count)

    def _edges_at(self, entity: int) -> int:
        return int(
            np.count_nonzero((self._heads[self._source] == entity) | (self._heads[self._target] == entity))
        )

    # ── telling ───────────────────────────────────────────────────────────────────────────────────

    def _told(self, before: Counted, after: Counted, kept: int, gone: int) -> Effect:
        last = self._years[-1]
        nodes = sum(
            getattr(after, name)[last] - getattr(before, name)[last]
            for name in ("sample_nodes", "relation_nodes")
        )
        edges = after.edges[last] - before.edges[last]
        moved = self.moved(before, after, kept, gone)
        told = sorted(moved, key=lambda one: (one.entity != kept, -abs(one.after - one.before)))
        mine = [one for one in told if one.entity in (kept, gone)]
        lines = [self._line(one) for one in (mine or told)[:_LINES_MOST]]
        rest = len(told) - len(lines)
        if rest > 0:
            lines.append(Words(f"另有 {rest} 处名次变动。", f"{rest} more ranks move."))
        if nodes or edges:
            lines.append(
                Words(
                    f"{last} 年网络：节点 {nodes:+d}，边 {edges:+d}。".replace("-", "−"),
                    f"Network of {last}: nodes {nodes:+d}, edges {edges:+d}.".replace("-", "−"),
                )
            )
        size = min(self._edges_at(kept), self._edges_at(gone)) + abs(edges) + len(moved)
        spoken = {"zh": tuple(one.zh for one in lines), "en": tuple(one.en for one in lines)} if lines else {}
        return Effect(spoken, nodes, edges, float(size))

    def moved(self, before: Counted, after: Counted, kept: int, gone: int) -> list[Moved]:
        """The ranks among the first that are others afterwards. The one that is gone is not spoken of where it
        counts as the kept one."""
        found = []
        olds, news = self.ranks(before), self.ranks(after)
        for ranking in before.values:
            ranks = olds[ranking], news[ranking]
            for entity in ranks[0].keys() | ranks[1].keys():
                was, is_now = (rank.get(entity, 0) for rank in ranks)
                if was != is_now and not (entity == gone and after.values[ranking][kept]):
                    found.append(Moved(ranking, entity, was, is_now))
        return sorted(found, key=lambda one: (one.ranking, one.entity))

    def _line(self, one: Moved) -> Words:
        where = _where(one.ranking)
        name = self._names[one.entity]
        english = self._english[one.entity] or name
        if not one.before:
            return Words(
                f"{name}进入{where.zh}，名次 {one.after}。", f"{english} enters {where.en} at {one.after}."
            )
        if not one.after:
            return Words(
                f"{name}离开{where.zh}（原名次 {one.before}）。",
                f"{english} leaves {where.en} (was {one.before}).",
            )
        return Words(
            f"{where.zh}：{name}由第 {one.before} 名变为第 {one.after} 名。",
            f"{english} moves from rank {one.before} to {one.after} in {where.en}.",
        )


def effects(engine: Engine) -> NetworkEffects | None:
    """Effects on the newest sample's tables; None where there is no sample, no entity or no dated relation yet."""
    try:
        return NetworkEffects(engine, basis(engine))
    except (StoreError, UsageError):
        return None


def _ranks(values: Ints, top: int) -> dict[int, int]:
    """Entity → rank, of those among the first `top` (all that share the last place's value)."""
    there = np.flatnonzero(values > 0)
    if not len(there):
        return {}
    ordered = np.sort(values[there])[::-1]
    least = ordered[min(top, len(ordered)) - 1]
    shown = there[values[there] >= least]
    rank = 1 + np.searchsorted(-ordered, -values[shown], side="left")
    return dict(zip(shown.tolist(), rank.tolist(), strict=True))


def _where(ranking: Ranking) -> Words:
    table, part = ranking
    number = table.removeprefix("table_")
    if table == "table_6":
        kind, _, place = part.partition("_")
        inside: Iterable[Words] = (PLACE_WORDS[place], KIND_WORDS[kind])
    elif table == "table_7":
        inside = (CLASS_WORDS[part],)
    else:
        inside = (Words(part, part),)
    listed = tuple(inside)
    return Words(
        f"表{number}（{''.join(one.zh for one in listed)}）",
        f"Table {number} ({', '.join(one.en for one in listed)})",
    )
