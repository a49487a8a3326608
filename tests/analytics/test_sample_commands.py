"""valuenet sample: propose, freeze, show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.analytics.world import world
from valuenet import main


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'w.db'}"
    world(url, tmp_path / "archive").dispose()
    return url


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", url, "sample", *words], prog_name="valuenet")


def test_propose_show_freeze(url: str) -> None:
    proposed = json.loads(run(url, "propose", "2022", "--until", "2022", "--json").stdout)
    # The sample web of the tests tags nothing, but gives four companies a layer.
    assert sorted(one["name"] for one in proposed["members"]) == ["华为", "百度", "科大讯飞", "阿里巴巴"]
    assert proposed["frozen_at"] is None
    assert proposed["rule"]["until"] == 2022
    frozen = json.loads(run(url, "freeze", "2022", "--by", "Li", "--json").stdout)
    assert frozen["frozen_by"] == "Li"
    shown = run(url, "show", "2022")
    assert shown.stdout.startswith("entity\tname\t")
    assert "4 companies; frozen on" in shown.stderr
    again = run(url, "propose", "2022")
    assert again.exit_code == 2
    assert "frozen" in again.stderr


def test_the_newest_is_shown_where_none_is_named(url: str) -> None:
    assert json.loads(run(url, "show", "--json").stdout)["name"] == "2021"
    missing = run(url, "show", "1999")
    assert (missing.exit_code, missing.stdout) == (2, "")


def test_a_higher_bar_leaves_nobody(url: str) -> None:
    assert (
        json.loads(run(url, "propose", "strict", "--least", "2", "--fresh", "--json").stdout)["members"] == []
    )
    assert run(url, "freeze", "strict").exit_code == 2


def test_a_decision_is_kept_shown_and_taken_back(url: str) -> None:
    made = json.loads(
        run(url, "include", "2022", "腾讯", "--by", "Li", "--reason", "builds models", "--json").stdout
    )
    assert (made["verdict"], made["name"], made["undone"]) == ("include", "腾讯", False)
    proposed = json.loads(run(url, "propose", "2022", "--json").stdout)
    tencent = next(one for one in proposed["members"] if one["name"] == "腾讯")
    assert tencent["decided_by"] == "person:Li"
    assert tencent["reason"].startswith("included by Li: builds models (decision 1)")
    assert run(url, "undo", "1", "--by", "Wu", "--reason", "no").exit_code == 0
    again = json.loads(run(url, "propose", "2022", "--json").stdout)
    assert "腾讯" not in [one["name"] for one in again["members"]]
    assert json.loads(run(url, "overrides", "2022", "--json").stdout)[0]["undone"] is True
    assert "include" in run(url, "overrides").stdout
    assert run(url, "undo", "1", "--by", "Wu", "--reason", "no").exit_code == 2
    assert run(url, "exclude", "2021", "华为", "--reason", "late").exit_code == 2  # frozen


def test_who_leaves_is_named_with_the_reason(url: str) -> None:
    run(url, "exclude", "2022", "百度", "--by", "Li", "--reason", "asked to")
    shown = run(url, "propose", "2022", "--size", "2")
    assert "2 companies" in shown.stderr
    assert "decision 1: exclude 百度: asked to (Li)" in shown.stderr
    left = {
        one["name"]: one["reason"] for one in json.loads(run(url, "show", "2022", "--json").stdout)["left"]
    }
    assert left["百度"] == "excluded by Li: asked to (decision 1)"
    assert any("beyond the size of 2" in reason for reason in left.values())
    assert run(url, "propose", "2023", "--after", "2022", "--fresh").exit_code == 2


def test_the_audit_in_both_languages(url: str) -> None:
    tables = json.loads(run(url, "audit", "2021", "--json").stdout)
    assert set(tables) == {"supplement_12", "supplement_13"}
    assert "Foundation layer" in run(url, "audit", "2021").stdout
    assert "基础层" in run(url, "audit", "2021", "--language", "zh").stdout
