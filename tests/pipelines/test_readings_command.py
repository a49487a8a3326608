"""The command readings: listed, accepted, mended, rejected, undone, exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipelines.store.session import open_store
from tests.read_store import TEXT, waiting_store
from valuenet import main


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'v.db'}"
    engine = open_store(found, create=True)
    waiting_store(engine)
    engine.dispose()
    return found


def call(url: str, *arguments: str | Path, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["--store", url, "readings", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done


def listed(url: str, *more: str) -> list[Any]:
    found: list[Any] = json.loads(call(url, "list", "--json", *more).stdout)
    return found


def test_what_waits_is_listed(url: str) -> None:
    first, second = listed(url)
    assert (first["type"], second["type"]) == ("cooperation", "investment")
    assert first["roles"] == {"party": ["甲木科技", "乙水集团"]}
    assert [one["reading"] for one in listed(url, "--after", first["reading"])] == [second["reading"]]
    assert [one["type"] for one in listed(url, "--type", "investment")] == ["investment"]
    assert len(listed(url, "--limit", "1")) == 1
    plain = call(url, "list")
    assert "甲木科技" in plain.stdout
    assert "waiting: 2" in plain.stderr


def test_decisions_and_their_way_back(url: str, tmp_path: Path) -> None:
    cooperation, investment = listed(url)
    done = json.loads(call(url, "accept", cooperation["reading"], "--by", "ann", "--json").stdout)
    assert (done["state"], done["by"], len(done["facts"])) == ("accepted", "ann", 1)
    call(url, "reject", investment["reading"], "--by", "ann", "--reason", "a rumour")
    assert listed(url) == []
    assert "Nothing waits" in call(url, "list").stderr
    out = tmp_path / "examples.jsonl"
    assert json.loads(call(url, "export", "--out", out, "--json").stdout)["examples"] == 2
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert {one["verdict"] for one in rows} == {"accepted", "rejected"}
    call(url, "undo", cooperation["reading"])
    assert [one["type"] for one in listed(url)] == ["cooperation"]
    assert "nobody has decided" in call(url, "undo", cooperation["reading"], code=2).stderr


def test_mending_takes_what_list_gave(url: str, tmp_path: Path) -> None:
    fact = listed(url)[0]["fact"]
    fact["roles"]["party"][1] = {"text": "丁土智能", "start": TEXT.index("丁"), "end": TEXT.index("丁") + 4}
    path = tmp_path / "mended.json"
    path.write_text(json.dumps(fact), encoding="utf-8")
    done = json.loads(
        call(url, "mend", listed(url)[0]["reading"], "--fact", path, "--by", "ann", "--json").stdout
    )
    assert len(done["facts"]) == 1
    fact["roles"]["party"][1]["text"] = "戊"
    path.write_text(json.dumps(fact), encoding="utf-8")
    refused = call(url, "mend", listed(url)[0]["reading"], "--fact", path, "--by", "ann", code=1)
    assert "roles" in refused.stderr
    path.write_text("[1]")
    call(url, "mend", "1", "--fact", path, code=1)
    path.write_text("{")
    assert "JSON" in call(url, "mend", "1", "--fact", path, code=1).stderr


def test_wrong_use_is_told(url: str) -> None:
    assert "is no reading" in call(url, "accept", "seven", code=2).stderr
    assert "no reading 17" in call(url, "accept", "11", "--by", "ann", code=2).stderr
    assert "needs a name" in call(url, "reject", listed(url)[0]["reading"], "--by", "x" * 80, code=2).stderr
