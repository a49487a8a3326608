"""Exports read back by networkx, csv and pyarrow; GEXF 1.3's rules; hostile text."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from xml.etree import ElementTree as etree

import networkx
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics.csv_files import cell, write_csv
from analytics.edge_files import read_network
from analytics.export import nodes_path, write_network, write_years
from analytics.look import look
from analytics.networks import Network, Parallel, build, build_years
from pipelines.errors import UsageError
from tests.analytics.test_networks import MIXED, NODES

HOSTILE = ["甲<&\"'>]]>\x01\ufffe", "=cmd|' /C calc'!A0", "b\nc\td\r", "plain", "z"]
DRESSED = NODES.assign(
    name=HOSTILE,
    founded=[1999.5, float("nan"), 2001, 2002, 2003],
    staff=[1, 2, 3, 4, 5],
    areas=pd.Series([["x", "y"], [], ["x"], [], []]),
)
GEXF = "{http://gexf.net/1.3}"


def names(network: Network) -> list[tuple[str, str]]:
    entity = network.nodes["entity"]
    return [
        (entity[a], entity[b]) for a, b in zip(network.edges["source"], network.edges["target"], strict=True)
    ]


@pytest.mark.parametrize("ending", [".gexf", ".graphml"])
def test_networkx_reads_back_what_was_written(tmp_path: Path, ending: str) -> None:
    network = build(MIXED, DRESSED, 2016)
    [path] = write_network(network, tmp_path / f"n{ending}")
    if ending == ".gexf":
        graph = networkx.read_gexf(path, version="1.3")
    else:
        graph = networkx.read_graphml(path, force_multigraph=True)
    assert graph.is_directed()
    assert graph.is_multigraph()
    assert sorted(graph.edges()) == sorted(names(network))
    assert dict(graph.nodes(data="sample")) == {"a": True, "b": True, "z": False}
    assert {data["staff"] for _, data in graph.nodes(data=True)} == {1, 2, 3}
    assert "founded" not in graph.nodes["a"]
    assert graph.nodes["z"]["name"] == "b\nc\td\r"
    assert graph.nodes["a"]["label"] == HOSTILE[1]
    assert {(data["dimension"], data["facts"]) for *_, data in graph.edges(data=True)} == {
        ("technology", 1),
        ("investment", 2),
    }
    assert {data["weight"] for *_, data in graph.edges(data=True)} == {1.0}


def test_gexf_keeps_the_rules_of_its_schema(tmp_path: Path) -> None:
    networks = build_years(MIXED, DRESSED, range(2013, 2017))
    for path in write_years(networks, tmp_path):
        root = etree.parse(path).getroot()
        assert (root.tag, root.get("version")) == (f"{GEXF}gexf", "1.3")
        graph = root.find(f"{GEXF}graph")
        assert graph is not None
        order = [child.tag.removeprefix(GEXF) for child in graph]
        assert order == sorted(order, key=["attributes", "nodes", "edges"].index)
        assert order[-2:] == ["nodes", "edges"]
        nodes, edges = list(graph.iter(f"{GEXF}node")), list(graph.iter(f"{GEXF}edge"))
        ids = {node.get("id") for node in nodes}
        assert len(ids) == len(nodes)
        assert len({edge.get("id") for edge in edges}) == len(edges)
        for edge in edges:
            assert {edge.get("source"), edge.get("target")} <= ids
            assert float(str(edge.get("weight"))) == 1
        for kind, items in (("node", nodes), ("edge", edges)):
            declared = {
                attribute.get("id")
                for group in graph.findall(f"{GEXF}attributes")
                if group.get("class") == kind
                for attribute in group
            }
            used = {value.get("for") for item in items for value in item.iter(f"{GEXF}attvalue")}
            assert used <= declared
        for group in graph.findall(f"{GEXF}attributes"):
            assert {one.get("type") for one in group} <= {"boolean", "long", "double", "string"}


def test_spells_say_in_which_years_an_edge_is_there(tmp_path: Path) -> None:
    networks = build_years(MIXED, DRESSED, [2014, 2015, 2016])
    path = write_years(networks, tmp_path)[-1]
    assert path.name == "network_years.gexf"
    tree = etree.parse(path)
    [edge] = [one for one in tree.iter(f"{GEXF}edge") if one.get("id") == "z>a:investment"]
    [spell] = edge.iter(f"{GEXF}spell")
    assert (spell.get("start"), spell.get("end")) == ("2015-01-01", "2016-12-31")
    facts = [one for one in edge.iter(f"{GEXF}attvalue") if one.get("start")]
    assert [(one.get("value"), one.get("start"), one.get("end")) for one in facts] == [
        ("1", "2015-01-01", "2015-12-31"),
        ("2", "2016-01-01", "2016-12-31"),
    ]
    graph = networkx.read_gexf(path, version="1.3")
    assert sorted(graph.edges()) == sorted(names(networks[2016]))


def test_a_node_that_leaves_and_comes_back_has_two_spells(tmp_path: Path) -> None:
    full, part = build(MIXED, NODES, 2016), build(MIXED, NODES, 2014)
    years = {
        2014: Network(2014, full.nodes, full.edges),
        2015: Network(2015, part.nodes, part.edges),
        2016: Network(2016, full.nodes, full.edges),
    }
    tree = etree.parse(write_years(years, tmp_path)[-1])
    [node] = [one for one in tree.iter(f"{GEXF}node") if one.get("id") == "z"]
    assert [(spell.get("start"), spell.get("end")) for spell in node.iter(f"{GEXF}spell")] == [
        ("2014-01-01", "2014-12-31"),
        ("2016-01-01", "2016-12-31"),
    ]


@pytest.mark.parametrize("name", ["network_2014.gexf", "network_2016.gexf", "network_years.gexf"])
def test_a_node_has_one_look_in_all_years(tmp_path: Path, name: str) -> None:
    """In the namespace of GEXF's viz module; networkx reads it as Gephi does."""
    networks = build_years(MIXED, DRESSED.assign(kind="company"), [2014, 2015, 2016])
    write_years(networks, tmp_path)
    wanted = look(networks[2016])
    graph = networkx.read_gexf(tmp_path / name, version="1.3")
    assert len(graph)
    for node, viz in graph.nodes(data="viz"):
        seen = wanted[node]
        assert (viz["position"]["x"], viz["position"]["y"], viz["position"]["z"]) == (seen.x, seen.y, 0)
        assert viz["size"] == seen.size
        assert (viz["color"]["r"], viz["color"]["g"], viz["color"]["b"]) == seen.colour
    root = etree.parse(tmp_path / name).getroot()
    for node in root.iter(f"{GEXF}node"):
        found = [child.tag for child in node if child.tag.startswith("{http://gexf.net/1.3/viz}")]
        assert [tag.rpartition("}")[2] for tag in found] == ["color", "position", "size"]


