"""What the sample web says a store must hold."""

from __future__ import annotations

import pandas as pd
import pytest

from crawlers.sample_web.truth import YEARS, Truth, truth
from crawlers.sample_web.world import world


@pytest.fixture(scope="module")
def told() -> Truth:
    return truth()


def test_networks_only_grow(told: Truth) -> None:
    before: set[tuple[str, ...]] = set()
    for year in YEARS:
        edges = {tuple(row) for row in told.edges(year).itertuples(index=False)}
        assert before < edges
        before = edges


def test_every_year_has_new_edges_in_every_dimension(told: Truth) -> None:
    yearly = told.yearly().pivot_table(index="year", columns="dimension", values="edges")
    assert list(yearly.columns) == ["human_capital", "investment", "technology"]
    assert (yearly.diff().dropna() > 0).all(axis=None)
    assert (yearly.loc[2014] > 0).all()


def test_edges_touch_the_sample_and_never_themselves(told: Truth) -> None:
    heads = told.heads()
    sample = {heads[one] for one in told.organisations.query("sample")["organisation"]}
    edges = told.edges(2021)
    assert (edges["source"] != edges["target"]).all()
    assert (edges["source"].isin(sample) | edges["target"].isin(sample)).all()
    assert not edges.duplicated().any()


def test_units_count_as_their_head_at_group_level_alone(told: Truth) -> None:
    entity, group = told.relations("entity"), told.relations("group")
    assert "aliyun" in set(entity["source"])
    assert "aliyun" not in set(group["source"]) | set(group["target"])
    # A subsidiary stays a node of its own.
    assert "cainiao" in set(group["source"])


def test_a_cooperation_without_direction_counts_both_ways(told: Truth) -> None:
    pairs = {(row.source, row.target) for row in told.technology[~told.technology["directed"]].itertuples()}
    assert pairs == {(target, source) for source, target in pairs}
    assert ("baidu", "bosch") in pairs


def test_known_facts_are_there(told: Truth) -> None:
    (row,) = told.technology.query("source == 'cambricon' and target == 'huawei'").itertuples()
    assert row.date == pd.Timestamp(2017, 9, 2)
    assert list(row.technologies) == ["智能芯片"]  # type: ignore[arg-type]  # pandas says: any scalar
    investment = told.investment.query("source == 'yunfeng' and target == 'sogou'")
    assert list(investment["event"]) == ["2010100613218091564704"]


def test_people_who_left_connect_nothing(told: Truth) -> None:
    left = {one.person for one in world().people if one.end is not None}
    assert left
    assert not left & set(told.human_capital["person"])


def test_one_name_means_one_organisation(told: Truth) -> None:
    bearers = told.mentions.groupby("name")["organisation"].nunique()
    assert bearers.max() == 1
    assert set(told.mentions["source"]) == {"companies", "financing", "people", "ror", "gleif", "cac", "news"}
    written = told.mentions.groupby("organisation")["name"].nunique()
    assert (written >= 3).sum() >= 80, "resolution needs something to resolve"
    assert {"商湯科技", "商汤科技"} <= set(told.mentions.query("organisation == 'sensetime'")["name"])


def test_products_are_those_of_the_lists(told: Truth) -> None:
    assert len(told.products) == sum(len(one.rows) for one in world().batches)
    assert told.products["number"].is_unique
