"""The sample of an edition: companies chosen out of the base database by stated rules, then frozen.

Invariant: a frozen sample never changes; every member keeps its score and the reason it was chosen for.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, delete, insert, select, update

from analytics.facts import Facts, View, load
from pipelines.errors import UsageError
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now

#: Company tags that say: this company's business is artificial intelligence.
AI_TAGS = ("人工智能",)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which companies are proposed. The score is the number of kinds of evidence for one; `least` are needed.

    tags: it carries one of these industry tags. layer: a source gives it a layer of the AI industry.
    filing: it stands in a register of algorithms. until: only facts valid by the end of this year count.
    """

    tags: tuple[str, ...] = AI_TAGS
    layer: bool = True
    filing: bool = True
    least: int = 1
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """A sample as stored. members: entity, name, score, layer, core_technology, decided_by, reason."""

    name: str
    proposed_at: dt.datetime
    frozen_at: dt.datetime | None
    frozen_by: str | None
    rule: dict[str, Any]
    members: pd.DataFrame


def propose(engine: Engine, edition: str, rule: Rule | None = None) -> Edition:
    """Draw the sample of an edition by rule, in place of an earlier proposal; `UsageError` if it is frozen."""
    rule = rule or Rule()
    facts = load(engine, View(level="entity"))
    rows = list(_chosen(facts, rule))
    with writing(engine) as connection:
        table, members = schema.sample_edition, schema.sample_member
        row = connection.execute(select(table).where(table.c.edition == edition)).first()
        if row is not None and row.frozen_at is not None:
            raise UsageError(
                f"the sample {edition} was frozen on {row.frozen_at:%Y-%m-%d}; choose another name"
            )
        connection.execute(delete(members).where(members.c.edition == edition))
        connection.execute(delete(table).where(table.c.edition == edition))
        connection.execute(insert(table).values(edition=edition, proposed_at=now(), rule=asdict(rule)))
        if rows:
            connection.execute(insert(members), [{"edition": edition, **one} for one in rows])
    return show(engine, edition)


def freeze(engine: Engine, edition: str, by: str) -> Edition:
    """Close the proposal for good. Raises `UsageError` if there is none, or it holds no company."""
    current = show(engine, edition)
    if current.frozen_at is None:
        if current.members.empty:
            raise UsageError(f"the sample {edition} holds no company; nothing to freeze")
        table = schema.sample_edition
        with writing(engine) as connection:
            connection.execute(
                update(table)
                .where(table.c.edition == edition, table.c.frozen_at.is_(None))
                .values(frozen_at=now(), frozen_by=by)
            )
    return show(engine, edition)


def show(engine: Engine, edition: str) -> Edition:
    """A sample as it stands. Raises `UsageError` if there is none of that name."""
    table = schema.sample_edition
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.edition == edition)).first()
        if row is None:
            known = connection.execute(select(table.c.edition).order_by(table.c.edition)).scalars().all()
            there = f"there are: {', '.join(known)}" if known else "none was proposed yet"
            raise UsageError(
                f"there is no sample {edition!r}; {there}. Try: valuenet sample propose {edition}"
            )
        members = _members(connection, edition)
    return Edition(edition, row.proposed_at, row.frozen_at, row.frozen_by, row.rule, members)


def newest(engine: Engine) -> str:
    """The name of the sample that was frozen last, or else proposed last. Raises `UsageError` if there is none."""
    table = schema.sample_edition
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.edition, table.c.frozen_at, table.c.proposed_at)).all()
    if not rows:
        raise UsageError("no sample was drawn yet; try: valuenet sample propose 2021")
    return str(
        max(rows, key=lambda row: (row.frozen_at is not None, row.frozen_at or row.proposed_at)).edition
    )


def nodes(facts: Facts, edition: Edition) -> pd.DataFrame:
    """The entities of a view with what the sample says of them: `sample` (bool), `layer`, `core_technology`.

    A company that rolls up into another makes that one a sample node.
    """
    own_to_head = dict(zip(facts.roles["own"], facts.roles["entity"], strict=True))
    members = edition.members.copy()
    members["entity"] = members["entity"].map(lambda one: own_to_head.get(one, one))
    members = members.drop_duplicates("entity")[["entity", "layer", "core_technology"]]
    members["sample"] = True
    found = facts.entities.merge(members, on="entity", how="left")
    found["sample"] = found["sample"].fillna(False).astype(bool)
    return found


def _members(connection: Connection, edition: str) -> pd.DataFrame:
    member, entity = schema.sample_member, schema.entity
    rows = connection.execute(
        select(
            member.c.entity_id, entity.c.redirect_to, entity.c.name, member.c.score, member.c.layer,
            member.c.core_technology, member.c.decided_by, member.c.reason,
        )
        .join(entity, entity.c.id == member.c.entity_id)
        .where(member.c.edition == edition)
        .order_by(member.c.score.desc(), member.c.entity_id)
    ).all()  # fmt: skip
    columns = ["entity", "redirect", "name", "score", "layer", "core_technology", "decided_by", "reason"]
    found = pd.DataFrame(rows, columns=columns)
    # two members that were judged one company since count once
    found["entity"] = found["redirect"].fillna(found["entity"])
    return found.drop(columns="redirect").drop_duplicates("entity").reset_index(drop=True)


def _chosen(facts: Facts, rule: Rule) -> Iterable[dict[str, Any]]:
    evidence: dict[str, list[str]] = defaultdict(list)
    said = facts.attributes
    if rule.until is not None:
        said = said[said["date"].isna() | (said["date"].dt.year <= rule.until)]
    tagged = said[(said["attribute"] == "industry_tag") & said["value"].isin(rule.tags)]
    for entity, group in tagged.groupby("entity"):
        evidence[str(entity)].append("industry tag " + "、".join(sorted(set(group["value"]))))
    layers, technologies = _newest(said, "layer"), _newest(said, "core_technology")
    if rule.layer:
        for company, layer in layers.items():
            evidence[company].append(f"layer {layer}")
    if rule.filing:
        products = facts.facts[facts.facts["kind"] == "product"]
        if rule.until is not None:
            products = products[products["date"].isna() | (products["date"].dt.year <= rule.until)]
        bearers = facts.roles[facts.roles["role"] == "bearer"].merge(products[["fact"]], on="fact")
        for bearer, count in bearers.groupby("entity")["fact"].nunique().items():
            evidence[str(bearer)].append(f"{count} filed algorithms")
    companies = set(facts.entities.loc[facts.entities["kind"] == "company", "entity"])
    for company in sorted(evidence):
        reasons = evidence[company]
        if company in companies and len(reasons) >= rule.least:
            yield {
                "entity_id": company,
                "score": float(len(reasons)),
                "layer": layers.get(company),
                "core_technology": technologies.get(company),
                "decided_by": "rule",
                "reason": "; ".join(reasons),
            }


def _newest(said: pd.DataFrame, attribute: str) -> dict[str, str]:
    """Entity → the value of an attribute that is valid latest (undated first)."""
    chosen = said[said["attribute"] == attribute].sort_values(["date", "fact"], na_position="first")
    return dict(zip(chosen["entity"], chosen["value"], strict=True))
