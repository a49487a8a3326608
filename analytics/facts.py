"""The one way into the store for all analysis: facts of mentions become relations and attributes of entities.

Invariants: only what a source was saying at the chosen record time counts; a mention counts as the entity that it
was resolved to, rolled up as the view says; every row names the fact that it comes from.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, CursorResult, Engine, Text, exists, func, or_, select, type_coerce

from entity_resolution.entities import read_relations
from entity_resolution.relations import Level, roll_up
from pipelines.errors import StoreError
from pipelines.store import schema

#: Parts of China with an ISO 3166-1 code of their own count as domestic.
DOMESTIC = frozenset({"CN", "HK", "MO", "TW"})

#: Rows that are taken from an answer of the store at once.
_PIECE: Final = 20_000

RELATION_COLUMNS = ["fact", "source", "target", "dimension", "date", "via", "value", "detail", "person"]


@dataclass(frozen=True, slots=True)
class View:
    """How to look at the store.

    level: `group` rolls units up into their organisation, `entity` leaves every entity a node of its own.
    subsidiaries: roll these up, too. known: record time (None: now): facts count if a source said them then.
    """

    level: Level = "group"
    subsidiaries: bool = False
    known: dt.datetime | None = None


@dataclass(frozen=True, eq=False)
class Facts:
    """What the store says under a view. All frames are sorted and have stated columns.

    entities: entity, name, name_en, kind, country. The index is 0..n-1.
    roles: fact, kind, role, position, entity (rolled up), own (the entity itself), mention.
    facts: fact, kind, value, as_written, number, low, high, unit, detail (dict), date, precision, source.
    unresolved: mentions that no resolution has decided yet; their facts are left out of everything here.
    listed: entities (rolled up) with a stock code.
    """

    view: View
    entities: pd.DataFrame
    facts: pd.DataFrame
    roles: pd.DataFrame
    unresolved: int = 0
    listed: frozenset[str] = frozenset()

    @cached_property
    def relations(self) -> pd.DataFrame:
        """One row a (fact, source, target): `dimension`, `date` (NaT: undated), `via` (a second fact that the
        relation rests on, or NA), `value` and `detail` of the fact, `person` (human capital: the entity)."""
        parts = [self._technology(), self._human_capital(), self._investment()]
        found = pd.concat([part[RELATION_COLUMNS] for part in parts], ignore_index=True)
        found["via"] = found["via"].astype("Int64")
        order = ["dimension", "date", "source", "target", "fact"]
        return found.sort_values(order, kind="stable").reset_index(drop=True)

    @cached_property
    def attributes(self) -> pd.DataFrame:
        """One row a stated attribute: entity, attribute, value, number, unit, date, fact, source."""
        chosen = self.facts[self.facts["kind"] == "attribute"]
        subjects = self._role("attribute", "subject")[["fact", "entity"]]
        found = chosen.merge(subjects, on="fact")
        found["attribute"] = [detail.get("attribute", "") for detail in found["detail"]]
        columns = ["entity", "attribute", "value", "number", "unit", "date", "fact", "source"]
        return found[columns].sort_values(["entity", "attribute", "fact"]).reset_index(drop=True)

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row a study or post of a person: person, entity (school or employer), kind (education, employment),
        current (True, False, NA), core, value (degree or post), date, end, fact."""
        parts = []
        for kind, role in (("education", "school"), ("employment", "employer")):
            chosen = self.facts[self.facts["kind"] == kind]
            persons = self._role(kind, "person")[["fact", "entity"]].rename(columns={"entity": "person"})
            places = self._role(kind, role)[["fact", "entity"]]
            part = chosen.merge(persons, on="fact").merge(places, on="fact")
            core = [bool(detail.get("core")) for detail in part["detail"]]
            part["core"] = pd.array(core, dtype=bool)
            part["current"] = pd.array([detail.get("current") for detail in part["detail"]], dtype="boolean")
            parts.append(part)
        columns = ["person", "entity", "kind", "current", "core", "value", "date", "end", "fact"]
        found = pd.concat(parts, ignore_index=True)[columns]
        return found.sort_values(["person", "kind", "date", "fact"]).reset_index(drop=True)

    @property
    def country(self) -> dict[str, str | None]:
        """Entity → country."""
        return dict(zip(self.entities["entity"], self.entities["country"], strict=True))

    def _role(self, kind: str, role: str) -> pd.DataFrame:
        return self.roles[(self.roles["kind"] == kind) & (self.roles["role"] == role)]

    def _with_facts(self, pairs: pd.DataFrame, dimension: str) -> pd.DataFrame:
        found = pairs.merge(self.facts[["fact", "date", "value", "detail"]], on="fact")
        found["dimension"] = dimension
        for name in ("via", "person"):
            if name not in found:
                found[name] = None
        return found

    def _pairs(self, kind: str, left: str, right: str) -> pd.DataFrame:
        sources = self._role(kind, left)[["fact", "entity"]].rename(columns={"entity": "source"})
        targets = self._role(kind, right)[["fact", "entity"]].rename(columns={"entity": "target"})
        return sources.merge(targets, on="fact").drop_duplicates()

    def _investment(self) -> pd.DataFrame:
        return self._with_facts(self._pairs("financing", "investor", "target"), "investment")

    def _technology(self) -> pd.DataFrame:
        """Provider to recipient; where the source gives no direction, both ways. Plans, rumours and denials
        are no relations."""
        both = self._pairs("cooperation", "party", "party")
        pairs = pd.concat(
            [self._pairs("cooperation", "provider", "recipient"), both[both["source"] != both["target"]]]
        )
        found = self._with_facts(pairs, "technology")
        done = [detail.get("status", "done") == "done" for detail in found["detail"]]
        return found[pd.array(done, dtype=bool)]

    def _human_capital(self) -> pd.DataFrame:
        """School or former employer to the present employer, through a core person; from the day on which the
        person is known to work at the latter."""
        people = self.people[self.people["core"]]
        posts = people[people["kind"] == "employment"]
        present = posts[posts["current"].fillna(False).astype(bool)]
        came_from = people[(people["kind"] == "education") | ~people["current"].fillna(True).astype(bool)]
        found = came_from.merge(present, on="person", suffixes=("", "_now"))
        pairs = pd.DataFrame(
            {
                "fact": found["fact"],
                "source": found["entity"],
                "target": found["entity_now"],
                "date": found["date_now"],
                "via": found["fact_now"],
                "value": found["kind"],
                "person": found["person"],
                "dimension": "human_capital",
                "detail": pd.Series([{}] * len(found), index=found.index, dtype=object),
            }
        )
        return pairs[pairs["source"] != pairs["target"]]


