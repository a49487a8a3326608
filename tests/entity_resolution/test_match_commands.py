"""match, cluster, evaluate and train-resolver on plain files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from valuenet import main

KNOWN = """id,name,kind
K1,北京航空航天大学,university
K2,深圳市云天励飞技术股份有限公司,company
K3,某某牛奶有限公司,company
"""


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.stdout


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_match(tmp_path: Path) -> None:
    known, queries, out = tmp_path / "known.csv", tmp_path / "asked.csv", tmp_path / "out.csv"
    known.write_text(KNOWN)
    queries.write_text("id,name\nq1,北航\nq2,云天励飞\n")
    counts = json.loads(run("match", queries, "--against", known, "--out", out, "--top", 1, "--json"))
    assert (counts["queries"], counts["known"]) == (2, 3)
    found = rows_of(out)
    assert list(found[0]) == ["query_id", "rank", "id", "name", "score", "decision"]
    assert [(row["query_id"], row["rank"], row["id"]) for row in found] == [
        ("q1", "1", "K1"),
        ("q2", "1", "K2"),
    ]
    assert {row["decision"] for row in found} <= {"accept", "review", "reject"}


def test_cluster(tmp_path: Path) -> None:
    names, out = tmp_path / "names.csv", tmp_path / "out.csv"
    names.write_text(KNOWN + "K4,深圳云天励飞技术有限公司,company\n")
    counts = json.loads(run("cluster", names, "--out", out, "--json"))
    assert (counts["names"], counts["clusters"]) == (4, 3)
    assert [(row["id"], row["cluster"]) for row in rows_of(out)] == [
        ("K1", "K1"),
        ("K2", "K2"),
        ("K3", "K3"),
        ("K4", "K2"),
    ]


def test_evaluate(tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text(
        "entity_id,canonical,alias,difficulty\nE1,北京航空航天大学,北航,subsequence\nE2,某某牛奶有限公司,某某牛奶,substring\n"
    )
    found = json.loads(run("evaluate", gold, "--json"))
    assert [line["difficulty"] for line in found["linking"]][-1] == "all"
    assert set(found["grouping"]) >= {"precision", "recall", "f1", "b3_f1", "asked"}
    assert "substring" in run("evaluate", gold, "--curve", tmp_path / "curve.png")
    assert (tmp_path / "curve.png").exists()


@pytest.mark.parametrize("command", ["match", "cluster", "evaluate", "train-resolver"])
def test_a_wrong_file_is_said_plainly(tmp_path: Path, command: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("a,b\n1,2\n")
    options: dict[str, list[object]] = {
        "match": [file, "--against", file, "--out", tmp_path / "o.csv"],
        "cluster": [file, "--out", tmp_path / "o.csv"],
        "evaluate": [file],
        "train-resolver": ["--gold", file, "--out", tmp_path / "model"],
    }
    result = CliRunner().invoke(main, [command, *map(str, options[command])])
    assert result.exit_code != 0
    assert "wrong.csv" in str(result.exception) + result.output


def test_train_resolver_refuses_too_few(tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("entity_id,canonical,alias,difficulty\nE1,北京航空航天大学,北航,subsequence\n")
    result = CliRunner().invoke(
        main, ["train-resolver", "--gold", str(gold), "--out", str(tmp_path / "model")]
    )
    assert result.exit_code != 0
    assert not (tmp_path / "model").exists()
