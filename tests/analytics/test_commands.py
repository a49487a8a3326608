"""valuenet table, figure, report, trace, compare."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from analytics import commands
from analytics.tables import TABLES
from valuenet import COMMANDS, main


def run(store: Engine, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", str(store.url), *words], prog_name="valuenet")


def test_every_command_of_the_room_is_here() -> None:
    due = {f"{name}_command" for name, door in COMMANDS.items() if door.module == "analytics.commands"}
    assert due == set(commands.__all__)


def test_a_table_for_reading_for_spreadsheets_and_as_json(world_store: Engine) -> None:
    plain = run(world_store, "table", "4", "--year", "2021", "--top", "1", "--language", "en")
    assert plain.stdout == "Year\tRank\tName\tDegree\n2021\t1\tHuawei\t2\n"
    assert "2021: 2 more nodes have the value of the last row" in plain.stderr
    found = list(csv.DictReader(io.StringIO(run(world_store, "table", "投资者", "--csv").stdout)))
    assert (found[0]["name"], found[0]["companies"]) == ("红杉资本中国", "2")
    data = json.loads(run(world_store, "table", "1", "--json").stdout)
    assert data["id"] == "table_1"
    assert {row["item"]: row["count"] for row in data["rows"]}["governments"] is None
    assert run(world_store, "table", "1", "--json", "--csv").exit_code == 2
    assert run(world_store, "table", "9").exit_code == 2


@pytest.mark.parametrize("ending", [".png", ".svg", ".html"])
def test_a_figure_into_a_file(world_store: Engine, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"new/figure{ending}"
    done = run(world_store, "figure", "27", "--out", str(out), "--language", "en")
    assert (done.exit_code, done.stdout) == (0, "")
    first = out.read_bytes()
    run(world_store, "figure", "27", "--out", str(out), "--language", "en")
    assert out.read_bytes() == first


def test_a_figure_without_a_file_is_its_numbers(world_store: Engine, tmp_path: Path) -> None:
    done = run(world_store, "figure", "23", "--year", "2021", "--language", "en")
    assert done.stdout == "Year\tInput\tEmpowerment\n2021\t3\t4\n"
    wrong = run(world_store, "figure", "23", "--out", str(tmp_path / "a.bmp"))
    assert (wrong.exit_code, list(tmp_path.iterdir())) == (2, [])


def test_trace_down_to_the_words(world_store: Engine) -> None:
    done = run(world_store, "trace", "table_7/institutional/1", "--limit", "1")
    assert done.stdout.startswith("table_7/institutional/1/companies = 2\n")
    assert "“百度完成融资”" in done.stdout
    assert "2 more; --limit 0 shows all." in done.stderr
    data = json.loads(run(world_store, "trace", "table_7/institutional/1", "--limit", "0", "--json").stdout)
    assert (data["value"], data["facts_total"], len(data["facts"])) == (2, 3, 3)
    assert data["facts"][0]["evidence"][0]["url"].startswith("https://world.example/")
    missing = run(world_store, "trace", "table_3/2021/edgs")
    assert missing.exit_code == 2
    assert "near ones: table_3/2021/edges" in missing.stderr


def test_compare_prints_rows_and_failed_checks(world_store: Engine, tmp_path: Path) -> None:
    printed = tmp_path / "printed.yaml"
    printed.write_text(
        "table_7_a: {institutional: [[红杉中国, 3], [在册股东, 5]]}\nmore: 1\n", encoding="utf-8"
    )
    done = run(world_store, "compare", "2021", str(printed))
    assert "table_7/institutional/1\tcompanies\t红杉中国\t3\t2\t-1\t1\t1" in done.stdout
    assert "no non-investor among the investors" in done.stderr
    assert "Not compared: more." in done.stderr
    data = json.loads(run(world_store, "compare", "2021", str(printed), "--json").stdout)
    assert data["rows"][1]["ours"] is None
    assert sum(not one["ok"] for one in data["checks"]) == 2
    assert run(world_store, "compare", "2021", str(tmp_path / "no.yaml")).exit_code == 1


def test_report_says_what_it_wrote(world_store: Engine, tmp_path: Path) -> None:
    wanted = [f"--only={one}" for one in (*TABLES, "figure_22", "figure_23")]
    done = run(world_store, "report", "2021", "--out", str(tmp_path / "r"), *wanted, "--json")
    data = json.loads(done.stdout)
    assert (data["tables"], data["pictures"]) == (9, 8)
    assert data["checks_failed"] == 0
    assert data["pages"] == len(list((tmp_path / "r").rglob("*.html")))
    assert run(world_store, "report", "1999", "--out", str(tmp_path / "x")).exit_code == 2
    wrong = run(world_store, "report", "2021", "--sample", "2020", "--out", str(tmp_path / "x"))
    assert wrong.exit_code == 2