def load(engine: Engine, view: View | None = None) -> Facts:
    """Everything the store says under `view`. Raises `StoreError` where nothing was resolved yet."""
    view = view or View()
    with engine.connect() as connection:
        canonical = _canonical(connection)
        heads = _heads(connection, view)
        entities = _entities(connection, heads)
        facts = _facts(connection, view)
        roles, unresolved = _roles(connection, facts, canonical, heads)
        listed = _listed(connection, canonical, heads)
    return Facts(view, entities, facts, roles, unresolved, listed)


def _listed(connection: Connection, canonical: dict[str, str], heads: dict[str, str]) -> frozenset[str]:
    """A mention with a stock code is of a listed company, and so is what its entity counts as."""
    code, of_mention = schema.mention_identifier, schema.mention_entity
    rows = connection.execute(
        select(of_mention.c.entity_id)
        .join(code, code.c.mention_id == of_mention.c.mention_id)
        .where(code.c.scheme.in_(("stock", "ticker")))
        .distinct()
    ).scalars()
    own = (canonical.get(one, one) for one in rows)
    return frozenset(heads.get(one, one) for one in own)


def _canonical(connection: Connection) -> dict[str, str]:
    """Entity id → the id it redirects to, or itself; redirects are one step long."""
    rows = connection.execute(select(schema.entity.c.id, schema.entity.c.redirect_to)).all()
    if not rows:
        raise StoreError("nothing was resolved yet; run: valuenet resolve")
    return {row.id: row.redirect_to or row.id for row in rows}


