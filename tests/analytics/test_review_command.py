"""The command review, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from entity_resolution.review import serving
from pipelines.store.session import open_store
from tests.entity_resolution.review.world import waiting_world
from valuenet import main


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'v.db'}"
    engine = open_store(found, create=True)
    waiting_world(engine, ("甲牌科技", "甲牌", "same"), ("乙云", "乙牌", "unit of"))
    engine.dispose()
    return found


def run(url: str, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(main, ["--store", url, "review", *words], input=given)


def data(url: str, *words: str) -> Any:
    result = run(url, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("words", [[], ["list"], ["checks"], ["answer"], ["add-user"], ["remove-user"]])
def test_help_has_an_example(words: list[str]) -> None:
    result = CliRunner().invoke(main, ["review", *words, "--help"])
    assert result.exit_code == 0
    assert "Example: valuenet review" in result.output


def test_the_queue_is_listed_and_decided_by_its_numbers(url: str) -> None:
    first, second = data(url, "list")
    assert {first["left_name"], second["left_name"]} == {"甲牌科技", "乙云"}
    assert first["why"]["reason"] == "most characters are shared"
    judged = ["judge", str(first["left"]), str(first["right"]), "same", "--reason", "x"]
    assert CliRunner().invoke(main, ["--store", url, *judged]).exit_code == 0
    assert len(data(url, "list")) == 1
    assert run(url, "list").stdout.splitlines()[0].split("\t")[:2] == ["left", "left_name"]
    assert len(data(url, "list", "--limit", "1")) == 1


def test_checks_are_drawn_and_answered(url: str) -> None:
    found = data(url, "checks", "--draw", "5")
    assert (found["drawn"], found["precision"]["count"], found["next_merge"]) == (0, 0, None)
    assert found["precision"]["share"] is None
    assert run(url, "answer", "1", "same").exit_code == 2


def test_users_come_and_go(url: str, tmp_path: Path) -> None:
    users = ["--users", str(tmp_path / "reviewers.json")]
    secret = "correct horse battery\n"
    assert run(url, "add-user", "bo", *users, given=secret + secret).exit_code == 0
    assert "correct horse" not in (tmp_path / "reviewers.json").read_text()
    assert run(url, "add-user", "bo", *users, given="short\nshort\n").exit_code == 2
    assert run(url, "remove-user", "bo", *users).exit_code == 0
    assert run(url, "remove-user", "bo", *users).exit_code == 2


def test_it_serves_until_interrupted_and_says_where(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = []
    monkeypatch.setattr(serving.Server, "run", lambda self: None)
    monkeypatch.setattr(serving.Server, "close", lambda self: closed.append(self._server.close()))
    monkeypatch.chdir(tmp_path)
    result = run(url, "--port", "0", "--by", "ann", "--no-effects")
    assert result.exit_code == 0, result.output
    assert "Open http://127.0.0.1:" in result.stderr
    assert "/enter/" in result.stderr
    assert closed == [None]
    assert run(url, "--host", "0.0.0.0").exit_code == 2