def test_edge_ids_stay_when_dimensions_are_added(tmp_path: Path) -> None:
    networks = build_years(MIXED, NODES, [2015, 2016], parallel="merge")
    tree = etree.parse(write_years(networks, tmp_path)[-1])
    assert [edge.get("id") for edge in tree.iter(f"{GEXF}edge")] == ["a>b", "b>a", "z>a"]


@pytest.mark.parametrize("parallel", ["keep", "merge", "pair"])
def test_csv_goes_back_into_the_same_network(tmp_path: Path, parallel: Parallel) -> None:
    network = build(MIXED, DRESSED, 2016, parallel=parallel)
    edges, nodes = write_network(network, tmp_path / "n.csv")
    assert nodes == nodes_path(edges) == tmp_path / "n.nodes.csv"
    again = read_network(edges, nodes)
    assert sorted(set(names(again))) == sorted(set(names(network)))
    assert again.edges["weight"].sum() == network.edges["weight"].sum()
    assert again.nodes["sample"].tolist() == network.nodes["sample"].tolist()


def test_csv_cells_run_nothing(tmp_path: Path) -> None:
    _, nodes = write_network(build(MIXED, DRESSED, 2016), tmp_path / "n.csv")
    with nodes.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["label"] == "'" + HOSTILE[1]
    assert rows[0]["founded"] == ""
    assert [row["areas"] for row in rows] == ["", "x|y", "x"]


@settings(deadline=None)
@given(st.one_of(st.text(), st.integers(), st.floats(), st.none()))
def test_a_cell_never_starts_a_formula(value: object) -> None:
    written = cell(value)
    if written.startswith(("=", "+", "-", "@", "\t", "\r")):
        float(written)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.sampled_from('a\r\n",=\x1b\u2028')), min_size=2, max_size=2))
@example(["A\r=1+1", "b"])
def test_a_cell_never_begins_a_row(tmp_path: Path, cells: list[str]) -> None:
    write_csv(tmp_path / "a.csv", ["one", "two"], [cells])
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert len(rows := list(csv.reader(file))) == 2
    assert rows[1] == [cell(one) for one in cells]
    assert pd.read_csv(tmp_path / "a.csv").shape == (1, 2)


def test_parquet_has_ids_and_types(tmp_path: Path) -> None:
    network = build(MIXED, DRESSED, 2016)
    edges, nodes = write_network(network, tmp_path / "n.parquet")
    table = pq.read_table(edges).to_pandas()
    assert list(zip(table["source"], table["target"], strict=True)) == names(network)
    assert pd.api.types.is_datetime64_dtype(table["since"].dtype)
    assert pq.read_table(nodes)["areas"].to_pylist() == [[], ["x", "y"], ["x"]]


@pytest.mark.parametrize("ending", [".gexf", ".graphml", ".csv", ".parquet"])
def test_the_same_network_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    shuffled = MIXED.sample(frac=1, random_state=1)
    again = build_years(shuffled, DRESSED.iloc[::-1], [2015, 2016])
    one = write_years(build_years(MIXED, DRESSED, [2015, 2016]), tmp_path / "one", ending)
    two = write_years(again, tmp_path / "two", ending)
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # files are overwritten
@given(text=st.text(max_size=30))
def test_no_text_breaks_the_xml(tmp_path: Path, text: str) -> None:
    network = build(MIXED, NODES.assign(name=text), 2016)
    allowed = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    tree = etree.parse(write_network(network, tmp_path / "n.gexf")[0])
    assert {node.get("label") for node in tree.iter(f"{GEXF}node")} <= {allowed, "a", "b", "z"}
    graph = networkx.read_graphml(write_network(network, tmp_path / "n.graphml")[0], force_multigraph=True)
    assert {data.get("name", "") for _, data in graph.nodes(data=True)} <= {allowed, ""}


def test_wrong_uses_are_named(tmp_path: Path) -> None:
    network = build(MIXED, NODES, 2016)
    with pytest.raises(UsageError, match=r"n\.txt: the ending is none of"):
        write_network(network, tmp_path / "n.txt")
    with pytest.raises(UsageError, match="none of"):
        write_years({2016: network}, tmp_path, ".txt")
    with pytest.raises(UsageError, match="rising years"):
        write_years({}, tmp_path)
    assert not list(tmp_path.glob("*.part"))
