"""Edge and node lists: what they mean, and where they are wrong."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.edge_files import read_network
from analytics.measures import measure
from pipelines.errors import InputError
from tests.shared import shared


def file(folder: Path, text: str, name: str = "edges.csv", charset: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(charset))
    return path


def test_headers_in_any_case_and_order(tmp_path: Path) -> None:
    found = read_network(file(tmp_path, "\ufeffWeight,TARGET, Source ,note\n2,b,a,x\n3,b,a,y\n1,c,c,z\n"))
    assert found.nodes["entity"].tolist() == ["a", "b", "c"]
    assert found.edges.to_numpy().tolist() == [[0, 1, 5.0]]
    assert found.left_out.self_loops == 1
    assert found.directed


def test_weights_are_one_where_no_column_says_otherwise(tmp_path: Path) -> None:
    found = read_network(file(tmp_path, "source,target\nb,a\n\na,b\n"))
    assert found.edges.to_numpy().tolist() == [[0, 1, 1.0], [1, 0, 1.0]]


def test_undirected_lists_join_both_ways(tmp_path: Path) -> None:
    found = read_network(file(tmp_path, "source,target\nb,a\na,b\nc,b\n"), undirected=True)
    assert found.edges.to_numpy().tolist() == [[0, 1, 2.0], [1, 2, 1.0]]
    row = measure(found)
    assert (row.edges, row.average_degree, row.average_weighted_degree) == (2, 4 / 3, 2.0)
    assert (row.diameter, row.reachable_pairs) == (2, 6)


def test_a_node_list_brings_nodes_without_edges(tmp_path: Path) -> None:
    nodes = file(tmp_path, "Id,Label,sample\nz,,no\nb,Bee,TRUE\na,,1\n", "nodes.csv")
    found = read_network(file(tmp_path, "source,target\nb,a\n"), nodes)
    assert found.nodes.to_numpy().tolist() == [["a", "a", True], ["b", "Bee", True], ["z", "z", False]]
    row = measure(found)
    assert (row.nodes, row.sample_nodes, row.relation_nodes) == (3, 2, 1)


def test_files_of_chinese_spreadsheets(tmp_path: Path) -> None:
    found = read_network(file(tmp_path, "source,target\n华为,腾讯\n", charset="gb18030"))
    assert found.nodes["entity"].tolist() == ["华为", "腾讯"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"edges.csv: has no header"),
        ("from,to\na,b\n", r"edges.csv:1: field source: the column is missing. The header is from, to"),
        ("source,target,Source\na,b,c\n", r"edges.csv:1: field source: the header comes twice"),
        ("source,target\na,b\nc\n", r"edges.csv:3: 1 cells under 2 headers"),
        ("source,target\na,b\n\nc, \n", r"edges.csv:4: field target: is empty"),
        ('source,target\n"a\nb",c\n,d\n', r"edges.csv:4: field source: is empty"),
        ("source,target,weight\na,b,1\na,b,-1\n", r"edges.csv:3: field weight: '-1' is no positive number"),
        ("source,target,weight\na,b,\n", r"edges.csv:2: field weight"),
        ("source,target,weight\na,b,inf\n", r"edges.csv:2: field weight"),
        ('source,target\na,"b\n', r"edges.csv:2: "),
        (f"source,target\na,{'b' * 200_000}\n", r"edges.csv:2: field larger"),
    ],
)
def test_faults_are_named_with_line_and_field(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_network(file(tmp_path, text))


def test_faults_of_node_lists_and_missing_files(tmp_path: Path) -> None:
    edges = file(tmp_path, "source,target\na,b\n")
    for text, words in (
        ("id\na\n", "edges.csv:2: field target: 'b' is not in .*nodes.csv"),
        ("id\na\nb\na\n", "nodes.csv:4: field id: 'a' is listed twice"),
        ("id,sample\na,1\nb,maybe\n", "nodes.csv:3: field sample: 'maybe'"),
    ):
        with pytest.raises(InputError, match=words):
            read_network(edges, file(tmp_path, text, "nodes.csv"))
    with pytest.raises(InputError, match="cannot be read"):
        read_network(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"source,target\n\xff\xff,b\n")
    with pytest.raises(InputError, match="neither UTF-8 nor GB 18030"):
        read_network(tmp_path / "bytes.csv")


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each example overwrites the file
@given(st.lists(st.tuples(NAMES, NAMES, st.integers(1, 9)), max_size=15))
def test_every_list_is_read_or_refused_with_its_place(
    tmp_path: Path, rows: list[tuple[str, str, int]]
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("source", "target", "weight"), *rows])
    path = file(tmp_path, out.getvalue())
    if all(start.strip() and end.strip() for start, end, _ in rows):
        found = read_network(path)
        kept = [row for row in rows if row[0].strip() != row[1].strip()]
        assert found.edges["weight"].sum() == sum(row[2] for row in kept)
        assert found.left_out.self_loops == len(rows) - len(kept)
    else:
        with pytest.raises(InputError, match=r"edges.csv:\d+: field (source|target): is empty"):
            read_network(path)


def test_a_real_co_investment_list_runs_from_follower_to_leader() -> None:
    path = shared("tables", "coinvestment_edges.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = read_network(path)
    name = found.nodes["entity"]
    ends = {(name[a], name[b]) for a, b in zip(found.edges["source"], found.edges["target"], strict=True)}
    assert ends == {(row["Source"], row["Target"]) for row in rows if row["Source"] != row["Target"]}
    loops = sum(row["Source"] == row["Target"] for row in rows)
    assert found.left_out.self_loops == loops == 540
    assert len(found.nodes) == 530
    assert len(read_network(path, loops=True).edges) - len(found.edges) == 530


def test_an_edge_without_direction_wants_a_network_without(tmp_path: Path) -> None:
    path = file(tmp_path, "Source,Target,Type\na,b,Directed\nb,a,Undirected\n")
    with pytest.raises(InputError, match=r"edges.csv:3: field type: the edge has no direction"):
        read_network(path)
    assert len(read_network(path, undirected=True).edges) == 1
