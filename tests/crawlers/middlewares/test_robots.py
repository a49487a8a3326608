"""robots.txt holds for every request, also for those that wait while it is fetched."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawlers.middlewares.robots import LONGEST_FILE, _bounded
from crawlers.settings import BASE
from tests.crawlers.web import Answer, serve, visit
from tests.program import environment

ROBOTS = b"User-agent: *\nDisallow: /private/\nAllow: /private/open\n"
SETTINGS = {
    "ROBOTSTXT_OBEY": True,
    "ROBOTSTXT_USER_AGENT": "valuenet",
    "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
    "RETRY_ENABLED": False,
    "DOWNLOADER_MIDDLEWARES": {
        name: order for name, order in BASE["DOWNLOADER_MIDDLEWARES"].items() if "robots" in name.lower()
    },
}


def test_none_disallowed_is_fetched_under_64_way_concurrency(tmp_path: Path) -> None:
    def answer(path: str) -> Answer:
        if path == "/robots.txt":
            time.sleep(0.5)  # all other requests are waiting by now
            return 200, {"Content-Type": "text/plain"}, ROBOTS
        return 200, {"Content-Type": "text/html"}, b"<p>page"

    with serve(answer) as web:
        urls = [f"{web.base}/private/{n}" for n in range(20)] + [f"{web.base}/page/{n}" for n in range(40)]
        found = visit([*urls, f"{web.base}/private/open"], SETTINGS, tmp_path)
        fetched = [path for path in web.paths if path != "/robots.txt"]
    assert [path for path in fetched if path.startswith("/private/")] == ["/private/open"]
    assert len(fetched) == 41
    assert web.paths.count("/robots.txt") == 1
    assert sum(status == "ForbiddenByRobots" for status, _ in found) == 20


def test_a_crawl_delay_is_kept(tmp_path: Path) -> None:
    def answer(path: str) -> Answer:
        body = b"User-agent: *\nCrawl-delay: 0.4\n" if path == "/robots.txt" else b"page"
        return 200, {"Content-Type": "text/plain"}, body

    with serve(answer) as web:
        settings = {**SETTINGS, "RANDOMIZE_DOWNLOAD_DELAY": False}
        visit([f"{web.base}/{n}" for n in range(5)], settings, tmp_path)
        times = [at for at, path in web.asked if path != "/robots.txt"]
    gaps = [after - before for before, after in itertools.pairwise(times[1:])]
    assert len(times) == 5
    assert min(gaps) > 0.3


def test_the_throttle_does_not_undo_a_crawl_delay(tmp_path: Path) -> None:
    robots = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nCrawl-delay: 0.8\n")
    with serve(lambda path: robots if path == "/robots.txt" else (200, {}, b"ok")) as web:
        settings = {
            **SETTINGS,
            "AUTOTHROTTLE_ENABLED": True,
            "AUTOTHROTTLE_START_DELAY": 0.01,
            "DOWNLOAD_DELAY": 0.01,
            "RANDOMIZE_DOWNLOAD_DELAY": False,
        }
        visit([f"{web.base}/{number}" for number in range(6)], settings, tmp_path)
        moments = [moment for moment, path in web.asked if path != "/robots.txt"]
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert min(pauses[1:]) > 0.7, pauses


def _first_visit(status: int, body: bytes, folder: Path) -> tuple[list[tuple[int | str, str]], list[str]]:
    def answer(path: str) -> Answer:
        return (status, {}, body) if path == "/robots.txt" else (200, {}, b"<p>page")

    with serve(answer) as web:
        return visit([f"{web.base}/{n}" for n in range(3)], SETTINGS, folder), web.paths


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_host_whose_robots_fail_is_left_alone(status: int, tmp_path: Path) -> None:
    found, paths = _first_visit(status, b"User-agent: *\nAllow: /\n", tmp_path)
    assert [outcome for outcome, _ in found] == ["RobotsUnreachable"] * 3
    assert paths == ["/robots.txt"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_host_without_robots_allows_all(status: int, tmp_path: Path) -> None:
    found, paths = _first_visit(status, b"User-agent: *\nDisallow: /\n", tmp_path)
    assert [outcome for outcome, _ in found] == [200] * 3
    assert paths.count("/robots.txt") == 1


def test_a_host_that_hangs_up_on_robots_is_left_alone(tmp_path: Path) -> None:
    # nobody listens there
    found = visit(["http://127.0.0.1:9/a", "http://127.0.0.1:9/b"], SETTINGS, tmp_path)
    assert [outcome for outcome, _ in found] == ["RobotsUnreachable"] * 2


def test_a_robots_firewall_page_or_loop_allows_nothing(tmp_path: Path) -> None:
    loop = (302, {"Location": "/robots.txt"}, b"")
    with serve(lambda path: loop if path == "/robots.txt" else (200, {}, b"page")) as web:
        found = visit([f"{web.base}/a"], SETTINGS, tmp_path)
    assert found[0][0] == "RobotsUnreachable"


def test_a_host_that_is_not_public_is_no_host_that_fails(tmp_path: Path) -> None:
    guard = {"crawlers.middlewares.private.PublicHostsMiddleware": 900}
    own = SETTINGS["DOWNLOADER_MIDDLEWARES"]
    assert isinstance(own, dict)
    settings = {**SETTINGS, "DOWNLOADER_MIDDLEWARES": {**own, **guard}}
    with serve(lambda path: (200, {}, b"secret")) as web:
        assert [one for one, _ in visit([f"{web.base}/a"] * 2, settings, tmp_path)] == ["NotPublic"] * 2
        assert web.asked == []


def test_a_huge_file_is_cut_at_a_line() -> None:
    line = b"Disallow: /x\n"
    cut = _bounded(line * (LONGEST_FILE // len(line) + 10))
    assert LONGEST_FILE - len(line) < len(cut) <= LONGEST_FILE
    assert cut.endswith(line)
    assert _bounded(line) == line


def test_what_was_read_is_told_to_the_run(tmp_path: Path) -> None:
    """The run is no JSON, so the spider process of this test sets it itself."""
    script = tmp_path / "told.py"
    script.write_text(TOLD, encoding="utf-8")
    robots = b"User-agent: *\nCrawl-delay: 0.2\n"
    with serve(lambda path: (200, {}, robots) if path == "/robots.txt" else (200, {}, b"page")) as web:
        done = subprocess.run(
            [sys.executable, str(script), json.dumps(SETTINGS), web.base],
            env=environment(), capture_output=True, text=True, timeout=50, check=True,
        )  # fmt: skip
    host = web.base.removeprefix("http://")
    assert json.loads(done.stdout) == [[host, 200, robots.decode(), 0.2]]


TOLD = """
import json, sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from crawlers.context import SETTING

class Run:
    seen = []
    def robots_seen(self, host, status, body, delay):
        self.seen.append([host, status, body.decode(), delay])

class Pages(scrapy.Spider):
    name = "pages"
    start_urls = [sys.argv[2] + "/a", sys.argv[2] + "/b"]
    def parse(self, response):
        pass

run = Run()
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", **json.loads(sys.argv[1]), SETTING: run})
process.crawl(Pages)
process.start()
print(json.dumps(run.seen))
"""
