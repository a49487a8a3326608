"""valuenet network and measure."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from valuenet import main


def run(store: Engine | None, *words: str) -> Result:
    front = ["--store", str(store.url)] if store else ["--store", "sqlite:///nowhere/at/all.db"]
    return CliRunner().invoke(main, [*front, *words], prog_name="valuenet")


def test_one_year_into_one_file(world_store: Engine, tmp_path: Path) -> None:
    out = tmp_path / "n.csv"
    done = run(world_store, "network", "2021", "--out", str(out), "--dimension", "technology", "--json")
    assert json.loads(done.stdout)["networks"] == [
        {"year": 2021, "nodes": 6, "edges": 5, "self_loops": 0, "undated": 1, "outside": 0}
    ]
    with out.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 5
    with (tmp_path / "n.nodes.csv").open(encoding="utf-8", newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} >= {"华为", "腾讯"}


def test_several_years_into_a_folder(world_store: Engine, tmp_path: Path) -> None:
    done = run(world_store, "network", "2019", "2021", "--out", str(tmp_path / "nets"), "--format", "graphml")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "nets").iterdir()) == [
        "network_2019.graphml",
        "network_2021.graphml",
        "network_years.gexf",
    ]


def test_a_network_as_it_was_known(world_store: Engine, tmp_path: Path) -> None:
    words = ["network", "2021", "--out", str(tmp_path / "n.gexf"), "--json", "--known"]
    assert json.loads(run(world_store, *words, "2022-03-30").stdout)["networks"][0]["edges"] == 0
    assert json.loads(run(world_store, *words, "2022-03-31").stdout)["networks"][0]["edges"] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2020", "2021", "--out", "n.gexf"], "several years go into a folder"),
        (["2021", "--out", "n.xyz"], "the ending is none of"),
        (["--out", "n.gexf"], "Missing argument"),
    ],
)
def test_network_used_wrongly(world_store: Engine, words: list[str], said: str) -> None:
    done = run(world_store, "network", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_measures_of_the_years(world_store: Engine) -> None:
    rows = json.loads(run(world_store, "measure", "--json").stdout)
    assert [row["edges"] for row in rows] == [2, 7, 11, 16]
    kept = json.loads(run(world_store, "measure", "2021", "--parallel", "keep", "--json").stdout)
    assert kept[0]["edges"] == 16
    assert run(world_store, "measure", "2021").stdout.startswith("year\tsample_nodes")


def test_measures_of_an_edge_list_need_no_store(tmp_path: Path) -> None:
    edges = tmp_path / "edges.csv"
    edges.write_text("source,target\nA,B\nB,C\nB,D\n", encoding="utf-8")
    out = tmp_path / "centrality.csv"
    done = run(None, "measure", "--edges", str(edges), "--centrality", str(out), "--json")
    (row,) = json.loads(done.stdout)
    assert row["average_path_length"] == 1.4
    with out.open(encoding="utf-8", newline="") as file:
        assert [(one["node"], one["degree"]) for one in csv.DictReader(file)] == [
            ("A", "1"),
            ("B", "3"),
            ("C", "1"),
            ("D", "1"),
        ]
    both_ways = json.loads(run(None, "measure", "--edges", str(edges), "--undirected", "--json").stdout)
    assert both_ways[0]["average_degree"] == 1.5


@pytest.mark.parametrize(
    "words",
    [["--edges", "e.csv", "2021"], ["--nodes", "n.csv"], ["--centrality", "c.csv"], ["2021", "--exact"]],
)
def test_measure_used_wrongly(world_store: Engine, words: list[str]) -> None:
    assert run(world_store, "measure", *words).exit_code == 2


def test_a_loop_counts_in_the_degrees_of_nodes_alone(tmp_path: Path) -> None:
    edges, out = tmp_path / "edges.csv", tmp_path / "centrality.csv"
    edges.write_text("source,target\nA,A\nA,B\n", encoding="utf-8")
    done = run(None, "measure", "--edges", str(edges), "--centrality", str(out), "--exact", "--json")
    assert json.loads(done.stdout)[0]["edges"] == 1
    assert out.read_text(encoding="utf-8").splitlines()[1] == "A,1,2,3,0.0,1.0,1.0,1"


def test_a_large_network_is_estimated_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.centrality._EXACT_MOST", 100)
    monkeypatch.setattr("analytics.centrality.PIVOTS", 32)
    monkeypatch.setattr("analytics.network_commands.PIVOTS", 32)
    edges, out = tmp_path / "edges.csv", tmp_path / "centrality.csv"
    edges.write_text("source,target\n" + "".join(f"{at},{at + 1}\n" for at in range(60)), encoding="utf-8")
    done = run(None, "measure", "--edges", str(edges), "--centrality", str(out))
    assert "estimated from 32 start nodes" in done.stderr
    assert out.read_text(encoding="utf-8").splitlines()[0].endswith(",betweenness_error")
