"""The ledger: the rules of each source beside what its hosts said."""

from __future__ import annotations

import csv
import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from crawlers.ledger_command import COLUMNS, ledger
from crawlers.registry import declarations, spider_of
from crawlers.running import source_row
from pipelines.store.robots import note_robots
from pipelines.store.runs import close_run, declare, open_run
from pipelines.store.types import clock
from valuenet import main

ROR, EPO = spider_of("ror").declaration, spider_of("epo_ops").declaration
DAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def test_what_hosts_said_and_since_when(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in EPO.keys:
        monkeypatch.delenv(key.env, raising=False)
    monkeypatch.setenv("VALUENET_EPO_KEY", "very secret")
    declare(store, source_row(ROR))
    for day, body in enumerate((b"a", b"a", b"b", b"b")):
        with clock(lambda day=day: DAY + dt.timedelta(days=day)):  # type: ignore[misc]
            note_robots(store, "ror", "api.ror.org", 200, body, 2.5)
    note_robots(store, "ror", "other.example", 503, b"", None)
    close_run(store, open_run(store, source_row(ROR), "crawl"), "complete")
    ror, epo = ledger(store, [ROR, EPO])
    first, second = ror["robots.txt"]
    assert (first["host"], first["delay"], first["said"]) == ("api.ror.org", 2.5, "rules")
    assert first["unchanged since"] == DAY + dt.timedelta(days=2)
    assert first["checked"] == DAY + dt.timedelta(days=3)
    assert second["said"] == "failing: left alone"
    assert ror["last check"] == second["checked"]
    assert (ror["outcome"], ror["licence"]) == ("complete", ROR.licence)
    assert (epo["last run"], epo["last check"], epo["robots.txt"]) == (None, None, [])
    assert {key["env"]: key["set"] for key in epo["keys"]} == {
        "VALUENET_EPO_KEY": True,
        "VALUENET_EPO_SECRET": False,
    }
    assert "very secret" not in json.dumps(epo)


def test_every_source_says_all_that_the_ledger_asks() -> None:
    for row in ledger(None, declarations()):
        for name in ("licence", "terms", "robots", "personal data", "publisher"):
            assert row[name].strip(), (row["source"], name)


def test_the_command_with_and_without_a_store(tmp_path: Path) -> None:
    def asked(*words: str) -> str:
        done = CliRunner().invoke(main, ["--store", f"sqlite:///{tmp_path / 'v.db'}", "ledger", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert not (tmp_path / "v.db").exists()
    rows = list(csv.DictReader(StringIO(asked("--format", "csv"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["source"] for row in rows] == [one.name for one in declarations()]
    assert "ror" in asked()
    one = asked("epo_ops")
    assert "VALUENET_EPO_KEY" in one
    assert "personal data: " in one
    CliRunner().invoke(main, ["--store", f"sqlite:///{tmp_path / 'v.db'}", "init"])
    assert json.loads(asked("ror", "--json"))[0]["last run"] is None
