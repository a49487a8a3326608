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
    assert json.loads(run(url, "propose", "strict", "--least", "2", "--json").stdout)["members"] == []
    assert run(url, "freeze", "strict").exit_code == 2
