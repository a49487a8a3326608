"""robots.txt holds for every request, also for those that wait while it is fetched."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

from crawlers.settings import BASE
from tests.crawlers.web import Answer, serve, visit

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
    assert sum(status == "IgnoreRequest" for status, _ in found) == 20


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
