"""One edition beside another: what differs, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
from sqlalchemy import Engine

from analytics.basis import Basis, basis
from analytics.compare_editions import COLUMNS, REASONS, before, compare_editions
from analytics.facts import View
from tests.analytics.world import SEEN, entity_id

ONLY = ["table_1", "table_3", "table_4", "table_7", "figure_23"]


def without(world_basis: Basis, name: str) -> Basis:
    """The same edition with one company less in its sample."""
    edition = world_basis.edition
    members = edition.members[edition.members["entity"] != entity_id(name)]
    return Basis(world_basis.facts, replace(edition, name="2020", members=members), world_basis.years)


def test_an_edition_is_like_itself(world_store: Engine, world_basis: Basis) -> None:
    done = compare_editions(world_store, world_basis, world_basis, ONLY)
    assert done.rows.empty
    assert tuple(done.rows.columns) == COLUMNS
    assert done.alike > 50
    assert done.entered == done.left == []


def test_another_sample_is_told_as_one(world_store: Engine, world_basis: Basis) -> None:
    done = compare_editions(world_store, world_basis, without(world_basis, "华为"), ONLY)
    assert (done.entered, done.left) == (["华为"], [])
    rows = {row["path"]: row for row in done.rows.to_dict("records")}
    edges = rows["table_3/2021/edges"]
    assert (edges["reason"], edges["new"], edges["gone"], edges["resolved"]) == ("sample", 0, 0, 0)
    assert edges["sample"] > 0
    assert edges["difference"] == edges["ours"] - edges["other"] > 0
    lost = [row for row in rows.values() if row["name"] == "华为"]
    assert lost
    assert all(pd.isna(row["other"]) and pd.isna(row["difference"]) for row in lost)
    assert {row["reason"] for row in rows.values()} <= REASONS.keys()


def test_what_was_not_known_is_new_and_the_other_way_gone(world_store: Engine, world_basis: Basis) -> None:
    early = basis(world_store, "2021", View(known=SEEN - dt.timedelta(days=1)), years=world_basis.years)
    done = compare_editions(world_store, world_basis, early, ["table_3"])
    rows = {row["path"]: row for row in done.rows.to_dict("records")}
    edges = rows["table_3/2021/edges"]
    assert (edges["reason"], edges["other"], edges["gone"]) == ("new", 0, 0)
    back = compare_editions(world_store, early, world_basis, ["table_3"]).rows.to_dict("records")
    assert {row["reason"] for row in back} == {"gone"}


def test_a_name_that_means_another_is_told_as_resolved(world_store: Engine, world_basis: Basis) -> None:
    """Where two investors count as one, the same facts are counted elsewhere."""
    facts = world_basis.facts
    meant = {entity_id("腾讯"): entity_id("IDG资本")}
    roles = facts.roles.assign(entity=facts.roles["entity"].map(lambda one: meant.get(one, one)))
    joined = Basis(replace(facts, roles=roles), world_basis.edition, world_basis.years)
    done = compare_editions(world_store, world_basis, joined, ["table_7"])
    rows = {row["name"]: row for row in done.rows.to_dict("records") if row["column"] == "companies"}
    assert rows["腾讯"]["reason"] == "absent"
    one = rows["IDG资本"]
    assert (one["reason"], one["sample"], one["ours"], one["other"]) == ("resolved", 0, 1, 2)


def test_rankings_are_compared_in_years_that_both_reach(world_store: Engine, world_basis: Basis) -> None:
    earlier = Basis(world_basis.facts, world_basis.edition, (2017, 2018, 2019, 2020))
    done = compare_editions(world_store, world_basis, earlier, ["table_4"])
    assert done.rows.empty
    assert done.alike > 0


def test_the_edition_before() -> None:
    assert before(["2019", "2021", "2022", "draft"], "2022") == "2021"
    assert before(["2022"], "2022") is None
    assert before(["a", "b"], "b") is None
