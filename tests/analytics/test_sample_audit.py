"""The audit of the sample adds up, and tells gaps from zeros."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import Engine

from analytics.basis import Basis
from analytics.sample_audit import attributes, base, coverage


def test_the_base_is_what_is_not_foreign(world_basis: Basis) -> None:
    names = set(world_basis.names(base(world_basis))["name"])
    assert "英特尔" not in names
    assert {"华为", "腾讯", "IDG资本"} <= names


def test_groups_and_unknown_add_up(world_store: Engine, world_basis: Basis) -> None:
    shown = coverage(world_store, world_basis).frame
    whole = shown[shown["aspect"] == "all"].iloc[0]
    assert (whole["base"], whole["sample"]) == (7, 4)
    for aspect, rows in shown[shown["aspect"] != "all"].groupby("aspect"):
        assert rows["base"].sum() == whole["base"], aspect
        assert rows["sample"].sum() == whole["sample"], aspect
    layers = shown[shown["aspect"] == "layer"].set_index("label_en")
    assert layers["sample"].to_dict() == {
        "Foundation layer": 1, "Technology layer": 2, "Application layer": 1, "not known": 0,
    }  # fmt: skip
    assert layers.loc["Technology layer", "covered"] == 100.0
    assert whole["covered"] == pytest.approx(400 / 7)


def test_cells_name_their_facts(world_store: Engine, world_basis: Basis) -> None:
    shown = coverage(world_store, world_basis)
    row = shown.frame.index[shown.frame["label_en"] == "Technology layer"][0]
    assert len(shown.behind(row, "sample")) == 2
    unknown = shown.frame.index[(shown.frame["aspect"] == "layer") & (shown.frame["group"] == "unknown")][0]
    assert len(shown.behind(unknown, "base")) == 0
    facts = set(world_basis.facts.facts["fact"])
    assert all(set(shown.behind(row, column)) <= facts for _, row, column in shown.paths())


def test_missing_attributes(world_store: Engine, world_basis: Basis) -> None:
    shown = attributes(world_store, world_basis)
    rows = shown.frame.set_index("attribute")
    assert [rows.loc["layer", one] for one in ("sample_known", "sample_missing", "base_known")] == [4, 0, 4]
    assert [rows.loc["staff", one] for one in ("sample_known", "sample_missing")] == [0, 4]
    assert rows.loc["financing", "sample_known"] == 3
    assert (rows["sample_known"] + rows["sample_missing"] == 4).all()
    row = shown.frame.index[shown.frame["attribute"] == "financing"][0]
    assert len(shown.behind(row, "sample_share")) == 4
    assert all(words.zh and words.en for words in shown.notes)


def test_ids_of_facts_stay_whole_where_a_company_has_none(world_store: Engine, world_basis: Basis) -> None:
    large = 561428351372844671  # as a float it would be its neighbour
    facts = world_basis.facts
    company = sorted(world_basis.sample)[0]
    named = pd.DataFrame(
        [{**dict.fromkeys(facts.roles.columns), "kind": "name", "role": "bearer", "position": 0, "fact": large,
          "entity": company, "own": company, "mention": 0}]
    ).astype(facts.roles.dtypes.to_dict())  # fmt: skip
    others = facts.roles[facts.roles["kind"] != "name"]
    told = replace(facts, roles=pd.concat([others, named], ignore_index=True))
    shown = coverage(world_store, replace(world_basis, facts=told))
    row = shown.frame.index[shown.frame["aspect"] == "all"][0]
    assert shown.behind(row, "base").tolist() == [large]
