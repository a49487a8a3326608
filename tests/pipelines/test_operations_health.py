"""Health, metrics and the small server that tells them, on real stores."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, insert, text, update

from pipelines.errors import StoreError
from pipelines.operations import metrics
from pipelines.operations.health import Health, health
from pipelines.operations.metrics import app, asked_seldom, exposition
from pipelines.store import schema
from pipelines.store.runs import close_run, open_run
from pipelines.store.session import writing
from pipelines.store.types import now
from tests.filled_store import fill, source_row, supply
from tests.program import command, environment
from valuenet import main


@pytest.fixture
def visited(store: Engine) -> Engine:
    """A daily source that was visited just now, and another whose name wants quoting."""
    fill(store, supply("甲", "乙"))
    for name in ("daily", 'a"b\\c'):
        row = source_row(name) | {"cadence": "daily"}
        close_run(store, open_run(store, row, "crawl"), "complete")
    return store


def values(text: bytes) -> dict[tuple[str, str], float]:
    """(name, labels in words) → value, by Prometheus' own parser."""
    return {
        (one.name, ",".join(value for _, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text.decode())
        for one in family.samples
    }


def test_a_sound_store(visited: Engine) -> None:
    found = health(visited)
    assert (found.status, found.troubles) == ("ok", ())
    assert found.rows["fact"] == 1
    assert found.runs == {("test", "complete"): 1, ("daily", "complete"): 1, ('a"b\\c', "complete"): 1}
    assert [one.source for one in found.sources] == ['a"b\\c', "daily"]
    assert all(one.age is not None and 0 <= one.age < 60 for one in found.sources)
    told = values(exposition(lambda: found))
    assert told["valuenet_up", ""] == 1
    assert told["valuenet_status", "ok"] == 1
    assert told["valuenet_rows", "fact"] == 1
    assert told["valuenet_runs", 'complete,a"b\\c'] == 1
    assert told["valuenet_queue_length", "pairs"] == 0
    assert told["valuenet_source_overdue_seconds", "daily"] == 0


def test_what_is_wrong_is_told(visited: Engine) -> None:
    late = now() - dt.timedelta(days=2)
    run = open_run(visited, source_row("daily") | {"cadence": "daily"}, "crawl")
    close_run(visited, run, "failed", alarm="nothing came")
    with writing(visited) as connection:
        connection.execute(insert(schema.agenda).values(source="daily", due_at=late, failures=1))
    found = health(visited)
    assert found.status == "warning"
    assert found.troubles == (
        "the last visit of daily failed", "daily: nothing came", "daily is due for 2 days",
    )  # fmt: skip
    with writing(visited) as connection:
        connection.execute(update(schema.run).values(ended_at=now() - dt.timedelta(days=4)))
    assert health(visited).status == "failing"
    with writing(visited) as connection:  # left alone on purpose
        connection.execute(update(schema.agenda).values(paused=True))
        connection.execute(
            update(schema.source).where(schema.source.c.name != "daily").values(cadence="once")
        )
    paused = health(visited)
    assert paused.status == "warning"
    told = values(exposition(lambda: paused))
    assert told["valuenet_source_paused", "daily"] == 1
    assert told["valuenet_source_alarm", "daily"] == 1
    assert told["valuenet_source_last_complete_age_seconds", "daily"] > 300_000


def _asked(ask: Any, path: str, method: str = "GET") -> tuple[str, bytes]:
    told: list[str] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method}
    body = app(ask)(environ, lambda status, headers: told.append(status))
    return told[0], b"".join(body)


def test_a_store_that_is_away() -> None:
    def away() -> Health:
        raise StoreError("cannot use the store")

    ask = asked_seldom(away)
    assert values(_asked(ask, "/metrics")[1])["valuenet_up", ""] == 0
    status, body = _asked(ask, "/healthz")
    assert status.startswith("503")
    assert json.loads(body)["troubles"] == ["cannot use the store"]


def test_it_is_asked_seldom() -> None:
    calls: list[int] = []

    def ask() -> Health:
        calls.append(1)
        return Health(now(), "ok", (), {"fact": len(calls)})

    seldom = asked_seldom(ask, 3600)
    assert seldom() is seldom()


def test_what_takes_long_is_asked_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(metrics, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    def ask() -> Health:
        clock[0] += takes
        return Health(now(), "ok", (), {"fact": 1})

    often = asked_seldom(ask, 30)
    takes = 0.1
    first = often()
    clock[0] += 29.8
    assert often() is first
    clock[0] += 0.2
    takes = 60.0
    second = often()
    assert second is not first
    clock[0] += metrics.KEPT_TIMES * 60 - 1
    assert often() is second
    clock[0] += 1
    assert often() is not second


def test_large_tables_of_postgresql_are_estimated(visited: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = health(visited)
    assert counted.estimated == ()
    monkeypatch.setattr("pipelines.operations.health.ESTIMATED_FROM", 1)
    with visited.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    found = health(visited)
    assert found.rows == counted.rows  # nothing was written since
    is_server = visited.dialect.name == "postgresql"
    assert set(found.estimated) == (
        {name for name, rows in found.rows.items() if rows} if is_server else set()
    )


def test_only_what_is_served_is_served() -> None:
    ask = asked_seldom(lambda: Health(now(), "ok", (), {"fact": 1}))
    assert _asked(ask, "/")[0].startswith("404")
    assert _asked(ask, "/metrics", "POST")[0].startswith("405")
    assert _asked(ask, "/healthz", "HEAD") == ("200 OK", b"")


def test_the_commands(visited: Engine, tmp_path: Path) -> None:
    address = visited.url.render_as_string(hide_password=False)
    done = CliRunner().invoke(main, ["--store", address, "health", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["status"] == "ok"
    assert CliRunner().invoke(main, ["--store", address, "health"]).stdout.startswith("ok\n")
    run = open_run(visited, source_row("daily") | {"cadence": "daily"}, "crawl")
    close_run(visited, run, "failed")
    assert CliRunner().invoke(main, ["--store", address, "health"]).exit_code == 0
    assert CliRunner().invoke(main, ["--store", address, "health", "--strict"]).exit_code == 1
    process = subprocess.Popen(
        command("--store", address, "metrics", "--port", "0"),
        cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found is not None
        with urllib.request.urlopen(f"{found[0]}/metrics", timeout=30) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            assert values(answer.read())["valuenet_rows", "fact"] == 1
        with urllib.request.urlopen(f"{found[0]}/healthz", timeout=30) as answer:
            assert json.loads(answer.read())["status"] == "warning"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{found[0]}/else", timeout=30)
        refused.value.close()
    finally:
        process.terminate()
        process.communicate(timeout=30)
