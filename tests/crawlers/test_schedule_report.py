"""The report of a day: what ran, failed, came up short, did not run; written and sent once."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawlers import webhook
from crawlers.registry import spider_of
from crawlers.running import source_row
from crawlers.schedule.agenda import pause, prepare
from crawlers.schedule.report import report_of, send_reports, write_reports
from crawlers.webhook import Webhook
from pipelines.store.runs import close_run, open_run
from pipelines.store.types import clock
from tests.crawlers.hooks import SECRET, receiver

SOURCES = [spider_of(name).declaration for name in ("cac", "ror", "news", "epo_ops")]
DAY = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
ONE = dt.timedelta(days=1)


def visited(engine: Engine, source: str, at: dt.datetime, outcome: str, alarm: str = "") -> None:
    with clock(lambda: at):
        run = open_run(engine, source_row(spider_of(source).declaration), "crawl")
        close_run(engine, run, outcome, f"note of {source}", alarm=alarm)


@pytest.fixture
def filled(store: Engine) -> Engine:
    visited(store, "cac", DAY + ONE / 3, "partial", alarm="3 pages where 10 are usual")
    visited(store, "ror", DAY + ONE / 2, "failed")
    visited(store, "news", DAY - 3 * ONE, "complete")
    return store


def test_what_a_day_was_like(filled: Engine) -> None:
    prepare(filled, SOURCES)
    pause(filled, "news", True)
    report = report_of(filled, SOURCES, DAY.date(), {"epo_ops": "wants VALUENET_EPO_KEY"})
    assert [row["source"] for row in report.ran] == ["cac", "ror"]
    assert [row["source"] for row in report.failed] == ["ror"]
    assert [row["source"] for row in report.short] == ["cac"]
    assert [(row["source"], row["why"]) for row in report.not_run] == [
        ("news", "daily, last visited 2026-03-07 00:00; paused"),
        ("epo_ops", "never visited; wants VALUENET_EPO_KEY"),
    ]
    text = report.as_text()
    assert text.startswith(
        "2026-03-10: 2 visits, 1 failed, 1 came up short, 2 sources did not run though due"
    )
    assert "cac: 3 pages where 10 are usual" in text
    assert json.dumps(report.as_dict())
    assert report_of(filled, SOURCES, (DAY - ONE).date()).ran == ()


def test_missing_reports_are_written_once(filled: Engine, tmp_path: Path) -> None:
    with clock(lambda: DAY + ONE + ONE / 24):
        written = write_reports(filled, SOURCES, tmp_path / "reports")
        assert [path.name for path in written if path.suffix == ".json"] == [
            "2026-03-07.json", "2026-03-08.json", "2026-03-09.json", "2026-03-10.json",
        ]  # fmt: skip
        assert write_reports(filled, SOURCES, tmp_path / "reports") == []
    found = json.loads((tmp_path / "reports" / "2026-03-10.json").read_text("utf-8"))
    assert [row["source"] for row in found["ran"]] == ["cac", "ror"]


def test_an_empty_store_has_no_reports(store: Engine, tmp_path: Path) -> None:
    assert write_reports(store, SOURCES, tmp_path) == []


def test_reports_are_sent_once_each(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(webhook.SECRET, SECRET)
    with receiver(lambda tries: 500 if tries == 1 else 200) as hook:
        target = Webhook(hook.url, ())
        with clock(lambda: DAY + ONE + ONE / 24):
            assert send_reports(filled, SOURCES, target) == 0
            assert send_reports(filled, SOURCES, target) == 1
            assert send_reports(filled, SOURCES, target) == 0
        with clock(lambda: DAY + 3 * ONE):
            assert send_reports(filled, SOURCES, target) == 2
    assert [body["report"]["day"] for _, body in hook.taken] == ["2026-03-10", "2026-03-11", "2026-03-12"]
    assert hook.tries[0] == hook.tries[1]
