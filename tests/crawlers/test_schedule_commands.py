"""The schedule as its users see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crawlers.registry import spider_of
from crawlers.running import source_row
from crawlers.sample_web.server import SampleWeb
from crawlers.schedule.agenda import count_visits, prepare
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import open_store
from tests.program import run
from valuenet import main


def asked(store: str, *words: str) -> Any:
    """What a command prints, run in this process."""
    done = CliRunner().invoke(main, ["--store", store, *words])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in words else done.stdout


def test_run_list_and_report(tmp_path: Path) -> None:
    with SampleWeb() as web:
        run("schedule", "run", "ror", "--once", "--web", web.base, cwd=tmp_path)
    store = f"sqlite:///{tmp_path / 'valuenet.db'}"
    rows = {row["source"]: row for row in asked(store, "schedule", "list", "--json")}
    assert (rows["ror"]["state"], rows["ror"]["outcome"], rows["ror"]["failures"]) == (
        "waiting",
        "complete",
        0,
    )
    assert rows["cac"]["state"] == "due"
    assert rows["news"]["state"] == "wants --site URL"
    assert len(list((tmp_path / "valuenet.schedule" / "logs" / "ror").iterdir())) == 1
    report = asked(store, "schedule", "report", "--json")
    assert [row["source"] for row in report["ran"]] == ["ror"]
    assert {"source": "cac", "why": "never visited"} in report["not_run"]
    assert "ror: complete" in asked(store, "schedule", "report")


def test_pause_and_resume(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'valuenet.db'}"
    for word, state in (("pause", "paused"), ("resume", "due")):
        asked(store, "schedule", word, "gleif")
        lines = [line.split("\t") for line in asked(store, "schedule", "list").splitlines()]
        assert [line[2] for line in lines if line[0] == "gleif"] == [state]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "--once"), "VALUENET_CONTACT"),
        (("run", "unknown"), "there is no source"),
        (("pause", "unknown"), "there is no source"),
        (("report", "--day", "soon"), "wants a day"),
    ],
)
def test_misuse_is_explained(
    words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VALUENET_CONTACT", raising=False)
    done = CliRunner().invoke(main, ["--store", f"sqlite:///{tmp_path / 'v.db'}", "schedule", *words])
    assert done.exit_code == 2
    assert told in done.stderr


def test_status_tells_alarms_and_what_is_due(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'v.db'}"
    engine = open_store(store, create=True)
    declaration = spider_of("ror").declaration
    prepare(engine, [declaration])
    run_id = open_run(engine, source_row(declaration), "crawl")
    close_run(engine, run_id, "partial", "a note", alarm="2 pages where 9 are usual")
    count_visits(engine, declaration)
    engine.dispose()
    (row,) = asked(store, "status", "--json")
    assert (row["alarm"], row["unchanged"], row["gone"]) == ("2 pages where 9 are usual", 0, 0)
    assert row["due"] > row["last run"]
    done = CliRunner().invoke(main, ["--store", store, "status"])
    assert "ror: alarm: 2 pages where 9 are usual" in done.stderr
