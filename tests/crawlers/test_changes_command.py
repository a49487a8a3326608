"""The feed as its users see it: the command, its forms, its refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lxml import etree

from pipelines.store.session import open_store
from tests.crawlers.hooks import SECRET, receiver
from tests.pipelines.test_store_changes import company, visit
from tests.program import data, run

SINCE = ("--since", "2021-03-01")


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "valuenet.db")
    engine = open_store(f"sqlite:///{tmp_path / 'valuenet.db'}")
    for at, year in enumerate(("2011", "2012")):
        visit(engine, at, {"1": [company(founded=year)]})
    engine.dispose()
    return tmp_path


def test_lines_json_and_rss(folder: Path) -> None:
    told = run("changes", *SINCE, "--kind", "attribute", cwd=folder).stdout.splitlines()
    assert [line.split("\t")[1] for line in told] == ["change", "new", "changed"]
    assert data("changes", cwd=folder)["changes"] == []  # of the last seven days
    found = data("changes", *SINCE, "--until", "2021-03-02", cwd=folder)
    assert [one["change"] for one in found["changes"]] == ["new", "new"]
    assert found["until"] == "2021-03-02T00:00:00+00:00"
    out = folder / "changes.xml"
    run("changes", *SINCE, "--format", "rss", "--out", out, "--entity", "示例科技", cwd=folder)
    assert len(etree.parse(str(out)).findall("channel/item")) == 3
    assert [path.name for path in folder.iterdir() if path.suffix == ".part"] == []


def test_a_receiver_is_told_by_the_command(folder: Path) -> None:
    env = {"VALUENET_WEBHOOK_SECRET": SECRET}
    with receiver() as hook:
        asked = ("changes", *SINCE, "--webhook", hook.url, "--json")
        assert json.loads(run(*asked, cwd=folder, env=env).stdout) == {"sent": 3}
        assert json.loads(run(*asked, cwd=folder, env=env).stdout) == {"sent": 0}
    assert [one["change"] for one in hook.taken[0][1]["changes"]] == ["new", "new", "changed"]
    refused = run("changes", "--webhook", "http://127.0.0.1:1/", cwd=folder, check=False)
    assert refused.returncode == 2
    assert "VALUENET_WEBHOOK_SECRET" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "yesterday"), "wants a day or a time"),
        (("--source", "unknown"), "there are: test"),
        (("--entity", "无此公司"), "nobody is named"),
        (("--webhook", "https://a.example/", "--out", "x"), "neither --out nor --until"),
    ],
)
def test_misuse_is_explained(arguments: tuple[str, ...], words: str, folder: Path) -> None:
    done = run("changes", *arguments, cwd=folder, check=False)
    assert done.returncode == 2
    assert words in done.stderr
