"""The analysts' interface gives what tables, networks and traces rest on, in the columns that it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from sqlalchemy import Engine

import analytics
from analytics.basis import Basis
from analytics.frames import Analysis, YearNetwork
from pipelines.errors import StoreError, UsageError
from tests.analytics.world import entity_id


@pytest.fixture(scope="module")
def told(world_store: Engine) -> Iterator[Analysis]:
    with analytics.read(world_store.url.render_as_string(), edition="2021") as found:
        yield found


def test_a_store_is_opened_by_its_url(told: Analysis, world_basis: Basis, tmp_path: Path) -> None:
    assert (told.edition, told.years) == ("2021", world_basis.years)
    with pytest.raises(StoreError, match="valuenet init"):
        analytics.read(f"sqlite:///{tmp_path / 'absent.db'}")


def test_an_edition_that_is_not_there(world_store: Engine) -> None:
    with pytest.raises(UsageError, match="no sample '1999'"):
        analytics.read(world_store.url.render_as_string(), edition="1999")


@pytest.mark.parametrize("asked", ["entities", "sample", "facts", "attributes", "people", "relations"])
def test_frames_have_the_columns_that_are_promised(told: Analysis, asked: str) -> None:
    frame: pd.DataFrame = getattr(told, asked)()
    assert len(frame)
    described = getattr(Analysis, asked).__doc__
    for column in frame.columns:
        assert re.search(rf"\b{column}\b", described), column
    frame["mine"] = 1  # a copy: nothing of it is seen again
    assert "mine" not in getattr(told, asked)()


def test_by_any_name(told: Analysis) -> None:
    assert told.find("红杉中国") == told.find("红杉资本中国") == entity_id("红杉中国")
    assert told.name(entity_id("华为")) == "华为"
    with pytest.raises(UsageError, match="no entity is named"):
        told.find("谁")
    names = told.names("华为")
    assert dict(zip(names["name"], names["facts"], strict=True)) == {"华为": 6, "华为公司": 1}


def test_facts_of_one_and_of_a_kind(told: Analysis) -> None:
    rounds = told.facts("financing", "百度")
    assert rounds["date"].dt.year.to_list() == [2018]
    assert set(told.facts(who="科大讯飞")["kind"]) == {"name", "attribute", "cooperation", "financing"}
    roles = told.roles()
    assert set(roles.loc[roles["fact"] == rounds["fact"][0], "role"]) == {"investor", "target"}


def test_relations(told: Analysis, world_basis: Basis) -> None:
    given = told.relations("technology", until=2020)
    assert given[["source_name", "target_name"]].to_numpy().tolist() == [
        ["英特尔", "华为"], ["华为", "腾讯"], ["华为", "腾讯"]
    ]  # fmt: skip
    assert given["technologies"].to_list()[1] == ["5G", "大数据和云计算"]
    assert len(told.relations()) == len(world_basis.relations)
    assert len(told.relations(everywhere=True)) >= len(told.relations())
    assert told.relations("technology")["date"].isna().sum() == 1


def test_a_network_as_frame_graph_and_file(told: Analysis, tmp_path: Path) -> None:
    network = told.network(2021)
    graph = network.to_networkx()
    assert isinstance(graph, nx.MultiDiGraph)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(network.nodes), len(network.edges))
    huawei, tencent = entity_id("华为"), entity_id("腾讯")
    assert graph.nodes[huawei]["label"] == "华为"
    assert graph.edges[huawei, tencent, "technology"]["facts"] == 2
    edges = network.edges.set_index(["source_name", "target_name", "dimension"])
    assert edges.loc[("华为", "腾讯", "technology"), "facts"] == 2
    merged = told.network(2021, parallel="merge").to_networkx()
    assert type(merged) is nx.DiGraph
    assert network.measures().edges == graph.number_of_edges()
    written = network.save(tmp_path / "n.graphml")
    assert nx.read_graphml(written[0]).number_of_edges() == graph.number_of_edges()


def test_centrality_agrees_with_networkx(told: Analysis) -> None:
    network: YearNetwork = told.network(2021, parallel="pair")
    found = network.centrality().set_index("node")["betweenness"].to_dict()
    peer = nx.betweenness_centrality(network.to_networkx(), normalized=False)
    assert found == pytest.approx(peer)


def test_tables_figures_and_the_way_back(told: Analysis) -> None:
    table = told.table(7)
    first = table.frame.iloc[0]
    assert (first["name"], first["companies"]) == ("红杉资本中国", 2)
    assert told.table("s13").id == "supplement_13"
    assert told.figure(23).table.id == "figure_23"
    rows = told.trace("table_7/institutional/1")
    assert rows["url"].str.startswith("https://world.example/").all()
    assert set(rows["fact"]) == set(table.behind(0, "companies").tolist())
    assert "investor: 红杉中国" in rows["who"].iloc[-1]
    again = told.evidence(rows["fact"])
    assert again.equals(rows)
    with pytest.raises(UsageError, match="near ones"):
        told.trace("table_7/institutional/99")


def test_the_room_is_loaded_only_when_asked(tmp_path: Path) -> None:
    code = "import sys, analytics; print('pandas' in sys.modules, 'analytics.frames' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
