"""The sample of an edition: companies chosen out of the base database by stated rules, then frozen.

Invariants: a frozen sample never changes; every member keeps its score and the reason it was chosen for; whoever
was in the edition before and is not in this one is named with the reason.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, delete, insert, select, update

from analytics.facts import Facts, View, load
from analytics.sample_choice import Choice, choose
from analytics.sample_overrides import counting
from analytics.sample_rules import AI_TAGS, Rule, weigh
from pipelines.errors import UsageError
from pipelines.store import schema
from pipelines.store.session import writing
from pipelines.store.types import now

__all__ = ["AI_TAGS", "Edition", "Rule", "freeze", "newest", "nodes", "propose", "show"]

_LEFT = ["entity", "name", "reason"]


@dataclass(frozen=True, slots=True)
class Edition:
    """A sample as stored. members: entity, name, score, layer, core_technology, decided_by, reason.
    left: entity, name, reason of those who were in the edition before. rule: the rule's parameters, and under
    `outcome` what it found."""

    name: str
    proposed_at: dt.datetime
    frozen_at: dt.datetime | None
    frozen_by: str | None
    rule: dict[str, Any]
    members: pd.DataFrame
    left: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_LEFT))


def propose(engine: Engine, edition: str, rule: Rule | None = None) -> Edition:
    """Draw the sample of an edition by rule, in place of an earlier proposal; people's decisions go before the
    rule. Raises `UsageError` if it is frozen, or if the edition to carry on from is not there."""
    rule = rule or Rule()
    if not edition.strip() or edition == "*" or len(edition) > 40:
        raise UsageError("an edition has a name of at most 40 characters, such as 2022")
    before = frozenset(show(engine, rule.after).members["entity"]) if rule.after else frozenset()
    weighed = weigh(load(engine, View(level="entity")), rule)
    with writing(engine) as connection:
        table = schema.sample_edition
        row = connection.execute(select(table).where(table.c.edition == edition)).first()
        if row is not None and row.frozen_at is not None:
            raise UsageError(
                f"the sample {edition} was frozen on {row.frozen_at:%Y-%m-%d}; choose another name"
            )
        chosen = choose(weighed, rule, before, counting(connection, edition))
        _store(connection, edition, rule, chosen)
    return show(engine, edition)


def _store(connection: Connection, edition: str, rule: Rule, chosen: Choice) -> None:
    table, members, left = schema.sample_edition, schema.sample_member, schema.sample_left
    for one in (members, left, table):
        connection.execute(delete(one).where(one.c.edition == edition))
    kept = {**asdict(rule), "outcome": chosen.outcome}
    connection.execute(insert(table).values(edition=edition, proposed_at=now(), rule=kept))
    if chosen.members:
        connection.execute(insert(members), [{"edition": edition, **one} for one in chosen.members])
    if chosen.left:
        rows = [{"edition": edition, "entity_id": who, "reason": why} for who, why in chosen.left.items()]
        connection.execute(insert(left), rows)


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
        members, left = _members(connection, edition), _left(connection, edition)
    return Edition(edition, row.proposed_at, row.frozen_at, row.frozen_by, row.rule, members, left)


def newest_frozen(engine: Engine, besides: str) -> str | None:
    """The sample that was frozen last, another one than `besides`; None where there is none."""
    table = schema.sample_edition
    query = select(table.c.edition).where(table.c.frozen_at.is_not(None), table.c.edition != besides)
    with engine.connect() as connection:
        return connection.execute(query.order_by(table.c.frozen_at.desc(), table.c.edition.desc())).scalar()


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
    heads = members["entity"].map(lambda one: own_to_head.get(one, one))
    # What is said of a company itself goes before what is said of a unit of it.
    members["unit"] = heads != members["entity"]
    members = members.assign(entity=heads).sort_values("unit", kind="stable")
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


def _left(connection: Connection, edition: str) -> pd.DataFrame:
    left, entity = schema.sample_left, schema.entity
    rows = connection.execute(
        select(left.c.entity_id, entity.c.name, left.c.reason)
        .join(entity, entity.c.id == left.c.entity_id)
        .where(left.c.edition == edition)
        .order_by(left.c.entity_id)
    ).all()
    return pd.DataFrame(rows, columns=_LEFT)