def _heads(connection: Connection, view: View) -> dict[str, str]:
    """Entity → the entity that it counts as under the view; entities that count as themselves are left out."""
    if view.level == "entity":
        return {}
    return roll_up(read_relations(connection), view.level, subsidiaries=view.subsidiaries)


def _entities(connection: Connection, heads: dict[str, str]) -> pd.DataFrame:
    table = schema.entity
    rows = connection.execute(
        select(table.c.id, table.c.name, table.c.name_en, table.c.kind, table.c.country)
        .where(table.c.redirect_to.is_(None))
        .order_by(table.c.id)
    )
    found = _frame(rows, ["entity", "name", "name_en", "kind", "country"])
    return found[~found["entity"].isin(list(heads))].reset_index(drop=True)


def _facts(connection: Connection, view: View) -> pd.DataFrame:
    fact, evidence = schema.fact, schema.evidence
    said = exists().where(evidence.c.fact_id == fact.c.id)
    if view.known is None:
        said = said.where(evidence.c.ended_at.is_(None))
    else:
        said = said.where(
            evidence.c.first_seen <= view.known,
            or_(evidence.c.ended_at.is_(None), evidence.c.ended_at > view.known),
        )
    rows = connection.execute(
        select(
            fact.c.id, fact.c.kind, fact.c.value, fact.c.as_written, fact.c.number, fact.c.low, fact.c.high,
            fact.c.unit, type_coerce(fact.c.detail, Text), fact.c.valid_from, fact.c.valid_to,
            fact.c.valid_precision, fact.c.source,
        ).where(said).order_by(fact.c.id)
    )  # fmt: skip
    columns = [
        "fact",
        "kind",
        "value",
        "as_written",
        "number",
        "low",
        "high",
        "unit",
        "detail",
        "date",
        "end",
    ]
    found = _frame(rows, [*columns, "precision", "source"])
    found["detail"] = _details(found["detail"])
    for name in ("date", "end"):
        found[name] = pd.to_datetime(found[name])
    return found


def _details(written: pd.Series[Any]) -> pd.Series[Any]:
    """What the store keeps as JSON, as mappings: the same words give the same one, which is not to be changed."""
    read: dict[str, dict[str, Any]] = {}
    found = []
    for one in written:
        if isinstance(one, str):  # PostgreSQL's driver has read it
            if one not in read:
                read[one] = json.loads(one)
            one = read[one]
        found.append(one)
    return pd.Series(found, index=written.index, dtype=object)


def _frame(rows: CursorResult[Any], columns: list[str]) -> pd.DataFrame:
    """The rows of an answer, column by column and piece by piece: a million rows at once would stand in memory
    twice. Words that come often (kinds, entities) are kept once."""
    values: list[list[Any]] = [[] for _ in columns]
    once: dict[str, str] = {}
    for part in rows.partitions(_PIECE):
        for column, found in zip(values, zip(*part, strict=True), strict=True):
            column += [once.setdefault(one, one) if type(one) is str else one for one in found]
    return pd.DataFrame(dict(zip(columns, values, strict=True)), columns=columns)


def _roles(
    connection: Connection, facts: pd.DataFrame, canonical: dict[str, str], heads: dict[str, str]
) -> tuple[pd.DataFrame, int]:
    roles, decided = schema.fact_mention, schema.mention_entity
    rows = connection.execute(
        select(roles.c.fact_id, roles.c.role, roles.c.position, roles.c.mention_id, decided.c.entity_id)
        .join(decided, decided.c.mention_id == roles.c.mention_id)
        .order_by(roles.c.fact_id, roles.c.role, roles.c.position)
    )
    found = _frame(rows, ["fact", "role", "position", "mention", "own"])
    meant = {own: heads.get(one, one) for own, one in canonical.items()}
    found["entity"] = found["own"].map(meant)
    found["own"] = found["own"].map(canonical)
    found = found.merge(facts[["fact", "kind"]], on="fact")
    undecided = connection.execute(
        select(func.count())
        .select_from(schema.mention)
        .where(~exists().where(decided.c.mention_id == schema.mention.c.id))
    ).scalar_one()
    return found[["fact", "kind", "role", "position", "entity", "own", "mention"]], undecided
