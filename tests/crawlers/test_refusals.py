"""What goes wrong in a crawl ends no fact, is told, and leaves a closed run behind."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crawlers.web import Answer, serve
from tests.program import command, data, environment, run

JSON = {"Content-Type": "application/json"}


def _entry(number: int) -> dict[str, Any]:
    return {
        "id": f"https://ror.org/0{number:06d}{number % 90 + 10}",
        "names": [{"value": f"研究院{number}", "types": ["ror_display", "label"], "lang": "zh"}],
        "types": ["facility"],
        "status": "active",
        "locations": [],
        "links": [],
        "external_ids": [],
        "relationships": [],
    }


def _listing(path: str, total: int) -> Answer:
    page = int(path.rpartition("page=")[2])
    first = (page - 1) * 20
    items = [_entry(number) for number in range(first, min(first + 20, total))]
    return 200, JSON, json.dumps({"number_of_results": total, "items": items}).encode()


def _registry(total: int) -> Callable[[str], Answer]:
    return lambda path: (404, {}, b"") if "robots" in path else _listing(path, total)


def _open_places(folder: Path) -> tuple[int, int]:
    with sqlite3.connect(folder / "valuenet.db") as store:
        found = store.execute("SELECT sum(ended_at IS NULL), sum(ended_at IS NOT NULL) FROM evidence")
        still, ended = found.fetchone()
    return int(still), int(ended)


@pytest.mark.parametrize(
    "broken",
    [(404, {}, b"gone"), (500, {}, b"oops"), (200, JSON, b"{cut"), (200, JSON, b'{"errors": ["busy"]}')],
    ids=["404", "500", "cut", "no listing"],
)
def test_a_page_that_cannot_be_read_ends_nothing(broken: Answer, tmp_path: Path) -> None:
    with serve(_registry(30)) as web:
        first = data("crawl", "ror", "--web", web.base, cwd=tmp_path)[0]
    assert (first["outcome"], first["records"]) == ("complete", 30)
    before = _open_places(tmp_path)

    def later(path: str) -> Answer:
        if path.endswith("page=1"):
            return broken
        return _registry(30)(path)

    with serve(later) as web:
        second = data("crawl", "ror", "--web", web.base, cwd=tmp_path)[0]
    assert second["outcome"] == "partial"
    assert second["facts_ended"] == 0
    assert any("could not be read" in note for note in second["notes"])
    assert _open_places(tmp_path) == before


def test_a_long_listing_is_read_to_its_end(tmp_path: Path) -> None:
    with serve(_registry(400)) as web:
        found = data("crawl", "ror", "--web", web.base, cwd=tmp_path)[0]
    assert (found["outcome"], found["snapshots"], found["records"]) == ("complete", 20, 400)


def test_a_site_without_robots_txt_is_visited(tmp_path: Path) -> None:
    links = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'

    def answer(path: str) -> Answer:
        if path.endswith("/n.example/"):
            return 200, {"Content-Type": "text/html"}, f"<html><head>{links}</head></html>".encode()
        return 404, {}, b""

    with serve(answer) as web:
        run("crawl", "news", "--site", "https://n.example/", "--web", web.base, cwd=tmp_path)
        assert "/https/n.example/feed.xml" in web.paths


def test_an_interrupted_crawl_closes_its_run_and_starts_no_other(tmp_path: Path) -> None:
    def slowly(path: str) -> Answer:
        time.sleep(0 if "robots" in path else 0.3)
        return _registry(4000)(path)

    with serve(slowly) as web:
        process = subprocess.Popen(
            command("crawl", "ror", "cac", "--web", web.base),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            ends = time.monotonic() + 20
            while len(web.asked) < 6 and time.monotonic() < ends:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    with sqlite3.connect(tmp_path / "valuenet.db") as store:
        runs = store.execute("SELECT source, outcome, ended_at IS NULL, snapshots FROM run").fetchall()
    assert [row[:3] for row in runs] == [("ror", "partial", 0)]
    assert runs[0][3] >= 1  # what was read is kept


def test_a_store_that_refuses_stops_the_crawl_and_says_why(tmp_path: Path) -> None:
    run("init", cwd=tmp_path)
    with sqlite3.connect(tmp_path / "valuenet.db") as store:  # as a full disk: no fact can be written
        store.execute("CREATE TRIGGER full BEFORE INSERT ON fact BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    with serve(_registry(10_000)) as web:
        done = run("crawl", "ror", "--web", web.base, cwd=tmp_path, check=False)
        assert len(web.asked) < 100  # of 500
    assert done.returncode == 1
    assert "disk full" in done.stderr
    assert "Traceback" not in done.stderr
    with sqlite3.connect(tmp_path / "valuenet.db") as store:
        assert store.execute("SELECT outcome FROM run").fetchall() == [("failed",)]


def test_an_archive_that_refuses_is_no_fault_of_the_pages(tmp_path: Path) -> None:
    (tmp_path / "valuenet.archive").write_text("a file where the folder should be", encoding="utf-8")
    with serve(_registry(10_000)) as web:
        done = run("crawl", "ror", "--web", web.base, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "the store refused" in done.stderr
    with sqlite3.connect(tmp_path / "valuenet.db") as store:
        assert [row[0] for row in store.execute("SELECT outcome FROM run")] == ["failed"]
