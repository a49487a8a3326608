"""The commands, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipelines.store.session import open_store
from tests.entity_resolution.world import organisation, write
from valuenet import main

COMMANDS = ["resolve", "judge", "undo", "history", "entity"]


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'v.db'}"
    engine = open_store(url, create=True)
    write(
        engine,
        "one",
        organisation("红杉资本中国", kind="investor"),
        organisation("红杉中国", kind="investor"),
    )
    write(
        engine,
        "two",
        organisation("腾讯云"),
        organisation("腾讯"),
        organisation("甲牌"),
        organisation("乙牌"),
    )
    engine.dispose()
    return url


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--store", url, *arguments])


def data(url: str, *arguments: str) -> Any:
    result = run(url, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: valuenet {command}" in result.output


def test_the_whole_way(url: str) -> None:
    done = data(url, "resolve")
    assert (done["mentions"], done["entities"], done["refused"]) == (6, 5, [])
    assert {one["name"] for one in data(url, "entity", "红杉资本中国")["names"]} == {
        "红杉资本中国",
        "红杉中国",
    }
    assert [one["name"] for one in data(url, "entity", "腾讯云")["relations"]] == ["腾讯"]
    judged = data(url, "judge", "甲牌", "乙牌", "same", "--reason", "x", "--by", "ann")
    assert judged["left"] == judged["right"]
    (row,) = data(url, "history", "甲牌")
    assert (row["judgement"], row["by"], row["state"]) == (judged["judgement"], "person:ann", "decides")
    data(url, "undo", str(judged["judgement"]))
    assert data(url, "entity", "甲牌")["id"] != data(url, "entity", "乙牌")["id"]


def test_reading_output_has_a_line_a_row(url: str) -> None:
    assert "entities: 5" in run(url, "resolve").stdout
    judged = data(url, "judge", "甲牌", "乙牌", "unit-of", "--reason", "x", "--from", "2019-01-01")
    lines = run(url, "history", "甲牌").stdout.splitlines()
    assert lines[0].split("\t")[0] == "judgement"
    assert lines[1].split("\t")[0] == str(judged["judgement"])


def test_exit_codes(url: str, tmp_path: Path) -> None:
    run(url, "resolve")
    run(url, "judge", "甲牌", "腾讯", "different", "--reason", "x")
    run(url, "judge", "甲牌", "乙牌", "same", "--reason", "x")
    refused = run(url, "judge", "乙牌", "腾讯", "same", "--reason", "x")
    assert refused.exit_code == 1
    assert "甲牌 = 乙牌 = 腾讯" in refused.stderr or "腾讯 = 乙牌 = 甲牌" in refused.stderr
    assert run(url, "judge", "甲牌", "无", "same", "--reason", "x").exit_code == 2
    assert run(url, "judge", "甲牌", "乙牌", "equal", "--reason", "x").exit_code == 2
    assert run(url, "judge", "甲牌", "乙牌", "same").exit_code == 2
    assert run(url, "undo", "99999").exit_code == 2
    assert run(url, "entity", "无").exit_code == 2
    assert run(f"sqlite:///{tmp_path / 'none.db'}", "resolve").exit_code == 1
